//! A private desktop session: virtual display, session bus, unlocked keyring, own home.
//! Nothing of the account it runs in is read or written.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::children::Kept;

/// A running session. Its parts end when it is dropped; its home stays.
#[derive(Debug)]
pub struct Desktop {
    home: PathBuf,
    display: String,
    bus_address: String,
    runtime: PathBuf,
    // Ended in this order.
    keyring: Option<Kept>,
    _bus: Kept,
    _screen: Kept,
}

/// The virtual display's size: room for the program's window beside another.
const SCREEN: &str = "1280x900x24";

/// Unlocks a keyring that lives in a private home and holds nothing of the account's.
pub const PASSWORD: &[u8] = b"buhphone";

/// Starts no services by itself: a session has what it was given, and no second, locked keyring.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

impl Desktop {
    /// Starts a session whose home is `home`, with its keyring unlocked.
    ///
    /// # Errors
    /// When a part does not start; says which.
    pub fn start(home: &Path) -> Result<Self> {
        let mut desktop = Self::start_without_keyring(home)?;
        desktop.start_keyring()?;
        Ok(desktop)
    }

    /// Starts a session in which nobody keeps secrets, until [`Desktop::start_keyring`].
    ///
    /// # Errors
    /// As above.
    pub fn start_without_keyring(home: &Path) -> Result<Self> {
        for folder in ["config", "data", "cache", "state", "runtime"] {
            fs::create_dir_all(home.join(folder))?;
        }
        // The bus and the keyring refuse a runtime folder that others can read, and
        // a socket's path longer than 107 bytes: so a short one, linked to the home.
        let runtime = std::env::temp_dir().join(format!("buhphone-{}-{:x}", std::process::id(), fingerprint(home)));
        fs::create_dir_all(&runtime)?;
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700))?;

        let (screen, number) = Kept::start_and_read_line(
            "Xvfb",
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-dpi", "96", "-noreset"])
                .stderr(Stdio::null()),
        )?;
        let display = format!(":{number}");
        let configuration = runtime.join("bus.conf");
        fs::write(&configuration, BUS)?;
        let (bus, bus_address) = Kept::start_and_read_line(
            "dbus-daemon",
            Command::new("dbus-daemon")
                .args(["--nofork", "--print-address=1", "--config-file"])
                .arg(&configuration)
                .env("HOME", home)
                .stderr(Stdio::null()),
        )?;
        Ok(Self { home: home.to_owned(), display, bus_address, runtime, keyring: None, _bus: bus, _screen: screen })
    }

    /// Starts the keyring on the home's files, unlocked, as a login does.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start_keyring(&mut self) -> Result<()> {
        let mut keyring = self.command("gnome-keyring-daemon");
        keyring.args(["--unlock", "--foreground", "--components=secrets"]).stdout(Stdio::null()).stderr(Stdio::null());
        self.keyring = Some(Kept::start_with_input("gnome-keyring-daemon", &mut keyring, PASSWORD)?);
        self.await_keyring()
    }

    /// Ends the keyring; what it keeps stays in the home.
    pub fn stop_keyring(&mut self) {
        self.keyring = None;
    }

    /// A command that runs inside the session.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        environment(&mut command, &self.home, &self.runtime, &self.display, &self.bus_address);
        command
    }

    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The X display, `:99`.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Address of the session's bus.
    #[must_use]
    pub fn bus_address(&self) -> &str {
        &self.bus_address
    }

    /// `XDG_CONFIG_HOME` of the session.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.home.join("config")
    }

    /// Takes a picture of the whole display.
    ///
    /// # Errors
    /// When the display or the disk refuses.
    pub fn picture(&self, path: &Path) -> Result<()> {
        let taken = self
            .command("import")
            .args(["-silent", "-window", "root"])
            .arg(path)
            .status()
            .context("import (imagemagick)")?;
        if !taken.success() {
            bail!("no picture of the display could be taken to {}", path.display());
        }
        Ok(())
    }

    /// Locks the keyring as a desktop's screen lock would.
    ///
    /// # Errors
    /// When the keyring refuses.
    pub fn lock_keyring(&self) -> Result<()> {
        self.secrets(&["Lock", "['/org/freedesktop/secrets/collection/login']"])
    }

    fn await_keyring(&self) -> Result<()> {
        for _ in 0..100 {
            if self.secrets(&["ReadAlias", "default"]).is_ok() {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        bail!("the keyring did not come up on the private bus within some seconds")
    }

    fn secrets(&self, call: &[&str]) -> Result<()> {
        let (method, arguments) = call.split_first().context("a method")?;
        let status = self
            .command("gdbus")
            .args(["call", "--session", "--timeout", "5", "--dest", "org.freedesktop.secrets"])
            .args(["--object-path", "/org/freedesktop/secrets"])
            .args(["--method", &format!("org.freedesktop.Secret.Service.{method}")])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("gdbus")?;
        if !status.success() {
            bail!("the keyring did not answer {method}");
        }
        Ok(())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.runtime);
    }
}

fn environment(command: &mut Command, home: &Path, runtime: &Path, display: &str, bus_address: &str) {
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_RUNTIME_DIR", runtime)
        .env("DBUS_SESSION_BUS_ADDRESS", bus_address)
        .env_remove("GNOME_KEYRING_CONTROL")
        // There is no accessibility bus here; without this every GTK start waits for one.
        .env("NO_AT_BRIDGE", "1")
        .env("DISPLAY", display)
        .env("GDK_BACKEND", "x11")
        .env_remove("WAYLAND_DISPLAY");
}

fn fingerprint(path: &Path) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
