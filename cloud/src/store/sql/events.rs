use buhphone_protocol::{conversation::Seq, ids::{PartnerId, UserId}, live::Events};
use jiff::Timestamp;
use super::SqlStore;
use crate::store::{LiveEvents, Result};
pub(super) async fn standing_changed(_: &SqlStore, _: PartnerId, _: UserId, _: Timestamp) -> Result<()> { todo!() }
pub(super) async fn after(_: &SqlStore, _: PartnerId, _: UserId, _: Seq, _: u32) -> Result<Events> { todo!() }
pub(super) async fn last(_: &SqlStore, _: PartnerId, _: UserId) -> Result<Seq> { todo!() }
pub(super) async fn live_after(_: &SqlStore, _: PartnerId, _: Seq, _: u32) -> Result<LiveEvents> { todo!() }
pub(super) async fn last_live(_: &SqlStore, _: PartnerId) -> Result<Seq> { todo!() }
