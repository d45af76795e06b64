//! The system's own list of what starts at login: our entry in it is written by `auto-launch`,
//! quoted here so that any path survives, and read back from the system by ourselves.
//! Never overrides a person's «off» unless told that a person wants it.

#[cfg(target_os = "linux")]
pub mod desktop_entry;
#[cfg(target_os = "linux")]
#[path = "autostart/linux.rs"]
mod system;
#[cfg(windows)]
#[path = "autostart/windows.rs"]
mod system;

use std::path::PathBuf;

use buhphone_protocol::telemetry::Autostart;

/// The entry's name, as a person sees it in the system's settings.
pub const NAME: &str = "Бухфон";

/// Told to the program by the entry: start without a window.
pub const HIDDEN: &str = "--hidden";

/// The entry that starts `program`.
#[derive(Clone, Debug)]
pub struct AutostartEntry {
    program: PathBuf,
}

impl AutostartEntry {
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// As the system has it now.
    #[must_use]
    pub fn read(&self) -> Autostart {
        system::read(&self.program).unwrap_or_else(|error| {
            tracing::warn!(%error, "the start entry could not be read");
            Autostart::Unknown
        })
    }

    /// Writes the entry unless a person switched it off, and reads it back.
    #[must_use]
    pub fn enable(&self, override_person: bool) -> Autostart {
        if self.read() == Autostart::OffByPerson && !override_person {
            return Autostart::OffByPerson;
        }
        if let Err(error) = system::write(&self.program) {
            tracing::warn!(%error, "the start entry could not be written");
        }
        self.read()
    }
}
