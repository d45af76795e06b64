//! What a program tells: requests, messages, receipts and the visit's steps, in order.
//!
//! Each item is recorded once by its id. One that breaks a rule for good is told back
//! and does not block those behind it; trouble of the cloud's own ends the call, and the
//! program sends the same again.

use buhphone_protocol::{
    conversation::{PHONE_MAX, RequestKind, TEXT_MAX},
    error::ErrorCode,
    ids::{CodeId, MessageId, RequestId},
    live::{ITEMS_MAX, Item, OutboxRecorded, Rejected},
    visit::{StepReport, VisitStep},
};

use super::{Refusal, Result, Rules, fields, line};
use crate::store::{DeviceRecord, LineAnswer, NewMessage, NewRequest, Writer};

/// Longest code of a failure.
const FAILED_MAX: usize = 64;

/// An item as it was read: what does not read is rejected in its place.
pub type ReadItem = std::result::Result<Item, Refusal>;

impl Rules {
    /// All that was not rejected is durable when it returns.
    ///
    /// # Errors
    /// `Invalid` for too many items; `Unavailable`, with any number of the first items recorded.
    pub async fn record(&self, device: &DeviceRecord, items: Vec<ReadItem>) -> Result<OutboxRecorded> {
        if items.len() > ITEMS_MAX {
            return Err(Refusal::invalid("items", format!("items holds more than {ITEMS_MAX}")));
        }
        let mut rejected = Vec::new();
        for (position, item) in (0..).zip(items) {
            let recorded = match item {
                Ok(item) => self.record_item(device, item).await,
                Err(refusal) => Err(refusal),
            };
            match recorded {
                Ok(()) => {}
                Err(refusal) if refusal.code == ErrorCode::Unavailable => return Err(refusal),
                Err(refusal) => rejected.push(Rejected { position, message: refusal.message.into_owned() }),
            }
        }
        let last = self.store.last_seq(device.partner_id, device.user_id).await?;
        Ok(OutboxRecorded { rejected, last })
    }

    async fn record_item(&self, device: &DeviceRecord, item: Item) -> Result<()> {
        let (partner_id, user_id) = (device.partner_id, device.user_id);
        match item {
            Item::Open { request_id, request, message_id, text, phone, made_at: _ } => {
                self.open(device, (request_id, request), (message_id, text), phone).await
            }
            Item::Say { request_id, message_id, text, made_at: _ } => {
                let text = fields::letter("text", &text, TEXT_MAX)?;
                let new = NewMessage { request_id, message_id, writer: writer(device), text };
                if self.store.say(partner_id, &new, self.now()).await?.first {
                    self.live.wake(partner_id, user_id);
                }
                Ok(())
            }
            Item::Delivered { up_to } => {
                // Databases count no further.
                let up_to = up_to.min(i64::MAX.cast_unsigned());
                if self.store.delivered_to_user(partner_id, user_id, up_to, self.now()).await? {
                    self.live.wake(partner_id, user_id);
                }
                Ok(())
            }
            Item::Read { request_id, up_to } => {
                if self.store.read_by_user(partner_id, user_id, request_id, up_to, self.now()).await? {
                    self.live.wake(partner_id, user_id);
                }
                Ok(())
            }
            Item::Visit { code_id, report } => self.visit_step(device, code_id, report).await,
        }
    }

    async fn open(
        &self,
        device: &DeviceRecord,
        (request_id, kind): (RequestId, RequestKind),
        (message_id, text): (MessageId, String),
        phone: Option<String>,
    ) -> Result<()> {
        let text = match kind {
            RequestKind::Ordinary => fields::letter("text", &text, TEXT_MAX)?,
            RequestKind::Trial | RequestKind::Callback => fields::letter_or_empty("text", &text, TEXT_MAX)?,
            RequestKind::Staff | RequestKind::Unknown => {
                return Err(Refusal::invalid("request", "a program opens no request of this kind"));
            }
        };
        // Told rather than typed into our form: «доб. 5» must not lose a request.
        let phone = fields::told("phone", &phone.unwrap_or_default(), PHONE_MAX)?;
        let owner = self.store.owner(device.partner_id, device.device_id).await?;
        let phone = if phone.is_empty() { owner.phone } else { phone };
        let now = self.now();
        let new = NewRequest {
            request_id,
            user_id: device.user_id,
            kind,
            phone: (kind == RequestKind::Callback && !phone.is_empty()).then_some(phone),
            message_id,
            writer: writer(device),
            text,
            answer: Some(LineAnswer {
                message_id: MessageId::generate(),
                text: line::answer(&owner.line, &owner.partner.zone, now).to_owned(),
                name: owner.line.name,
            }),
        };
        if self.store.open_request(device.partner_id, &new, now).await?.first {
            self.live.wake(device.partner_id, device.user_id);
        }
        Ok(())
    }

    async fn visit_step(&self, device: &DeviceRecord, code_id: CodeId, report: StepReport) -> Result<()> {
        if report.step == VisitStep::Unknown {
            return Err(Refusal::invalid("report.step", "this step is not known here"));
        }
        if report.elapsed_ms > u64::from(u32::MAX) {
            return Err(Refusal::invalid("report.elapsed_ms", "report.elapsed_ms is longer than any visit"));
        }
        let failed = report.failed.map(|failed| fields::told("report.failed", &failed, FAILED_MAX)).transpose()?;
        let report = StepReport { failed, ..report };
        if self.store.tell_step(device.partner_id, device.device_id, code_id, &report, self.now()).await? {
            self.live.wake_staff(device.partner_id);
        }
        Ok(())
    }
}

fn writer(device: &DeviceRecord) -> Writer {
    Writer::User { user_id: device.user_id, device_id: device.device_id }
}
