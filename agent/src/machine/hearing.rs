//! What comes down the live link: events in the order of their numbers, each once. The number
//! of the last is saved in one with what it changed, and a gap is asked for again.

use std::time::Duration;

use buhphone_protocol::conversation::{Author, Change, Event, Message, Seq};

use super::{Effect, LiveState, Machine, call};
use crate::{
    ports::Now,
    view::{Connection, MessageState},
    words,
};

/// A link that is lost while all seems well is looked into no more often than this.
const DOUBT: Duration = Duration::from_secs(10 * 60);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hearing {
    listening: bool,
    connected: bool,
    /// The last gap: after which number, before which.
    gap: Option<(Seq, Seq)>,
}

impl Machine {
    pub(super) fn proceed_hearing(&mut self, effects: &mut Vec<Effect>) {
        let wanted = self.is_at_home();
        if wanted != self.hearing.listening {
            self.hearing = Hearing { listening: wanted, ..Hearing::default() };
            effects.push(match wanted {
                true => Effect::Listen { after: self.saved.talk.cursor },
                false => Effect::StopListening,
            });
        }
    }

    /// At once, in place of a link that may be dead without knowing it.
    pub(super) fn listen_anew(&mut self, effects: &mut Vec<Effect>) {
        if self.hearing.listening && self.is_at_home() {
            self.hearing.connected = false;
            effects.push(Effect::Listen { after: self.saved.talk.cursor });
        }
    }

    /// A person does something: a link that waits to be tried again is tried now.
    pub(super) fn listen_now(&mut self, effects: &mut Vec<Effect>) {
        if !self.hearing.connected {
            self.listen_anew(effects);
        }
    }

    pub(super) fn live(&mut self, state: LiveState, now: Now) {
        if !self.hearing.listening {
            return;
        }
        self.hearing.connected = state == LiveState::Connected;
        match state {
            LiveState::Connected => {
                self.reached(now);
                self.outbox.pace.reached();
            }
            LiveState::Lost(error) => {
                let old = self.answered_at.is_none_or(|at| now.monotonic.saturating_sub(at) > DOUBT);
                let doubt = old && !matches!(self.connection, Connection::Offline { .. });
                self.wishes.look |= doubt || call::refusal(&error).is_some();
            }
        }
    }

    pub(super) fn hear(&mut self, events: Vec<Event>, now: Now, effects: &mut Vec<Effect>) {
        if !self.hearing.listening {
            return;
        }
        for Event { seq, change } in events {
            let cursor = self.saved.talk.cursor;
            if seq <= cursor {
                continue;
            }
            // What is not there the second time either is not there at all.
            if seq > cursor + 1 && self.hearing.gap != Some((cursor, seq)) {
                self.hearing.gap = Some((cursor, seq));
                self.listen_anew(effects);
                break;
            }
            self.hearing.gap = None;
            self.saved.talk.cursor = seq;
            self.take_in(change, seq, now, effects);
        }
        self.conversations.trim(&mut self.record);
        self.read_shown();
    }

    fn take_in(&mut self, change: Change, seq: Seq, now: Now, effects: &mut Vec<Effect>) {
        match change {
            Change::Request { request } => self.conversations.put_request(request, seq, &mut self.record),
            Change::Message { message } => {
                let id = (message.request_id, message.message_id);
                if message.author == Author::User {
                    self.visit_sent(message.request_id, false, now);
                } else {
                    self.saved.talk.to_deliver = seq;
                    self.visit_heard(&message, now);
                    self.notify_of(&message, effects);
                }
                self.conversations.hear(message, seq, &mut self.record);
                if self.conversations.message(id.0, id.1).is_some_and(|kept| !kept.is_unread()) {
                    self.forget_notice(id.0);
                }
            }
            Change::Receipt { request_id, up_to, of_user, at: _, read } => {
                let state = if read { MessageState::Read } else { MessageState::Delivered };
                self.conversations.receipt(request_id, up_to, of_user, state, &mut self.record);
                if read && !of_user {
                    self.forget_notice(request_id);
                }
            }
            Change::Standing => self.wishes.look = true,
            Change::Unknown => {}
        }
    }

    /// One notice a conversation until it is opened; the line's own answers interrupt nobody.
    fn notify_of(&mut self, message: &Message, effects: &mut Vec<Effect>) {
        let Author::Staff { name } = &message.author else { return };
        let id = message.request_id;
        let seen = message.read_at.is_some() || self.shown_conversation == Some(id);
        if !seen && !self.saved.talk.noticed.contains(&id) {
            self.saved.talk.noticed.push(id);
            effects.push(Effect::Notify(words::message(self.language(), name, &message.text, id)));
        }
    }
}
