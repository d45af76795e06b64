//! Removal: a program that is being uninstalled says so, and the cabinets see it.

use buhphone_protocol::removal::Removed;

use super::{Result, Rules};
use crate::store::{DeviceRecord, StoreError};

impl Rules {
    /// Durable when it returns; told again it answers the first time again.
    ///
    /// # Errors
    /// As [`Rules::device`], when the device was ended meanwhile.
    pub async fn remove(&self, device: &DeviceRecord) -> Result<Removed> {
        let at = self.now();
        let removed = self.store.remove_device(device.partner_id, device.device_id, &device.key, at).await;
        if let Err(StoreError::KeyEnded) = removed {
            // It was let in a moment ago. Asked again, the check says why it would not be now.
            self.device(&device.key).await?;
        }
        let removed_at = removed?;
        self.live.wake_staff(device.partner_id);
        Ok(Removed { removed_at })
    }
}
