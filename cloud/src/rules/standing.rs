//! Where a device stands: which one it is by its key, whether it may call at all,
//! and what its program shows, the line among it.

use buhphone_protocol::{
    error::ErrorCode,
    key::PublicKey,
    standing::{PartnerCard, Standing},
};
use jiff::Timestamp;

use super::{Refusal, Result, Rules, day, line};
use crate::store::{DeviceRecord, OwnerRecord};

impl Rules {
    /// The device of a key whose signature was verified.
    ///
    /// # Errors
    /// `DeviceUnknown`, `DeviceDisconnected`, `UserArchived`.
    pub async fn device(&self, key: &PublicKey) -> Result<DeviceRecord> {
        let device = self.store.device_by_key(key).await?;
        let device = device.ok_or_else(|| Refusal::new(ErrorCode::DeviceUnknown, "this key belongs to no computer"))?;
        if device.disconnected {
            return Err(Refusal::new(ErrorCode::DeviceDisconnected, "the partner disconnected this computer"));
        }
        if device.user_archived {
            return Err(Refusal::new(ErrorCode::UserArchived, "the partner archived this user"));
        }
        Ok(device)
    }

    pub async fn standing(&self, device: &DeviceRecord) -> Result<Standing> {
        let owner = self.store.owner(device.partner_id, device.device_id).await?;
        Ok(standing(owner, self.now()))
    }
}

pub(super) fn standing(owner: OwnerRecord, now: Timestamp) -> Standing {
    let zone = owner.partner.zone;
    let today = day::today(&zone, now);
    Standing {
        client: owner.client,
        user: owner.user,
        last_authorization: owner.last_authorization,
        contract_ended: owner.its_until.is_some_and(|until| until.last_day() < today),
        now,
        due_in: day::due_in(&zone, now),
        line: Some(line::card(&owner.line, &zone, now)),
        phone: owner.phone,
        partner: PartnerCard {
            name: owner.partner.name,
            phone: owner.partner.phone,
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            machine_salt: owner.partner.machine_salt,
        },
    }
}
