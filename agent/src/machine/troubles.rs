//! What is wrong, the gravest first. A cause that explains a missing authorization stands in
//! for it, so that one fault is one sentence.

use buhphone_protocol::telemetry::{Autostart, FailureKind};

use super::{Machine, authorization::RefusalKind};
use crate::view::Trouble;

impl Machine {
    pub(super) fn troubles(&self) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        if let Some(device) = &self.saved.device {
            troubles.extend(self.cause(self.is_today(device.last_authorization)));
        }
        if self.record.failing {
            troubles.push(Trouble::StateNotSaved);
        }
        if let Some(file) = &self.record.set_aside {
            troubles.push(Trouble::StateSetAside { file: file.clone() });
        }
        if let Some(device) = &self.saved.device {
            troubles.extend(match self.autostart {
                // Until the first setting was read back, off is not yet a fault.
                Autostart::Off if self.activation.step.is_none() => Some(Trouble::AutostartOff),
                Autostart::OffByPerson => Some(Trouble::AutostartOffByPerson),
                Autostart::Forbidden => Some(Trouble::AutostartForbidden),
                Autostart::Foreign => Some(Trouble::AutostartForeign),
                Autostart::Off | Autostart::On | Autostart::Unknown => None,
            });
            if device.standing.contract_ended {
                troubles.push(Trouble::ContractEnded);
            }
        }
        troubles
    }

    /// Why the computer does not authorize, or did not today.
    fn cause(&self, today: bool) -> Option<Trouble> {
        if let Some(refusal) = &self.saved.refusal {
            return Some(match refusal.kind {
                RefusalKind::Disconnected => Trouble::Disconnected,
                RefusalKind::UserArchived => Trouble::UserArchived,
                RefusalKind::KeyLost => self.reconnection_trouble().unwrap_or(Trouble::KeyLost),
            });
        }
        match self.last_failure? {
            FailureKind::Keyring => Some(Trouble::KeyringLocked),
            FailureKind::Clock => Some(Trouble::ClockWrong),
            failure => (!today).then_some(Trouble::NotAuthorized { failure }),
        }
    }
}
