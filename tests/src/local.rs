//! What the program keeps on a computer, read beside it and never in its place: its state, its
//! rows, its keys. For tests that must know what a killed program left behind.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;
use xtask::desktop::Desktop;
use zbus::{connection, zvariant::OwnedObjectPath};

/// The state's file and what SQLite keeps beside it; the shared memory is only an index.
const FILES: [&str; 3] = ["state.sqlite", "state.sqlite-wal", "state.sqlite-journal"];

const KEYRING: &str = "org.freedesktop.secrets";

/// The saved state, at one moment.
#[derive(Clone, Debug)]
pub struct LocalState {
    state: Value,
    rows: Vec<(String, Value)>,
}

impl LocalState {
    /// Reads a copy, so that the program finds its files as it left them. None before the first save.
    ///
    /// # Errors
    /// When it is not whole; also while the program is just writing.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let copy = tempfile::tempdir()?;
        for name in FILES {
            let file = folder.join(name);
            if file.exists() {
                fs::copy(&file, copy.path().join(name))?;
            }
        }
        let file = copy.path().join(FILES[0]);
        if !file.exists() {
            return Ok(None);
        }
        let database = Connection::open(file)?;
        let tables: i64 = database.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            return Ok(None);
        }
        let body = database.query_row("SELECT body FROM state", [], |row| row.get::<_, String>(0)).optional()?;
        let Some(body) = body else { return Ok(None) };
        let rows: Vec<(String, String)> = database
            .prepare("SELECT key, body FROM rows ORDER BY key")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let rows = rows.into_iter().map(|(key, body)| Ok((key, serde_json::from_str(&body)?)));
        Ok(Some(Self { state: serde_json::from_str(&body)?, rows: rows.collect::<Result<_>>()? }))
    }

    /// The cloud bound this computer's key.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        !self.state["device"].is_null()
    }

    /// A code is being presented.
    #[must_use]
    pub fn is_activating(&self) -> bool {
        !self.state["enrolment"].is_null()
    }

    /// Connected, and nothing is left to be told to the cloud or set on the computer.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let talk = &self.state["talk"];
        self.is_connected()
            && !self.is_activating()
            && self.state["intent"].is_null()
            && self.state["autostart_set"] == true
            && self.state["last_sent"]["answered"] == true
            && talk["delivered"].as_u64() >= talk["to_deliver"].as_u64()
            && !self.rows.iter().any(|(key, _)| key.starts_with("outbox/"))
    }

    /// An authorization is on its way, and the cloud may have it: the next start repeats it as it is.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.state["intent"]["maybe_received"] == true
    }

    /// The last authorization that was about to be sent: its id, and the launch it is of.
    #[must_use]
    pub fn last_sent(&self) -> Option<(String, String)> {
        let request = &self.state["last_sent"]["request"];
        Some((request["authorization_id"].as_str()?.to_owned(), request["launch"]["launch_id"].as_str()?.to_owned()))
    }

    /// The launches the cloud was not told of.
    #[must_use]
    pub fn launches(&self) -> Vec<String> {
        let launches = self.state["launches"].as_array().into_iter().flatten();
        launches.filter_map(|launch| Some(launch["launch_id"].as_str()?.to_owned())).collect()
    }

    /// The cloud's word for the last authorization.
    #[must_use]
    pub fn last_authorization(&self) -> Option<&str> {
        self.state["device"]["last_authorization"].as_str()
    }

    /// The rows whose keys begin so, in the order of their keys.
    pub fn rows(&self, prefix: &str) -> impl Iterator<Item = &Value> {
        self.rows.iter().filter(move |(key, _)| key.starts_with(prefix)).map(|(_, row)| row)
    }

    /// The texts of all conversations: those the cloud numbered, in its order, and behind them those it did not.
    #[must_use]
    pub fn transcript(&self) -> Vec<(String, String)> {
        let mut messages: Vec<_> = self.rows.iter().filter(|(key, _)| key.starts_with("message/")).collect();
        messages.sort_by_key(|(_, message)| (message["seq"].as_u64().unwrap_or(u64::MAX), message["place"].as_u64()));
        let text = |message: &Value, field: &str| message[field].as_str().unwrap_or_default().to_owned();
        messages.into_iter().map(|(_, message)| (text(message, "request_id"), text(message, "text"))).collect()
    }
}

/// Names of the keys in a session's keyring.
///
/// # Errors
/// When the keyring does not answer.
pub async fn keys(desktop: &Desktop) -> Result<Vec<String>> {
    let bus = connection::Builder::address(desktop.bus_address())?.build().await?;
    let mut names = Vec::new();
    for item in items(&bus).await? {
        let of_item = (("org.freedesktop.Secret.Item"), "Attributes");
        let attributes =
            bus.call_method(Some(KEYRING), &item, Some("org.freedesktop.DBus.Properties"), "Get", &of_item).await?;
        let attributes: zbus::zvariant::OwnedValue = attributes.body().deserialize()?;
        let attributes = HashMap::<String, String>::try_from(attributes)?;
        names.push(attributes.get("username").context("a key has a name")?.clone());
    }
    Ok(names)
}

/// Takes every key out of a session's keyring.
///
/// # Errors
/// When the keyring refuses.
pub async fn forget_keys(desktop: &Desktop) -> Result<()> {
    let bus = connection::Builder::address(desktop.bus_address())?.build().await?;
    for item in items(&bus).await? {
        bus.call_method(Some(KEYRING), &item, Some("org.freedesktop.Secret.Item"), "Delete", &()).await?;
    }
    Ok(())
}

async fn items(bus: &zbus::Connection) -> Result<Vec<OwnedObjectPath>> {
    let service = Some("org.freedesktop.Secret.Service");
    let ours = HashMap::from([("service", "buhphone")]);
    let found = bus.call_method(Some(KEYRING), "/org/freedesktop/secrets", service, "SearchItems", &ours).await?;
    let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = found.body().deserialize()?;
    Ok(open.into_iter().chain(locked).collect())
}
