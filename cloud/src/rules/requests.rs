//! The staff's side of conversations: lists, one conversation, answers, and writing first.
//! Whoever may sign in may answer: a specialist on a visit as well as a manager.

use buhphone_protocol::{
    cabinet::Page,
    conversation::{Message, Request, RequestKind, TEXT_MAX},
    desk::{FirstMessage, ReadUpTo, Reply, RequestCard, RequestCounts, RequestRow},
    error::ErrorCode,
    ids::{RequestId, UserId},
};

use super::{Refusal, Result, Rules, fields, registering::page};
use crate::store::{KindFilter, NewMessage, NewRequest, RequestListing, Staff, StateFilter, StoreError, Writer};

/// Which page of which requests.
#[derive(Clone, Debug)]
pub struct WantedRequests {
    pub state: StateFilter,
    pub kind: KindFilter,
    pub search: String,
    pub page: u32,
    pub page_size: u32,
}

impl Rules {
    pub async fn requests(&self, staff: &Staff, wanted: WantedRequests) -> Result<Page<RequestRow>> {
        Ok(self.store.requests(staff.partner_id, &listing(wanted, None)?).await?)
    }

    /// # Errors
    /// `NotFound` for a user of nobody's.
    pub async fn requests_of_user(
        &self,
        staff: &Staff,
        user_id: UserId,
        wanted: WantedRequests,
    ) -> Result<Page<RequestRow>> {
        let listing = listing(wanted, Some(user_id))?;
        self.store.user(staff.partner_id, user_id).await?;
        Ok(self.store.requests(staff.partner_id, &listing).await?)
    }

    pub async fn request_counts(&self, staff: &Staff) -> Result<RequestCounts> {
        Ok(self.store.request_counts(staff.partner_id).await?)
    }

    pub async fn request(&self, staff: &Staff, request_id: RequestId) -> Result<RequestCard> {
        let record = self.store.request(staff.partner_id, request_id).await?;
        Ok(RequestCard {
            online: self.live.is_online(staff.partner_id, record.user.user_id),
            request: record.request,
            user: record.user,
            messages: record.messages,
            visit: record.visit,
        })
    }

    /// Repeated, it answers the first time again.
    pub async fn reply(&self, staff: &Staff, request_id: RequestId, reply: Reply) -> Result<Message> {
        let text = fields::letter("text", &reply.text, TEXT_MAX)?;
        let new = NewMessage { request_id, message_id: reply.message_id, writer: writer(staff), text };
        let recorded = self.store.say(staff.partner_id, &new, self.now()).await?;
        if recorded.first {
            self.live.wake(staff.partner_id, recorded.user_id);
        }
        Ok(recorded.message)
    }

    /// Staff write first: the line answers nothing. Repeated, it answers the first time again.
    ///
    /// # Errors
    /// `UserArchived`: no program of theirs would receive it.
    pub async fn write_first(&self, staff: &Staff, user_id: UserId, first: FirstMessage) -> Result<Request> {
        let text = fields::letter("text", &first.text, TEXT_MAX)?;
        if self.store.user(staff.partner_id, user_id).await?.archived {
            return Err(Refusal::new(ErrorCode::UserArchived, "the user is archived; bring them back first"));
        }
        let new = NewRequest {
            request_id: first.request_id,
            user_id,
            kind: RequestKind::Staff,
            phone: None,
            message_id: first.message_id,
            writer: writer(staff),
            text,
            answer: None,
        };
        let recorded = self.store.open_request(staff.partner_id, &new, self.now()).await?;
        if recorded.first {
            self.live.wake(staff.partner_id, user_id);
        }
        Ok(recorded.request)
    }

    pub async fn read_request(&self, staff: &Staff, request_id: RequestId, read: ReadUpTo) -> Result<()> {
        let new = self.store.read_by_staff(staff.partner_id, request_id, read.up_to, self.now()).await;
        let new = new.map_err(|error| match error {
            StoreError::NotFound("message_id") => Refusal { field: Some("up_to".into()), ..Refusal::not_found() },
            error => error.into(),
        })?;
        if let Some(user_id) = new {
            self.live.wake(staff.partner_id, user_id);
        }
        Ok(())
    }

    /// Closes the request, or makes a closed one waiting again.
    pub async fn close_request(&self, staff: &Staff, request_id: RequestId, close: bool) -> Result<Request> {
        let settled = self.store.close_request(staff.partner_id, request_id, close, self.now()).await?;
        if settled.changed {
            self.live.wake(staff.partner_id, settled.user_id);
        }
        Ok(settled.request)
    }
}

fn writer(staff: &Staff) -> Writer {
    Writer::Staff { staff_id: staff.staff_id }
}

fn listing(wanted: WantedRequests, user_id: Option<UserId>) -> Result<RequestListing> {
    let (page, page_size) = page(wanted.page, wanted.page_size)?;
    let search = fields::search(&wanted.search)?;
    Ok(RequestListing { user_id, state: wanted.state, kind: wanted.kind, search, page, page_size })
}
