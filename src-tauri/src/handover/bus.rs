//! Over the session's bus, by the name that the first one's plugin holds. No desktop is started
//! for it: only who has the claim takes the name, so that of twenty starts at once one is the first.

use std::{env, io::ErrorKind, path::Path, thread, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use zbus::blocking::{Connection, connection::Builder, fdo::DBusProxy};

use super::Handover;
use crate::claim::Claim;

/// As the plugin makes them from the program's identifier.
const NAME: &str = "ru.buhphone.app.SingleInstance";
const PATH: &str = "/ru/buhphone/app/SingleInstance";
const INTERFACE: &str = "org.SingleInstance.DBus";

/// A desktop on a busy old computer is up within a quarter of a minute, a program that ends is gone.
const ATTEMPTS: u32 = 150;
const BETWEEN: Duration = Duration::from_millis(100);

/// The first takes arguments at once; one that hangs must not hang those who call it.
const ANSWER: Duration = Duration::from_secs(5);

/// The bus hears of a killed process within milliseconds.
const NOTICED: u32 = 50;

/// Gives `arguments` to the program that has `folder`, or takes its place when it ends.
///
/// # Errors
/// When it runs on and cannot be called: it has no desktop, hangs, or belongs to another session.
pub(crate) fn hand_over(folder: &Path, arguments: &[String]) -> Result<Handover> {
    let bus = session();
    let mut last = None;
    for _ in 0..ATTEMPTS {
        match bus.as_ref().map_err(Clone::clone).and_then(|bus| call(bus, arguments)) {
            Ok(()) => return Ok(Handover::Done),
            Err(zbus::Error::InputOutput(error)) if error.kind() == ErrorKind::TimedOut => {
                return Err(anyhow!(error).context("the program that runs does not answer"));
            }
            Err(error) => last = Some(error),
        }
        if let Ok(Some(claim)) = Claim::take(folder) {
            tracing::warn!("the running program ended; going on in its place");
            return Ok(Handover::First(claim));
        }
        thread::sleep(BETWEEN);
    }
    let refused: Result<Handover> = last.map_or_else(|| Err(anyhow!("nothing was asked")), |error| Err(error.into()));
    refused.context("the program is already running, in a session that cannot be called from here")
}

/// Waits, a little, until the bus has noticed that an earlier first is gone: whoever finds
/// the name taken takes itself for a second.
pub(crate) fn await_name() {
    let taken = || -> zbus::Result<bool> {
        let bus = session()?;
        Ok(DBusProxy::new(&bus)?.name_has_owner(NAME.try_into()?)?)
    };
    for _ in 0..NOTICED {
        // Without a bus there is no name to wait for.
        if !taken().unwrap_or(false) {
            return;
        }
        thread::sleep(BETWEEN);
    }
}

fn session() -> zbus::Result<Connection> {
    Builder::session()?.method_timeout(ANSWER).build()
}

fn call(bus: &Connection, arguments: &[String]) -> zbus::Result<()> {
    let name = env::args_os().next().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let arguments: Vec<&str> = std::iter::once(name.as_str()).chain(arguments.iter().map(String::as_str)).collect();
    let folder = env::current_dir().unwrap_or_default();
    bus.call_method(Some(NAME), PATH, Some(INTERFACE), "ExecuteCallback", &(arguments, folder.to_string_lossy()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_one_the_plugin_takes() {
        let settings: serde_json::Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        let identifier = settings["identifier"].as_str().unwrap();
        assert_eq!(NAME, format!("{identifier}.SingleInstance"));
        assert_eq!(PATH, format!("/{}", NAME.replace('.', "/")));
    }
}
