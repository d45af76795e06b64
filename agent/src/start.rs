//! Puts the agent together from its real parts and runs it on a thread of its own,
//! before any window toolkit and whether or not one ever comes up.

use std::{io, path::PathBuf, sync::Arc, thread};

use buhphone_protocol::{
    ids::LaunchId,
    telemetry::{Launch, Origin},
};
use tokio::sync::{mpsc, oneshot, watch};
use url::Url;

use crate::{
    clock::SystemClock,
    cloud_client::{CloudClient, Transport, TransportError},
    command::Command,
    computer::ThisComputer,
    driver::{self, Ports},
    environment::Environment,
    inspection::ThisAccount,
    keyring_vault::KeyringVault,
    machine::{Facts, Machine},
    network,
    ports::{Clock, Screen},
    sqlite_store::SqliteStore,
    view::{Language, Notice, View},
};

/// Commands waiting for the loop: a person gives one at a time, and the loop is never long away.
const COMMANDS_MAX: usize = 64;

/// What the shell knows when the process starts.
#[derive(Debug)]
pub struct Settings {
    /// Of this computer, not roaming: `ProjectDirs::data_local_dir`.
    pub data_dir: PathBuf,
    /// Built in, or given by installer or policy.
    pub cloud: Url,
    /// Our executable.
    pub program: PathBuf,
    /// The program's version.
    pub version: String,
    /// Who started the process.
    pub origin: Origin,
    /// The computer's language.
    pub language: Language,
    /// [`crate::keyring_vault::SERVICE`], unless two installations must be told apart.
    pub keyring_service: String,
    pub environment: Environment,
    pub transport: Transport,
}

/// The running agent, as the shell holds it.
pub struct AgentHandle {
    pub commands: mpsc::Sender<Command>,
    /// The latest snapshot; changes only when something shown changed.
    pub view: watch::Receiver<View>,
    /// To be shown only while no window is open.
    pub notices: mpsc::UnboundedReceiver<Notice>,
    pub running: Running,
}

/// The agent's thread; it ends when this is dropped.
pub struct Running {
    shutdown: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Running {
    /// Ends the agent; what was being saved is saved.
    pub fn stop(self) {
        let _ = self.shutdown.send(());
        if self.thread.join().is_err() {
            tracing::error!("the agent ended in a panic");
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the agent's thread could not be started: {0}")]
    Thread(#[from] io::Error),
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// Starts the agent. The launch is told as begun now.
///
/// # Errors
/// When the system gives no threads, or no certificate authorities.
pub fn start(settings: Settings) -> Result<AgentHandle, StartError> {
    let clock = Arc::new(SystemClock::start());
    let launch = Launch { launch_id: LaunchId::generate(), origin: settings.origin, started_at: clock.now().wall };
    let machine = Machine::new(facts(&settings, launch));
    let (show, view) = watch::channel(machine.view(clock.now()));
    let (notify, notices) = mpsc::unbounded_channel();
    let ports = assemble(settings, clock, Arc::new(Channels { show, notify }))?;

    // One thread runs everything in the order begun; what blocks has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (commands, queue) = mpsc::channel(COMMANDS_MAX);
    let (shutdown, stopped) = oneshot::channel();
    let thread = thread::Builder::new().name("agent".to_owned()).spawn(move || {
        runtime.block_on(async { driver::run(machine, ports, queue, network::ups(), stopped).await });
        // A keyring or a session that hangs must not hold the process.
        runtime.shutdown_background();
    })?;
    Ok(AgentHandle { commands, view, notices, running: Running { shutdown, thread } })
}

pub(crate) fn facts(settings: &Settings, launch: Launch) -> Facts {
    Facts {
        seed: rand::random(),
        launch,
        version: settings.version.clone(),
        language: settings.language,
        cloud: settings.cloud.clone(),
        login_wait: settings.environment.login_wait,
    }
}

/// The real parts, as the settings say.
pub(crate) fn assemble(
    settings: Settings,
    clock: Arc<SystemClock>,
    screen: Arc<dyn Screen>,
) -> Result<Ports, StartError> {
    let vault = Arc::new(KeyringVault::start(&settings.keyring_service)?);
    let cloud = CloudClient::new(settings.cloud, vault.clone(), clock.clone(), settings.transport)?;
    Ok(Ports {
        cloud: Arc::new(cloud),
        vault,
        place: Arc::new(ThisAccount::new(settings.data_dir.clone())),
        store: Arc::new(SqliteStore::new(settings.data_dir, clock.clone())),
        host: Arc::new(ThisComputer::new(settings.program, settings.version, settings.environment)),
        screen,
        clock,
    })
}

/// Snapshots and notices, handed to whoever holds the agent.
struct Channels {
    show: watch::Sender<View>,
    notify: mpsc::UnboundedSender<Notice>,
}

impl Screen for Channels {
    fn show(&self, view: &View) {
        self.show.send_replace(view.clone());
    }

    fn notify(&self, notice: &Notice) {
        let _ = self.notify.send(notice.clone());
    }
}
