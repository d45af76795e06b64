//! What the cloud is told, strictly in order: one call under way, of what is durable here, and
//! nothing forgotten before the cloud said that it is recorded. Repeated with the same ids,
//! so that the cloud counts once whatever arrives twice.

use std::{collections::BTreeMap, time::Duration};

use buhphone_protocol::{
    conversation::Seq,
    ids::{MessageId, RequestId},
    live::{ITEMS_MAX, Item, OUTBOX_BYTES_MAX, Outbox as Letter, OutboxRecorded},
    telemetry::FailureKind,
};

use super::{Effect, Machine, call, pace::Pace, record::Record};
use crate::{
    ports::{CallError, Now},
    view::{Connection, MessageState},
};

/// The driver answers sooner; this is for an answer that never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The letter around its items.
const ENVELOPE_BYTES: usize = 1024;

#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    items: BTreeMap<u64, Item>,
    sending: Option<Sending>,
    pub(super) pace: Pace,
    /// A person waits for what is in it.
    pub(super) asked: bool,
}

#[derive(Clone, Debug)]
struct Sending {
    attempt: u64,
    /// Monotonic.
    since: Duration,
    /// Of the items, by their position.
    places: Vec<u64>,
    /// Told behind them.
    delivered: Option<Seq>,
}

fn key(place: u64) -> String {
    format!("outbox/{place:020}")
}

/// The message an item brings, if it brings one.
fn message(item: &Item) -> Option<(RequestId, MessageId)> {
    match item {
        Item::Open { request_id, message_id, .. } | Item::Say { request_id, message_id, .. } => {
            Some((*request_id, *message_id))
        }
        Item::Delivered { .. } | Item::Read { .. } | Item::Visit { .. } => None,
    }
}

impl Outbox {
    pub(super) fn restore(&mut self, key: &str, item: Item) {
        if let Some(place) = key.strip_prefix("outbox/").and_then(|place| place.parse().ok()) {
            self.items.insert(place, item);
        }
    }

    /// Whether the item of this place is one more message in a conversation.
    pub(super) fn says(&self, place: u64) -> bool {
        matches!(self.items.get(&place), Some(Item::Say { .. }))
    }

    /// Takes back what was never durable, and so never sent.
    pub(super) fn withdraw(&mut self, place: u64, record: &mut Record) {
        self.items.remove(&place);
        record.delete(key(place));
    }

    /// Messages in it that are durable.
    pub(super) fn messages(&self, record: &Record) -> usize {
        self.items.iter().filter(|(place, item)| message(item).is_some() && record.is_durable(&key(**place))).count()
    }

    /// Another computer of the cloud's from now on.
    pub(super) fn begin_anew(&mut self, same_user: bool, record: &mut Record) {
        self.sending = None;
        self.pace = Pace::default();
        self.items.retain(|place, item| {
            let stays = same_user && message(item).is_some();
            if !stays {
                record.delete(key(*place));
            }
            stays
        });
    }

    fn letter(&self, record: &Record) -> (Vec<u64>, Vec<Item>) {
        let mut bytes = ENVELOPE_BYTES;
        let durable = self.items.iter().take_while(|(place, _)| record.is_durable(&key(**place)));
        durable
            .take(ITEMS_MAX - 1)
            .enumerate()
            .take_while(|(position, (_, item))| {
                bytes += serde_json::to_vec(item).map_or(0, |item| item.len() + 1);
                *position == 0 || bytes <= OUTBOX_BYTES_MAX
            })
            .map(|(_, (place, item))| (*place, item.clone()))
            .unzip()
    }
}

impl Machine {
    /// Puts an item behind all others; sent once it is durable.
    pub(super) fn tell(&mut self, item: Item) -> u64 {
        if let Item::Read { request_id, .. } = &item {
            self.untell_read(*request_id);
        }
        self.saved.talk.place += 1;
        let place = self.saved.talk.place;
        self.record.put(key(place), &item);
        self.outbox.items.insert(place, item);
        place
    }

    /// A later reading holds an earlier one.
    fn untell_read(&mut self, id: RequestId) {
        let under_way = self.outbox.sending.as_ref().map_or(&[][..], |sending| &sending.places);
        let earlier: Vec<u64> = self
            .outbox
            .items
            .iter()
            .filter(|(place, item)| {
                matches!(item, Item::Read { request_id, .. } if *request_id == id) && !under_way.contains(place)
            })
            .map(|(place, _)| *place)
            .collect();
        for place in earlier {
            self.outbox.items.remove(&place);
            self.record.delete(key(place));
        }
    }

    pub(super) fn proceed_outbox(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if let Some(sending) = &self.outbox.sending {
            let until = sending.since + PATIENCE;
            if until > now.monotonic {
                return self.wake(until);
            }
            let (attempt, failure) = (sending.attempt, FailureKind::Timeout);
            let silence = CallError::Unreached { failure, detail: "no answer".to_owned() };
            self.sent_outbox(attempt, Err(silence), now);
        }
        if !self.is_at_home() {
            return;
        }
        let (places, mut items) = self.outbox.letter(&self.record);
        let talk = &self.saved.talk;
        let delivered = (talk.to_deliver > talk.delivered && self.record.is_settled()).then_some(talk.to_deliver);
        items.extend(delivered.map(|up_to| Item::Delivered { up_to }));
        if items.is_empty() {
            return;
        }
        let at = self.outbox.pace.next();
        if at > now.monotonic && !std::mem::take(&mut self.outbox.asked) {
            return self.wake(at);
        }
        self.outbox.asked = false;
        let attempt = self.next_attempt;
        self.next_attempt += 1;
        self.outbox.pace.attempted(now.monotonic);
        self.outbox.sending = Some(Sending { attempt, since: now.monotonic, places, delivered });
        self.wake(now.monotonic + PATIENCE);
        effects.push(Effect::Send { attempt, outbox: Letter { items } });
    }

    /// Connected, and the cloud did not say otherwise.
    pub(super) fn is_at_home(&self) -> bool {
        self.saved.device.is_some() && self.saved.refusal.is_none() && self.saved.enrolment.is_none()
    }

    pub(super) fn sent_outbox(&mut self, attempt: u64, result: Result<OutboxRecorded, CallError>, now: Now) {
        let Some(sending) = self.outbox.sending.take_if(|sending| sending.attempt == attempt) else { return };
        match result {
            Ok(recorded) => {
                self.outbox.pace.succeeded();
                self.reached(now);
                for (position, place) in (0_u32..).zip(&sending.places) {
                    let rejected = recorded.rejected.iter().find(|rejected| rejected.position == position);
                    if let Some(rejected) = rejected {
                        tracing::warn!(place, message = rejected.message, "the cloud refused an item");
                    }
                    self.recorded(*place, rejected.is_some(), now);
                }
                if let Some(up_to) = sending.delivered {
                    self.saved.talk.delivered = self.saved.talk.delivered.max(up_to);
                }
            }
            Err(error) => {
                let (kind, retry_after) = call::pace_of(&error);
                self.outbox.pace.failed(kind, retry_after, now.monotonic, &mut self.rng);
                self.note_connection(&error);
                self.visit_not_sent(&error, now);
                // The standing tells what a refusal means.
                self.wishes.look |= call::refusal(&error).is_some();
            }
        }
    }

    /// The cloud recorded the item of this place, or refused it for good.
    fn recorded(&mut self, place: u64, rejected: bool, now: Now) {
        let Some(item) = self.outbox.items.remove(&place) else { return };
        self.record.delete(key(place));
        let Some((request_id, message_id)) = message(&item) else { return };
        if let Some(known) = self.conversations.message(request_id, message_id)
            && known.state == MessageState::Saved
        {
            let mut kept = known.clone();
            if rejected {
                // It stays where it was written, and what comes later comes after it.
                (kept.state, kept.seq) = (MessageState::Refused, Some(self.saved.talk.cursor));
            } else {
                kept.state = MessageState::Sent;
            }
            self.conversations.put_message(kept, &mut self.record);
        }
        self.visit_sent(request_id, rejected, now);
    }

    /// The cloud answered something other than where we stand.
    pub(super) fn reached(&mut self, now: Now) {
        if matches!(self.connection, Connection::Offline { .. }) && self.is_at_home() {
            self.pace.found(now.monotonic);
            // An authorization that waits will bring the standing with it.
            self.wishes.look |= self.saved.intent.is_none();
        }
    }
}
