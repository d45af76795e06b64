//! What a person writes and reads here. A text is put among the rows and into the outbox at
//! once, and shown only when both are durable.

use buhphone_protocol::{
    conversation::{Author, PHONE_MAX, Request, RequestKind, RequestState, TEXT_MAX},
    ids::{MessageId, RequestId},
    live::Item,
};

use super::{Machine, conversations::Kept};
use crate::{ports::Now, view::MessageState};

impl Machine {
    /// «Пробное обращение»: the visit's, where one waits for it.
    pub(super) fn send_trial(&mut self, now: Now) {
        if self.visit_waits_for_trial() {
            if let Some(id) = self.open_request(RequestKind::Trial, "", None, now) {
                self.visit_trial_made(id);
            }
        } else if !self.visit_trial_under_way() {
            self.open_request(RequestKind::Trial, "", None, now);
        }
        self.send_now();
    }

    /// «Обратиться».
    pub(super) fn ask(&mut self, text: &str, now: Now) {
        if is_letter(text) {
            self.open_request(RequestKind::Ordinary, text, None, now);
            self.drafts.forget_question(&mut self.record);
            self.send_now();
        }
    }

    /// «Перезвоните мне».
    pub(super) fn call_me(&mut self, phone: &str, now: Now) {
        let phone = phone.trim();
        if phone.chars().count() > PHONE_MAX {
            return;
        }
        if self.open_request(RequestKind::Callback, "", Some(phone.to_owned()), now).is_some() {
            phone.clone_into(&mut self.saved.talk.phone);
        }
        self.drafts.forget_phone(&mut self.record);
        self.send_now();
    }

    /// One more message in a conversation.
    pub(super) fn say(&mut self, request_id: &str, text: &str, now: Now) {
        let Ok(request_id) = request_id.parse::<RequestId>() else { return };
        if !self.conversations.all.contains_key(&request_id) || !is_letter(text) {
            return;
        }
        self.drafts.forget_reply(request_id, &mut self.record);
        let outbox = &self.outbox;
        match self.being_saved(|kept| kept.request_id == request_id && outbox.says(kept.place)) {
            Some(earlier) if earlier.text == text => return,
            Some(earlier) => self.withdraw(&earlier),
            None => {}
        }
        let message_id = MessageId(self.fresh_id(now));
        let item = Item::Say { request_id, message_id, text: text.to_owned(), made_at: now.wall };
        self.write(request_id, message_id, text, item, now);
        self.send_now();
    }

    fn open_request(&mut self, kind: RequestKind, text: &str, phone: Option<String>, now: Now) -> Option<RequestId> {
        self.saved.device.as_ref()?;
        let (conversations, outbox) = (&self.conversations, &self.outbox);
        let earlier = self.being_saved(|kept| {
            let request = conversations.all.get(&kept.request_id).map(|one| &one.head.request);
            !outbox.says(kept.place) && request.is_some_and(|request| request.kind == kind)
        });
        if let Some(earlier) = earlier {
            let same_phone = self.conversations.all[&earlier.request_id].head.request.phone == phone;
            if earlier.text == text && same_phone {
                return None;
            }
            self.withdraw(&earlier);
            self.conversations.forget(earlier.request_id, &mut self.record);
        }
        let (request_id, message_id) = (RequestId(self.fresh_id(now)), MessageId(self.fresh_id(now)));
        let item = Item::Open {
            request_id,
            request: kind,
            message_id,
            text: text.to_owned(),
            phone: phone.clone(),
            made_at: now.wall,
        };
        let opened_at = self.cloud_now(now);
        let request = Request { request_id, kind, state: RequestState::Waiting, opened_at, phone };
        self.conversations.put_request(request, 0, &mut self.record);
        self.write(request_id, message_id, text, item, now);
        Some(request_id)
    }

    fn write(&mut self, request_id: RequestId, message_id: MessageId, text: &str, item: Item, now: Now) {
        let place = self.tell(item);
        let kept = Kept {
            message_id,
            request_id,
            author: Author::User,
            text: text.to_owned(),
            at: self.cloud_now(now),
            seq: None,
            place,
            state: MessageState::Saved,
        };
        self.conversations.put_message(kept, &mut self.record);
    }

    /// What a full disk has not taken: a second click asks for nothing new, and a text that was
    /// changed meanwhile takes its place.
    fn being_saved(&self, fits: impl Fn(&Kept) -> bool) -> Option<Kept> {
        let mut messages = self.conversations.all.values().flat_map(|one| &one.messages);
        messages.find(|kept| !self.is_accepted(kept) && fits(kept)).cloned()
    }

    fn withdraw(&mut self, kept: &Kept) {
        self.outbox.withdraw(kept.place, &mut self.record);
        self.conversations.withdraw(kept, &mut self.record);
    }

    /// Not one of those that a person wrote and the disk has not taken yet.
    pub(super) fn is_accepted(&self, kept: &Kept) -> bool {
        !(kept.is_own() && kept.state == MessageState::Saved) || self.record.is_durable(&kept.key())
    }

    pub(super) fn send_now(&mut self) {
        self.outbox.asked = true;
    }

    pub(super) fn show_conversation(&mut self, request_id: Option<&str>) {
        self.shown_conversation = request_id.and_then(|id| id.parse().ok());
        if let Some(id) = self.shown_conversation {
            self.forget_notice(id);
        }
        self.read_shown();
    }

    /// What is on the screen is read, and the cloud is told how far.
    pub(super) fn read_shown(&mut self) {
        let Some(id) = self.shown_conversation else { return };
        let Some(conversation) = self.conversations.all.get(&id) else { return };
        let Some(last) = conversation.messages.iter().rfind(|kept| kept.is_unread()) else { return };
        let up_to = last.message_id;
        self.conversations.receipt(id, up_to, false, MessageState::Read, &mut self.record);
        self.tell(Item::Read { request_id: id, up_to });
        self.send_now();
    }

    pub(super) fn forget_notice(&mut self, id: RequestId) {
        self.saved.talk.noticed.retain(|noticed| *noticed != id);
    }
}

fn is_letter(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= TEXT_MAX
}
