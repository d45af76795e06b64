//! The benches, started by `cargo xtask bench`, which builds the parts as released.
//!
//! The cloud measured is its own process on its own database; so is the floor, a bare
//! server of the same framework. All load and all listening is in this process.

mod authorize;
mod bare;
mod cloud;
mod figures;
mod held;
mod live;
mod load;
mod message;
mod page;

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
        Task::Bare => bare::serve().await,
    }
}
