//! The start with the computer: switched on once the computer is connected, repaired only if it
//! was ours and vanished. A person's own «off» is lifted by a person alone.

use buhphone_protocol::telemetry::Autostart;

use super::{Effect, Machine};

impl Machine {
    /// What is to be done about the entry found at a start.
    pub(super) fn check_autostart(&mut self, effects: &mut Vec<Effect>) {
        if self.saved.device.is_none() {
            return;
        }
        // A process before this one may have set it, and ended before it could write that down.
        self.autostart_read(self.autostart);
        // Not set yet: the process ended between the binding and the last step of an activation.
        let repair = !self.saved.autostart_set || self.autostart == Autostart::Off;
        if repair && !matches!(self.autostart, Autostart::On | Autostart::OffByPerson | Autostart::Forbidden) {
            effects.push(Effect::EnableAutostart { override_person: false });
        }
    }

    /// What an activation could not set is tried again once a tick, as what could not be saved is: the
    /// start that would do it otherwise is the very one that does not come.
    pub(super) fn keep_setting_autostart(&mut self, effects: &mut Vec<Effect>) {
        let refused = self.autostart == Autostart::Off && self.activation.step.is_none();
        if refused && self.saved.device.is_some() && !self.saved.autostart_set {
            effects.push(Effect::EnableAutostart { override_person: false });
        }
    }

    pub(super) fn autostart_read(&mut self, autostart: Autostart) {
        self.autostart = autostart;
        self.saved.autostart_set |= autostart == Autostart::On && self.saved.device.is_some();
    }
}
