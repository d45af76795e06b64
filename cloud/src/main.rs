//! `buhphone-cloud`: reads the command line and the environment, and starts what is asked.
//! An error is one line and a status other than 0.

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;
use tracing_subscriber::EnvFilter;

mod admin;
mod options;
mod serve;

use options::{Command, Options};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(EnvFilter::try_from_env("BUHPHONE_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn")))
        .init();
    let done = match options.command {
        Command::Serve(serve) => serve::serve(&options.place, serve).await,
        Command::Migrate => serve::migrate(&options.place).await,
        Command::Admin { command } => admin::run(&options.place, command).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("buhphone-cloud: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error with its causes, less those that a message above has told already.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(|cause| cause.to_string().replace('\n', " ")) {
        if line.contains(&cause) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&cause);
    }
    line
}
