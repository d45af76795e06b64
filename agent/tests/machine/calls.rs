//! Weeks offline, lost answers, a locked keyring, a cloud that refuses: told truly, repeated
//! calmly, counted once.

use std::time::Duration;

use buhphone_agent::{
    command::Command,
    machine::Input,
    view::{Connection, Trouble},
};
use buhphone_protocol::{
    error::ErrorCode,
    telemetry::{FailureKind, Origin, Trigger},
};
use buhphone_simulator::{Network, World};
use jiff::SignedDuration;

const START: &str = "2026-11-23T06:00:12Z";

#[test]
fn two_weeks_offline_are_one_authorization_and_every_launch_told() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Connect);
    for _ in 0..14 {
        world.sleep(SignedDuration::from_hours(23));
        world.launch(Origin::Login);
        world.work_hours(1);
    }
    assert_eq!(world.view().troubles, [Trouble::NotAuthorized { failure: FailureKind::Connect }]);
    assert_eq!(world.view().connection, Connection::Offline { failure: FailureKind::Connect });
    world.network = Network::Up;
    world.work_hours(1);
    assert_eq!(world.cloud.recorded.len(), 2);
    assert_eq!(world.cloud.told_launches().len(), 13, "all but the one that authorized");
    let last = &world.cloud.recorded[1].request;
    assert_eq!(last.trigger, Trigger::Network);
    let closed = last.failures.iter().find(|tally| tally.kind == FailureKind::DayEnded).expect("days ended");
    assert_eq!(closed.count, 13);
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    let last = &world.cloud.recorded[2].request;
    assert_eq!((last.failures.len(), last.launches.len()), (0, 0), "nothing is told twice");
}

#[test]
fn a_launch_that_failed_for_hours_is_authorized_as_soon_as_the_cloud_is_found() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Connect);
    world.launch(Origin::Login);
    world.work_hours(2);
    world.network = Network::Up;
    world.work(SignedDuration::from_secs(40));
    assert_eq!(world.cloud.recorded.len(), 2, "its own next attempt is minutes away");
    assert_eq!(world.view().troubles, []);
}

#[test]
fn lost_answers_are_counted_once() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::LosesAnswers;
    world.launch(Origin::Login);
    world.work_hours(2);
    assert_eq!(world.cloud.recorded.len(), 2, "one intent, however often it is repeated");
    assert_eq!(world.view().last_sent.map(|sent| sent.answered), Some(false));
    world.network = Network::Up;
    world.work_hours(1);
    assert_eq!(world.cloud.recorded.len(), 2);
    assert_eq!(world.view().last_sent.map(|sent| sent.answered), Some(true));
    assert_eq!(world.view().troubles, []);
}

#[test]
fn an_answer_lost_in_one_process_leaves_the_next_launch_its_own_authorization() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::LosesAnswers;
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(5));
    world.network = Network::Up;
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(10));
    let launches: Vec<_> = world.cloud.recorded.iter().map(|recorded| recorded.request.launch.launch_id).collect();
    assert_eq!(launches.len(), 3);
    assert!(launches[1] != launches[2], "each launch has its own");
    assert_eq!(world.cloud.told_launches(), []);
}

#[test]
fn an_answer_to_an_attempt_of_yesterday_does_not_mark_today() {
    let mut world = World::connected("2026-11-23T20:40:00Z", "Europe/Moscow");
    world.network = Network::LosesAnswers;
    world.command(Command::AuthorizeNow);
    assert_eq!(world.cloud.recorded.len(), 2);
    world.network = Network::Up;
    // The clocks stand still where the computer is concerned, so it does not know that midnight passed.
    world.now = "2026-11-23T21:10:00Z".parse().unwrap();
    world.wall_off = SignedDuration::from_mins(-30);
    world.work_hours(1);
    assert_eq!(world.cloud.days().len(), 2);
    assert!(world.view().last_authorization.is_some_and(|last| last.today));
}

#[test]
fn a_keyring_locked_for_an_hour_is_waited_for() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.keyring_ready = false;
    world.launch(Origin::Login);
    world.work_hours(1);
    assert_eq!(world.view().troubles, [Trouble::KeyringLocked]);
    world.keyring_ready = true;
    world.work(SignedDuration::from_mins(2));
    assert_eq!(world.cloud.recorded.len(), 2);
    assert_eq!(world.cloud.recorded[1].request.failures[0].kind, FailureKind::Keyring);
    assert_eq!(world.keyring.len(), 1);
}

#[test]
fn a_person_is_answered_at_once_even_between_slow_attempts() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Timeout);
    world.launch(Origin::Login);
    world.work_hours(3);
    world.network = Network::Up;
    world.command(Command::AuthorizeNow);
    assert_eq!(world.cloud.recorded.len(), 2);
}

#[test]
fn a_network_that_returns_is_used_within_a_minute() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Dns);
    world.launch(Origin::Login);
    world.work_hours(3);
    world.network = Network::Up;
    world.input(Input::NetworkUp);
    world.work(SignedDuration::from_mins(1));
    assert_eq!(world.cloud.recorded.len(), 2);
    assert_eq!(world.cloud.recorded[1].request.trigger, Trigger::Network);
}

#[test]
fn a_cloud_that_asks_for_silence_gets_it() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.cloud.refuses = Some(ErrorCode::Unavailable);
    world.cloud.retry_after = Some(Duration::from_secs(1800));
    world.launch(Origin::Login);
    world.work_hours(5);
    assert!(world.calls.len() <= 2 + 10, "{}", world.calls.len());
}

#[test]
fn a_wrong_clock_is_named() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Clock);
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    assert_eq!(world.view().troubles, [Trouble::ClockWrong]);
}

#[test]
fn three_days_of_failures_are_told_once() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Proxy);
    world.work_hours(24 * 6);
    assert_eq!(world.notices.len(), 1);
    world.network = Network::Up;
    world.work_hours(1);
    assert_eq!(world.view().troubles, []);
}

#[test]
fn a_look_asks_where_we_stand_if_that_is_old() {
    let mut world = World::connected(START, "Europe/Moscow");
    let calls = world.calls.len();
    world.command(Command::Look);
    assert_eq!(world.calls.len(), calls, "just answered");
    world.work_hours(1);
    world.cloud.contract_ended = true;
    world.command(Command::Look);
    assert_eq!((world.calls.len(), world.cloud.recorded.len()), (calls + 1, 1));
    assert_eq!(world.view().troubles, [Trouble::ContractEnded]);
}
