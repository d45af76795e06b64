//! Presence where the system tells, and where nobody can tell: never a guess, a hang or a crash.
#![cfg(target_os = "linux")]

#[path = "support/bus.rs"]
mod bus;
#[path = "support/probe.rs"]
mod probe;

use std::{
    io::{BufRead, BufReader},
    os::unix::net::UnixListener,
    process::{Child, Command, Stdio},
};

use bus::Bus;
use probe::Probe;
use zbus::blocking::connection;

/// A virtual screen; ended when dropped.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    fn start() -> Self {
        // The server takes a free number and writes it when it is ready.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed");
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("it was piped")).read_line(&mut number).expect("it tells");
        Self { server, display: format!(":{}", number.trim()) }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn host(variables: &[(&str, &str)]) -> Probe {
    let mut command = Command::new(probe::executable());
    command.env_clear().env("HOME", "/nonexistent").env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent");
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").envs(variables.iter().copied());
    command.args(["host", "/opt/buhphone"]);
    Probe::start(command)
}

#[test]
fn an_x11_screen_tells_how_long_nobody_touched_it() {
    let screen = Screen::start();
    let answer = host(&[("DISPLAY", &screen.display)]).ask("presence");
    assert!(answer.starts_with("Presence { unlocked: Unknown, idle: Some("), "{answer}");
}

#[test]
fn without_a_screen_nobody_can_tell() {
    let nobody = "Presence { unlocked: Unknown, idle: None }";
    assert_eq!(host(&[]).ask("presence"), nobody);
    assert_eq!(host(&[("DISPLAY", ":4242")]).ask("presence"), nobody);
    let screen = Screen::start();
    assert_eq!(host(&[("DISPLAY", &screen.display), ("WAYLAND_DISPLAY", "wayland-0")]).ask("presence"), nobody);
}

#[test]
fn a_screen_that_is_gone_is_no_crash() {
    let screen = Screen::start();
    let display = screen.display.clone();
    let mut host = host(&[("DISPLAY", &display)]);
    assert!(host.ask("presence").contains("idle: Some("));
    drop(screen);
    assert_eq!(host.ask("presence"), "Presence { unlocked: Unknown, idle: None }");
}

/// A screen saver and a login daemon that answer as told.
struct Told {
    locked: bool,
}

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl Told {
    #[zbus(name = "GetActive")]
    fn is_active(&self) -> bool {
        self.locked
    }
}

struct LoginSession {
    locked: bool,
}

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl LoginSession {
    #[zbus(property, name = "LockedHint")]
    fn is_locked(&self) -> bool {
        self.locked
    }

    #[zbus(property, name = "Type")]
    fn kind(&self) -> &str {
        "x11"
    }
}

#[test]
fn a_session_is_locked_when_anybody_says_so() {
    for (saver, logind, unlocked) in
        [(false, false, "Yes"), (true, false, "No"), (false, true, "No"), (true, true, "No")]
    {
        let (session, system) = (Bus::start(), Bus::start());
        let _saver = connection::Builder::address(session.address())
            .and_then(|bus| bus.name("org.freedesktop.ScreenSaver"))
            .and_then(|bus| bus.serve_at("/org/freedesktop/ScreenSaver", Told { locked: saver }))
            .and_then(connection::Builder::build)
            .expect("it serves");
        let _logind = connection::Builder::address(system.address())
            .and_then(|bus| bus.name("org.freedesktop.login1"))
            .and_then(|bus| bus.serve_at("/org/freedesktop/login1/session/auto", LoginSession { locked: logind }))
            .and_then(connection::Builder::build)
            .expect("it serves");
        let mut host =
            host(&[("DBUS_SESSION_BUS_ADDRESS", session.address()), ("DBUS_SYSTEM_BUS_ADDRESS", system.address())]);
        assert_eq!(host.ask("presence"), format!("Presence {{ unlocked: {unlocked}, idle: None }}"));
    }
}

#[test]
fn a_bus_that_never_answers_is_left_in_time_and_not_asked_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket = folder.path().join("bus");
    let _deaf = UnixListener::bind(&socket).expect("it is writable");
    let address = format!("unix:path={}", socket.display());
    let mut host = host(&[("DBUS_SYSTEM_BUS_ADDRESS", &address)]);
    for _ in 0..3 {
        assert_eq!(host.ask("presence"), "Presence { unlocked: Unknown, idle: None }");
    }
}
