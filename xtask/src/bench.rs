//! `cargo xtask bench`: builds the cloud and the benches optimised, and runs them.
//! The figures are in `target/bench` at the repository's root.

use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    programs::{cargo, interfaces, run},
    root, say, target_dir,
};

/// As released, less the optimisation at linking, which takes longer than all benches.
const PROFILE: &str = "measured";

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Bench {
    /// Durable authorizations into a file.
    Authorize,
    /// Durable authorizations into a server.
    AuthorizePostgres,
    /// A client's message until it is on a page of the cabinet.
    Message,
    /// What a live connection costs the cloud's memory.
    Live,
    /// The report of ten thousand users and a year.
    Report,
    /// Ten thousand programs and a cloud that was away.
    Morning,
    /// A start of the program until it is authorized.
    Launch,
    /// What the program costs that waits hidden.
    Idle,
}

impl Bench {
    const ALL: &[Self] = &[
        Self::Authorize,
        Self::AuthorizePostgres,
        Self::Message,
        Self::Live,
        Self::Report,
        Self::Morning,
        Self::Launch,
        Self::Idle,
    ];

    /// It measures the desktop program, not the cloud.
    fn is_of_the_program(self) -> bool {
        matches!(self, Self::Launch | Self::Idle)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::AuthorizePostgres => "authorize-postgres",
            Self::Message => "message",
            Self::Live => "live",
            Self::Report => "report",
            Self::Morning => "morning",
            Self::Launch => "launch",
            Self::Idle => "idle",
        }
    }
}

/// Runs the named benches, or all.
///
/// # Errors
/// When a part does not build or a bench fails; a figure that misses its goal is told, and is no error.
pub fn bench(named: &[Bench]) -> Result<()> {
    // The cloud carries the cabinet's files.
    interfaces()?;
    say("building the cloud and the benches (the first time takes some minutes)");
    run(cargo()?
        .args(["build", "--profile", PROFILE, "--package", "buhphone-cloud", "--bin", "buhphone-cloud"])
        .args(["--package", "buhphone-tests", "--bin", "bench"]))?;
    let benches = if named.is_empty() { Bench::ALL } else { named };
    if benches.iter().any(|bench| bench.is_of_the_program()) {
        say("building the program and its floor");
        run(cargo()?.args(["build", "--profile", PROFILE, "--package", "buhphone", "--package", "buhphone-bare"]))?;
    }
    let built = target_dir()?.join(PROFILE);
    for bench in benches {
        say(format_args!("bench {}", bench.name()));
        let figures = root().join("target/bench");
        // People's computers name no folder of authorities here; its hundreds of files would be measured.
        run(Command::new(built.join("bench"))
            .arg(bench.name())
            .arg(built.join("buhphone-cloud"))
            .arg(figures)
            .env_remove("SSL_CERT_DIR")
            .env("BUHPHONE_TEST_PROGRAM", built.join("buhphone")))?;
    }
    Ok(())
}
