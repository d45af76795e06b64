//! What the window may call: read the snapshot, ask the agent.

use buhphone_agent::{command::Command, view::View};
use tauri::State;

use crate::agent::Agent;

#[tauri::command]
pub(crate) fn view(agent: State<'_, Agent>) -> View {
    agent.view()
}

#[tauri::command]
pub(crate) async fn ask(agent: State<'_, Agent>, command: Command) -> Result<(), String> {
    agent.ask(command).await.map_err(|error| error.to_string())
}
