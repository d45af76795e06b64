//! The running agent as the desktop around it holds it: asks it, and draws what it shows.
//! Draws on the tray and in the window, if there is one.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use buhphone_agent::{command::Command, view::View};
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::{mpsc, watch};

use crate::{tray::Tray, window};

/// The event that carries a new snapshot to the window.
const VIEW: &str = "view";

/// Both ways to the agent. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    commands: mpsc::Sender<Command>,
    view: watch::Receiver<View>,
}

impl Agent {
    pub(crate) fn new(commands: mpsc::Sender<Command>, view: watch::Receiver<View>) -> Self {
        Self { commands, view }
    }

    /// The latest snapshot.
    pub(crate) fn view(&self) -> View {
        self.view.borrow().clone()
    }

    /// Returns when the agent has taken the command; what comes of it is seen in the next snapshot.
    ///
    /// # Errors
    /// When the agent has ended.
    pub(crate) async fn ask(&self, command: Command) -> Result<()> {
        self.commands.send(command).await.context("the agent has ended")
    }

    /// Waits for a snapshot that fits; none when the agent has ended.
    pub(crate) async fn until(&self, fits: impl Fn(&View) -> bool) -> Option<View> {
        let mut view = self.view.clone();
        let shown = view.wait_for(|view| fits(view)).await.ok()?;
        Some(shown.clone())
    }

    /// Draws every change on `app` until the agent ends.
    pub(crate) async fn draw_on(mut self, app: AppHandle) {
        while self.view.changed().await.is_ok() {
            let view = self.view.borrow_and_update().clone();
            draw(&app, view);
        }
    }

    /// Returns when the agent has ended.
    pub(crate) async fn ended(mut self) {
        while self.view.changed().await.is_ok() {}
    }
}

fn draw(app: &AppHandle, view: View) {
    if let Err(error) = app.emit_to(window::LABEL, VIEW, &view) {
        tracing::warn!(%error, "the window was not told of a change");
    }
    let on = app.clone();
    let asked = app.run_on_main_thread(move || {
        let Some(tray) = on.try_state::<Mutex<Tray>>() else { return };
        if let Err(error) = tray.lock().unwrap_or_else(PoisonError::into_inner).draw(view.tray) {
            tracing::warn!(%error, "the tray could not be redrawn");
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the tray could not be redrawn");
    }
}
