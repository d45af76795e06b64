//! Conversations in SQL: which file does which operation.

use async_trait::async_trait;
use buhphone_protocol::{
    cabinet::Page,
    conversation::Seq,
    desk::{LineSettings, RequestCounts, RequestRow},
    ids::{MessageId, PartnerId, RequestId, UserId},
    live::Events,
};
use jiff::Timestamp;

use super::{SqlStore, events, lines, messages, receipts, requests};
use crate::store::{
    Conversations, LiveEvents, NewMessage, NewRequest, Recorded, RequestListing, RequestRecord, Result, Settled,
};

#[async_trait]
impl Conversations for SqlStore {
    async fn line(&self, partner_id: PartnerId) -> Result<LineSettings> {
        lines::one(self, partner_id).await
    }

    async fn set_line(&self, partner_id: PartnerId, line: &LineSettings) -> Result<()> {
        lines::set(self, partner_id, line).await
    }

    async fn open_request(&self, partner_id: PartnerId, new: &NewRequest, at: Timestamp) -> Result<Recorded> {
        messages::open(self, partner_id, new, at).await
    }

    async fn say(&self, partner_id: PartnerId, new: &NewMessage, at: Timestamp) -> Result<Recorded> {
        messages::say(self, partner_id, new, at).await
    }

    async fn close_request(
        &self,
        partner_id: PartnerId,
        request_id: RequestId,
        closed: bool,
        at: Timestamp,
    ) -> Result<Settled> {
        requests::close(self, partner_id, request_id, closed, at).await
    }

    async fn delivered_to_user(
        &self,
        partner_id: PartnerId,
        user_id: UserId,
        up_to: Seq,
        at: Timestamp,
    ) -> Result<bool> {
        receipts::delivered_to_user(self, partner_id, user_id, up_to, at).await
    }

    async fn read_by_user(
        &self,
        partner_id: PartnerId,
        user_id: UserId,
        request_id: RequestId,
        up_to: MessageId,
        at: Timestamp,
    ) -> Result<bool> {
        receipts::read_by_user(self, partner_id, user_id, request_id, up_to, at).await
    }

    async fn delivered_to_staff(&self, partner_id: PartnerId, up_to: Seq, at: Timestamp) -> Result<Vec<UserId>> {
        receipts::delivered_to_staff(self, partner_id, up_to, at).await
    }

    async fn read_by_staff(
        &self,
        partner_id: PartnerId,
        request_id: RequestId,
        up_to: MessageId,
        at: Timestamp,
    ) -> Result<Option<UserId>> {
        receipts::read_by_staff(self, partner_id, request_id, up_to, at).await
    }

    async fn standing_changed(&self, partner_id: PartnerId, user_id: UserId, at: Timestamp) -> Result<()> {
        events::standing_changed(self, partner_id, user_id, at).await
    }

    async fn events_after(&self, partner_id: PartnerId, user_id: UserId, after: Seq, limit: u32) -> Result<Events> {
        events::after(self, partner_id, user_id, after, limit).await
    }

    async fn last_seq(&self, partner_id: PartnerId, user_id: UserId) -> Result<Seq> {
        events::last(self, partner_id, user_id).await
    }

    async fn live_after(&self, partner_id: PartnerId, after: Seq, limit: u32) -> Result<LiveEvents> {
        events::live_after(self, partner_id, after, limit).await
    }

    async fn last_live_seq(&self, partner_id: PartnerId) -> Result<Seq> {
        events::last_live(self, partner_id).await
    }

    async fn requests(&self, partner_id: PartnerId, listing: &RequestListing) -> Result<Page<RequestRow>> {
        requests::list(self, partner_id, listing).await
    }

    async fn request(&self, partner_id: PartnerId, request_id: RequestId) -> Result<RequestRecord> {
        requests::one(self, partner_id, request_id).await
    }

    async fn request_counts(&self, partner_id: PartnerId) -> Result<RequestCounts> {
        requests::counts(self, partner_id).await
    }
}
