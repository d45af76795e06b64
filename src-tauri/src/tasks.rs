//! What is done without a window, and told on the console in plain sentences: an activation, a
//! self-check, the end of the running program, an uninstallation. Each ends the process with a code.

use std::{path::Path, process::ExitCode, thread, time::Duration};

use anyhow::Result;
use buhphone_agent::{
    AgentHandle, Settings,
    command::Command,
    enrolling::{self, Outcome},
    once, spoken,
    view::{Language, Stage, Verdict},
};

use crate::{
    agent::Agent,
    answers::Answer,
    arguments::{Arguments, Task},
    claim::Claim,
    console,
    handover::{self, Handover},
};

/// A roll-out goes on after this; the program goes on with the code whenever it runs.
const ACTIVATION_PATIENCE: Duration = Duration::from_secs(60);

/// The running program waits as long itself, and answers then.
const ANSWER_PATIENCE: Duration = Duration::from_secs(75);

/// A program that ends saves what it has and lets a keyring finish.
const ENDS: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(100);

/// Does it, and tells what came of it.
///
/// # Errors
/// When the agent cannot be started at all.
pub(crate) fn run(task: &Task, asked: &Arguments, settings: Settings) -> Result<ExitCode> {
    console::attach();
    match task {
        Task::Activate { code, answer } => activate(code, answer.as_deref(), asked, settings),
        Task::SelfCheck { json } => check_self(*json, asked, settings),
        Task::Quit => Ok(quit(asked, &settings)),
        Task::Uninstall { keep_data } => uninstall(*keep_data, settings),
    }
}

fn activate(code: &str, answer: Option<&str>, asked: &Arguments, settings: Settings) -> Result<ExitCode> {
    let (folder, language) = (settings.data_dir.clone(), settings.language);
    let claim = match Claim::take(&folder) {
        Ok(None) => {
            let awaited = Answer::new(&folder);
            let named = Arguments {
                task: Some(Task::Activate {
                    code: code.to_owned(),
                    answer: Some(answer.unwrap_or(awaited.name()).to_owned()),
                }),
                ..asked.clone()
            };
            match handover::hand_over(&folder, &named.retold()) {
                Ok(Handover::Done) if answer.is_some() => return Ok(ExitCode::SUCCESS),
                Ok(Handover::Done) => {
                    let outcome = awaited.take(ANSWER_PATIENCE).unwrap_or(Outcome::Kept { error: None });
                    return Ok(told(language, &outcome));
                }
                #[cfg(target_os = "linux")]
                Ok(Handover::First(claim)) => Some(claim),
                Err(error) => {
                    tracing::debug!(error = format_args!("{error:#}"), "the code could not be handed over");
                    println!("{}", spoken::unreachable(language));
                    return Ok(ExitCode::from(2));
                }
            }
        }
        Ok(claim) => claim,
        // The agent says the same, in its own words.
        Err(_) => None,
    };
    let AgentHandle { commands, view, running, .. } = buhphone_agent::start(settings)?;
    let outcome =
        tauri::async_runtime::block_on(connect(&Agent::new(commands, view), code.to_owned(), asked.server.clone()));
    running.stop();
    drop(claim);
    if let Some(name) = answer {
        Answer::named(&folder, name).leave(&outcome)?;
    }
    Ok(told(language, &outcome))
}

fn told(language: Language, outcome: &Outcome) -> ExitCode {
    println!("{}", spoken::outcome(language, outcome));
    ExitCode::from(outcome.exit_code())
}

/// Gives the agent a code, and waits for what comes of it.
pub(crate) async fn connect(agent: &Agent, code: String, server: Option<String>) -> Outcome {
    let waited = tokio::time::timeout(ACTIVATION_PATIENCE, async {
        let ready = agent.until(|view| view.stage != Stage::Starting).await?;
        if let Some(already) = enrolling::before(&ready) {
            return Some(already);
        }
        agent.ask(Command::Activate { code, server }).await.ok()?;
        // What was said of an earlier code is not about this one.
        let is_news = |outcome: &Outcome| outcome.is_last() && *outcome != enrolling::outcome(&ready);
        let after = agent.until(|view| is_news(&enrolling::outcome(view))).await?;
        Some(enrolling::outcome(&after))
    });
    match waited.await {
        Ok(Some(outcome)) => outcome,
        Ok(None) | Err(_) => enrolling::outcome(&agent.view()),
    }
}

fn check_self(json: bool, asked: &Arguments, settings: Settings) -> Result<ExitCode> {
    let checked = once::check_self(settings, asked.server.clone())?;
    if json {
        println!("{}", checked.json);
    } else {
        print!("{}", checked.lines);
    }
    Ok(ExitCode::from(match checked.verdict {
        Verdict::Good | Verdict::Unknown => 0,
        Verdict::Bad => 1,
        Verdict::Attention => 2,
    }))
}

fn quit(asked: &Arguments, settings: &Settings) -> ExitCode {
    let ended = end_running(&settings.data_dir, &asked.retold()).is_some();
    let sentence = if ended { spoken::ended(settings.language) } else { spoken::unreachable(settings.language) };
    println!("{sentence}");
    if ended { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn uninstall(keep_data: bool, settings: Settings) -> Result<ExitCode> {
    let language = settings.language;
    let quit = Arguments { task: Some(Task::Quit), ..Arguments::default() };
    let Some(claim) = end_running(&settings.data_dir, &quit.retold()) else {
        println!("{}", spoken::unreachable(language));
        return Ok(ExitCode::FAILURE);
    };
    // Its file goes with the others.
    drop(claim);
    let done = once::uninstall(settings, keep_data)?;
    println!("{}", spoken::uninstalled(language, &done));
    Ok(if done.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Asks the program that has `folder` to end, and waits until it has: the folder is ours then.
fn end_running(folder: &Path, arguments: &[String]) -> Option<Claim> {
    if let Ok(Some(claim)) = Claim::take(folder) {
        return Some(claim);
    }
    match handover::hand_over(folder, arguments) {
        Ok(Handover::Done) => {}
        #[cfg(target_os = "linux")]
        Ok(Handover::First(claim)) => return Some(claim),
        Err(error) => {
            tracing::debug!(error = format_args!("{error:#}"), "the running program cannot be asked to end");
            return None;
        }
    }
    for _ in 0..ENDS {
        if let Ok(Some(claim)) = Claim::take(folder) {
            return Some(claim);
        }
        thread::sleep(BETWEEN);
    }
    None
}
