//! The benches, started by `cargo xtask bench`, which builds the parts as released.
//!
//! The cloud measured is its own process on its own database; so is the floor, a bare
//! server of the same framework. All load and all listening is in this process.

mod authorize;
mod bare;
mod cloud;
mod desktop;
mod figures;
mod held;
mod live;
mod load;
mod message;
mod morning;
mod page;
mod report;

use std::path::PathBuf;

use anyhow::Result;
use buhphone_tests::{device, server};
use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Durable authorizations into a file.
    Authorize(Parts),
    /// Durable authorizations into a server.
    AuthorizePostgres(Parts),
    /// A client's message until it is on a page of the cabinet.
    Message(Parts),
    /// What a live connection costs in memory.
    Live(Parts),
    /// A start until it is authorized.
    Launch(Parts),
    /// What the program costs that waits.
    Idle(Parts),
    /// The report of ten thousand users.
    Report(Parts),
    /// Ten thousand programs and a cloud that was away.
    Morning(Parts),
    /// The programs of the morning.
    Programs(Parts),
    /// Serve the floor.
    Bare,
}

/// What is measured, and where the figures go.
#[derive(clap::Args)]
struct Parts {
    /// The built `buhphone-cloud`.
    cloud: PathBuf,
    /// Folder of the figures.
    figures: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Authorize(parts) => figures::tell(&parts.figures, "authorize", &authorize::measure(&parts.cloud).await?),
        Task::AuthorizePostgres(parts) => {
            figures::tell(&parts.figures, "authorize-postgres", &authorize::measure_postgres(&parts.cloud).await?)
        }
        Task::Message(parts) => figures::tell(&parts.figures, "message", &message::measure(&parts.cloud).await?),
        Task::Live(parts) => figures::tell(&parts.figures, "live", &live::measure(&parts.cloud).await?),
        Task::Launch(parts) => figures::tell(&parts.figures, "launch", &desktop::launch().await?),
        Task::Idle(parts) => figures::tell(&parts.figures, "idle", &desktop::idle().await?),
        Task::Report(parts) => figures::tell(&parts.figures, "report", &report::measure(&parts.cloud).await?),
        Task::Morning(parts) => morning::start(&parts),
        Task::Programs(parts) => figures::tell(&parts.figures, "morning", &morning::measure(&parts.cloud).await?),
        Task::Bare => bare::serve().await,
    }
}
