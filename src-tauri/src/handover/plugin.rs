//! By the single-instance plugin's own way to the first, which needs a desktop of its own.

use std::{env, path::Path, process::Command, thread, time::Duration};

use anyhow::{Context as _, Result};

use super::Handover;
use crate::{claim::Claim, shell};

/// A program that is ending is gone within five seconds, or is not ending.
const ATTEMPTS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// Gives this start's arguments to the program that has `folder`, or starts anew when it ends.
///
/// # Errors
/// When it runs on and cannot be called: it has no desktop, or belongs to another session.
pub(crate) fn hand_over(folder: &Path) -> Result<Handover> {
    let Err(error) = shell::call_the_first() else { return Ok(Handover::Done) };
    // The first may have been on its way out when it was called.
    anyhow::ensure!(is_freed(folder), error);
    tracing::warn!(error = format_args!("{error:#}"), "the running program ended; starting in its place");
    let program = env::current_exe().context("finding the program's own file")?;
    Command::new(program).args(env::args_os().skip(1)).spawn().context("starting anew")?;
    Ok(Handover::Done)
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
