//! `cargo xtask test`: everything that must hold, from formatting to the whole thread on real parts.

use anyhow::Result;

use crate::{
    arrows,
    packages::{self, BUILD, SESSION, TEST},
    postgres::Postgres,
    programs::{self, cargo, npm, run},
    root, say,
};

/// Sets up and runs all checks and tests; `filter` goes to the test runner as it is.
///
/// # Errors
/// At the first check that fails.
pub fn test(filter: &[String]) -> Result<()> {
    packages::ensure(&[BUILD, SESSION, TEST])?;
    if !installed("nextest") {
        say("installing cargo-nextest, which runs the tests");
        run(cargo()?.args(["install", "--locked", "cargo-nextest"]))?;
    }
    if filter.is_empty() {
        checks()?;
    }
    let programs = programs::build()?;
    let postgres = Postgres::start()?;
    say("running the tests");
    run(cargo()?
        .args(["nextest", "run", "--workspace", "--no-fail-fast"])
        .args(filter)
        .env("BUHPHONE_TEST_POSTGRES", postgres.url())
        .env("BUHPHONE_TEST_PROGRAM", &programs.program)
        .env("BUHPHONE_TEST_CLOUD", &programs.cloud)
        .env("BUHPHONE_TEST_PICTURES", root().join("output/pictures")))?;
    say("all tests passed");
    Ok(())
}

fn checks() -> Result<()> {
    say("checking the arrows between the packages");
    arrows::check()?;
    say("checking the interfaces");
    programs::interfaces()?;
    types(true)?;
    run(npm().args(["run", "check"]))?;
    run(npm().args(["test"]))?;
    say("checking the formatting and the lints");
    run(cargo()?.args(["fmt", "--all", "--check"]))?;
    run(cargo()?.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

/// Writes the TypeScript of the Rust types, or checks that what is there is current.
///
/// # Errors
/// When it differs, or cannot be written.
pub fn types(check: bool) -> Result<()> {
    let mut command = cargo()?;
    command.args(["run", "--quiet", "--package", "buhphone-agent", "--example", "typescript", "--"]);
    if check {
        command.arg("--check");
    }
    run(command.arg("ui/shared/src/types"))
}

/// Whether cargo has a subcommand.
pub(crate) fn installed(subcommand: &str) -> bool {
    cargo().is_ok_and(|mut cargo| {
        cargo.args([subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
    })
}
