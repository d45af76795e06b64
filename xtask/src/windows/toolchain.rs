//! The compiler for Windows: Debian's, with a standard library built once from Debian's sources
//! and kept in the user's cache under its version. The one that builds for Linux has none to link.

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{programs::run, root, say, target_dir};

pub(super) const TARGET: &str = "x86_64-pc-windows-gnu";

/// Debian's, whatever else is on the path.
const PROGRAMS: &str = "/usr/bin";

/// These must be of one version, or the standard library's sources are not the compiler's.
const OF_ONE_VERSION: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"];

pub(super) struct Toolchain {
    sysroot: PathBuf,
}

impl Toolchain {
    /// Builds the standard library where this version of it is not built yet.
    pub(super) fn ready() -> Result<Self> {
        let version = version()?;
        let folders =
            directories::ProjectDirs::from("ru", "", "buhphone").context("this account has no home folder")?;
        let sysroot = folders.cache_dir().join("windows").join(&version);
        if !sysroot.exists() {
            say(format_args!("building the standard library for Windows, once (Rust {version})"));
            build(&sysroot)?;
        }
        Ok(Self { sysroot })
    }

    /// cargo for Windows, in the working tree, with a target folder of its own.
    pub(super) fn cargo(&self) -> Result<Command> {
        let mut command = debians("cargo");
        command
            .current_dir(root())
            .env("CARGO_TARGET_DIR", target_dir()?.join("windows"))
            .env("CARGO_BUILD_TARGET", TARGET)
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", "x86_64-w64-mingw32-gcc")
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS", format!("--sysroot={}", self.sysroot.display()));
        Ok(command)
    }
}

/// Built aside and moved into place whole.
fn build(sysroot: &Path) -> Result<()> {
    let folder = sysroot.parent().context("a folder of the cache")?;
    fs::create_dir_all(folder)?;
    let aside = folder.join(format!("building-{}", std::process::id()));
    let crate_ = aside.join("empty");
    fs::create_dir_all(crate_.join("src"))?;
    fs::write(crate_.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2024\"\n")?;
    fs::write(crate_.join("src/lib.rs"), "#![no_std]\n")?;
    run(debians("cargo")
        .current_dir(&crate_)
        .args(["build", "--quiet", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_unwind,panic_abort,test")
        // The standard library is built by its own unstable features.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", aside.join("target")))?;

    let rustlib = aside.join("sysroot/lib/rustlib");
    let libraries = rustlib.join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(aside.join("target").join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if (name.ends_with(".rlib") || name.ends_with(".rmeta")) && !name.starts_with("libempty-") {
            fs::copy(&path, libraries.join(name))?;
        }
    }
    symlink("/usr/lib/rustlib/x86_64-unknown-linux-gnu", rustlib.join("x86_64-unknown-linux-gnu"))?;
    if let Err(error) = fs::rename(aside.join("sysroot"), sysroot) {
        ensure!(sysroot.exists(), "{} could not be put in place: {error}", sysroot.display());
    }
    fs::remove_dir_all(&aside)?;
    Ok(())
}

/// Debian's package version of the compiler, once all its parts are of it.
fn version() -> Result<String> {
    let mut found = Vec::new();
    for package in OF_ONE_VERSION {
        let output = Command::new("dpkg-query").args(["-W", "-f=${Version}", package]).output()?;
        ensure!(output.status.success(), "{package} is not installed");
        found.push((*package, String::from_utf8(output.stdout)?));
    }
    let (_, version) = &found[0];
    ensure!(found.iter().all(|(_, other)| other == version), "these must be of one version: {found:?}");
    Ok(version.clone())
}

/// One of Debian's programs of Rust, untouched by the toolchain that runs us.
fn debians(program: &str) -> Command {
    let mut command = Command::new(Path::new(PROGRAMS).join(program));
    #[expect(clippy::disallowed_methods, reason = "the runner's environment is the developer's")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut first = OsString::from(format!("{PROGRAMS}:"));
    first.push(path);
    command
        .env("PATH", first)
        .env("RUSTC", Path::new(PROGRAMS).join("rustc"))
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO")
        .env_remove("RUSTFLAGS");
    command
}
