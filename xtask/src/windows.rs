//! `cargo xtask windows`: what runs on the clients' computers, cross-built on Debian and tried under wine.
//! Wine is not Windows: green means that our calls are right, not what a person sees.

mod toolchain;
mod wine;

use anyhow::Result;

use self::{toolchain::Toolchain, wine::Wine};
use crate::{packages, programs::run, say};

/// The packages that know no window toolkit, and what in them is tried.
const PORTABLE: &[&str] = &["--package", "buhphone-protocol", "--package", "buhphone-agent"];

/// Sets up, checks and tries all of it.
///
/// # Errors
/// At the first part that fails.
pub fn windows() -> Result<()> {
    test()
}

/// The wire and the agent, linted for Windows and tested under wine.
///
/// # Errors
/// At the first part that fails.
pub(crate) fn test() -> Result<()> {
    packages::ensure(&[packages::BUILD, packages::WINDOWS])?;
    let toolchain = Toolchain::ready()?;
    say("checking the lints for Windows");
    run(toolchain
        .cargo()?
        .args(["clippy", "--quiet", "--locked", "--all-targets"])
        .args(PORTABLE)
        .args(["--", "--deny", "warnings"]))?;
    let wine = Wine::start()?;
    say("testing the wire and the agent under wine");
    let mut tests = toolchain.cargo()?;
    wine.run_by(&mut tests);
    run(tests.args(["test", "--quiet", "--locked", "--no-fail-fast", "--lib", "--tests"]).args(PORTABLE))
}
