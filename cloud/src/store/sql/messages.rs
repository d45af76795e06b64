use buhphone_protocol::ids::PartnerId;
use jiff::Timestamp;
use super::SqlStore;
use crate::store::{NewMessage, NewRequest, Recorded, Result};
pub(super) async fn open(_: &SqlStore, _: PartnerId, _: &NewRequest, _: Timestamp) -> Result<Recorded> { todo!() }
pub(super) async fn say(_: &SqlStore, _: PartnerId, _: &NewMessage, _: Timestamp) -> Result<Recorded> { todo!() }
