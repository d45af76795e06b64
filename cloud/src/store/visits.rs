//! The operations of visits. A visit is known by its code; it begins when the code is
//! used, and [`super::Store::bind`] and [`super::Store::authorize`] write its first two steps.

use async_trait::async_trait;
use buhphone_protocol::{
    cabinet::Page,
    ids::{CodeId, DeviceId, PartnerId},
    visit::{StepReport, Visit},
};
use jiff::Timestamp;

use super::Result;

#[async_trait]
pub trait Visits: Send + Sync {
    /// Writes a step as its computer tells it. A step that was done stays done; of failures
    /// the latest is kept. Whether anything was new: tell the cabinets.
    ///
    /// `NotFound("code_id")` when the code did not connect this computer.
    async fn tell_step(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        code_id: CodeId,
        report: &StepReport,
        at: Timestamp,
    ) -> Result<bool>;

    /// The visits that have begun, newest first; pages count from 1.
    async fn visits(&self, partner_id: PartnerId, page: u32, page_size: u32) -> Result<Page<Visit>>;

    /// Of any code of the partner; one not used yet has no steps.
    async fn visit(&self, partner_id: PartnerId, code_id: CodeId) -> Result<Visit>;
}
