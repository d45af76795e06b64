//! From a code to a connected computer, and back to a code when the connection is lost.

use std::time::Duration;

use buhphone_agent::{
    command::Command,
    view::{ActivationError, ActivationStep, Stage, Trouble},
};
use buhphone_protocol::{
    error::ErrorCode,
    telemetry::{Autostart, FailureKind, Origin, Trigger},
};
use buhphone_simulator::{Network, World, code};
use jiff::SignedDuration;

const START: &str = "2026-11-23T06:00:12Z";

fn waiting() -> World {
    let mut world = World::new(START, "Europe/Moscow");
    world.launch(Origin::Person);
    world
}

fn error(world: &World) -> Option<ActivationError> {
    match world.view().stage {
        Stage::NotActivated { error, .. } => error,
        other => panic!("not waiting for a code: {other:?}"),
    }
}

#[test]
fn a_code_connects_authorizes_and_switches_the_start_on() {
    let mut world = waiting();
    assert_eq!(world.autostart, Autostart::Off, "nothing is switched on before the activation");
    world.type_code(1);
    assert_eq!(world.view().stage, Stage::Active);
    assert_eq!(world.view().troubles, []);
    assert_eq!(world.cloud.recorded[0].request.trigger, Trigger::Activation);
    assert_eq!(world.autostart, Autostart::On);
    assert_eq!(world.calls.len(), 2);
}

#[test]
fn the_steps_are_seen_and_a_call_that_hangs_is_given_up() {
    let mut world = waiting();
    world.network = Network::Hangs;
    world.type_code(1);
    assert_eq!(world.view().stage, Stage::Activating { step: ActivationStep::Bind });
    assert_eq!(world.view().tray.state, "Бухфон: подключается");
    world.type_code(2);
    assert_eq!(world.calls.len(), 1, "a second code waits for the first");
    world.work(SignedDuration::from_mins(3));
    assert_eq!(error(&world), Some(ActivationError::Offline));
    world.network = Network::Up;
    world.work(SignedDuration::from_mins(10));
    assert_eq!(world.view().stage, Stage::Active);
}

#[test]
fn a_mistyped_code_is_not_sent() {
    for (text, wanted) in [
        ("", ActivationError::CodeIncomplete),
        ("1234-5678", ActivationError::CodeIncomplete),
        ("не код", ActivationError::CodeIncomplete),
        ("1111-1111-1111", ActivationError::CodeMistyped),
    ] {
        let mut world = waiting();
        world.command(Command::Activate { code: text.to_owned(), server: None });
        assert_eq!((error(&world), world.calls.len()), (Some(wanted), 0), "{text}");
    }
}

#[test]
fn each_refusal_of_a_code_is_named_and_the_next_code_is_taken() {
    for (refusal, wanted) in [
        (ErrorCode::CodeUnknown, ActivationError::CodeUnknown),
        (ErrorCode::CodeUsed, ActivationError::CodeUsed),
        (ErrorCode::CodeExpired, ActivationError::CodeExpired),
        (ErrorCode::CodeRevoked, ActivationError::CodeRevoked),
        (ErrorCode::Conflict, ActivationError::Refused),
    ] {
        let mut world = waiting();
        world.cloud.refuses = Some(refusal);
        world.type_code(1);
        assert_eq!(error(&world), Some(wanted));
        world.work_hours(1);
        assert_eq!(world.calls.len(), 1, "{refusal:?} is not tried again by itself");
        world.cloud.refuses = None;
        world.type_code(2);
        assert_eq!(world.view().stage, Stage::Active, "{refusal:?}");
        assert_eq!(world.keyring.len(), 1, "{refusal:?}");
    }
}

#[test]
fn what_time_mends_is_tried_again_by_itself_and_told_when_it_succeeds() {
    let mut world = waiting();
    world.network = Network::Down(FailureKind::Dns);
    world.type_code(1);
    assert_eq!(error(&world), Some(ActivationError::Offline));
    world.work_hours(1);
    let Stage::NotActivated { code: kept, .. } = world.view().stage else { panic!("still waiting") };
    assert_eq!(kept, Some(code(1)));
    world.network = Network::Up;
    world.work_hours(1);
    assert_eq!(world.view().stage, Stage::Active);
    assert_eq!(world.notices.len(), 1);
    assert_eq!(world.cloud.recorded[0].request.failures[0].kind, FailureKind::Dns);
}

#[test]
fn an_office_told_to_slow_down_waits_as_long_as_it_was_told() {
    let mut world = waiting();
    world.cloud.refuses = Some(ErrorCode::SlowDown);
    world.cloud.retry_after = Some(Duration::from_secs(600));
    world.type_code(1);
    assert_eq!(error(&world), Some(ActivationError::SlowDown));
    world.work(SignedDuration::from_secs(590));
    assert_eq!(world.calls.len(), 1);
    world.cloud.refuses = None;
    world.work_hours(1);
    assert_eq!(world.view().stage, Stage::Active);
}

#[test]
fn a_locked_keyring_is_waited_for_and_answered_by_no_second_key() {
    let mut world = waiting();
    world.keyring_ready = false;
    world.type_code(1);
    assert_eq!(error(&world), Some(ActivationError::Keyring));
    world.work_hours(1);
    world.keyring_ready = true;
    world.work(SignedDuration::from_mins(2));
    assert_eq!(world.view().stage, Stage::Active);
    assert_eq!(world.keyring.len(), 1);
}

#[test]
fn a_lost_answer_locks_nobody_out() {
    let mut world = waiting();
    world.network = Network::LosesAnswers;
    world.type_code(1);
    world.work(SignedDuration::from_mins(10));
    world.network = Network::Up;
    world.work_hours(1);
    assert_eq!(world.view().stage, Stage::Active);
    assert_eq!(world.keyring.len(), 1);
}

#[test]
fn a_link_fills_the_code_in_and_connects_nothing_by_itself() {
    let mut world = waiting();
    let digits = code(3).replace('-', "");
    world.command(Command::OpenLink {
        link: format!("buhphone://connect?code={digits}&cloud=https%3A%2F%2Fpartner.example"),
    });
    assert_eq!(
        world.view().stage,
        Stage::NotActivated { code: Some(code(3)), cloud: Some("https://partner.example".to_owned()), error: None }
    );
    assert_eq!(world.calls.len(), 0);
    world.type_code(3);
    assert_eq!(world.view().cloud, "https://partner.example");
    assert_eq!(world.address.as_deref(), Some("https://partner.example/"));
    world.launch(Origin::Login);
    assert_eq!(world.view().cloud, "https://partner.example", "the address is kept");
    world.command(Command::OpenLink { link: format!("buhphone://connect?code={digits}&cloud=https://other.example") });
    assert_eq!(world.view().stage, Stage::Active, "a connected computer takes no codes");
}

#[test]
fn a_foreign_link_is_refused_in_plain_words() {
    let mut world = waiting();
    let digits = code(3).replace('-', "");
    world.command(Command::OpenLink { link: format!("buhphone://connect?code={digits}&cloud=http://evil.example") });
    assert_eq!(error(&world), Some(ActivationError::BadLink));
}

#[test]
fn a_computer_disconnected_by_the_partner_stops_asking_and_takes_a_new_code() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.cloud.refuses = Some(ErrorCode::DeviceDisconnected);
    world.command(Command::AuthorizeNow);
    assert_eq!(world.view().troubles, [Trouble::Disconnected]);
    assert_eq!(world.notices.len(), 1);
    let calls = world.calls.len();
    world.work_hours(24 * 3);
    assert!(world.calls.len() - calls <= 3, "once a day at most");
    assert_eq!(world.notices.len(), 1, "told once");
    world.cloud.refuses = None;
    world.type_code(2);
    assert_eq!((world.view().stage, world.view().troubles), (Stage::Active, vec![]));
    assert_eq!(world.keyring.len(), 1, "the old key is gone");
}

#[test]
fn a_key_that_is_gone_is_named_and_a_new_code_connects_again() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.keyring.clear();
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    assert_eq!(world.view().troubles, [Trouble::KeyLost]);
    assert_eq!(world.view().stage, Stage::Active);
    world.type_code(2);
    assert_eq!((world.view().stage, world.view().troubles), (Stage::Active, vec![]));
    assert_eq!(world.cloud.recorded.last().unwrap().request.trigger, Trigger::Activation);
}

#[test]
fn the_start_is_repaired_if_it_vanished_and_not_if_a_person_switched_it_off() {
    for (found, after, trouble) in [
        (Autostart::Off, Autostart::On, None),
        (Autostart::OffByPerson, Autostart::OffByPerson, Some(Trouble::AutostartOffByPerson)),
        (Autostart::Foreign, Autostart::Foreign, Some(Trouble::AutostartForeign)),
    ] {
        let mut world = World::connected(START, "Europe/Moscow");
        world.autostart = found;
        world.launch(Origin::Login);
        assert_eq!((world.autostart, world.view().troubles.first().cloned()), (after, trouble), "{found:?}");
        world.command(Command::RepairAutostart);
        assert_eq!((world.autostart, world.view().troubles), (Autostart::On, vec![]), "{found:?}");
    }
}

#[test]
fn a_start_forbidden_by_a_policy_is_told_and_left_alone() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.autostart = Autostart::Forbidden;
    world.launch(Origin::Login);
    world.command(Command::RepairAutostart);
    assert_eq!((world.autostart, world.view().troubles), (Autostart::Forbidden, vec![Trouble::AutostartForbidden]));
    assert_eq!(world.cloud.recorded.last().unwrap().request.autostart, Autostart::Forbidden);
}

#[test]
fn an_address_given_with_a_code_is_the_one_of_that_computer() {
    let mut world = waiting();
    let code = code(1);
    let activate = |server: &str| Command::Activate { code: code.clone(), server: Some(server.to_owned()) };
    world.command(activate("http://own.example"));
    assert!(world.calls.is_empty());
    let refused = Stage::NotActivated { code: None, cloud: None, error: Some(ActivationError::BadServer) };
    assert_eq!(world.view().stage, refused);
    world.command(activate("https://own.example"));
    assert_eq!(world.view().stage, Stage::Active);
    world.launch(Origin::Person);
    assert_eq!(world.address.as_deref(), Some("https://own.example/"));
}

#[test]
fn the_start_that_a_full_disk_refused_is_set_by_itself_once_there_is_space() {
    let mut world = waiting();
    world.disk_full = true;
    world.type_code(1);
    assert_eq!(world.autostart, Autostart::Off);
    assert!(world.view().troubles.contains(&Trouble::AutostartOff), "{:?}", world.view().troubles);
    world.disk_full = false;
    world.work(SignedDuration::from_mins(1));
    assert_eq!((world.autostart, world.view().troubles), (Autostart::On, vec![]));
}
