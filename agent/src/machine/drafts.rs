//! What a person has typed and not sent: kept as it is typed, given back to the next window and
//! the next process, and forgotten in one with the sending. Bounded; what it means is nobody's.

use std::collections::BTreeMap;

use buhphone_protocol::{
    conversation::{PHONE_MAX, TEXT_MAX},
    ids::RequestId,
};
use serde::{Deserialize, Serialize};

use super::{Machine, record::Record};
use crate::command::Field;

/// Characters kept of a text: whoever wrote what is too long to send will shorten it.
const LETTER_MAX: usize = 2 * TEXT_MAX;

/// Conversations with a reply begun: more than anybody answers at once.
const REPLIES_MAX: usize = 50;

/// A row's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    text: String,
    /// Larger in what was typed later.
    #[serde(default)]
    order: u64,
}

/// By the ends of their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Drafts(BTreeMap<String, Draft>);

const PREFIX: &str = "draft/";
const QUESTION: &str = "question";
const PHONE: &str = "phone";
const REPLY: &str = "reply/";

impl Drafts {
    pub(super) fn restore(&mut self, key: &str, draft: Draft) {
        if let Some(name) = key.strip_prefix(PREFIX) {
            self.0.insert(name.to_owned(), draft);
        }
    }

    pub(super) fn question(&self) -> &str {
        self.text(QUESTION)
    }

    pub(super) fn phone(&self) -> &str {
        self.text(PHONE)
    }

    pub(super) fn reply(&self, id: RequestId) -> &str {
        self.text(&format!("{REPLY}{id}"))
    }

    /// What was typed is sent.
    pub(super) fn forget_question(&mut self, record: &mut Record) {
        self.put(QUESTION.to_owned(), "", record);
    }

    pub(super) fn forget_phone(&mut self, record: &mut Record) {
        self.put(PHONE.to_owned(), "", record);
    }

    pub(super) fn forget_reply(&mut self, id: RequestId, record: &mut Record) {
        self.put(format!("{REPLY}{id}"), "", record);
    }

    /// What another user typed is nobody's here.
    pub(super) fn forget_all(&mut self, record: &mut Record) {
        for name in std::mem::take(&mut self.0).into_keys() {
            record.delete(format!("{PREFIX}{name}"));
        }
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |draft| &draft.text)
    }

    fn put(&mut self, name: String, text: &str, record: &mut Record) {
        if self.text(&name) == text {
            return;
        }
        let key = format!("{PREFIX}{name}");
        if text.is_empty() {
            self.0.remove(&name);
            return record.delete(key);
        }
        let order = self.0.values().map(|draft| draft.order).max().unwrap_or(0) + 1;
        let draft = Draft { text: text.to_owned(), order };
        record.put(key, &draft);
        self.0.insert(name, draft);
        self.trim(record);
    }

    fn trim(&mut self, record: &mut Record) {
        let replies = || self.0.iter().filter(|(name, _)| name.starts_with(REPLY));
        if replies().count() > REPLIES_MAX
            && let Some(oldest) = replies().min_by_key(|(_, draft)| draft.order).map(|(name, _)| name.clone())
        {
            self.0.remove(&oldest);
            record.delete(format!("{PREFIX}{oldest}"));
        }
    }
}

impl Machine {
    /// What a field of the window holds now; nothing is what it holds of itself.
    pub(super) fn keep_draft(&mut self, field: &Field, text: &str) {
        if self.saved.device.is_none() {
            return;
        }
        let (name, longest) = match field {
            Field::Question => (QUESTION.to_owned(), LETTER_MAX),
            Field::Phone => (PHONE.to_owned(), PHONE_MAX),
            Field::Reply { request_id } => match request_id.parse::<RequestId>() {
                Ok(id) if self.conversations.all.contains_key(&id) => (format!("{REPLY}{id}"), LETTER_MAX),
                _ => return,
            },
        };
        let kept: String = text.chars().take(longest).collect();
        self.drafts.put(name, &kept, &mut self.record);
    }
}
