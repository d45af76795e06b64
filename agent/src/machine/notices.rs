//! The few things worth interrupting a person for: each grave trouble once, when it begins, and
//! an activation that finished by itself after they had stopped watching.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Effect, Machine, authorization::RefusalKind};
use crate::words;

/// Days without an authorization after which a person is told: a weekend is shorter.
const SILENT_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// A trouble that a person is notified of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Grave {
    Disconnected,
    UserArchived,
    KeyLost,
    /// Attempts have failed for three days of the partner.
    Silent,
}

impl Machine {
    pub(super) fn notice(&mut self, effects: &mut Vec<Effect>) {
        let grave = self.grave();
        self.saved.notified.retain(|told| Some(*told) == grave);
        if let Some(grave) = grave
            && self.saved.notified.is_empty()
        {
            self.saved.notified.push(grave);
            effects.push(Effect::Notify(words::grave(self.language(), grave)));
        }
    }

    fn grave(&self) -> Option<Grave> {
        let device = self.saved.device.as_ref()?;
        if let Some(refusal) = &self.saved.refusal {
            return Some(match refusal.kind {
                RefusalKind::Disconnected => Grave::Disconnected,
                RefusalKind::UserArchived => Grave::UserArchived,
                RefusalKind::KeyLost => Grave::KeyLost,
            });
        }
        let silent = self.time?.high.duration_since(device.due(self.days.as_ref()?)) >= SILENT_FOR;
        (silent && self.last_failure.is_some()).then_some(Grave::Silent)
    }
}
