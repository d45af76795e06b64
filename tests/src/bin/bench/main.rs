//! The benches, started by `cargo xtask bench`, which builds the parts as released.
//!
//! The cloud measured is its own process on its own database; so is the floor, a bare
//! server of the same framework. All load and all listening is in this process.

mod bare;
mod cloud;
mod device;
mod figures;
mod held;
mod live;
mod message;
mod page;
mod server;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
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
        Task::Message(parts) => figures::tell(&parts.figures, "message", &message::measure(&parts.cloud).await?),
        Task::Live(parts) => figures::tell(&parts.figures, "live", &live::measure(&parts.cloud).await?),
        Task::Bare => bare::serve().await,
    }
}
