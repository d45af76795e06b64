//! Conversations and the visit as they are shown. What a person wrote is shown only when the
//! disk has it.

use buhphone_protocol::{
    conversation::Author,
    desk::{DayHours, LineCard},
    ids::RequestId,
    visit::VisitStep,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    Machine,
    conversations::{Conversation, Kept},
    hours,
    visit::STEPS,
};
use crate::{
    ports::Now,
    view::{self, ConversationHead, Line, ShownMessage, StepState, Talk, VisitStepView, VisitView, Writer},
    words,
};

/// Of a list; older ones are found at the cloud.
const HEADS_MAX: usize = 100;

const BEGINNING_MAX: usize = 200;

impl Machine {
    /// By the cloud's clock, as well as that is known.
    pub(super) fn cloud_now(&self, now: Now) -> Timestamp {
        let Some(mut time) = self.time else { return now.wall };
        if let Some(last) = self.last {
            time.pass(last, now);
        }
        time.high
    }

    pub(super) fn talk(&self, now: Now) -> Talk {
        let Some(device) = &self.saved.device else { return Talk::default() };
        let at = self.cloud_now(now);
        let phones = [self.drafts.phone(), &self.saved.talk.phone, &device.standing.phone];
        let mut heads: Vec<&Conversation> =
            self.conversations.all.values().filter(|one| self.is_to_be_shown(one)).collect();
        heads.sort_by_key(|one| std::cmp::Reverse(one.order()));
        heads.truncate(HEADS_MAX);
        Talk {
            line: device.standing.line.as_ref().map(|line| self.line(line, &device.standing.partner.zone, at)),
            question: self.drafts.question().to_owned(),
            callback_phone: phones.into_iter().find(|phone| !phone.is_empty()).unwrap_or_default().to_owned(),
            conversations: heads.into_iter().map(|one| self.head(one, at)).collect(),
            shown: self.shown_conversation.and_then(|id| self.conversation(id, at)),
            unread: self.unread(),
            waiting_to_send: count(self.outbox.messages(&self.record)),
        }
    }

    pub(super) fn unread(&self) -> u32 {
        count(self.conversations.unread())
    }

    /// Something of it is durable.
    fn is_to_be_shown(&self, one: &Conversation) -> bool {
        one.messages.is_empty() || one.messages.iter().any(|kept| self.is_accepted(kept))
    }

    fn conversation(&self, id: RequestId, now: Timestamp) -> Option<view::Conversation> {
        let one = self.conversations.all.get(&id).filter(|one| self.is_to_be_shown(one))?;
        let messages = one.messages.iter().filter(|kept| self.is_accepted(kept));
        Some(view::Conversation {
            head: self.head(one, now),
            messages: messages.map(|kept| self.shown(kept)).collect(),
            reply: self.drafts.reply(id).to_owned(),
        })
    }

    fn head(&self, one: &Conversation, now: Timestamp) -> ConversationHead {
        let request = &one.head.request;
        let accepted = |kept: &&Kept| self.is_accepted(kept);
        let of_people = one.messages.iter().filter(|kept| !kept.is_of_line()).rfind(accepted);
        let last = of_people.or_else(|| one.messages.iter().rfind(accepted));
        ConversationHead {
            request_id: request.request_id.to_string(),
            kind: request.kind,
            state: request.state,
            last_text: last.map_or_else(String::new, |kept| beginning(&kept.text)),
            last_printed: self.moment(last.map_or(request.opened_at, |kept| kept.at), now),
            unread: count(one.unread()),
            phone: request.phone.clone().filter(|phone| !phone.is_empty()),
        }
    }

    fn shown(&self, kept: &Kept) -> ShownMessage {
        let at = kept.at.to_zoned_datetime(self.here());
        ShownMessage {
            message_id: kept.message_id.to_string(),
            writer: match &kept.author {
                Author::User => Writer::User,
                Author::Staff { name } => Writer::Staff { name: name.clone() },
                Author::Line { name } => Writer::Line { name: name.clone() },
            },
            text: kept.text.clone(),
            day: at.strftime("%d.%m.%Y").to_string(),
            time: at.strftime("%-H:%M").to_string(),
            state: kept.is_own().then_some(kept.state),
        }
    }

    /// `10:42` of today, else `22.11`, else `22.11.2025`.
    fn moment(&self, at: Timestamp, now: Timestamp) -> String {
        let (at, now) = (at.to_zoned_datetime(self.here()), now.to_zoned_datetime(self.here()));
        let format = match () {
            () if at.date() == now.date() => "%-H:%M",
            () if at.year() == now.year() => "%d.%m",
            () => "%d.%m.%Y",
        };
        at.strftime(format).to_string()
    }

    fn here(&self) -> TimeZone {
        self.computer_zone().unwrap_or(TimeZone::UTC)
    }

    fn line(&self, card: &LineCard, partner_zone: &str, now: Timestamp) -> Line {
        let zone = TimeZone::get(partner_zone).unwrap_or(TimeZone::UTC);
        let promise = hours::promise(card, &zone, now);
        Line {
            name: card.name.clone(),
            open_now: promise.open_now,
            hours: self.hours(&card.hours),
            promised: promise.promised_at.map(|at| self.soon(at, now)),
            opens: promise.opens_at.map(|at| self.soon(at, now)),
        }
    }

    /// `сегодня в 14:30`, `24.11 в 9:00`, in the computer's zone.
    fn soon(&self, at: Timestamp, now: Timestamp) -> String {
        let (at, today) = (at.to_zoned_datetime(self.here()), now.to_zoned_datetime(self.here()).date());
        let (date, time): (Date, _) = (at.date(), at.strftime("%-H:%M").to_string());
        let day = match () {
            () if date == today => words::today(self.language()).to_owned(),
            () if today.tomorrow().is_ok_and(|tomorrow| date == tomorrow) => {
                words::tomorrow(self.language()).to_owned()
            }
            () => at.strftime("%d.%m").to_string(),
        };
        words::day_at(self.language(), &day, &time)
    }

    /// Days in a row that have the same hours are one.
    fn hours(&self, hours: &[DayHours]) -> Vec<String> {
        let mut rows: Vec<(u8, u8, &DayHours)> = Vec::new();
        for day in hours {
            match rows.last_mut() {
                Some((_, last, first))
                    if *last + 1 == day.weekday && (&first.from, &first.to) == (&day.from, &day.to) =>
                {
                    *last = day.weekday;
                }
                _ => rows.push((day.weekday, day.weekday, day)),
            }
        }
        let weekday = |day| words::weekday(self.language(), day);
        rows.into_iter()
            .map(|(first, last, hours)| {
                let days = match last - first {
                    0 => weekday(first).to_owned(),
                    1 => format!("{}, {}", weekday(first), weekday(last)),
                    _ => format!("{}–{}", weekday(first), weekday(last)),
                };
                format!("{days} {}–{}", hour(&hours.from), hour(&hours.to))
            })
            .collect()
    }

    pub(super) fn visit(&self, now: Now) -> Option<VisitView> {
        let visit = self.saved.visit.as_ref()?;
        let confirmed = visit.steps.get(&VisitStep::Confirmed).filter(|kept| kept.failed.is_none());
        let mut current = true;
        let steps = STEPS.map(|step| {
            let kept = visit.steps.get(&step);
            let state = match kept.map(|kept| &kept.failed) {
                Some(None) => StepState::Done,
                Some(Some(reason)) => {
                    // The visit goes on past these; what failed is repeated when there is time.
                    current &= matches!(step, VisitStep::Authorized | VisitStep::Autostart);
                    StepState::Failed { reason: reason.clone() }
                }
                None if std::mem::take(&mut current) => StepState::Current,
                None => StepState::Pending,
            };
            let at_s = kept.filter(|kept| kept.failed.is_none()).map(|kept| Self::visit_seconds(kept.elapsed_ms));
            VisitStepView { step, state, at_s }
        });
        let elapsed_ms = match confirmed {
            Some(kept) => kept.elapsed_ms,
            None if visit.open => self.visit_elapsed_ms(now),
            // Left half way: nobody looks at the time.
            None => visit.elapsed_ms,
        };
        let completed = visit.completed_at.map(|at| at.to_zoned_datetime(self.here()));
        // The request itself is shown when the disk has it.
        let request =
            visit.request_id.filter(|id| self.conversations.all.get(id).is_some_and(|one| self.is_to_be_shown(one)));
        Some(VisitView {
            steps: steps.to_vec(),
            elapsed_s: Self::visit_seconds(elapsed_ms),
            complete: confirmed.is_some(),
            open: visit.open,
            request_id: request.map(|id| id.to_string()),
            completed_printed: completed.map(|at| at.strftime("%d.%m.%Y %-H:%M:%S").to_string()),
        })
    }
}

/// `09:00` as people write it.
fn hour(text: &str) -> &str {
    text.strip_prefix('0').filter(|rest| rest.len() == 4).unwrap_or(text)
}

fn beginning(text: &str) -> String {
    text.chars().take(BEGINNING_MAX).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
