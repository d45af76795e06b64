//! What is done once and without a running agent: the self-check of the command line, and the
//! end of the program when it is uninstalled. The same machine decides; nothing is saved.

use std::{io, sync::Arc, time::Duration};

use buhphone_protocol::{ids::LaunchId, telemetry::Launch};
use tokio::time::timeout;

use crate::{
    clock::SystemClock,
    command::Command,
    computer::{autostart::AutostartEntry, link_handler, traces},
    driver::Ports,
    inspection::inspect,
    machine::{Effect, Input, Machine, Started},
    ports::{Clock, Loaded, Screen},
    self_check::report,
    sqlite_store::SqliteStore,
    start::{Settings, StartError, assemble, facts},
    view::{Notice, Verdict, View},
};

/// An uninstaller's window stands still meanwhile.
const TELL_PATIENCE: Duration = Duration::from_secs(5);

/// A self-check as the command line prints it.
#[derive(Clone, Debug)]
pub struct Checked {
    pub verdict: Verdict,
    /// One line a check, in the computer's language.
    pub lines: String,
    /// For programs.
    pub json: String,
}

/// What became of an uninstallation.
#[derive(Debug)]
pub struct Uninstalled {
    /// The cloud has heard of it; none where it knew of no computer here.
    pub told: Option<bool>,
    /// What is still there, and why.
    pub left: Vec<(String, io::Error)>,
}

/// Looks at everything that an authorization needs, beside a running program or without one.
///
/// # Errors
/// When the system gives no threads, or no certificate authorities.
pub fn check_self(settings: Settings, server: Option<String>) -> Result<Checked, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let checked = runtime.block_on(async {
        let mut once = Once::begin(settings).await?;
        if let Some(server) = server {
            once.hear(Command::UseServer { server });
        }
        let inspection = once.hear(Command::CheckSelf).into_iter().find_map(|effect| match effect {
            Effect::Inspect(inspection) => Some(inspection),
            _ => None,
        });
        let mut found = inspect(&once.ports, &inspection.expect("a check that was not begun is begun")).await;
        found.disk.failure = found.disk.failure.or(once.unreadable.take());
        let language = once.machine.view(once.clock.now()).language;
        once.machine.handle(Input::Inspected(found), once.clock.now());
        let now = once.clock.now();
        let result = once.machine.view(now).self_check.result.expect("it has just been found");
        let json = once.machine.self_check_json(now).expect("it has just been found");
        Ok(Checked { verdict: result.verdict, lines: report::lines(&result, language), json })
    });
    // A keyring that hangs must not hold the command line.
    runtime.shutdown_background();
    checked
}

/// Tells the cloud, and takes away what the program wrote; the data and the keys only where they are not to be kept.
/// No program runs on the data any more.
///
/// # Errors
/// As above; nothing was done.
pub fn uninstall(settings: Settings, keep_data: bool) -> Result<Uninstalled, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let data = settings.data_dir.clone();
    let program = settings.environment.appimage.clone().unwrap_or_else(|| settings.program.clone());
    let done = runtime.block_on(async {
        let once = Once::begin(settings).await?;
        let leaving = once.machine.leaving();
        let mut left = Vec::new();
        let told = match &leaving.device_key {
            Some(key) => {
                once.ports.cloud.use_address(leaving.cloud.clone());
                once.ports.cloud.use_key(key);
                let told = timeout(TELL_PATIENCE, once.ports.cloud.remove()).await;
                Some(told.is_ok_and(|told| {
                    told.inspect_err(|error| tracing::warn!(%error, "the cloud was not told of the removal")).is_ok()
                }))
            }
            None => None,
        };
        let mut note = |what: &str, done: io::Result<()>| left.extend(done.err().map(|error| (what.to_owned(), error)));
        note("autostart", AutostartEntry::new(program.clone()).remove());
        note("links", link_handler::remove(&program));
        if !keep_data {
            for key in &leaving.keys {
                note(key, once.ports.vault.forget(key).await.map_err(io::Error::other));
            }
        }
        Ok::<_, StartError>(Uninstalled { told, left })
    });
    runtime.shutdown_background();
    let mut done = done?;
    if !keep_data && let Err(error) = traces::remove(&data) {
        done.left.push((data.display().to_string(), error));
    }
    Ok(done)
}

struct Once {
    machine: Machine,
    ports: Ports,
    clock: Arc<SystemClock>,
    /// Why the saved state could not be read; the machine is then a fresh one.
    unreadable: Option<String>,
}

impl Once {
    async fn begin(settings: Settings) -> Result<Self, StartError> {
        let clock = Arc::new(SystemClock::start());
        let launch = Launch { launch_id: LaunchId::generate(), origin: settings.origin, started_at: clock.now().wall };
        let mut machine = Machine::new(facts(&settings, launch));
        let store = SqliteStore::new(settings.data_dir.clone(), clock.clone());
        let ports = assemble(settings, clock.clone(), Arc::new(Nobody))?;
        let (loaded, unreadable) = match store.look().await {
            Ok(loaded) => (loaded, None),
            Err(error) => (Loaded::default(), Some(error.to_string())),
        };
        let (computer, autostart, presence) =
            tokio::join!(ports.host.computer(None), ports.host.autostart(), ports.host.presence());
        let started = Started { loaded: Ok(loaded), computer, autostart, presence };
        for effect in machine.handle(Input::Started(started), clock.now()) {
            // The cloud's time is needed to check its certificate; all else is a running agent's.
            if let Effect::CloudTimeSeen(seen) = effect {
                ports.cloud.remember_time(seen);
            }
        }
        Ok(Self { machine, ports, clock, unreadable })
    }

    fn hear(&mut self, command: Command) -> Vec<Effect> {
        self.machine.handle(Input::Command(command), self.clock.now())
    }
}

/// Nobody looks.
struct Nobody;

impl Screen for Nobody {
    fn show(&self, _: &View) {}

    fn notify(&self, _: &Notice) {}
}
