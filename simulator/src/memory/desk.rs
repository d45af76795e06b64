//! The cloud's record of a user's conversations, as strict as the real one: each item once by
//! its id, events numbered without gaps, the line's own answer at once, receipts both ways.

use buhphone_protocol::{
    conversation::{Author, Change, Event, Message, Request, RequestKind, RequestState, Seq},
    ids::{MessageId, RequestId},
    live::{ITEMS_MAX, Item, Outbox, OutboxRecorded, Rejected},
    visit::StepReport,
};
use jiff::Timestamp;
use uuid::Uuid;

/// What the cloud refuses for good.
pub const REFUSED: &str = "не принимается";

#[derive(Default)]
pub struct Desk {
    pub events: Vec<Event>,
    /// In the order of their recording.
    pub messages: Vec<Message>,
    pub requests: Vec<Request>,
    pub delivered: Seq,
    pub read: Vec<MessageId>,
    /// Steps of the visit, as told.
    pub reports: Vec<StepReport>,
    made: u128,
}

impl Desk {
    pub fn record(&mut self, outbox: &Outbox, at: Timestamp) -> OutboxRecorded {
        assert!(!outbox.items.is_empty() && outbox.items.len() <= ITEMS_MAX, "{} items", outbox.items.len());
        let mut rejected = Vec::new();
        for (position, item) in (0..).zip(&outbox.items) {
            if let Err(message) = self.item(item, at) {
                rejected.push(Rejected { position, message });
            }
        }
        OutboxRecorded { rejected, last: self.last() }
    }

    pub fn last(&self) -> Seq {
        self.events.len() as Seq
    }

    /// What the user wrote, in the order of recording.
    pub fn by_user(&self) -> Vec<&str> {
        self.messages.iter().filter(|one| one.author == Author::User).map(|one| one.text.as_str()).collect()
    }

    /// A person of the partner writes; a request of their own if there is none of this id.
    pub fn staff_write(&mut self, request_id: RequestId, text: &str, at: Timestamp) -> MessageId {
        if !self.requests.iter().any(|request| request.request_id == request_id) {
            self.open(request_id, RequestKind::Staff, None, at);
        }
        self.write(None, request_id, Author::Staff { name: "Ольга".to_owned() }, text, at)
    }

    /// The cabinet had the user's messages, or a person of the staff had them open.
    pub fn staff_receipt(&mut self, read: bool, at: Timestamp) {
        let last = self.messages.iter().rfind(|one| one.author == Author::User).expect("there is one");
        let (request_id, up_to) = (last.request_id, last.message_id);
        self.event(Change::Receipt { request_id, up_to, of_user: true, at, read });
    }

    pub fn event(&mut self, change: Change) {
        let seq = self.last() + 1;
        self.events.push(Event { seq, change });
    }

    fn item(&mut self, item: &Item, at: Timestamp) -> Result<(), String> {
        match item {
            Item::Open { request_id, request, message_id, text, phone, .. } => {
                refuse(text)?;
                if !self.has(*message_id) {
                    self.open(*request_id, *request, phone.clone(), at);
                    self.write(Some(*message_id), *request_id, Author::User, text, at);
                    let line = Author::Line { name: "Линия консультаций".to_owned() };
                    self.write(None, *request_id, line, "Приняли, ответим.", at);
                }
            }
            Item::Say { request_id, message_id, text, .. } => {
                refuse(text)?;
                if !self.requests.iter().any(|request| request.request_id == *request_id) {
                    return Err("no such request".to_owned());
                }
                if !self.has(*message_id) {
                    self.write(Some(*message_id), *request_id, Author::User, text, at);
                }
            }
            Item::Delivered { up_to } => {
                assert!(*up_to <= self.last(), "nothing is delivered before it was sent");
                self.delivered = self.delivered.max(*up_to);
            }
            Item::Read { request_id, up_to } => {
                self.read.push(*up_to);
                let (request_id, up_to) = (*request_id, *up_to);
                self.event(Change::Receipt { request_id, up_to, of_user: false, at, read: true });
            }
            Item::Visit { report, .. } => self.reports.push(report.clone()),
        }
        Ok(())
    }

    fn has(&self, id: MessageId) -> bool {
        self.messages.iter().any(|message| message.message_id == id)
    }

    fn open(&mut self, request_id: RequestId, kind: RequestKind, phone: Option<String>, at: Timestamp) {
        let request = Request { request_id, kind, state: RequestState::Waiting, opened_at: at, phone };
        self.requests.push(request.clone());
        self.event(Change::Request { request });
    }

    fn write(
        &mut self,
        id: Option<MessageId>,
        request_id: RequestId,
        author: Author,
        text: &str,
        at: Timestamp,
    ) -> MessageId {
        self.made += 1;
        let message = Message {
            message_id: id.unwrap_or(MessageId(Uuid::from_u128(self.made))),
            request_id,
            author,
            text: text.to_owned(),
            recorded_at: at,
            delivered_at: None,
            read_at: None,
        };
        self.messages.push(message.clone());
        self.event(Change::Message { message: message.clone() });
        message.message_id
    }
}

fn refuse(text: &str) -> Result<(), String> {
    if text == REFUSED { Err("a text of this kind".to_owned()) } else { Ok(()) }
}
