//! A private wine: its own folder of Windows, made anew for each run, so that nothing
//! an earlier run wrote into the registry or the credentials is believed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Result;

use crate::{programs::run, root, say};

pub(super) struct Wine {
    prefix: PathBuf,
}

impl Wine {
    pub(super) fn start() -> Result<Self> {
        say("preparing wine");
        let prefix = std::env::temp_dir().join(format!("buhphone-wine-{}", std::process::id()));
        fs::create_dir_all(&prefix)?;
        let wine = Self { prefix };
        let mut boot = Command::new("wineboot");
        run(wine.environment(&mut boot).arg("-i").stdout(Stdio::null()).stderr(Stdio::null()))?;
        wine.wait()?;
        wine.lend_randomness()?;
        Ok(wine)
    }

    /// Programs that `cargo` builds for Windows are run here.
    pub(super) fn run_by(&self, cargo: &mut Command) {
        self.environment(cargo).env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
    }

    fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("WINEPREFIX", &self.prefix)
            .env("WINEARCH", "win64")
            .env("WINEDEBUG", "-all")
            // Without a display; and without offers to install what no test uses.
            .env_remove("DISPLAY")
            .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
    }

    /// A library that Rust's standard one asks for and wine 8 does not have.
    fn lend_randomness(&self) -> Result<()> {
        let library = self.prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
        run(Command::new("x86_64-w64-mingw32-gcc")
            .args(["-shared", "-O1", "-o"])
            .arg(library)
            .arg(root().join("xtask/windows/bcryptprimitives.c"))
            .arg("-ladvapi32"))
    }

    fn wait(&self) -> Result<()> {
        run(self.environment(&mut Command::new("wineserver")).arg("-w"))
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let mut server = Command::new("wineserver");
        let ended = self.environment(&mut server).arg("-k").stderr(Stdio::null()).status();
        if ended.is_ok() {
            let _ = self.wait();
        }
        let _ = fs::remove_dir_all(Path::new(&self.prefix));
    }
}
