//! The vault against a real Secret Service, gnome-keyring in a private session, from processes of their own.
#![cfg(target_os = "linux")]

#[path = "support/bus.rs"]
mod bus;
#[path = "support/probe.rs"]
mod probe;
#[path = "support/session.rs"]
mod session;

use probe::Probe;
use session::Session;

/// A ready keyring answers sooner, a person's prompt would come later.
const PATIENCE_MS: &str = "3000";

fn vault(session: &Session) -> Probe {
    let mut command = session.command(probe::executable());
    command.args(["vault", "buhphone-test", PATIENCE_MS]);
    Probe::start(command)
}

#[test]
fn keeps_a_key_for_the_next_start() {
    let session = Session::with_keyring();

    let made = vault(&session).ask("make device");
    assert_eq!(made.len(), 44, "32 bytes in base64: {made}");

    let mut later = vault(&session);
    assert_eq!(later.ask("show device"), made);
    assert_eq!(later.ask("make device"), made, "a key that is there is not replaced");
    assert_ne!(later.ask("make another"), made);
}

#[test]
fn a_locked_keyring_is_not_ready_and_loses_nothing() {
    let mut session = Session::with_keyring();
    let mut vault = vault(&session);
    let made = vault.ask("make device");

    session.lock();
    for question in ["show device", "show never-made", "make device", "make another"] {
        let answer = vault.ask(question);
        assert!(answer.starts_with("not ready: "), "{question}: {answer}");
    }

    session.restart_keyring();
    assert_eq!(vault.ask("show device"), made);
    assert_eq!(vault.ask("show never-made"), "no key");
}

#[test]
fn a_forgotten_key_is_gone_and_forgetting_twice_is_no_error() {
    let session = Session::with_keyring();
    let mut vault = vault(&session);
    let made = vault.ask("make device");

    assert_eq!(vault.ask("forget device"), "Ok(())");
    assert_eq!(vault.ask("show device"), "no key");
    assert_eq!(vault.ask("forget device"), "Ok(())");
    assert_ne!(vault.ask("make device"), made);
}

#[test]
fn a_keyring_that_starts_after_us_is_waited_for() {
    let mut session = Session::start();
    let mut vault = vault(&session);
    let before = vault.ask("show device");
    assert!(before.starts_with("not ready: "), "{before}");

    session.start_keyring();
    assert_eq!(vault.ask("show device"), "no key");
    assert_eq!(vault.ask("make device").len(), 44);
}

#[test]
fn a_keyring_that_never_answers_is_not_ready_in_time() {
    let session = Session::start();
    let _deaf = session.deaf_keyring();
    let mut command = session.command(probe::executable());
    command.args(["vault", "buhphone-test", "200"]);
    let mut vault = Probe::start(command);

    assert_eq!(vault.ask("show device"), "not ready: no answer in 0.2 s");
    assert_eq!(vault.ask("make device"), "not ready: no answer in 0.2 s");
}

#[test]
fn a_keyring_that_never_answered_is_left_once_another_takes_its_place() {
    let mut session = Session::start();
    let deaf = session.deaf_keyring();
    let mut command = session.command(probe::executable());
    command.args(["vault", "buhphone-test", "1000"]);
    let mut vault = Probe::start(command);
    assert_eq!(vault.ask("make device"), "not ready: no answer in 1 s");

    // Its process lives on and still owes the answer.
    deaf.release_name("org.freedesktop.secrets").expect("it was its name");
    session.start_keyring();
    assert_eq!(vault.ask("show device"), "no key");
    assert_eq!(vault.ask("make device").len(), 44);
}
