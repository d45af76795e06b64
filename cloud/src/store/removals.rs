//! The operation of removals: a program tells that it is being uninstalled. The device stays
//! what it was; [`super::Store::authorize`] takes the notice away.

use async_trait::async_trait;
use buhphone_protocol::{
    ids::{DeviceId, PartnerId},
    key::PublicKey,
};
use jiff::Timestamp;

use super::Result;

#[async_trait]
pub trait Removals: Send + Sync {
    /// Marks the device as removed, and tells since when. Told again it keeps its instant.
    ///
    /// `NotFound("device_id")`; `KeyEnded` if meanwhile the device has another key than
    /// `signed_by` or was disconnected.
    async fn remove_device(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        signed_by: &PublicKey,
        at: Timestamp,
    ) -> Result<Timestamp>;
}
