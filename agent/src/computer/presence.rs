//! Whether a person is at the computer, as far as its session tells: unlocked, and how long without input.
//! Blocks for as long as the session takes to answer; the caller bounds it. Never guesses.

#[cfg(target_os = "linux")]
#[path = "presence/linux.rs"]
mod session;
#[cfg(windows)]
#[path = "presence/windows.rs"]
mod session;

use buhphone_protocol::telemetry::Attended;

use crate::{environment::Environment, ports::Presence};

pub(super) fn read(environment: &Environment) -> Presence {
    let unlocked = match session::locked() {
        Some(true) => Attended::No,
        Some(false) => Attended::Yes,
        None => Attended::Unknown,
    };
    Presence { unlocked, idle: session::idle(environment) }
}
