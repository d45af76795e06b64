//! A computer and a cloud that serves no other, so that what the cloud counts is of this computer:
//! where the program is killed, or its disk refuses, and what is left is looked at from both sides.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use buhphone_cloud::store::RequestListing;
use buhphone_protocol::ids::UserId;
use futures::future::try_join_all;
use xtask::children::Kept;

use crate::{
    cloud::Cloud,
    interposer::{Interposer, Order, Ran},
    local::{self, LocalState},
    program::{Computer, Window, until},
};

/// Where each cloud's clock stands at first: Monday, 9:00:12 in Moscow.
pub const NOW: &str = "2026-11-23T06:00:12Z";

/// One user's computer before the program is connected, or after.
pub struct Desk {
    pub cloud: Cloud,
    pub user: UserId,
    pub computer: Computer,
    _home: tempfile::TempDir,
}

impl Desk {
    /// # Errors
    /// When a part does not start.
    pub async fn new() -> Result<Self> {
        let cloud = Cloud::start(NOW.parse()?).await?;
        let user = cloud.register("Смирнова").await?;
        let home = tempfile::tempdir()?;
        let computer = Computer::new(home.path(), &cloud.url)?;
        Ok(Self { cloud, user, computer, _home: home })
    }

    /// A desk whose programs are started through this command.
    #[must_use]
    pub fn through(self, command: Vec<String>) -> Self {
        Self { computer: self.computer.through(command), ..self }
    }

    /// So many of them.
    ///
    /// # Errors
    /// As above.
    pub async fn some(count: usize) -> Result<Vec<Self>> {
        try_join_all((0..count).map(|_| Self::new())).await
    }

    /// So many, each connected by its window and ended again.
    ///
    /// # Errors
    /// As above.
    pub async fn connected(count: usize) -> Result<Vec<Self>> {
        let desks = Self::some(count).await?;
        for desk in &desks {
            desk.computer.connect(&desk.cloud.issue_code(desk.user).await?.code).await?;
        }
        Ok(desks)
    }

    /// As before the program's first start; the cloud forgets nothing.
    ///
    /// # Errors
    /// When the disk or the keyring refuses.
    pub async fn forget_all(&self) -> Result<()> {
        remove(&self.computer.data_dir())?;
        remove(&self.autostart())?;
        local::forget_keys(&self.computer.desktop).await
    }

    /// Watches the program from its next start on, in all that it does outwardly.
    ///
    /// # Errors
    /// When the watch cannot be set up.
    pub fn watch(&mut self) -> Result<()> {
        let port = self.cloud.url.rsplit_once(':').context("a port")?.1.parse()?;
        let interposer = Interposer::new(self.computer.program())?
            .on_files_in(&self.computer.data_dir())?
            .on_files_in(&self.autostart())?
            .on_port(port)
            .on_keyring();
        self.computer.interposer = Some(interposer);
        Ok(())
    }

    /// # Errors
    /// When the program is not watched, or the order cannot be given.
    pub fn order(&self, order: Order) -> Result<()> {
        self.interposer()?.order(order)
    }

    /// # Errors
    /// When the program is not watched.
    pub fn interposer(&self) -> Result<&Interposer> {
        self.computer.interposer.as_ref().context("a watched program")
    }

    /// Lives `story` until it ends or the program is killed at its step, and tells which.
    ///
    /// # Errors
    /// When the story fails in a program that lives.
    pub async fn live(&self, story: impl Future<Output = Result<()>>) -> Result<Ran> {
        let interposer = self.interposer()?;
        let killed = async {
            while !interposer.was_killed()? {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok::<_, anyhow::Error>(())
        };
        let ran = tokio::select! {
            ended = story => {
                // What failed because the program had just died did not fail.
                if interposer.was_killed()? { Ran::Struck } else { ended.map(|()| Ran::ToItsEnd)? }
            }
            killed = killed => killed.map(|()| Ran::Struck)?,
        };
        self.kill().await?;
        Ok(ran)
    }

    /// Connects in the window, and waits for the last thing the program does about it.
    ///
    /// # Errors
    /// When it does not come to that.
    pub async fn connect(&self, code: &str) -> Result<()> {
        let window = self.type_code(code).await?;
        window.page.see("Запускается вместе с компьютером").await?;
        self.at_rest().await?;
        self.computer.kill()?;
        window.close().await;
        Ok(())
    }

    /// Opens the window, types the code and clicks.
    ///
    /// # Errors
    /// When the window does not take it.
    pub async fn type_code(&self, code: &str) -> Result<Window> {
        let window = self.computer.open_window(&[]).await?;
        window.page.fill("code", code).await?;
        window.page.click("Подключить").await?;
        Ok(window)
    }

    /// Waits until the program is connected and has nothing left to tell or to set.
    ///
    /// # Errors
    /// When it does not come to that.
    pub async fn at_rest(&self) -> Result<()> {
        until("all to be told and set", async || Ok(self.seen().is_some_and(|state| state.is_at_rest())))
            .await
            .with_context(|| format!("it stays at {:?}", self.seen()))
    }

    /// Kills what runs, and waits until its data are free.
    ///
    /// # Errors
    /// When it stays.
    pub async fn kill(&self) -> Result<()> {
        self.computer.kill()?;
        until("the program to be gone", async || self.computer.is_gone()).await
    }

    /// Starts the program as the system would, unwatched.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> Result<Kept> {
        self.computer.interposer = None;
        self.computer.start(&["--hidden"])
    }

    /// The state as the program left it.
    ///
    /// # Errors
    /// When it is not whole.
    pub fn left(&self) -> Result<Option<LocalState>> {
        LocalState::read(&self.computer.data_dir())
    }

    /// The state of a program that may just be writing.
    #[must_use]
    pub fn seen(&self) -> Option<LocalState> {
        self.left().ok().flatten()
    }

    /// Authorizations of the user, by the cloud.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authorizations(&self) -> Result<usize> {
        Ok(self.cloud.history(self.user).await?.authorizations.len())
    }

    /// Every message at the cloud with its request.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn transcript(&self) -> Result<Vec<(String, String)>> {
        let partner = self.cloud.partner.partner_id;
        let listing = RequestListing { page: 1, page_size: 500, ..RequestListing::default() };
        let mut messages = Vec::new();
        for row in self.cloud.store.requests(partner, &listing).await?.rows {
            let request = self.cloud.store.request(partner, row.request.request_id).await?;
            let id = row.request.request_id.to_string();
            messages.extend(request.messages.into_iter().map(|message| (id.clone(), message.text)));
        }
        Ok(messages)
    }

    fn autostart(&self) -> std::path::PathBuf {
        self.computer.desktop.config().join("autostart")
    }
}

fn remove(path: &Path) -> Result<()> {
    if path.exists() { fs::remove_dir_all(path).with_context(|| path.display().to_string()) } else { Ok(()) }
}
