//! By the single-instance plugin's own way to the first, which needs a desktop of its own and
//! hands over the command line of its process, whatever is on it: so it is let do that in a
//! process that was started with nothing but what is to be handed over.

use std::{env, path::Path, process::Command, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};

use super::Handover;
use crate::{claim::Claim, shell};

/// A program that is ending is gone within five seconds, or is not ending.
const ATTEMPTS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// Gives `arguments` to the program that has `folder`, or starts anew with them when it ends.
///
/// # Errors
/// When it runs on and cannot be called: it has no desktop, or belongs to another session.
pub(crate) fn hand_over(folder: &Path, arguments: &[String]) -> Result<Handover> {
    if !env::args_os().skip(1).eq(arguments.iter().map(std::ffi::OsString::from)) {
        let handed = anew(arguments)?.status().context("starting a process to hand the arguments over")?;
        ensure!(handed.success(), "the arguments were not handed over");
        return Ok(Handover::Done);
    }
    let Err(error) = shell::call_the_first() else { return Ok(Handover::Done) };
    // The first may have been on its way out when it was called.
    ensure!(is_freed(folder), error);
    tracing::warn!(error = format_args!("{error:#}"), "the running program ended; starting in its place");
    anew(arguments)?.spawn().context("starting anew")?;
    Ok(Handover::Done)
}

fn anew(arguments: &[String]) -> Result<Command> {
    let mut command = Command::new(env::current_exe().context("finding the program's own file")?);
    command.args(arguments);
    Ok(command)
}

/// Waits, a little, until whoever holds `folder` lets it go; tells whether they did.
fn is_freed(folder: &Path) -> bool {
    for _ in 0..ATTEMPTS {
        if matches!(Claim::take(folder), Ok(Some(_))) {
            return true;
        }
        thread::sleep(BETWEEN);
    }
    false
}
