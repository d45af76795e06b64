//! Tauri around the agent: its plugins, its events, and what a start asks for.
//! Everything here may fail; the agent goes on without it.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Mutex,
};

use anyhow::{Context as _, Result, anyhow};
use buhphone_agent::{command::Command, view::Notice};
use tauri::{App, AppHandle, Builder, Context, Manager as _, RunEvent, Wry};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tokio::sync::mpsc;

#[cfg(target_os = "linux")]
use crate::handover;
use crate::{
    agent::Agent,
    answers::Answer,
    arguments::{Arguments, Task},
    commands,
    notices::notify_on,
    tasks,
    tray::Tray,
    window,
};

/// The program's data, where other starts wait for answers.
struct Folder(PathBuf);

/// Runs until somebody quits.
///
/// # Errors
/// When there is no display, or Tauri cannot start or breaks.
pub(crate) fn run(
    agent: Agent,
    notices: mpsc::UnboundedReceiver<Notice>,
    asked: Arguments,
    folder: PathBuf,
) -> Result<()> {
    #[cfg(target_os = "linux")]
    handover::await_name();
    guarded(|| {
        build(agent, notices, asked, folder)?.run_return(|_, event| {
            // Without a code it is the last window that was closed; the tray's «quit» has one.
            if let RunEvent::ExitRequested { api, code: None, .. } = event {
                api.prevent_exit();
            }
        });
        Ok(())
    })
}

/// Gives this start's arguments to the program that is running, and ends the process.
///
/// # Errors
/// When the running program cannot be reached: it has no desktop, or belongs to another session.
#[cfg(not(target_os = "linux"))]
pub(crate) fn call_the_first() -> Result<()> {
    guarded(|| {
        let alone = Builder::default().plugin(tauri_plugin_single_instance::init(|_: &AppHandle, _, _| {}));
        alone.build(context()).context("starting Tauri to call the running program")?;
        anyhow::bail!("the program is already running, in a session that cannot be called from here")
    })
}

fn build(agent: Agent, notices: mpsc::UnboundedReceiver<Notice>, asked: Arguments, folder: PathBuf) -> Result<App> {
    Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            answer_another(app, Arguments::parse(arguments.into_iter().skip(1)));
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(tauri::generate_handler![commands::view, commands::ask])
        .manage(agent.clone())
        .manage(window::Door::default())
        .manage(Folder(folder))
        .setup(move |app| {
            let app = app.handle();
            match Tray::new(app, agent.view().tray) {
                Ok(tray) => drop(app.manage(Mutex::new(tray))),
                Err(error) => tracing::warn!(%error, "there is no tray; starting the program again opens its window"),
            }
            tauri::async_runtime::spawn(agent.draw_on(app.clone()));
            tauri::async_runtime::spawn(notify_on(app.clone(), notices));
            register_links(app);
            answer(app, asked);
            Ok(())
        })
        .build(context())
        .context("starting Tauri")
}

/// What another start asks for while the program runs.
fn answer_another(app: &AppHandle, asked: Arguments) {
    let agent = app.state::<Agent>().inner().clone();
    match &asked.task {
        Some(Task::Quit) => return app.exit(0),
        Some(Task::Activate { code, answer }) => {
            let answer = answer.as_deref().zip(app.try_state::<Folder>());
            let answer = answer.map(|(name, folder)| Answer::named(&folder.0, name));
            tauri::async_runtime::spawn(activate(agent, code.clone(), asked.server, answer));
            return;
        }
        Some(Task::SelfCheck { .. } | Task::Uninstall { .. }) => return,
        None => {}
    }
    let (server, from_1c) = (asked.server.clone(), asked.from_1c);
    let told = server.map(|server| Command::UseServer { server }).into_iter();
    let told: Vec<Command> = told.chain(from_1c.then_some(Command::StartedFrom1c)).collect();
    tauri::async_runtime::spawn(async move {
        for command in told {
            if let Err(error) = agent.ask(command).await {
                tracing::error!(%error, "another start was not heard");
            }
        }
    });
    answer(app, asked);
}

/// A code that another start was given; that one waits for the outcome.
async fn activate(agent: Agent, code: String, server: Option<String>, answer: Option<Answer>) {
    let outcome = tasks::connect(&agent, code, server).await;
    if let Some(Err(error)) = answer.map(|answer| answer.leave(&outcome)) {
        tracing::error!(%error, "who waits for the outcome of an activation does not hear of it");
    }
}

/// What a start asks for, be it the first one or another while the program runs.
fn answer(app: &AppHandle, asked: Arguments) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let window_wanted = asked.wants_window();
        if let Some(link) = asked.link
            && let Err(error) = app.state::<Agent>().ask(Command::OpenLink { link }).await
        {
            tracing::error!(%error, "a link could not be opened");
        }
        if window_wanted {
            window::show(app, None).await;
        }
    });
}

/// Makes this copy of the program the one that links open, at every start: the file may have
/// moved since the last. Beside the start, because on Linux it runs the desktop's own tools.
fn register_links(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = app.deep_link().register_all() {
            tracing::warn!(%error, "links will not open the program");
        }
    });
}

/// Expanded once: it holds the whole window.
fn context() -> Context<Wry> {
    tauri::generate_context!()
}

/// Tauri's loop panics where others return an error, without a display first of all.
fn guarded<T>(start: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(start)).unwrap_or_else(|panic| Err(anyhow!("{}", panic_text(panic.as_ref()))))
}

pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}
