use async_trait::async_trait;
use buhphone_protocol::{cabinet::Page, ids::{CodeId, DeviceId, PartnerId}, visit::{StepReport, Visit}};
use jiff::Timestamp;
use super::SqlStore;
use crate::store::{Result, Visits};
#[async_trait]
impl Visits for SqlStore {
    async fn tell_step(&self, _: PartnerId, _: DeviceId, _: CodeId, _: &StepReport, _: Timestamp) -> Result<bool> { todo!() }
    async fn visits(&self, _: PartnerId, _: u32, _: u32) -> Result<Page<Visit>> { todo!() }
    async fn visit(&self, _: PartnerId, _: CodeId) -> Result<Visit> { todo!() }
}
