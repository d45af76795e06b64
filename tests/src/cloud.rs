//! The cloud in this process: a real database and a real port, under a clock the test sets.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use buhphone_cloud::{
    clock::ManualClock,
    rules::Rules,
    secret::{self, Pepper},
    settings::Settings,
    store::{Partner, Store, sql::SqlStore},
};
use buhphone_protocol::cabinet::Role;
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A running cloud with one partner in Europe/Moscow and one administrator.
pub struct Cloud {
    pub url: String,
    pub clock: Arc<ManualClock>,
    pub rules: Rules,
    pub store: Arc<dyn Store>,
    pub partner: Partner,
    pub email: String,
    pub password: String,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

impl Cloud {
    /// Starts a cloud whose clock stands at `at`.
    ///
    /// # Errors
    /// When the database or the port refuses.
    pub async fn start(at: Timestamp) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite:{}", PathBuf::from(folder.path()).join("cloud.sqlite").display());
        SqlStore::migrate(&database).await?;
        let store: Arc<dyn Store> = Arc::new(SqlStore::open(&database).await?);
        let clock = Arc::new(ManualClock::at(at));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let settings = Settings::new(url.parse().context("the cloud's address")?, Pepper::from_bytes(secret::random()));
        let rules = Rules::new(settings.clone(), Arc::clone(&store), Arc::<ManualClock>::clone(&clock));
        let partner = rules
            .create_partner("Учёт и Ко", "+7 495 123-45-67", "Europe/Moscow")
            .await
            .map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        let (email, password) = ("olga@uchet.example".to_owned(), format!("{:x?}", secret::random::<8>()));
        rules
            .create_staff(partner.partner_id, "Ольга Смирнова", &email, Role::Administrator, password.clone())
            .await
            .map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(buhphone_cloud::launch(
            settings,
            Arc::clone(&store),
            Arc::<ManualClock>::clone(&clock),
            listener,
            async move { drop(stopped.await) },
        ));
        Ok(Self { url, clock, rules, store, partner, email, password, stop: Some(stop), serving, _folder: folder })
    }

    /// Moves the clock by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Stops answering; the port is free afterwards.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.stop.take());
        Ok((&mut self.serving).await??)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
