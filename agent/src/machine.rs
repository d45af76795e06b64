//! What the program decides, as a pure machine: an input and the time in, effects out.
//! Reads no clock, does no work of its own, and draws its randomness from a given seed,
//! so that weeks of a computer's life are a test of microseconds.

mod effect;
mod input;

use std::time::Duration;

use buhphone_protocol::telemetry::Launch;
use url::Url;

pub use self::{
    effect::Effect,
    input::{Input, Started},
};
use crate::{
    ports::Now,
    view::{Language, View},
};

/// Between two ticks: a person who sits down is noticed within it, and an idle computer is not kept busy.
pub const TICK: Duration = Duration::from_secs(30);

/// What holds for the whole life of the process.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Random; all randomness of the machine comes of it.
    pub seed: [u8; 32],
    pub launch: Launch,
    /// The program's version.
    pub version: String,
    /// The computer's language.
    pub language: Language,
    /// The address built in, or given by installer or policy.
    pub cloud: Url,
}

pub struct Machine {
    facts: Facts,
}

impl Machine {
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        Self { facts }
    }

    /// Takes in what happened and tells what is to be done, in order.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let _ = (input, now);
        Vec::new()
    }

    /// The monotonic time at which a tick is wanted even if none is due.
    #[must_use]
    pub fn wake_at(&self) -> Option<Duration> {
        None
    }

    /// All that is to be shown now.
    #[must_use]
    pub fn view(&self, now: Now) -> View {
        let _ = now;
        View {
            language: self.facts.language,
            language_choice: crate::view::LanguageChoice::System,
            stage: crate::view::Stage::Starting,
            connection: crate::view::Connection::Unknown,
            last_authorization: None,
            authorizing: false,
            owner: None,
            autostart: buhphone_protocol::telemetry::Autostart::Unknown,
            troubles: Vec::new(),
            last_sent: None,
            version: self.facts.version.clone(),
            cloud: self.facts.cloud.to_string(),
            tray: crate::view::Tray {
                icon: crate::view::TrayIcon::Offline,
                state: String::new(),
                last: String::new(),
                open: String::new(),
                quit: String::new(),
            },
        }
    }
}
