//! Starts of the program: by the system, which is not slowed down; by 1С, whose every start is told.

use buhphone_agent::{command::Command, machine::Input};
use buhphone_protocol::telemetry::{FailureKind, Origin, Trigger};
use buhphone_simulator::{Network, World};
use jiff::SignedDuration;

const START: &str = "2026-11-23T06:00:12Z";

#[test]
fn started_by_the_system_it_waits_some_seconds_and_then_authorizes() {
    let mut waited = Vec::new();
    for _ in 0..8 {
        let mut world = World::connected(START, "Europe/Moscow");
        // The machine's randomness differs by the launch's number.
        for _ in 0..waited.len() {
            world.launch(Origin::Person);
        }
        let (before, calls) = (world.now, world.calls.len());
        world.launch(Origin::Login);
        world.input(Input::NetworkUp);
        assert_eq!(world.calls.len(), calls, "nothing is sent while the computer starts");
        world.work(SignedDuration::from_secs(21));
        let recorded = world.cloud.recorded.last().unwrap();
        assert_eq!(recorded.request.launch.origin, Origin::Login);
        waited.push(recorded.at.duration_since(before).as_secs());
    }
    assert!(waited.iter().all(|seconds| (0..=20).contains(seconds)), "{waited:?}");
    waited.sort_unstable();
    waited.dedup();
    assert!(waited.len() > 3, "spread: {waited:?}");
}

#[test]
fn a_person_who_asks_for_something_ends_the_wait() {
    let mut world = World::connected(START, "Europe/Moscow");
    let before = world.now;
    world.launch(Origin::Login);
    world.command(Command::Look);
    assert_eq!(world.cloud.recorded.last().unwrap().at, before);
    assert_eq!(world.cloud.recorded.last().unwrap().request.launch.origin, Origin::Login);
}

#[test]
fn a_start_by_a_person_a_link_or_1c_does_not_wait() {
    for origin in [Origin::Person, Origin::Link, Origin::From1c] {
        let mut world = World::connected(START, "Europe/Moscow");
        world.launch(origin);
        let recorded = world.cloud.recorded.last().unwrap();
        assert_eq!((recorded.request.launch.origin, recorded.request.trigger), (origin, Trigger::Launch));
    }
}

#[test]
fn a_start_from_1c_into_the_running_program_is_a_launch_that_authorizes() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.work_hours(1);
    world.command(Command::StartedFrom1c);
    assert_eq!(world.cloud.recorded.len(), 2);
    let (first, second) = (world.cloud.recorded[0].request.clone(), world.cloud.recorded[1].request.clone());
    assert_eq!((second.launch.origin, second.trigger), (Origin::From1c, Trigger::Launch));
    assert_ne!(second.launch.launch_id, first.launch.launch_id);
    assert_eq!(second.launch.started_at, world.clocks().wall);

    // The process goes on by its latest launch, and tells none of them twice.
    world.command(Command::AuthorizeNow);
    let last = &world.cloud.recorded[2].request;
    assert_eq!((last.launch.launch_id, last.launches.len()), (second.launch.launch_id, 0));
}

#[test]
fn impatient_clicks_in_1c_are_one_launch() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Connect);
    for _ in 0..5 {
        world.command(Command::StartedFrom1c);
    }
    world.network = Network::Up;
    world.work_hours(1);
    let from_1c = world.cloud.recorded.iter().filter(|one| one.request.launch.origin == Origin::From1c).count();
    assert_eq!((from_1c, world.cloud.told_launches().len()), (1, 0));
}

#[test]
fn a_start_from_1c_while_the_login_waits_is_told_after_it() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Dns);
    world.launch(Origin::Login);
    world.work(SignedDuration::from_secs(30));
    world.command(Command::StartedFrom1c);
    world.network = Network::Up;
    world.work_hours(1);
    let origins: Vec<_> = world.cloud.recorded[1..].iter().map(|one| one.request.launch.origin).collect();
    assert_eq!(origins, [Origin::Login, Origin::From1c]);
}

#[test]
fn a_start_from_1c_connects_nobody() {
    let mut world = World::new(START, "Europe/Moscow");
    world.launch(Origin::Person);
    world.command(Command::StartedFrom1c);
    assert!(world.calls.is_empty());
}

#[test]
fn the_address_of_an_installer_is_kept_for_the_next_starts() {
    let mut world = World::new(START, "Europe/Moscow");
    world.launch(Origin::Login);
    world.command(Command::UseServer { server: "https://own.example/cloud".to_owned() });
    world.launch(Origin::Person);
    assert_eq!(world.view().cloud, "https://own.example/cloud");
    for refused in ["http://own.example", "ftp://own.example", "own.example", ""] {
        world.command(Command::UseServer { server: refused.to_owned() });
        assert_eq!(world.view().cloud, "https://own.example/cloud", "{refused}");
    }
    world.type_code(1);
    assert_eq!(world.address.as_deref(), Some("https://own.example/cloud"));
}
