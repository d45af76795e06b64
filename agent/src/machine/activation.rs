//! From a code to a connected computer: key, binding, first authorization, start with the
//! computer. The code and the key's name are saved before anything is sent, so that a process
//! killed half way goes on where it was, and the same key presents the same code.

use std::{fmt, time::Duration};

use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    code::Code,
    error::ErrorCode,
    key::PublicKey,
    standing::Standing,
    telemetry::FailureKind,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    Effect, Machine,
    authorization::RefusalKind,
    call::{CallKind, failure},
    cloud_time::Seen,
    link::{self, Offer},
    saved::Device,
};
use crate::{
    ports::{CallError, Now, VaultError},
    view::{ActivationError, ActivationStep},
    words,
};

/// Longest wait for the system to tell of the start entry before the last step is left.
const AUTOSTART_PATIENCE: Duration = Duration::from_secs(30);

/// A code being presented.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Enrolment {
    /// Twelve digits.
    code: String,
    pub(super) key_name: String,
    #[serde(default)]
    cloud: Option<Url>,
    /// The cloud may have bound the key.
    #[serde(default)]
    sent: bool,
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment").field("key_name", &self.key_name).field("sent", &self.sent).finish_non_exhaustive()
    }
}

/// Steps after the binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Authorize,
    Autostart {
        /// Monotonic.
        until: Duration,
    },
}

/// The activation as a person sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Activation {
    /// Shown for a person to confirm, or kept for a retry.
    pub(super) offer: Option<Offer>,
    pub(super) error: Option<ActivationError>,
    pub(super) step: Option<Step>,
    /// A person waits for this attempt; otherwise it is a retry behind the last error.
    watched: bool,
    retried: bool,
}

impl Machine {
    /// A person confirmed a code.
    pub(super) fn activate(&mut self, text: &str, server: Option<&str>, now: Now, effects: &mut Vec<Effect>) {
        if !self.takes_codes() || self.activation_step().is_some() {
            return;
        }
        let code = match link::read_code(text) {
            Ok(code) => code,
            Err(error) => {
                self.activation.error = Some(error);
                return;
            }
        };
        let given = match server.map(link::read_cloud) {
            Some(None) => {
                self.activation.error = Some(ActivationError::BadServer);
                return;
            }
            given => given.flatten(),
        };
        let cloud = given.or(self.activation.offer.take().and_then(|offer| offer.cloud));
        let earlier = self.saved.enrolment.take();
        let key_name = match earlier {
            // The cloud may have bound that key by another code.
            Some(earlier) if earlier.sent && earlier.code != code.digits() => {
                effects.push(Effect::ForgetKey(earlier.key_name));
                None
            }
            Some(earlier) => Some(earlier.key_name),
            None => self.saved.spare_key.take(),
        };
        let key_name = key_name.unwrap_or_else(|| format!("device-{}", self.fresh_id(now).simple()));
        self.begin_visit(now);
        self.saved.enrolment = Some(Enrolment { code: code.digits(), key_name, cloud: cloud.clone(), sent: false });
        self.activation = Activation { offer: Some(Offer { code, cloud }), watched: true, ..Activation::default() };
        self.call = None;
        self.pace.succeeded();
        self.keep(effects);
    }

    /// A link was opened: what it brings is shown, and connects nothing by itself.
    pub(super) fn offer(&mut self, link: &str) {
        if !self.takes_codes() || self.activation_step().is_some() {
            return;
        }
        match link::read(link) {
            Ok(offer) => {
                self.activation.offer = Some(offer);
                self.activation.error = None;
            }
            Err(error) => self.activation.error = Some(error),
        }
    }

    /// Whether a code may be typed: no computer is connected, or it lost its connection for good.
    pub(super) fn takes_codes(&self) -> bool {
        let lost = |kind| matches!(kind, RefusalKind::Disconnected | RefusalKind::KeyLost);
        self.saved.device.is_none() || self.saved.refusal.is_some_and(|refusal| lost(refusal.kind))
    }

    /// The step a person watches, if one is under way.
    pub(super) fn activation_step(&self) -> Option<ActivationStep> {
        match (self.activation.step, self.call.map(|call| call.kind)) {
            _ if !self.activation.watched => None,
            (Some(Step::Authorize), _) => Some(ActivationStep::Authorize),
            (Some(Step::Autostart { .. }), _) => Some(ActivationStep::Autostart),
            (None, Some(CallKind::Key)) => Some(ActivationStep::Key),
            (None, Some(CallKind::Bind)) => Some(ActivationStep::Bind),
            (None, _) => None,
        }
    }

    /// Goes on with an activation that the process before this one began.
    pub(super) fn resume_activation(&mut self) {
        if let Some(enrolment) = &self.saved.enrolment
            && let Ok(code) = Code::parse(&enrolment.code)
        {
            self.activation.offer = Some(Offer { code, cloud: enrolment.cloud.clone() });
            self.activation.watched = true;
        } else {
            self.saved.enrolment = None;
        }
    }

    pub(super) fn proceed_activation(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let Some(enrolment) = &self.saved.enrolment else { return };
        if self.pace.next() > now.monotonic {
            return self.wake(self.pace.next());
        }
        let name = enrolment.key_name.clone();
        effects.push(Effect::UseCloud(self.target()));
        let attempt = self.begin(CallKind::Key, now);
        effects.push(Effect::MakeKey { attempt, name });
    }

    pub(super) fn key_made(
        &mut self,
        attempt: u64,
        result: Result<PublicKey, VaultError>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.ended(attempt) else { return };
        if call.kind == CallKind::NewKey {
            return self.new_key_made(result, now, effects);
        }
        let Some(enrolment) = &mut self.saved.enrolment else { return };
        match result {
            Ok(key) => {
                enrolment.sent = true;
                let (code, name) = (enrolment.code.clone(), enrolment.key_name.clone());
                self.keep(effects);
                effects.push(Effect::UseKey(name));
                let request =
                    ActivateRequest { code, key, launch: self.facts.launch.clone(), computer: self.computer.clone() };
                let attempt = self.begin(CallKind::Bind, now);
                effects.push(Effect::Activate { attempt, request });
            }
            Err(error) => self.activation_failed(&CallError::Vault(error), now, effects),
        }
    }

    pub(super) fn activated(
        &mut self,
        attempt: u64,
        result: Result<Activated, CallError>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.ended(attempt) else { return };
        match result {
            Ok(activated) => {
                let Some(enrolment) = self.saved.enrolment.take() else { return };
                let standing = activated.standing;
                let device = Device {
                    device_id: activated.device_id,
                    key_name: enrolment.key_name,
                    last_authorization: standing.last_authorization,
                    own_authorization: None,
                    seen: Seen { cloud: standing.now, wall: now.wall },
                    echo: None,
                    standing,
                };
                let standing = device.standing.clone();
                let salt = standing.partner.machine_salt.clone();
                let same = |old: &Device| old.device_id == device.device_id;
                if !self.saved.device.as_ref().is_some_and(same) {
                    let same_user =
                        self.saved.device.as_ref().is_none_or(|old| is_same_user(&old.standing, &device.standing));
                    self.begin_history(same_user);
                }
                let replaced = self.saved.device.replace(device);
                self.saved.cloud = enrolment.cloud.or(self.saved.cloud.take());
                self.saved.intent = None;
                self.device_since = self.next_attempt;
                self.wishes.launch = false;
                self.heard(&standing, call.sent, now, effects);
                self.activation.offer = None;
                self.activation.error = None;
                self.activation.step = Some(Step::Authorize);
                self.visit_connected(activated.visit, now);
                self.keep(effects);
                if let Some(replaced) = replaced {
                    effects.push(Effect::ForgetKey(replaced.key_name));
                }
                self.read_computer(salt, now, effects);
            }
            Err(error) => self.activation_failed(&error, now, effects),
        }
    }

    /// The last step: the start with the computer is set and read back.
    pub(super) fn set_autostart_step(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let until = now.monotonic + AUTOSTART_PATIENCE;
        self.activation.step = Some(Step::Autostart { until });
        effects.push(Effect::EnableAutostart { override_person: false });
    }

    pub(super) fn finish_activation(&mut self, effects: &mut Vec<Effect>) {
        let retried = std::mem::take(&mut self.activation).retried;
        if retried && let Some(device) = &self.saved.device {
            effects.push(Effect::Notify(words::connected(self.language(), &device.standing.partner.name)));
        }
    }

    /// A person waits again for what was being tried behind an error.
    pub(super) fn watch_activation(&mut self) {
        self.activation.error = None;
        self.activation.watched = true;
    }

    fn activation_failed(&mut self, error: &CallError, now: Now, effects: &mut Vec<Effect>) {
        let (error_shown, key_stays, again) = match error {
            CallError::Vault(_) => (ActivationError::Keyring, true, true),
            CallError::Unreached { failure, .. } => (unreached(*failure), true, true),
            CallError::Refused { code, .. } => match code {
                ErrorCode::SlowDown => (ActivationError::SlowDown, true, true),
                ErrorCode::Unavailable => (ActivationError::Unavailable, true, true),
                ErrorCode::SignatureStale => (ActivationError::Clock, true, true),
                ErrorCode::CodeUnknown => (ActivationError::CodeUnknown, true, false),
                ErrorCode::CodeUsed => (ActivationError::CodeUsed, true, false),
                ErrorCode::CodeExpired => (ActivationError::CodeExpired, true, false),
                ErrorCode::CodeRevoked => (ActivationError::CodeRevoked, true, false),
                // Among them a key that is a computer already: the next code gets a new one.
                _ => (ActivationError::Refused, false, false),
            },
        };
        self.saved.tally(failure(error), now.wall);
        self.note_connection(error);
        self.slow_down(error, now);
        self.activation.error = Some(error_shown);
        self.visit_code_failed(error_shown, now);
        self.activation.watched = false;
        self.activation.retried = true;
        if again {
            return;
        }
        if let Some(enrolment) = self.saved.enrolment.take() {
            if key_stays {
                self.saved.spare_key = Some(enrolment.key_name);
            } else {
                effects.push(Effect::ForgetKey(enrolment.key_name));
            }
        }
        self.use_device(effects);
    }

    /// The address of the code being presented, of the connected computer, or the one built in.
    pub(super) fn target(&self) -> Url {
        let asked = self.saved.enrolment.as_ref().and_then(|enrolment| enrolment.cloud.as_ref());
        asked.or(self.saved.cloud.as_ref()).or(self.saved.server.as_ref()).unwrap_or(&self.facts.cloud).clone()
    }

    /// An installer or an administrator named the address. One that is not trusted changes nothing.
    pub(super) fn use_server(&mut self, server: &str, effects: &mut Vec<Effect>) {
        match link::read_cloud(server) {
            Some(server) => {
                self.saved.server = Some(server);
                self.use_device(effects);
            }
            None => tracing::error!("the cloud's address that was given is not one to trust"),
        }
    }

    /// Calls go where the connected computer belongs, signed with its key.
    pub(super) fn use_device(&mut self, effects: &mut Vec<Effect>) {
        effects.push(Effect::UseCloud(self.target()));
        if let Some(device) = &self.saved.device {
            effects.push(Effect::UseKey(device.key_name.clone()));
        }
    }
}

fn unreached(failure: FailureKind) -> ActivationError {
    match failure {
        FailureKind::Clock => ActivationError::Clock,
        FailureKind::Proxy => ActivationError::Proxy,
        FailureKind::Tls => ActivationError::Tls,
        FailureKind::Unavailable => ActivationError::Unavailable,
        _ => ActivationError::Offline,
    }
}

/// As far as names tell; whoever they mistake is heard anew all the same.
fn is_same_user(one: &Standing, other: &Standing) -> bool {
    (&one.partner.name, &one.client, &one.user) == (&other.partner.name, &other.client, &other.user)
}
