//! The program's only window: made when somebody wants to see it, gone with its webview when closed.

use buhphone_agent::command::Command;
use tauri::{AppHandle, Manager as _, WebviewUrl, WebviewWindowBuilder};

use crate::agent::Agent;

/// Named in the capability that lets it call us.
pub(crate) const LABEL: &str = "main";

const TITLE: &str = "Бухфон";
const SIZE: (f64, f64) = (420.0, 640.0);
const SMALLEST: (f64, f64) = (360.0, 520.0);

pub(crate) fn is_open(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some()
}

/// Shows the window, making it if there is none, in a task of its own: a webview made inside
/// an event handler blocks the event loop that must make it.
pub(crate) fn open(app: &AppHandle) {
    tauri::async_runtime::spawn(show(app.clone()));
}

/// As [`open`], for who is in a task already.
pub(crate) async fn show(app: AppHandle) {
    if let Err(error) = app.state::<Agent>().ask(Command::Look).await {
        tracing::error!(%error, "the window may show what is old");
    }
    if let Err(error) = bring_up(&app) {
        tracing::error!(%error, "the window could not be opened; the agent goes on without it");
    }
}

fn bring_up(app: &AppHandle) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(LABEL) {
        window.unminimize()?;
        window.show()?;
        return window.set_focus();
    }
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .center()
        .build()?;
    Ok(())
}
