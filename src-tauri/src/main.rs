//! The program: starts its parts in the order in which they may fail.
//! First the claim on the data, then the agent, then the desktop around it; without
//! a desktop the agent goes on alone. The only file here that reads the environment.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod agent;
mod answers;
mod arguments;
mod claim;
mod commands;
mod console;
mod handover;
mod notices;
mod place;
#[cfg(target_os = "linux")]
mod rendering;
mod shell;
mod tasks;
mod tray;
mod window;

use std::{env, ffi::OsString, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use buhphone_agent::{
    AgentHandle, Settings, cloud_client::Transport, command::Command, environment::Environment, keyring_vault::SERVICE,
    view::Language,
};
use directories::ProjectDirs;
use tracing::Level;
use tracing_subscriber::EnvFilter;

use crate::{agent::Agent, arguments::Arguments, claim::Claim, handover::Handover};

/// The cloud's address, where the build does not give one: that of a cloud started by hand.
const CLOUD: &str = match option_env!("BUHPHONE_CLOUD") {
    Some(address) => address,
    None => "http://127.0.0.1:8780",
};

fn main() -> Result<ExitCode> {
    let asked = Arguments::parse(env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()));
    // On a console the sentences are what is wanted.
    log(if asked.task.is_some() { Level::ERROR } else { Level::INFO });
    if let Some(task) = &asked.task {
        return tasks::run(task, &asked, settings(&asked)?);
    }
    #[cfg(target_os = "linux")]
    rendering::prepare(variable(rendering::VARIABLE).as_deref());

    tracing::info!(?asked, version = env!("CARGO_PKG_VERSION"), "started");
    let settings = settings(&asked)?;
    let claim = match Claim::take(&settings.data_dir) {
        Ok(None) => match handover::hand_over(&settings.data_dir, &asked.retold())? {
            Handover::Done => return Ok(ExitCode::SUCCESS),
            #[cfg(target_os = "linux")]
            Handover::First(claim) => Ok(Some(claim)),
        },
        claim => claim,
    };
    if let Err(error) = &claim {
        // The agent says the same where the person sees it.
        tracing::error!(%error, folder = %settings.data_dir.display(), "the data folder cannot be written");
    }

    let folder = settings.data_dir.clone();
    let AgentHandle { commands, view, notices, running } = buhphone_agent::start(settings)?;
    let agent = Agent::new(commands, view);
    if let Some(server) = asked.server.clone() {
        tauri::async_runtime::block_on(agent.ask(Command::UseServer { server }))?;
    }
    if let Err(error) = shell::run(agent.clone(), notices, asked, folder) {
        tracing::error!(error = format_args!("{error:#}"), "no desktop: the agent goes on alone");
        tauri::async_runtime::block_on(agent.ended());
    }
    running.stop();
    Ok(ExitCode::SUCCESS)
}

fn log(level: Level) {
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn settings(asked: &Arguments) -> Result<Settings> {
    let environment = Environment::read();
    // What the command line gives is the agent's to keep.
    let cloud = environment.cloud.as_deref().unwrap_or(CLOUD);
    Ok(Settings {
        data_dir: data_dir()?,
        cloud: cloud.parse().with_context(|| format!("{cloud:?} is not the address of a cloud"))?,
        program: env::current_exe().context("finding the program's own file")?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        origin: asked.origin(),
        language: language(),
        keyring_service: SERVICE.to_owned(),
        environment,
        transport: Transport::default(),
    })
}

/// Of this computer and not roaming: two computers must not share one identity.
fn data_dir() -> Result<PathBuf> {
    if let Some(given) = variable("BUHPHONE_DATA_DIR") {
        return Ok(PathBuf::from(given));
    }
    let folders = ProjectDirs::from("ru", "", "buhphone").context("this account has no home folder")?;
    Ok(folders.data_local_dir().to_owned())
}

/// English where the computer speaks it, Russian everywhere else.
fn language() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("en") => Language::En,
        _ => Language::Ru,
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment is read where the program starts")]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
