//! The one call under way, and what its answer or its failure means for the machine. A late
//! answer to an authorization still moves the date forward; any other late answer is dropped.

use std::time::Duration;

use buhphone_protocol::{
    authorization::Authorized, error::ErrorCode, ids::AuthorizationId, standing::Standing, telemetry::FailureKind,
    visit::VisitStep,
};
use jiff::SignedDuration;

use super::{
    Effect, Machine,
    activation::Step,
    authorization::{Refusal, RefusalKind},
    cloud_time::{CloudTime, Seen},
    day::PartnerDays,
    pace,
};
use crate::{
    ports::{CallError, Now, VaultError},
    view::Connection,
};

/// The driver answers sooner; this is for an answer that never comes.
const PATIENCE: Duration = Duration::from_secs(150);

/// Between two authorizations nobody asked for, should the cloud's days not advance.
const REST: Duration = Duration::from_secs(5 * 60);

/// An authorization the cloud wrote longer ago than this was written by an earlier attempt.
const FRESH: SignedDuration = SignedDuration::from_mins(2);

#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    attempt: u64,
    pub(super) kind: CallKind,
    pub(super) sent: Now,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
    /// The key is being made.
    Key,
    /// The code is being presented.
    Bind,
    Authorize {
        id: AuthorizationId,
        /// An earlier attempt may have been received.
        firm: bool,
        /// A person asked for it.
        clicked: bool,
    },
    Standing,
    /// Where we stand is asked by the key that was lost, in case it is back.
    OldKey,
    /// The key to take its place is being made.
    NewKey,
    /// The partner is asked to let the new key in.
    Reconnect,
}

impl Machine {
    /// A new call under way; any other is given up.
    pub(super) fn begin(&mut self, kind: CallKind, now: Now) -> u64 {
        let attempt = self.next_attempt;
        self.next_attempt += 1;
        self.call = Some(Call { attempt, kind, sent: now });
        self.pace.attempted(now.monotonic);
        self.wake(now.monotonic + PATIENCE);
        attempt
    }

    /// The call that `attempt` answers, if it is still waited for.
    pub(super) fn ended(&mut self, attempt: u64) -> Option<Call> {
        self.call.take_if(|call| call.attempt == attempt)
    }

    /// Gives up a call that was not answered at all.
    pub(super) fn give_up(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let Some(call) = self.call else { return };
        if now.monotonic.saturating_sub(call.sent.monotonic) < PATIENCE {
            return self.wake(call.sent.monotonic + PATIENCE);
        }
        let silence = CallError::Unreached { failure: FailureKind::Timeout, detail: "no answer".to_owned() };
        match call.kind {
            CallKind::Key | CallKind::NewKey => {
                self.key_made(call.attempt, Err(VaultError::NotReady("no answer".to_owned())), now, effects);
            }
            CallKind::Bind => self.activated(call.attempt, Err(silence), now, effects),
            CallKind::Authorize { .. } => self.authorized(call.attempt, Err(silence), now, effects),
            CallKind::Standing | CallKind::OldKey => self.standing(call.attempt, Err(silence), now, effects),
            CallKind::Reconnect => self.reconnected(call.attempt, Err(silence), now, effects),
        }
    }

    pub(super) fn authorized(
        &mut self,
        attempt: u64,
        result: Result<Authorized, CallError>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        if attempt < self.device_since {
            return;
        }
        let call = self.ended(attempt);
        match result {
            Ok(answer) => self.acknowledged(answer, call, now, effects),
            Err(error) => {
                let Some(call) = call else { return };
                if let CallKind::Authorize { id, firm, .. } = call.kind
                    && !firm
                    && never_received(&error)
                    && let Some(intent) = self.saved.intent.as_mut().filter(|i| i.request.authorization_id == id)
                {
                    intent.maybe_received = false;
                }
                self.failed(&error, now);
                self.visit_not_authorized(&error, now);
            }
        }
        if self.activation.step == Some(Step::Authorize) {
            self.set_autostart_step(now, effects);
        }
    }

    fn acknowledged(&mut self, answer: Authorized, call: Option<Call>, now: Now, effects: &mut Vec<Effect>) {
        let fresh = answer.standing.now.duration_since(answer.authorized_at) <= FRESH;
        if let Some(call) = call {
            self.heard(&answer.standing, call.sent, now, effects);
        }
        let Some(device) = &mut self.saved.device else { return };
        device.last_authorization = device.last_authorization.max(Some(answer.authorized_at));
        // A late answer brings back a value that was used up since: presented, it would tell of a copy.
        if device.own_authorization <= Some(answer.authorized_at) {
            device.echo = Some(answer.echo);
        }
        device.own_authorization = device.own_authorization.max(Some(answer.authorized_at));
        if let Some(intent) = self.saved.intent.take_if(|i| i.request.authorization_id == answer.authorization_id) {
            self.saved.told(&intent.request);
            if let Some(sent) = &mut self.saved.last_sent {
                sent.answered |= sent.request.authorization_id == answer.authorization_id;
            }
            if intent.request.launch.launch_id == self.facts.launch.launch_id {
                self.wishes.launch = false;
                self.take_next_launch();
            }
        }
        self.visit_done(VisitStep::Authorized, now);
        if fresh {
            self.wishes.click = false;
            self.wishes.reconnected = false;
            self.wishes.resumed = false;
            self.wishes.network = false;
            if !self.wishes.launch {
                self.pace.rest_until(now.monotonic + REST);
            }
        } else if let Some(Call { kind: CallKind::Authorize { clicked: true, .. }, .. }) = call {
            // The answer was to an attempt before the click.
            self.wishes.click = true;
        }
    }

    pub(super) fn standing(
        &mut self,
        attempt: u64,
        result: Result<Standing, CallError>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.ended(attempt) else { return };
        if call.kind == CallKind::OldKey {
            return self.old_key_tried(result, call, now, effects);
        }
        match result {
            Ok(standing) => self.heard(&standing, call.sent, now, effects),
            Err(error) => self.failed(&error, now),
        }
    }

    /// The cloud answered and told where we stand.
    pub(super) fn heard(&mut self, standing: &Standing, sent: Now, now: Now, effects: &mut Vec<Effect>) {
        let told = CloudTime::told(standing.now, sent, now);
        if let Some(time) = self.time.replace(told) {
            self.attendance.correct(told.high.duration_since(time.high));
        }
        if let Some(device) = &mut self.saved.device {
            if device.standing.partner.machine_salt != standing.partner.machine_salt {
                effects.push(Effect::ReadComputer { machine_salt: Some(standing.partner.machine_salt.clone()) });
            }
            device.last_authorization = device.last_authorization.max(standing.last_authorization);
            device.standing = standing.clone();
            device.seen = Seen { cloud: standing.now, wall: sent.wall };
        }
        self.days = Some(PartnerDays::of(standing));
        self.connection = Connection::Online;
        self.answered_at = Some(now.monotonic);
        self.last_failure = None;
        self.saved.refusal = None;
        self.wishes.look = false;
        self.pace.succeeded();
    }

    /// A call of a connected computer failed.
    pub(super) fn failed(&mut self, error: &CallError, now: Now) {
        let kind = failure(error);
        self.saved.tally(kind, now.wall);
        self.last_failure = Some(kind);
        self.wishes.look = false;
        self.note_connection(error);
        if let Some(kind) = refusal(error)
            && let (Some(days), Some(time)) = (&self.days, self.time)
        {
            self.saved.refusal = Some(Refusal { kind, until: days.end(time.high) });
            self.wishes.launch = false;
            self.wishes.next_launch = None;
            self.wishes.reconnected = false;
        }
        self.slow_down(error, now);
    }

    pub(super) fn slow_down(&mut self, error: &CallError, now: Now) {
        let (kind, retry_after) = pace_of(error);
        self.pace.failed(kind, retry_after, now.monotonic, &mut self.rng);
    }

    pub(super) fn note_connection(&mut self, error: &CallError) {
        match error {
            CallError::Unreached { failure, .. } => self.connection = Connection::Offline { failure: *failure },
            CallError::Refused { code: ErrorCode::Unavailable, .. } => {
                self.connection = Connection::Offline { failure: FailureKind::Unavailable };
            }
            CallError::Refused { .. } => self.connection = Connection::Online,
            // The keyring says nothing of the network.
            CallError::Vault(_) => {}
        }
    }
}

/// How a failed call is repeated.
pub(super) fn pace_of(error: &CallError) -> (pace::Kind, Option<Duration>) {
    match error {
        CallError::Vault(_) => (pace::Kind::Keyring, None),
        CallError::Unreached { .. } => (pace::Kind::Network, None),
        CallError::Refused { code, retry_after, .. } => match code {
            ErrorCode::SlowDown | ErrorCode::Unavailable | ErrorCode::SignatureStale => {
                (pace::Kind::Network, *retry_after)
            }
            _ => (pace::Kind::Refused, *retry_after),
        },
    }
}

/// How a failed call is told to the cloud.
pub(super) fn failure(error: &CallError) -> FailureKind {
    match error {
        CallError::Unreached { failure, .. } => *failure,
        CallError::Vault(VaultError::NotReady(_)) => FailureKind::Keyring,
        CallError::Vault(VaultError::NoKey) => FailureKind::KeyLost,
        CallError::Refused { code: ErrorCode::SignatureStale, .. } => FailureKind::Clock,
        CallError::Refused { code: ErrorCode::Unavailable | ErrorCode::SlowDown, .. } => FailureKind::Unavailable,
        CallError::Refused { .. } => FailureKind::Refused,
    }
}

/// Whether time alone will not mend it.
pub(super) fn refusal(error: &CallError) -> Option<RefusalKind> {
    match error {
        CallError::Vault(VaultError::NoKey) => Some(RefusalKind::KeyLost),
        CallError::Refused { code: ErrorCode::DeviceDisconnected | ErrorCode::DeviceUnknown, .. } => {
            Some(RefusalKind::Disconnected)
        }
        CallError::Refused { code: ErrorCode::UserArchived, .. } => Some(RefusalKind::UserArchived),
        _ => None,
    }
}

/// Whether the cloud certainly wrote nothing of this attempt.
fn never_received(error: &CallError) -> bool {
    match error {
        CallError::Refused { code, .. } => *code != ErrorCode::Unavailable,
        CallError::Vault(_) => true,
        CallError::Unreached { failure, .. } => matches!(
            failure,
            FailureKind::Dns | FailureKind::Connect | FailureKind::Tls | FailureKind::Clock | FailureKind::Proxy
        ),
    }
}
