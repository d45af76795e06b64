//! `cargo xtask …`: the only task runner of the house.

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, run and test Бухфон")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build, start the cloud with a demo partner and the program.
    Run(xtask::run::Options),
    /// Check and test everything; what follows `--` goes to the test runner.
    Test {
        #[arg(last = true)]
        filter: Vec<String>,
    },
    /// Build the interfaces only.
    Ui,
    /// Write the TypeScript of the Rust types.
    Types {
        /// Only compare what is there.
        #[arg(long)]
        check: bool,
    },
    /// Make every icon from its source picture.
    Icons,
    /// Take the README's pictures anew from the end-to-end tests.
    Pictures,
    /// Measure against floors of the same run; without names, everything.
    Bench { names: Vec<xtask::bench::Bench> },
    /// Feed what reads bytes from outside; without names, every target.
    Fuzz(xtask::fuzz::Options),
    /// Cross-build for Windows, and try under wine what can be tried there.
    Windows,
    /// Check which package depends on which.
    Arrows,
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Run(options) => xtask::run::run(&options),
        Task::Test { filter } => xtask::test::test(&filter),
        Task::Ui => xtask::programs::interfaces(),
        Task::Types { check } => xtask::test::types(check),
        Task::Icons => xtask::icons::run(&xtask::root()),
        Task::Pictures => xtask::pictures::pictures(),
        Task::Bench { names } => xtask::bench::bench(&names),
        Task::Fuzz(options) => xtask::fuzz::fuzz(&options),
        Task::Windows => xtask::windows::windows(),
        Task::Arrows => xtask::arrows::check(),
    }
}
