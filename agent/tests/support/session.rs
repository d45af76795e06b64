//! A private D-Bus session in a temporary folder, with a real gnome-keyring when asked for.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use zbus::{
    blocking::{Connection, connection},
    zvariant::OwnedObjectPath,
};

const SECRETS: &str = "org.freedesktop.secrets";

/// No service is started by the bus: a test has only what it started.
const BUS_CONFIG: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

pub(crate) struct Session {
    home: TempDir,
    address: String,
    /// Ended in reverse: the bus goes last.
    children: Vec<Child>,
}

impl Session {
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let config = home.path().join("bus.conf");
        fs::write(&config, BUS_CONFIG).expect("it is writable");
        fs::create_dir_all(home.path().join("run")).expect("it is writable");
        let mut bus = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("it was piped")).read_line(&mut address).expect("the bus tells");
        Self { home, address: address.trim().to_owned(), children: vec![bus] }
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
        self.children.push(keyring);
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
        let mut keyring = self.children.pop().expect("the keyring runs");
        keyring.kill().expect("it runs");
        keyring.wait().expect("it ends");
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
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    fn connect(&self) -> Connection {
        connection::Builder::address(self.address.as_str())
            .and_then(connection::Builder::build)
            .expect("the bus is there")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
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
