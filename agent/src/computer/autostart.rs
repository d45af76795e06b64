//! The system's own list of what starts at login: our entry in it is written by `auto-launch`,
//! quoted here so that any path survives, and read back from the system by ourselves.
//! Never overrides a person's «off» unless told that a person wants it.

#[cfg(target_os = "linux")]
pub mod desktop_entry;
#[cfg(any(windows, test))]
mod run_value;
#[cfg(target_os = "linux")]
#[path = "autostart/linux.rs"]
mod system;
#[cfg(windows)]
#[path = "autostart/windows.rs"]
mod system;

use std::{io, path::PathBuf};

use buhphone_protocol::telemetry::Autostart;

/// The entry's name, as a person sees it in the system's settings.
pub const NAME: &str = "Бухфон";

/// Told to the program by the entry: start without a window.
pub const HIDDEN: &str = "--hidden";

/// Whether a command line of the registry starts `program`.
#[cfg(windows)]
pub(crate) fn starts(command: &str, program: &std::path::Path) -> bool {
    run_value::started(command).is_some_and(|started| run_value::is_same(started, program))
}

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

    /// Writes the entry unless a person switched it off or a policy forbids it, and reads it back.
    #[must_use]
    pub fn enable(&self, override_person: bool) -> Autostart {
        match self.read() {
            Autostart::Forbidden => return Autostart::Forbidden,
            Autostart::OffByPerson if !override_person => return Autostart::OffByPerson,
            _ => {}
        }
        if let Err(error) = system::write(&self.program) {
            tracing::warn!(%error, "the start entry could not be written");
        }
        self.read()
    }

    /// Takes the entry away, if it starts this very program.
    ///
    /// # Errors
    /// When the system does not let it go.
    pub fn remove(&self) -> io::Result<()> {
        system::remove(&self.program)
    }
}
