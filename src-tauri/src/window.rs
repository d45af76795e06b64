//! The program's only window: made when somebody wants to see it, gone with its webview when closed.

use buhphone_agent::command::Command;
use tauri::{AppHandle, Emitter as _, Manager as _, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tokio::sync::Mutex;

use crate::{agent::Agent, place::Place};

/// Named in the capability that lets it call us.
pub(crate) const LABEL: &str = "main";

const TITLE: &str = "Бухфон";
const SIZE: (f64, f64) = (420.0, 640.0);
const SMALLEST: (f64, f64) = (360.0, 520.0);

/// The event that leads an open window to a [`Place`].
const GO: &str = "go";

/// Passed by one who wants the window at a time: two who find none would make two.
#[derive(Debug, Default)]
pub(crate) struct Door(Mutex<()>);

/// Whether somebody is at the window now: it is open and has the focus.
pub(crate) fn is_seen(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some_and(|window| window.is_focused().unwrap_or(true))
}

/// Shows the window, at `place` if one is given, making it if there is none, in a task of its own: a webview made inside
/// an event handler blocks the event loop that must make it.
pub(crate) fn open(app: &AppHandle, place: Option<Place>) {
    tauri::async_runtime::spawn(show(app.clone(), place));
}

/// As [`open`], for who is in a task already.
pub(crate) async fn show(app: AppHandle, place: Option<Place>) {
    if let Err(error) = app.state::<Agent>().ask(Command::Look).await {
        tracing::error!(%error, "the window may show what is old");
    }
    let door = app.state::<Door>();
    let _passed = door.0.lock().await;
    if let Err(error) = bring_up(&app, place) {
        tracing::error!(%error, "the window could not be opened; the agent goes on without it");
    }
}

fn bring_up(app: &AppHandle, place: Option<Place>) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(LABEL) {
        if let Some(place) = place {
            window.emit_to(LABEL, GO, place)?;
        }
        window.unminimize()?;
        window.show()?;
        return window.set_focus();
    }
    let address = place.map_or_else(WebviewUrl::default, |place| WebviewUrl::App(place.address().into()));
    let window = WebviewWindowBuilder::new(app, LABEL, address)
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .center()
        .build()?;
    let agent = app.state::<Agent>().inner().clone();
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Destroyed) {
            tauri::async_runtime::spawn(nothing_is_shown(agent.clone()));
        }
    });
    Ok(())
}

/// A window that is gone reads no messages.
async fn nothing_is_shown(agent: Agent) {
    if let Err(error) = agent.ask(Command::ShowConversation { request_id: None }).await {
        tracing::error!(%error, "messages may be taken for read");
    }
}
