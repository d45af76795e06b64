//! The card of a user: everything known of them on one page. And its one action on a computer.
//! Shows the facts as they were told; draws no conclusions.

use buhphone_protocol::{
    cabinet::UserCard,
    ids::{DeviceId, UserId},
};

use super::{Result, Rules, codes};
use crate::store::Staff;

impl Rules {
    pub async fn user_card(&self, staff: &Staff, user_id: UserId) -> Result<UserCard> {
        let user = self.store.user(staff.partner_id, user_id).await?;
        let history = self.store.user_history(staff.partner_id, user_id).await?;
        let now = self.now();
        Ok(UserCard {
            user,
            codes: history.codes.into_iter().map(|code| codes::kept(code, now)).collect(),
            devices: history.devices,
            authorizations: history.authorizations,
            launches: history.launches,
            failures: history.failures,
            edits: history.edits,
        })
    }

    /// The computer's next call is refused and its stream ends; its history stays.
    pub async fn disconnect_device(&self, staff: &Staff, device_id: DeviceId) -> Result<()> {
        self.store.disconnect_device(staff.partner_id, device_id, self.now()).await?;
        // Its stream learns that it may hear no more.
        self.live.wake_device(staff.partner_id, device_id);
        Ok(())
    }
}
