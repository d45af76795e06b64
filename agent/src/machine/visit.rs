//! The visit: from the code being entered to the line's own confirmation of the test request.
//! Its steps are told to the cloud as they are done or fail; one that failed is repeated alone.

use std::{collections::BTreeMap, time::Duration};

use buhphone_protocol::{
    conversation::{Author, Message},
    ids::{CodeId, RequestId},
    live::Item,
    telemetry::{Autostart, FailureKind},
    visit::{StepReport, VisitStep},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Effect, Machine, call, pace::Pace};
use crate::{
    ports::{CallError, Now},
    view::{ActivationError, MessageState},
};

pub(super) const STEPS: [VisitStep; 6] = [
    VisitStep::Connected,
    VisitStep::Authorized,
    VisitStep::Autostart,
    VisitStep::TestSent,
    VisitStep::Confirmed,
    VisitStep::Answered,
];

/// A restart in the middle of a visit takes minutes; a wall clock that says more was set.
const RESTART_MAX: SignedDuration = SignedDuration::from_hours(12);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Visit {
    /// None before the code was accepted, and for good from an older cloud.
    #[serde(default)]
    pub(super) code_id: Option<CodeId>,
    #[serde(default)]
    pub(super) steps: BTreeMap<VisitStep, StepKept>,
    #[serde(default)]
    pub(super) request_id: Option<RequestId>,
    /// Its screen was not left.
    #[serde(default)]
    pub(super) open: bool,
    /// By the cloud's clock.
    #[serde(default)]
    pub(super) completed_at: Option<Timestamp>,
    /// Since the code was entered, milliseconds, when the computer's clock stood at `wall`.
    pub(super) elapsed_ms: u64,
    wall: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StepKept {
    pub(super) elapsed_ms: u64,
    /// None when it is done.
    pub(super) failed: Option<String>,
}

impl Visit {
    pub(super) fn is_done(&self, step: VisitStep) -> bool {
        self.steps.get(&step).is_some_and(|kept| kept.failed.is_none())
    }

    /// The earliest step that failed.
    fn failed_step(&self) -> Option<VisitStep> {
        self.steps.iter().find(|(_, kept)| kept.failed.is_some()).map(|(step, _)| *step)
    }
}

impl Machine {
    /// A code was entered: a visit begins, or goes on if no code of it was accepted yet.
    pub(super) fn begin_visit(&mut self, now: Now) {
        match &mut self.saved.visit {
            Some(visit) if !visit.is_done(VisitStep::Connected) => {
                visit.steps.clear();
                visit.open = true;
            }
            _ => {
                self.visit_clock = (now.monotonic, 0);
                self.saved.visit = Some(Visit {
                    code_id: None,
                    steps: BTreeMap::new(),
                    request_id: None,
                    open: true,
                    completed_at: None,
                    elapsed_ms: 0,
                    wall: now.wall,
                });
            }
        }
    }

    /// The visit's clock goes on where the process before this one left it.
    pub(super) fn resume_visit(&mut self, now: Now) {
        let Some(visit) = &self.saved.visit else { return };
        let away = now.wall.duration_since(visit.wall);
        let away = if (SignedDuration::ZERO..RESTART_MAX).contains(&away) { away } else { SignedDuration::ZERO };
        let away = u64::try_from(away.as_millis()).unwrap_or_default();
        self.visit_clock = (now.monotonic, visit.elapsed_ms.saturating_add(away));
    }

    /// Milliseconds since the code was entered.
    pub(super) fn visit_elapsed_ms(&self, now: Now) -> u64 {
        let (since, elapsed_ms) = self.visit_clock;
        let here = u64::try_from(now.monotonic.saturating_sub(since).as_millis()).unwrap_or(u64::MAX);
        // The longest the cloud counts.
        elapsed_ms.saturating_add(here).min(u32::MAX.into())
    }

    pub(super) fn visit_connected(&mut self, code_id: Option<CodeId>, now: Now) {
        if let Some(visit) = &mut self.saved.visit {
            visit.code_id = code_id;
        }
        self.visit_done(VisitStep::Connected, now);
    }

    pub(super) fn visit_code_failed(&mut self, error: ActivationError, now: Now) {
        let reason = serde_json::to_value(error).ok();
        let reason = reason.as_ref().and_then(|reason| reason.as_str()).unwrap_or("refused").to_owned();
        self.visit_failed(VisitStep::Connected, &reason, now);
    }

    pub(super) fn visit_not_authorized(&mut self, error: &CallError, now: Now) {
        self.visit_failed(VisitStep::Authorized, reason(call::failure(error)), now);
    }

    pub(super) fn visit_autostart(&mut self, read: Option<Autostart>, now: Now) {
        match read {
            Some(Autostart::On) => self.visit_done(VisitStep::Autostart, now),
            Some(Autostart::Off) => self.visit_failed(VisitStep::Autostart, "off", now),
            Some(Autostart::OffByPerson) => self.visit_failed(VisitStep::Autostart, "off_by_person", now),
            Some(Autostart::Forbidden) => self.visit_failed(VisitStep::Autostart, "forbidden", now),
            Some(Autostart::Foreign) => self.visit_failed(VisitStep::Autostart, "foreign", now),
            Some(Autostart::Unknown) | None => self.visit_failed(VisitStep::Autostart, "unknown", now),
        }
    }

    /// The start was read at another time than in its step: repeated, or after a restart in the middle.
    pub(super) fn visit_autostart_read(&mut self, read: Autostart, now: Now) {
        let connected = self.saved.visit.as_ref().is_some_and(|visit| visit.is_done(VisitStep::Connected));
        if connected && self.activation.step.is_none() {
            self.visit_autostart(Some(read), now);
        }
    }

    pub(super) fn visit_waits_for_trial(&self) -> bool {
        let Some(visit) = &self.saved.visit else { return false };
        visit.open && visit.is_done(VisitStep::Connected) && (visit.request_id.is_none() || self.visit_trial_refused())
    }

    /// The test request was made, and the line has not confirmed it.
    pub(super) fn visit_trial_under_way(&self) -> bool {
        let Some(visit) = &self.saved.visit else { return false };
        visit.open && visit.request_id.is_some() && !visit.is_done(VisitStep::Confirmed)
    }

    fn visit_trial_refused(&self) -> bool {
        let request = self.saved.visit.as_ref().and_then(|visit| visit.request_id);
        let first = request.and_then(|id| self.conversations.all.get(&id)?.messages.first());
        first.is_some_and(|kept| kept.state == MessageState::Refused)
    }

    pub(super) fn visit_trial_made(&mut self, id: RequestId) {
        if let Some(visit) = &mut self.saved.visit {
            visit.request_id = Some(id);
            visit.steps.remove(&VisitStep::TestSent);
        }
    }

    /// The cloud has the first message of a request, or refused it for good.
    pub(super) fn visit_sent(&mut self, id: RequestId, refused: bool, now: Now) {
        if self.is_test(id) && self.saved.visit.as_ref().is_some_and(|visit| !visit.is_done(VisitStep::TestSent)) {
            match refused {
                true => self.visit_failed(VisitStep::TestSent, "refused", now),
                false => self.visit_done(VisitStep::TestSent, now),
            }
        }
    }

    /// A call failed while the test request waited; it is repeated by itself.
    pub(super) fn visit_not_sent(&mut self, error: &CallError, now: Now) {
        if let Some(visit) = &self.saved.visit
            && visit.request_id.is_some()
            && !visit.is_done(VisitStep::TestSent)
        {
            self.visit_failed(VisitStep::TestSent, reason(call::failure(error)), now);
        }
    }

    /// The other side wrote.
    pub(super) fn visit_heard(&mut self, message: &Message, now: Now) {
        if !self.is_test(message.request_id) {
            return;
        }
        // Heard before the answer to the call that sent it.
        self.visit_done(VisitStep::TestSent, now);
        match message.author {
            Author::Line { .. } => {
                self.visit_done(VisitStep::Confirmed, now);
                let at = self.cloud_now(now);
                if let Some(visit) = &mut self.saved.visit {
                    visit.completed_at.get_or_insert(at);
                }
            }
            Author::Staff { .. } => self.visit_done(VisitStep::Answered, now),
            Author::User => {}
        }
    }

    pub(super) fn leave_visit(&mut self) {
        if let Some(visit) = &mut self.saved.visit {
            visit.open = false;
        }
    }

    /// Repeats the step that failed, and no other.
    pub(super) fn repeat_visit_step(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let Some(step) = self.saved.visit.as_ref().and_then(Visit::failed_step) else { return };
        match step {
            // Without a code kept for it, another is typed.
            VisitStep::Connected => {
                if self.saved.enrolment.is_some() {
                    self.watch_activation();
                    self.pace = Pace::default();
                }
            }
            VisitStep::Authorized => self.wishes.click = self.saved.device.is_some(),
            VisitStep::Autostart => effects.push(Effect::EnableAutostart { override_person: true }),
            VisitStep::TestSent | VisitStep::Confirmed | VisitStep::Answered | VisitStep::Unknown => {
                self.send_trial(now);
            }
        }
    }

    fn is_test(&self, id: RequestId) -> bool {
        self.saved.visit.as_ref().is_some_and(|visit| visit.request_id == Some(id))
    }

    pub(super) fn visit_done(&mut self, step: VisitStep, now: Now) {
        self.visit_step(step, None, now);
    }

    fn visit_failed(&mut self, step: VisitStep, reason: &str, now: Now) {
        self.visit_step(step, Some(reason.to_owned()), now);
    }

    /// A step done stays done; one that fails again for the same reason is not told again.
    fn visit_step(&mut self, step: VisitStep, failed: Option<String>, now: Now) {
        let elapsed_ms = self.visit_elapsed_ms(now);
        let Some(visit) = &mut self.saved.visit else { return };
        if visit.steps.get(&step).is_some_and(|kept| kept.failed.is_none() || kept.failed == failed) {
            return;
        }
        visit.steps.insert(step, StepKept { elapsed_ms, failed: failed.clone() });
        (visit.elapsed_ms, visit.wall) = (elapsed_ms, now.wall);
        if let Some(code_id) = visit.code_id {
            self.tell(Item::Visit { code_id, report: StepReport { step, elapsed_ms, failed } });
        }
    }

    pub(super) fn visit_seconds(elapsed_ms: u64) -> u32 {
        u32::try_from(Duration::from_millis(elapsed_ms).as_secs()).unwrap_or(u32::MAX)
    }
}

/// A failure as a plain code.
fn reason(failure: FailureKind) -> &'static str {
    match failure {
        FailureKind::Keyring => "keyring",
        FailureKind::KeyLost => "key_lost",
        FailureKind::Clock => "clock",
        FailureKind::Proxy => "proxy",
        FailureKind::Tls => "tls",
        FailureKind::Unavailable => "unavailable",
        FailureKind::Refused => "refused",
        _ => "offline",
    }
}
