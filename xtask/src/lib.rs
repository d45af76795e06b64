//! The house's task runner as a library: what `cargo xtask` does, and the private
//! desktop session (display, bus, keyring) that the end-to-end tests run in too.

pub mod arrows;
pub mod bench;
pub mod children;
pub mod desktop;
pub mod fuzz;
pub mod icons;
pub mod packages;
pub mod pictures;
pub mod postgres;
pub mod programs;
pub mod run;
pub mod test;
pub mod windows;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The root of the working tree.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where builds are kept: `CARGO_TARGET_DIR` when set, else a folder of the user's
/// cache, so that every clone on a machine shares what it compiled.
///
/// # Errors
/// When the user has no home folder.
pub fn target_dir() -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the runner's environment is the developer's")]
    if let Some(set) = std::env::var_os("CARGO_TARGET_DIR") {
        return Ok(PathBuf::from(set));
    }
    let folders = directories::ProjectDirs::from("ru", "", "buhphone").context("this account has no home folder")?;
    Ok(folders.cache_dir().join("target"))
}

/// One line of progress.
pub fn say(line: impl std::fmt::Display) {
    eprintln!("\x1b[1m==>\x1b[0m {line}");
}
