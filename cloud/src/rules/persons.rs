//! A person's own right to their data: taken out whole as a file, or erased for good.
//! Erasing is the administrator's, and is confirmed by the surname as it is registered.

use buhphone_protocol::{
    ids::{ClientId, UserId},
    register::{Edit, Erase, PersonData},
};

use super::{Refusal, Result, Rules, codes, may_administer, may_register};
use crate::store::{Erased, Staff};

impl Rules {
    /// All that is kept of one person.
    pub async fn person_data(&self, staff: &Staff, user_id: UserId) -> Result<PersonData> {
        may_register(staff)?;
        let user = self.store.user(staff.partner_id, user_id).await?;
        let person = self.store.person(staff.partner_id, user_id).await?;
        let now = self.now();
        Ok(PersonData {
            exported_at: now,
            partner: self.store.partner(staff.partner_id).await?.name,
            user,
            registered_at: person.registered_at,
            edits: person.edits,
            codes: person.codes.into_iter().map(|code| codes::kept(code, now)).collect(),
            devices: person.devices,
            authorizations: person.authorizations,
            launches: person.launches,
            failures: person.failures,
            requests: person.requests,
        })
    }

    /// Cannot be taken back. Repeated, it is done.
    ///
    /// # Errors
    /// `Invalid` with `surname` when that is not how the person is registered.
    pub async fn erase_user(&self, staff: &Staff, user_id: UserId, erase: Erase) -> Result<()> {
        may_administer(staff)?;
        let user = self.store.user(staff.partner_id, user_id).await?;
        if !user.erased && user.surname.trim() != erase.surname.trim() {
            return Err(Refusal::invalid("surname", "this is not the surname of whom you erase"));
        }
        let erased = self.store.erase_user(staff.partner_id, user_id, &self.editor(staff)).await?;
        if let Erased::Done { devices } = erased {
            tracing::info!(%user_id, by = %staff.staff_id, "a person's data were erased");
            for device_id in devices {
                // Its stream learns that it may hear no more.
                self.live.wake_device(staff.partner_id, device_id);
            }
        }
        Ok(())
    }

    /// What was changed of a client and by whom, newest first.
    pub async fn client_edits(&self, staff: &Staff, client_id: ClientId) -> Result<Vec<Edit>> {
        Ok(self.store.client_edits(staff.partner_id, client_id).await?)
    }
}
