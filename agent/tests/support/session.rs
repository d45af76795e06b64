//! A private D-Bus session in a temporary folder, with a real gnome-keyring when asked for.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use zbus::{
    blocking::{Connection, connection},
    zvariant::OwnedObjectPath,
};

use crate::bus::Bus;

const SECRETS: &str = "org.freedesktop.secrets";

pub(crate) struct Session {
    home: TempDir,
    bus: Bus,
    keyring: Option<Child>,
}

impl Session {
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(home.path().join("run")).expect("it is writable");
        Self { home, bus: Bus::start(), keyring: None }
    }

    pub(crate) fn with_keyring() -> Self {
        let mut session = Self::start();
        session.start_keyring();
        session
    }

    /// Starts gnome-keyring unlocked, and waits until it is on the bus.
    pub(crate) fn start_keyring(&mut self) {
        let mut keyring = self
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring is installed");
        keyring.stdin.take().expect("it was piped").write_all(b"a password").expect("it listens");
        self.keyring = Some(keyring);
        let bus = self.connect();
        wait_until("the keyring is ready", || {
            bus.call_method(
                Some(SECRETS),
                "/org/freedesktop/secrets",
                Some("org.freedesktop.Secret.Service"),
                "ReadAlias",
                &"default",
            )
            .and_then(|reply| reply.body().deserialize::<OwnedObjectPath>())
            .is_ok_and(|path| path.as_str() != "/")
        });
    }

    /// A new keyring process on the same files, unlocked: what the next login does.
    pub(crate) fn restart_keyring(&mut self) {
        self.end_keyring();
        self.start_keyring();
    }

    pub(crate) fn lock(&self) {
        let bus = self.connect();
        let service = Some("org.freedesktop.Secret.Service");
        let default: OwnedObjectPath = bus
            .call_method(Some(SECRETS), "/org/freedesktop/secrets", service, "ReadAlias", &"default")
            .and_then(|reply| reply.body().deserialize())
            .expect("there is a default keyring");
        bus.call_method(Some(SECRETS), "/org/freedesktop/secrets", service, "Lock", &vec![default])
            .expect("the keyring locks");
    }

    /// A keyring that takes every call and answers none, until the connection is dropped.
    pub(crate) fn deaf_keyring(&self) -> Connection {
        let bus = self.connect();
        bus.request_name(SECRETS).expect("the name is free");
        bus
    }

    /// A command that lives in this session alone.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", self.home.path().join("run"))
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address());
        command
    }

    fn end_keyring(&mut self) {
        if let Some(mut keyring) = self.keyring.take() {
            let _ = keyring.kill();
            let _ = keyring.wait();
        }
    }

    fn connect(&self) -> Connection {
        connection::Builder::address(self.bus.address()).and_then(connection::Builder::build).expect("the bus is there")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end_keyring();
    }
}

#[expect(clippy::disallowed_methods, reason = "real processes start in real time")]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
