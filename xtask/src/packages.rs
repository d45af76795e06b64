//! System packages: what a task needs and why, and their installation on Debian and its kin.
//! Elsewhere it names what is needed and goes on; the build says what is missing.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::say;

/// A Debian package and what it is for.
pub type Package = (&'static str, &'static str);

/// What building both programs takes.
pub const BUILD: &[Package] = &[
    ("build-essential", "C parts of the database and of cryptography"),
    ("pkg-config", "finds system libraries"),
    ("libwebkit2gtk-4.1-dev", "the program's window"),
    ("libayatana-appindicator3-dev", "the tray icon"),
    ("libxss-dev", "whether a person is at the computer"),
];

/// What running the program takes where there is no desktop.
pub const SESSION: &[Package] = &[
    ("dbus", "the session's bus"),
    ("libglib2.0-bin", "speaks to the session's bus"),
    ("gnome-keyring", "the keyring that holds the computer's key"),
    ("xvfb", "a virtual display"),
    ("x11-utils", "finds windows on the virtual display"),
    ("xdotool", "moves the mouse on the virtual display"),
    ("imagemagick", "pictures of the virtual display"),
    ("fonts-dejavu-core", "Cyrillic letters"),
];

/// What the tests take beyond that.
pub const TEST: &[Package] = &[
    ("webkit2gtk-driver", "drives the program's window"),
    ("chromium", "the cabinet's browser"),
    ("chromium-driver", "drives the browser"),
    ("postgresql", "the second database"),
    ("libfaketime", "days that pass in seconds"),
    ("iproute2", "a network link that comes and goes"),
    ("libsecret-tools", "looks into the keyring from outside"),
];

/// What building for Windows and trying it takes.
pub const WINDOWS: &[Package] = &[
    ("gcc-mingw-w64-x86-64", "C parts for Windows, and the linker"),
    ("g++-mingw-w64-x86-64", "C++ parts for Windows"),
    ("rustc-web", "a compiler whose standard library's sources are at hand"),
    ("cargo-web", "builds with it"),
    ("rust-web-src", "those sources"),
    ("rust-web-clippy", "lints for Windows"),
    ("nasm", "cryptography for Windows"),
    ("cmake", "cryptography for Windows"),
    ("wine", "runs what was built"),
    ("wine64", "runs what was built"),
    ("nsis", "the installer"),
];

/// Installs what is missing, saying what and why.
///
/// # Errors
/// When the packages cannot be installed here.
pub fn ensure(sets: &[&[Package]]) -> Result<()> {
    let missing: Vec<Package> =
        sets.iter().flat_map(|set| set.iter().copied()).filter(|(name, _)| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for (name, why) in &missing {
        say(format_args!("missing: {name} ({why})"));
    }
    if !found("apt-get") {
        say("no apt-get here: install their equivalents by hand if the build asks for them");
        return Ok(());
    }
    apt(&["update", "-q"])?;
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(missing.iter().map(|(name, _)| *name));
    apt(&arguments)
}

/// Whether a program is on the path.
#[must_use]
pub fn found(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", "command -v \"$0\" >/dev/null", program])
        .status()
        .is_ok_and(|status| status.success())
}

fn installed(package: &str) -> bool {
    let Ok(output) =
        Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]).stderr(Stdio::null()).output()
    else {
        return false;
    };
    output.stdout == b"installed"
}

fn apt(arguments: &[&str]) -> Result<()> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    if !command.status().is_ok_and(|status| status.success()) {
        bail!("`apt-get {}` failed; run it by hand as root and start again", arguments.join(" "));
    }
    Ok(())
}
