//! When to authorize, and when only to ask: at launch at once, on a new day of the partner when
//! a person is there, again while unanswered. Where the clocks leave the day in doubt the cloud
//! is asked for its time, which costs little and marks nothing.

use std::time::Duration;

use buhphone_protocol::{
    authorization::AuthorizeRequest,
    ids::AuthorizationId,
    telemetry::{Attended, Autostart, FailureKind, Launch, Trigger},
};
use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Effect, Machine,
    activation::Step,
    call::CallKind,
    saved::{Intent, LastSent},
};
use crate::{ports::Now, view::Connection};

/// Computers that are never switched off see midnight together; this spreads them.
const NEW_DAY_SPREAD: Duration = Duration::from_secs(3 * 60);

/// An office whose network or power returns resumes together.
const RESUME_SPREAD: Duration = Duration::from_secs(2);

/// At login the network is often a minute late; a launch answered by then is still a launch.
const LAUNCH_GRACE: SignedDuration = SignedDuration::from_mins(2);

/// The cloud's word for «this computer does not authorize any more», or the keyring's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refusal {
    pub(super) kind: RefusalKind,
    /// By the cloud's clock: tried again from then on, once a day, in case it was undone.
    pub(super) until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefusalKind {
    Disconnected,
    UserArchived,
    KeyLost,
}

/// What is asked of the machine and not done yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    /// This launch has not authorized.
    pub(super) launch: bool,
    /// Monotonic; a launch by the system waits for it.
    pub(super) launch_at: Duration,
    /// A launch in this process that comes after the one that has not authorized.
    pub(super) next_launch: Option<Launch>,
    /// A person asked to authorize.
    pub(super) click: bool,
    /// A person looks and what is known is old.
    pub(super) look: bool,
    /// The computer slept, or the network returned, since all was last well.
    pub(super) resumed: bool,
    pub(super) network: bool,
    /// The partner has let a new key in, and it has not authorized.
    pub(super) reconnected: bool,
    /// Monotonic: when the attempt for a new day goes out, once it is due and a person is there.
    pub(super) due_at: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Authorize(Trigger),
    Standing,
}

impl Machine {
    pub(super) fn proceed_authorization(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.close_intent(now);
        if let Some(deadline) = self.computer_awaited {
            return self.wake(deadline);
        }
        let Some((wanted, at)) = self.wanted(now) else { return };
        if at > now.monotonic {
            return self.wake(at);
        }
        match wanted {
            Wanted::Authorize(trigger) => self.authorize(trigger, now, effects),
            Wanted::Standing => {
                let attempt = self.begin(CallKind::Standing, now);
                effects.push(Effect::AskStanding { attempt });
            }
        }
    }

    /// An intent that its day has outlived is closed, and told as a failure.
    fn close_intent(&mut self, now: Now) {
        if let (Some(intent), Some(time)) = (&self.saved.intent, self.time)
            && time.high >= intent.day_end
        {
            self.saved.intent = None;
            self.saved.tally(FailureKind::DayEnded, now.wall);
        }
    }

    /// What is wanted now, and from which monotonic time on.
    fn wanted(&mut self, now: Now) -> Option<(Wanted, Duration)> {
        let device = self.saved.device.as_ref()?;
        let time = self.time?;
        let due = device.due(self.days.as_ref()?);
        let there = self.attended()? != Attended::No;
        let paced = self.pace.next();
        if self.wishes.click {
            return Some((Wanted::Authorize(Trigger::Person), now.monotonic));
        }
        if self.activation.step == Some(Step::Authorize) {
            return Some((Wanted::Authorize(Trigger::Activation), now.monotonic));
        }
        if self.wishes.launch {
            return Some((Wanted::Authorize(self.late(Trigger::Launch)), paced.max(self.wishes.launch_at)));
        }
        if self.wishes.reconnected {
            return Some((Wanted::Authorize(Trigger::Activation), paced));
        }
        if self.wishes.look {
            return Some((Wanted::Standing, now.monotonic));
        }
        if let Some(refusal) = self.saved.refusal {
            let again = time.high >= refusal.until && there;
            return again.then_some((Wanted::Authorize(Trigger::NewDay), paced));
        }
        if let Some(intent) = &self.saved.intent {
            return Some((Wanted::Authorize(self.late(intent.request.trigger)), paced));
        }
        let certain = time.low >= due;
        if there && (certain || time.high >= due || time.set_back) {
            let spread = if certain && !self.wishes.resumed { NEW_DAY_SPREAD } else { RESUME_SPREAD };
            let (wishes, rng) = (&mut self.wishes, &mut self.rng);
            let due_at =
                *wishes.due_at.get_or_insert_with(|| now.monotonic + spread.mul_f64(rng.random_range(0.0..1.0)));
            let wanted = if certain { Wanted::Authorize(wishes.trigger()) } else { Wanted::Standing };
            return Some((wanted, due_at.max(paced)));
        }
        self.wishes.due_at = None;
        if there && matches!(self.connection, Connection::Offline { .. }) {
            return Some((Wanted::Standing, paced));
        }
        if time.high < due {
            self.wishes.resumed = false;
            self.wishes.network = false;
        }
        None
    }

    /// Why a repeated attempt is made: long after the first, because the network let it.
    fn late(&self, trigger: Trigger) -> Trigger {
        let waited = self.saved.intent.as_ref().zip(self.time).is_some_and(|(intent, time)| {
            time.high.duration_since(intent.made_at) > LAUNCH_GRACE
                && matches!(self.connection, Connection::Offline { .. })
        });
        match trigger {
            Trigger::Launch | Trigger::NewDay | Trigger::Resume if waited => Trigger::Network,
            _ => trigger,
        }
    }

    /// Whether a person is there on the partner's current day.
    pub(super) fn attended(&self) -> Option<Attended> {
        Some(self.attendance.attended(self.days.as_ref()?.start(self.time?.high)))
    }

    fn authorize(&mut self, trigger: Trigger, now: Now, effects: &mut Vec<Effect>) {
        let (Some(device), Some(days), Some(time), Some(seen)) =
            (&self.saved.device, &self.days, self.time, self.attended())
        else {
            return;
        };
        let day_end = days.end(time.high);
        let echo = device.echo.clone();
        let activating = self.activation.step == Some(Step::Authorize);
        let asked = activating || trigger == Trigger::Person;
        let attended = if asked { Attended::Yes } else { seen };
        let earlier = self.saved.intent.take();
        let firm = earlier.as_ref().is_some_and(|intent| intent.maybe_received);
        let intent = match earlier {
            // What the cloud may have written is repeated word for word: it answers the first time again.
            Some(intent) if intent.maybe_received => intent,
            earlier => {
                let was_attended = earlier.as_ref().is_some_and(|intent| intent.request.attended == Attended::Yes);
                let (id, made_at, day_end) = match earlier {
                    Some(intent) => (intent.request.authorization_id, intent.made_at, intent.day_end),
                    None => (AuthorizationId(self.fresh_id(now)), time.high, day_end),
                };
                let request = AuthorizeRequest {
                    authorization_id: id,
                    launch: self.facts.launch.clone(),
                    trigger,
                    attended: if was_attended { Attended::Yes } else { attended },
                    computer: self.computer.clone(),
                    // Activation switches it on only after its own authorization.
                    autostart: if activating { Autostart::Unknown } else { self.autostart },
                    failures: self.saved.failures.clone(),
                    launches: self.saved.launches_beside(&self.facts.launch),
                    launches_dropped: self.saved.launches_dropped,
                    echo,
                };
                Intent { request, made_at, day_end, maybe_received: true }
            }
        };
        let clicked = std::mem::take(&mut self.wishes.click);
        let request = intent.request.clone();
        self.saved.last_sent = Some(LastSent { at: now.wall, request: request.clone(), answered: false });
        self.saved.intent = Some(intent);
        let id = request.authorization_id;
        let attempt = self.begin(CallKind::Authorize { id, firm, clicked }, now);
        self.keep(effects);
        effects.push(Effect::Authorize { attempt, request });
    }

    /// A UUID of version 7, by the cloud's clock where it is known.
    pub(super) fn fresh_id(&mut self, now: Now) -> Uuid {
        let at = self.time.map_or(now.wall, |time| time.high);
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.rng.random()).into_uuid()
    }
}

impl Wishes {
    fn trigger(&self) -> Trigger {
        match (self.network, self.resumed) {
            (true, _) => Trigger::Network,
            (false, true) => Trigger::Resume,
            (false, false) => Trigger::NewDay,
        }
    }
}
