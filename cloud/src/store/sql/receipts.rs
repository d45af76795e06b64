use buhphone_protocol::{conversation::Seq, ids::{PartnerId, UserId, RequestId, MessageId}};
use jiff::Timestamp;
use super::SqlStore;
use crate::store::Result;
pub(super) async fn delivered_to_user(_: &SqlStore, _: PartnerId, _: UserId, _: Seq, _: Timestamp) -> Result<bool> { todo!() }
pub(super) async fn read_by_user(_: &SqlStore, _: PartnerId, _: UserId, _: RequestId, _: MessageId, _: Timestamp) -> Result<bool> { todo!() }
pub(super) async fn delivered_to_staff(_: &SqlStore, _: PartnerId, _: Seq, _: Timestamp) -> Result<Vec<UserId>> { todo!() }
pub(super) async fn read_by_staff(_: &SqlStore, _: PartnerId, _: RequestId, _: MessageId, _: Timestamp) -> Result<Option<UserId>> { todo!() }
