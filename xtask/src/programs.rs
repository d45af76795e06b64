//! Building: the interfaces, then the two programs that carry or serve them.
//! What is newer than its sources is not built again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, Result, bail};

use crate::{packages, root, say, target_dir};

/// The built programs.
#[derive(Clone, Debug)]
pub struct Programs {
    pub program: PathBuf,
    pub cloud: PathBuf,
}

/// Builds what the programs are made of, then the programs.
///
/// # Errors
/// When a step fails; its own output says why.
pub fn build() -> Result<Programs> {
    interfaces()?;
    say("building the program and the cloud (the first time takes some minutes)");
    let target = target_dir()?;
    run(cargo()?.args(["build", "--package", "buhphone"]))?;
    run(cargo()?.args(["build", "--package", "buhphone-cloud", "--bin", "buhphone-cloud"]))?;
    let folder = target.join("debug");
    Ok(Programs { program: folder.join("buhphone"), cloud: folder.join("buhphone-cloud") })
}

/// Installs the interfaces' packages by their lock file and builds both, where anything changed.
///
/// # Errors
/// When npm is missing or a build fails.
pub fn interfaces() -> Result<()> {
    install_interface_packages()?;
    let ui = root().join("ui");
    for (name, what) in [("desktop", "the program's window"), ("cabinet", "the cabinet")] {
        let built = modified(&ui.join(name).join("dist/index.html"));
        let changed = newest(&ui.join(name))?.max(newest(&ui.join("shared"))?);
        if built.is_none_or(|built| changed > built) {
            say(format_args!("building {what}"));
            run(npm().args(["run", "build", "--workspace", name]))?;
        }
    }
    Ok(())
}

/// `npm ci`, unless what is installed is newer than the lock file.
///
/// # Errors
/// When npm is missing or fails.
pub fn install_interface_packages() -> Result<()> {
    if !packages::found("npm") {
        bail!("npm is not here; install Node.js 20.19 or newer (https://nodejs.org) and start again");
    }
    let ui = root().join("ui");
    let installed = modified(&ui.join("node_modules/.package-lock.json"));
    if installed.is_none_or(|installed| Some(installed) < modified(&ui.join("package-lock.json"))) {
        say("installing the interfaces' packages");
        run(npm().args(["ci", "--no-audit", "--no-fund"]))?;
    }
    Ok(())
}

/// npm in the interfaces' workspace.
#[must_use]
pub fn npm() -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root().join("ui"));
    command
}

/// cargo with the shared target folder, by the lock file.
///
/// # Errors
/// When there is no place for builds.
pub fn cargo() -> Result<Command> {
    #[expect(clippy::disallowed_methods, reason = "cargo tells the runner which cargo it is")]
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root()).env("CARGO_TARGET_DIR", target_dir()?);
    Ok(command)
}

/// Runs a command to its end.
///
/// # Errors
/// When it does not start or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("`{shown}` did not start"))?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().display().to_string();
    command.get_args().fold(program, |shown, argument| format!("{shown} {}", argument.display()))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// The newest change under `folder`, leaving out what is made from it.
fn newest(folder: &Path) -> Result<SystemTime> {
    let mut latest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).with_context(|| format!("{} is not here", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "node_modules"
            || name.to_string_lossy().starts_with("dist")
            || name.to_string_lossy().starts_with('.')
        {
            continue;
        }
        let changed =
            if entry.file_type()?.is_dir() { newest(&entry.path())? } else { entry.metadata()?.modified()? };
        latest = latest.max(changed);
    }
    Ok(latest)
}
