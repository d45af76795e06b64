//! A desktop's notification service: keeps what it is asked to show, and clicks on it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use xtask::desktop::Desktop;
use zbus::{Connection, connection, interface, zvariant::OwnedValue};

/// What a program asked to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub id: u32,
    pub title: String,
    pub body: String,
}

/// The service on a session's bus.
#[derive(Debug)]
pub struct Notifications {
    connection: Connection,
    shown: Arc<Mutex<Vec<Shown>>>,
}

struct Service {
    shown: Arc<Mutex<Vec<Shown>>>,
}

const PATH: &str = "/org/freedesktop/Notifications";
const NAME: &str = "org.freedesktop.Notifications";

#[interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[expect(clippy::too_many_arguments, reason = "the protocol's own")]
    fn notify(
        &self,
        _program: &str,
        replaces: u32,
        _icon: &str,
        title: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = lock(&self.shown);
        let id = if replaces > 0 { replaces } else { u32::try_from(shown.len()).unwrap_or(0) + 1 };
        shown.push(Shown { id, title, body });
        id
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body"]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("a test", "nobody", "1", "1.2")
    }
}

impl Notifications {
    /// Puts the service on the session's bus.
    ///
    /// # Errors
    /// When the bus refuses.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let shown = Arc::default();
        let connection = connection::Builder::address(desktop.bus_address())?
            .name(NAME)?
            .serve_at(PATH, Service { shown: Arc::clone(&shown) })?
            .build()
            .await?;
        Ok(Self { connection, shown })
    }

    /// Everything shown so far, the oldest first.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        lock(&self.shown).clone()
    }

    /// A person clicks on a notification.
    ///
    /// # Errors
    /// When the bus refuses.
    pub async fn click(&self, id: u32) -> Result<()> {
        self.connection.emit_signal(None::<&str>, PATH, NAME, "ActionInvoked", &(id, "default")).await?;
        Ok(())
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
