//! The self-check as a part of the program's life: begun by a person, judged anew whenever it is
//! shown, so that what was put right meanwhile is seen at once.

use std::time::Duration;

use buhphone_protocol::telemetry::Autostart;
use jiff::tz::TimeZone;

use super::{Effect, Machine, picture::printed};
use crate::{
    ports::Now,
    self_check::{self, Found, Inspection, Known, report},
    view::{SavedReport, SelfCheckResult, SelfCheckView},
};

/// Longer than the slowest road and the slowest keyring together.
const PATIENCE: Duration = Duration::from_secs(150);

#[derive(Clone, Debug, Default)]
pub(super) struct SelfCheck {
    /// Monotonic: given up at this time.
    running: Option<Duration>,
    found: Option<Found>,
    saved: Option<SavedReport>,
}

impl Machine {
    pub(super) fn check_self(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.self_check.running.is_some() {
            return;
        }
        self.self_check.running = Some(now.monotonic + PATIENCE);
        self.self_check.saved = None;
        let key_name = self.saved.device.as_ref().map(|device| device.key_name.clone());
        effects.push(Effect::Inspect(Inspection { cloud: self.target(), key_name }));
    }

    pub(super) fn inspected(&mut self, found: Found, now: Now) {
        self.autostart_read(found.autostart);
        self.visit_autostart_read(found.autostart, now);
        self.self_check = SelfCheck { running: None, found: Some(found), saved: None };
    }

    /// The start with the computer was read, or set, after the look.
    pub(super) fn autostart_checked(&mut self, autostart: Autostart) {
        if let Some(found) = &mut self.self_check.found {
            found.autostart = autostart;
        }
    }

    pub(super) fn give_up_check(&mut self, now: Now) {
        self.self_check.running = self.self_check.running.filter(|until| *until > now.monotonic);
        if let Some(until) = self.self_check.running {
            self.wake(until);
        }
    }

    pub(super) fn save_report(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let Some((found, result)) = self.judged(now) else { return };
        let stamp = found.checked_at.to_zoned_datetime(self.zone()).strftime("%Y-%m-%d %H-%M-%S");
        let language = self.language();
        let name = crate::words::report_name(language, &stamp.to_string());
        let text = report::whole(&result, &self.known(now), found, language);
        effects.push(Effect::SaveReport { name, text });
    }

    pub(super) fn report_saved(&mut self, result: Result<String, String>) {
        self.self_check.saved = Some(match result {
            Ok(file) => SavedReport::Saved { file },
            Err(reason) => {
                tracing::warn!(%reason, "the report could not be saved");
                SavedReport::Failed
            }
        });
    }

    pub(super) fn self_check_view(&self, now: Now) -> SelfCheckView {
        let result = self.judged(now).map(|(_, result)| result);
        SelfCheckView { running: self.self_check.running.is_some(), result }
    }

    /// The last look for programs, as `--self-check --json` prints it.
    #[must_use]
    pub fn self_check_json(&self, now: Now) -> Option<String> {
        let (found, result) = self.judged(now)?;
        Some(report::json(&result, &self.known(now), found))
    }

    fn judged(&self, now: Now) -> Option<(&Found, SelfCheckResult)> {
        let found = self.self_check.found.as_ref()?;
        let language = self.language();
        let checks = self_check::judge(&self.known(now), found, language);
        let verdict = self_check::verdict(&checks);
        let result = SelfCheckResult {
            verdict,
            summary: self_check::summary(verdict, language).to_owned(),
            printed: printed(found.checked_at, self.zone()),
            checks,
            saved: self.self_check.saved.clone(),
        };
        Some((found, result))
    }

    fn known(&self, now: Now) -> Known {
        let last = self.last_authorization(now);
        Known {
            version: self.facts.version.clone(),
            system: self.computer.system.clone(),
            cloud: self.target().as_str().trim_end_matches('/').to_owned(),
            connected: self.saved.device.is_some(),
            today: last.as_ref().is_some_and(|last| last.today),
            last_authorization: last.map(|last| last.printed),
            failures: self.saved.failures.clone(),
        }
    }

    fn zone(&self) -> TimeZone {
        self.computer_zone().unwrap_or(TimeZone::UTC)
    }
}
