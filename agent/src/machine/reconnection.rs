//! «Подключить заново»: a computer whose key is gone makes another and asks the partner to let it
//! in. Begun by a person alone; the wish and the new key's name are saved before anything is sent.
//! The old key goes first each time: one that is back in its keyring ends the wish.

use std::{mem, time::Duration};

use buhphone_protocol::{
    key::PublicKey,
    reconnection::{ReconnectRequest, Reconnection},
    standing::Standing,
};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::{
    Effect, Machine,
    authorization::RefusalKind,
    call::{self, Call, CallKind},
};
use crate::{
    ports::{CallError, Now, VaultError},
    view::{Connection, Trouble},
    words,
};

/// The soonest that asking again may be of use: staff look before they click.
const ASK_AGAIN_MIN: Duration = Duration::from_secs(5);

/// The longest a computer that was let in may not know it while nobody looks.
const ASK_AGAIN_MAX: Duration = Duration::from_secs(60 * 60);

/// What a person asked for. It lives no longer than the trouble it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Wish {
    Waiting {
        key_name: String,
        /// The cloud has it, and staff can decide.
        #[serde(default)]
        told: bool,
    },
    /// Staff refused. Another wish takes another key.
    Refused,
}

impl Machine {
    /// A person asks to be let in by a new key.
    pub(super) fn reconnect(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if !self.has_lost_its_key() || self.saved.enrolment.is_some() {
            return;
        }
        if self.waits_for_partner() {
            return self.look_for_decision(now);
        }
        let key_name = format!("device-{}", self.fresh_id(now).simple());
        self.saved.reconnection = Some(Wish::Waiting { key_name, told: false });
        self.call = None;
        self.last_failure = None;
        self.pace.succeeded();
        self.keep(effects);
    }

    /// A person waits no longer: nothing is asked any more, and the new key is forgotten.
    pub(super) fn cancel_reconnection(&mut self, effects: &mut Vec<Effect>) {
        let Some(wish) = self.saved.reconnection.take() else { return };
        let asking = [CallKind::OldKey, CallKind::NewKey, CallKind::Reconnect];
        self.call.take_if(|call| asking.contains(&call.kind));
        self.keep(effects);
        if let Wish::Waiting { key_name, .. } = wish {
            effects.push(Effect::ForgetKey(key_name));
        }
    }

    /// Drops a wish whose trouble is over: the old key is back, a code connected the computer, or
    /// the partner disconnected it.
    pub(super) fn settle_reconnection(&mut self, effects: &mut Vec<Effect>) {
        if !self.has_lost_its_key() {
            self.cancel_reconnection(effects);
        }
    }

    pub(super) fn waits_for_partner(&self) -> bool {
        matches!(self.saved.reconnection, Some(Wish::Waiting { .. }))
    }

    /// A person looks: what became of the wish is asked now, but not at every glance.
    pub(super) fn look_for_decision(&mut self, now: Now) {
        if self.waits_for_partner() {
            self.pace.looked(now.monotonic);
        }
    }

    pub(super) fn proceed_reconnection(&mut self, now: Now, effects: &mut Vec<Effect>) {
        // Staff are shown whether it is the machine they knew.
        if let Some(deadline) = self.computer_awaited {
            return self.wake(deadline);
        }
        if self.pace.next() > now.monotonic {
            return self.wake(self.pace.next());
        }
        let attempt = self.begin(CallKind::OldKey, now);
        effects.push(Effect::AskStanding { attempt });
    }

    /// The cloud was asked where we stand, by the old key if there still is one.
    pub(super) fn old_key_tried(
        &mut self,
        result: Result<Standing, CallError>,
        call: Call,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        match result {
            Ok(standing) => self.heard(&standing, call.sent, now, effects),
            // Not there; or there again, and dead since staff approved the new one.
            Err(error) if call::refusal(&error).is_some() => {
                let Some(Wish::Waiting { key_name, .. }) = &self.saved.reconnection else { return };
                let name = key_name.clone();
                let attempt = self.begin(CallKind::NewKey, now);
                effects.push(Effect::MakeKey { attempt, name });
            }
            Err(error) => self.asked_in_vain(&error, now),
        }
    }

    pub(super) fn new_key_made(&mut self, result: Result<PublicKey, VaultError>, now: Now, effects: &mut Vec<Effect>) {
        let (Some(Wish::Waiting { key_name, .. }), Some(device)) = (&self.saved.reconnection, &self.saved.device)
        else {
            return;
        };
        match result {
            Ok(key) => {
                let request = ReconnectRequest {
                    device_id: device.device_id,
                    key,
                    launch: self.facts.launch.clone(),
                    computer: self.computer.clone(),
                };
                let key_name = key_name.clone();
                let attempt = self.begin(CallKind::Reconnect, now);
                effects.push(Effect::Reconnect { attempt, key_name, request });
            }
            Err(error) => self.asked_in_vain(&CallError::Vault(error), now),
        }
    }

    pub(super) fn reconnected(
        &mut self,
        attempt: u64,
        result: Result<Reconnection, CallError>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(call) = self.ended(attempt) else { return };
        let Some(Wish::Waiting { key_name, told }) = &mut self.saved.reconnection else { return };
        match result {
            Ok(Reconnection::Waiting { ask_again_in }) => {
                *told = true;
                self.ask_again_in(Duration::from_secs(ask_again_in.into()), now);
            }
            // Of a newer cloud; it will come to one of those that are known.
            Ok(Reconnection::Unknown) => {
                *told = true;
                self.ask_again_in(ASK_AGAIN_MAX, now);
            }
            Ok(Reconnection::Approved { standing }) => {
                let key_name = mem::take(key_name);
                self.let_in(key_name, &standing, call.sent, now, effects);
            }
            Ok(Reconnection::Refused) => {
                let key_name = mem::take(key_name);
                self.saved.reconnection = Some(Wish::Refused);
                self.decided();
                self.keep(effects);
                effects.push(Effect::ForgetKey(key_name));
                effects.push(Effect::Notify(words::reconnection_refused(self.language())));
            }
            // The partner disconnected the computer, or archived its user.
            Err(error) if call::refusal(&error).is_some_and(|kind| kind != RefusalKind::KeyLost) => {
                self.failed(&error, now);
            }
            Err(error) => self.asked_in_vain(&error, now),
        }
    }

    /// What is shown in place of the lost key, while a wish is about it.
    pub(super) fn reconnection_trouble(&self) -> Option<Trouble> {
        Some(match self.saved.reconnection.as_ref()? {
            Wish::Waiting { told, .. } => Trouble::Reconnecting { told: *told, failure: self.last_failure },
            Wish::Refused => Trouble::ReconnectionRefused,
        })
    }

    /// One save makes the new key the computer's. All else of it stays as it was.
    fn let_in(&mut self, key_name: String, standing: &Standing, sent: Now, now: Now, effects: &mut Vec<Effect>) {
        let Some(device) = &mut self.saved.device else { return };
        let lost = mem::replace(&mut device.key_name, key_name.clone());
        self.saved.reconnection = None;
        self.heard(standing, sent, now, effects);
        self.wishes.reconnected = true;
        self.keep(effects);
        effects.extend([
            Effect::UseKey(key_name),
            Effect::ForgetKey(lost),
            Effect::Notify(words::reconnected(self.language(), &standing.partner.name)),
        ]);
    }

    fn ask_again_in(&mut self, asked: Duration, now: Now) {
        self.decided();
        // Never sooner than the cloud asked, and not in step with the other computers of an office.
        let wait = asked.clamp(ASK_AGAIN_MIN, ASK_AGAIN_MAX).mul_f64(self.rng.random_range(1.0..1.25));
        self.pace.rest_until(now.monotonic + wait);
    }

    /// The cloud answered.
    fn decided(&mut self) {
        self.connection = Connection::Online;
        self.last_failure = None;
        self.pace.succeeded();
    }

    fn asked_in_vain(&mut self, error: &CallError, now: Now) {
        let kind = call::failure(error);
        self.saved.tally(kind, now.wall);
        self.last_failure = Some(kind);
        self.note_connection(error);
        self.slow_down(error, now);
    }

    fn has_lost_its_key(&self) -> bool {
        self.saved.device.is_some() && self.saved.refusal.is_some_and(|refusal| refusal.kind == RefusalKind::KeyLost)
    }
}
