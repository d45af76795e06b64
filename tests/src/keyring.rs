//! The session's keyring as people and trouble treat it: opened by its password without a
//! prompt, or taken by something that hears every call and answers none.

use anyhow::{Context as _, Result};
use xtask::desktop::{Desktop, PASSWORD};
use zbus::{
    Connection, connection,
    zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value},
};

use crate::program::Computer;

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

/// gnome-keyring's own, by which a login screen opens the keyring with the password it was given.
const BY_PASSWORD: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";

/// A person opens the keyring that [`Desktop::lock_keyring`] locked; its process stays the same.
///
/// # Errors
/// When the keyring refuses.
pub async fn unlock(desktop: &Desktop) -> Result<()> {
    let bus = connection::Builder::address(desktop.bus_address())?.build().await?;
    let opened = bus.call_method(Some(NAME), PATH, Some(SERVICE), "OpenSession", &("plain", Value::from(""))).await?;
    let (_, session): (OwnedValue, OwnedObjectPath) = opened.body().deserialize()?;
    let secret = (session, Vec::<u8>::new(), PASSWORD.to_vec(), "text/plain");
    let login = ObjectPath::try_from(LOGIN)?;
    bus.call_method(Some(NAME), PATH, Some(BY_PASSWORD), "UnlockWithMasterPassword", &(login, secret))
        .await
        .context("the keyring's password")?;
    Ok(())
}

/// Something that goes by the keyring's name and never answers.
#[derive(Debug)]
pub struct Deaf(Connection);

impl Deaf {
    /// Takes the name, which must be free.
    ///
    /// # Errors
    /// When it is not.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let bus = connection::Builder::address(desktop.bus_address())?.name(NAME)?.build().await?;
        Ok(Self(bus))
    }

    /// Gives the name away and lives on, owing all its answers.
    ///
    /// # Errors
    /// When the bus refuses.
    pub async fn give_way(&self) -> Result<()> {
        self.0.release_name(NAME).await?;
        Ok(())
    }
}

/// Threads of the program that ask the keyring.
///
/// # Errors
/// When the system does not tell.
pub fn askers(computer: &Computer) -> Result<usize> {
    let mut found = 0;
    for id in computer.running()? {
        for thread in std::fs::read_dir(format!("/proc/{id}/task"))? {
            let name = std::fs::read_to_string(thread?.path().join("comm")).unwrap_or_default();
            found += usize::from(name.trim() == "keyring");
        }
    }
    Ok(found)
}
