use buhphone_protocol::{cabinet::Page, desk::{RequestCounts, RequestRow}, ids::{PartnerId, RequestId}};
use jiff::Timestamp;
use super::SqlStore;
use crate::store::{RequestListing, RequestRecord, Result, Settled};
pub(super) async fn close(_: &SqlStore, _: PartnerId, _: RequestId, _: bool, _: Timestamp) -> Result<Settled> { todo!() }
pub(super) async fn list(_: &SqlStore, _: PartnerId, _: &RequestListing) -> Result<Page<RequestRow>> { todo!() }
pub(super) async fn one(_: &SqlStore, _: PartnerId, _: RequestId) -> Result<RequestRecord> { todo!() }
pub(super) async fn counts(_: &SqlStore, _: PartnerId) -> Result<RequestCounts> { todo!() }
