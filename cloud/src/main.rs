//! `buhphone-cloud`: reads the command line and the environment, and starts what is asked.
//! An error is one line and a status other than 0.

use std::process::ExitCode;

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
        .with_env_filter(EnvFilter::try_from_env("BUHPHONE_LOG").unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    let done = match options.command {
        Command::Serve(serve) => serve::serve(&options.place, serve).await,
        Command::Migrate => serve::migrate(&options.place).await,
        Command::Admin { command } => admin::run(&options.place, command).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever libraries put into their messages.
            eprintln!("buhphone-cloud: {}", format!("{error:#}").replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}
