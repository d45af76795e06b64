//! The conversations as this computer holds them: what was heard, in the order of its numbers,
//! and after it what was written here and not heard back yet.

use std::collections::BTreeMap;

use buhphone_protocol::{
    conversation::{Author, Message, Request, RequestKind, RequestState, Seq},
    ids::{MessageId, RequestId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Machine, record::Record};
use crate::view::MessageState;

/// Years of asking; what is older stays at the cloud.
const CONVERSATIONS_MAX: usize = 500;
const MESSAGES_MAX: usize = 5000;

/// Of the state, and so saved in one with the rows it tells of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Talk {
    /// The last event taken in.
    #[serde(default)]
    pub(super) cursor: Seq,
    /// The last event with a message of the other side.
    #[serde(default)]
    pub(super) to_deliver: Seq,
    /// The cloud was told that this computer has the events up to this one.
    #[serde(default)]
    pub(super) delivered: Seq,
    /// The last place given out in the outbox.
    #[serde(default)]
    pub(super) place: u64,
    /// The number last used for a callback.
    #[serde(default)]
    pub(super) phone: String,
    /// Conversations a person was notified of and has not opened since.
    #[serde(default)]
    pub(super) noticed: Vec<RequestId>,
}

/// A row: a request as last heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) request: Request,
    /// The last event about it; 0 before the first.
    #[serde(default)]
    pub(super) seq: Seq,
}

/// A row: a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) message_id: MessageId,
    pub(super) request_id: RequestId,
    pub(super) author: Author,
    pub(super) text: String,
    /// The cloud's time of recording; before that, of writing, by the cloud's clock as far as it is known.
    pub(super) at: Timestamp,
    /// The event it came with; none before that.
    #[serde(default)]
    pub(super) seq: Option<Seq>,
    /// Its place in the outbox; 0 if it was not written here.
    #[serde(default)]
    pub(super) place: u64,
    pub(super) state: MessageState,
}

#[derive(Clone, Debug)]
pub(super) struct Conversation {
    pub(super) head: Head,
    /// In their order.
    pub(super) messages: Vec<Kept>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Conversations {
    pub(super) all: BTreeMap<RequestId, Conversation>,
}

pub(super) fn head_key(id: RequestId) -> String {
    format!("conversation/{id}")
}

impl Kept {
    pub(super) fn key(&self) -> String {
        format!("message/{}/{}", self.request_id, self.message_id)
    }

    pub(super) fn is_own(&self) -> bool {
        self.author == Author::User
    }

    pub(super) fn is_of_line(&self) -> bool {
        matches!(self.author, Author::Line { .. })
    }

    pub(super) fn is_unread(&self) -> bool {
        !self.is_own() && self.state < MessageState::Read
    }

    /// What was not heard back comes after all that was heard.
    pub(super) fn order(&self) -> (Seq, u64) {
        (self.seq.unwrap_or(Seq::MAX), self.place)
    }

    /// Whether its state moved. It never moves back, but from refused.
    pub(super) fn reach(&mut self, state: MessageState) -> bool {
        let before = self.state;
        self.state = if before == MessageState::Refused { state } else { before.max(state) };
        self.state != before
    }
}

impl Conversation {
    /// For sorting conversations: by what happened last.
    pub(super) fn order(&self) -> (Seq, u64) {
        self.messages.last().map_or((self.head.seq, 0), Kept::order)
    }

    /// What a person has not seen and would want to: the line's own answers say nothing new.
    pub(super) fn unread(&self) -> usize {
        self.messages.iter().filter(|message| message.is_unread() && !message.is_of_line()).count()
    }

    /// Something of it is not at the cloud yet.
    fn waits(&self) -> bool {
        self.messages.iter().any(|message| message.is_own() && message.state == MessageState::Saved)
    }
}

impl Conversations {
    pub(super) fn unread(&self) -> usize {
        self.all.values().map(Conversation::unread).sum()
    }

    pub(super) fn message(&self, request_id: RequestId, message_id: MessageId) -> Option<&Kept> {
        self.all.get(&request_id)?.messages.iter().find(|message| message.message_id == message_id)
    }

    pub(super) fn put_request(&mut self, request: Request, seq: Seq, record: &mut Record) {
        let id = request.request_id;
        let head = Head { request, seq };
        record.put(head_key(id), &head);
        match self.all.get_mut(&id) {
            Some(conversation) => conversation.head = head,
            None => drop(self.all.insert(id, Conversation { head, messages: Vec::new() })),
        }
    }

    /// In its place, instead of what was there under its id.
    pub(super) fn put_message(&mut self, kept: Kept, record: &mut Record) {
        let id = kept.request_id;
        if !self.all.contains_key(&id) {
            let (kind, state) = (RequestKind::Unknown, RequestState::Unknown);
            let request = Request { request_id: id, kind, state, opened_at: kept.at, phone: None };
            self.put_request(request, kept.seq.unwrap_or_default(), record);
        }
        record.put(kept.key(), &kept);
        self.insert(kept);
    }

    fn insert(&mut self, kept: Kept) {
        let Some(conversation) = self.all.get_mut(&kept.request_id) else { return };
        let messages = &mut conversation.messages;
        messages.retain(|other| other.message_id != kept.message_id);
        let place = messages.partition_point(|other| other.order() <= kept.order());
        messages.insert(place, kept);
    }

    /// A message as the cloud tells it.
    pub(super) fn hear(&mut self, message: Message, seq: Seq, record: &mut Record) {
        let known = self.message(message.request_id, message.message_id);
        let mut kept = Kept {
            message_id: message.message_id,
            request_id: message.request_id,
            author: message.author,
            text: message.text,
            at: message.recorded_at,
            seq: Some(seq),
            place: known.map_or(0, |known| known.place),
            state: known.map_or(MessageState::Sent, |known| known.state),
        };
        kept.reach(match (message.delivered_at, message.read_at) {
            (_, Some(_)) => MessageState::Read,
            (Some(_), None) => MessageState::Delivered,
            (None, None) => MessageState::Sent,
        });
        self.put_message(kept, record);
    }

    /// The state of messages up to one, of the user or of the other side.
    pub(super) fn receipt(
        &mut self,
        request_id: RequestId,
        up_to: MessageId,
        of_user: bool,
        state: MessageState,
        record: &mut Record,
    ) {
        let Some(conversation) = self.all.get_mut(&request_id) else { return };
        let Some(last) = conversation.messages.iter().find(|message| message.message_id == up_to).map(Kept::order)
        else {
            return;
        };
        for message in &mut conversation.messages {
            // What was refused was not part of what the other side has.
            let meant = message.is_own() == of_user && message.state != MessageState::Refused;
            if meant && message.order() <= last && message.reach(state) {
                record.put(message.key(), message);
            }
        }
    }

    /// Forgets the oldest above the limits, never what is not sent yet.
    pub(super) fn trim(&mut self, record: &mut Record) {
        let count = |all: &BTreeMap<_, Conversation>| all.values().map(|one| one.messages.len()).sum::<usize>();
        while self.all.len() > CONVERSATIONS_MAX || (self.all.len() > 1 && count(&self.all) > MESSAGES_MAX) {
            let Some(oldest) = self.all.values().filter(|one| !one.waits()).min_by_key(|one| one.order()) else {
                return;
            };
            let id = oldest.head.request.request_id;
            self.forget(id, record);
        }
        let over = count(&self.all).saturating_sub(MESSAGES_MAX);
        if let Some(one) = self.all.values_mut().next()
            && !one.waits()
        {
            for message in one.messages.drain(..over) {
                record.delete(message.key());
            }
        }
    }

    pub(super) fn withdraw(&mut self, kept: &Kept, record: &mut Record) {
        if let Some(conversation) = self.all.get_mut(&kept.request_id) {
            conversation.messages.retain(|other| other.message_id != kept.message_id);
            record.delete(kept.key());
        }
    }

    pub(super) fn forget(&mut self, id: RequestId, record: &mut Record) {
        if let Some(conversation) = self.all.remove(&id) {
            record.delete(head_key(id));
            for message in conversation.messages {
                record.delete(message.key());
            }
        }
    }
}

impl Machine {
    /// Reads what was loaded; a row of nobody's making is left alone.
    pub(super) fn restore_rows(&mut self, rows: Vec<(String, String)>) {
        let mut messages: Vec<Kept> = Vec::new();
        for (key, body) in rows {
            let read = match key.split('/').next() {
                Some("conversation") => serde_json::from_str(&body).map(|head: Head| {
                    let id = head.request.request_id;
                    self.conversations.all.insert(id, Conversation { head, messages: Vec::new() });
                }),
                Some("message") => serde_json::from_str(&body).map(|kept| messages.push(kept)),
                Some("draft") => serde_json::from_str(&body).map(|draft| self.drafts.restore(&key, draft)),
                Some("outbox") => serde_json::from_str(&body).map(|item| self.outbox.restore(&key, item)),
                _ => Ok(()),
            };
            if let Err(error) = read {
                tracing::warn!(key, %error, "a saved row does not read");
            }
        }
        messages.sort_by_key(Kept::order);
        for kept in messages {
            self.conversations.insert(kept);
        }
    }

    /// Another computer of the cloud's from now on: what is known is heard anew, and what another
    /// user was told is nobody's here.
    pub(super) fn begin_history(&mut self, same_user: bool) {
        let ids: Vec<_> = self.conversations.all.keys().copied().collect();
        for id in ids {
            if !(same_user && self.conversations.all[&id].waits()) {
                self.conversations.forget(id, &mut self.record);
            }
        }
        if !same_user {
            self.drafts.forget_all(&mut self.record);
        }
        let place = self.saved.talk.place;
        let phone = if same_user { std::mem::take(&mut self.saved.talk.phone) } else { String::new() };
        self.saved.talk = Talk { place, phone, ..Talk::default() };
        self.outbox.begin_anew(same_user, &mut self.record);
        self.shown_conversation = None;
    }
}
