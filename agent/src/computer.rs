//! The computer as the driver asks about it: who it is, whether it starts us, whether a person is there.
//! Asks the system anew each time and remembers nothing; decides nothing.

pub mod autostart;
mod identity;
pub mod link_handler;
mod presence;
pub mod traces;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use buhphone_protocol::telemetry::{Attended, Autostart, Computer};
use tokio::{task::spawn_blocking, time::timeout};

use self::autostart::AutostartEntry;
use crate::{
    environment::Environment,
    ports::{Host, Presence},
};

/// A session that answers does so in milliseconds; one that hangs must not hold a tick.
const PRESENCE_PATIENCE: Duration = Duration::from_secs(3);

const NOBODY_CAN_TELL: Presence = Presence { unlocked: Attended::Unknown, idle: None };

/// The computer we run on.
pub struct ThisComputer {
    version: String,
    environment: Environment,
    autostart: AutostartEntry,
    /// A question about presence still hangs; asking again would only hang another thread.
    asking: Arc<AtomicBool>,
}

impl ThisComputer {
    /// `program` is our executable, `version` the program's.
    #[must_use]
    pub fn new(program: PathBuf, version: String, environment: Environment) -> Self {
        let program = environment.appimage.clone().unwrap_or(program);
        Self { version, environment, autostart: AutostartEntry::new(program), asking: Arc::default() }
    }
}

#[async_trait]
impl Host for ThisComputer {
    async fn computer(&self, machine_salt: Option<&str>) -> Computer {
        let (version, salt) = (self.version.clone(), machine_salt.map(str::to_owned));
        let read = spawn_blocking(move || identity::read(version, salt.as_deref())).await;
        read.unwrap_or_else(|error| {
            tracing::error!(%error, "the computer could not be described");
            identity::nameless(self.version.clone())
        })
    }

    async fn autostart(&self) -> Autostart {
        let entry = self.autostart.clone();
        spawn_blocking(move || entry.read()).await.unwrap_or(Autostart::Unknown)
    }

    async fn enable_autostart(&self, override_person: bool) -> Autostart {
        let entry = self.autostart.clone();
        spawn_blocking(move || entry.enable(override_person)).await.unwrap_or(Autostart::Unknown)
    }

    async fn presence(&self) -> Presence {
        if self.asking.swap(true, Ordering::AcqRel) {
            return NOBODY_CAN_TELL;
        }
        let (asking, environment) = (self.asking.clone(), self.environment.clone());
        let answer = spawn_blocking(move || {
            let presence = presence::read(&environment);
            asking.store(false, Ordering::Release);
            presence
        });
        match timeout(PRESENCE_PATIENCE, answer).await {
            Ok(Ok(presence)) => presence,
            Ok(Err(_)) | Err(_) => NOBODY_CAN_TELL,
        }
    }
}
