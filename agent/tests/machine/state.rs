//! What is saved is read by every later version; what cannot be read is set aside, never
//! overwritten; what cannot be written is said.

use buhphone_agent::{
    command::{Command, Field},
    view::{LanguageChoice, Stage, Trouble},
};
use buhphone_protocol::telemetry::{FailureKind, Origin};
use buhphone_simulator::{Network, World};
use jiff::SignedDuration;

const START: &str = "2026-11-23T06:00:12Z";

/// As version 0.1.0 saved them; these files never change.
const CONNECTED: &str = include_str!("saved/0.1.0-connected.json");
const ACTIVATING: &str = include_str!("saved/0.1.0-activating.json");
const UNANSWERED: &str = include_str!("saved/0.1.0-unanswered.json");

fn found(text: &str) -> World {
    let mut world = World::new(START, "Europe/Moscow");
    world.disk = Some(text.to_owned());
    world.network = Network::Down(FailureKind::Dns);
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    world
}

#[test]
fn a_connected_computer_of_version_0_1_0_is_still_connected() {
    for text in [CONNECTED, UNANSWERED] {
        let world = found(text);
        assert_eq!(world.set_aside, Vec::<String>::new());
        assert_eq!(world.view().stage, Stage::Active);
        assert_eq!(world.view().last_authorization.unwrap().printed, "23.11.2026 9:00:12");
    }
}

#[test]
fn an_activation_begun_by_version_0_1_0_goes_on() {
    let mut world = found(ACTIVATING);
    world.network = Network::Up;
    world.work(SignedDuration::from_mins(5));
    assert_eq!(world.view().stage, Stage::Active);
}

#[test]
fn what_cannot_be_read_is_set_aside_and_the_program_goes_on() {
    let newer = CONNECTED.replacen("\"version\":1", "\"version\":2", 1);
    for text in ["", "{", "null", "{\"version\":1,\"device\":7}", "[]", newer.as_str()] {
        let mut world = found(text);
        assert_eq!(world.set_aside, [text]);
        assert_eq!(world.view().troubles, [Trouble::StateSetAside { file: "state.damaged".to_owned() }]);
        world.network = Network::Up;
        world.type_code(1);
        assert_eq!(world.view().stage, Stage::Active, "{text}");
        assert!(world.disk.is_some());
    }
}

#[test]
fn a_state_that_cannot_be_read_for_now_is_waited_for_and_never_set_aside() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.disk_refuses_reading = true;
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(5));
    world.type_code(1);
    assert_eq!((world.view().stage, world.view().troubles), (Stage::Starting, vec![Trouble::StateNotSaved]));
    assert_eq!(world.keyring.len(), 1, "no second computer is made beside the one that is only unreadable");
    world.disk_refuses_reading = false;
    world.work(SignedDuration::from_mins(1));
    assert_eq!((world.view().stage, world.view().troubles), (Stage::Active, vec![]));
    assert_eq!(world.set_aside, Vec::<String>::new());
}

#[test]
fn a_full_disk_is_said_and_written_to_as_soon_as_it_is_not() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.disk_full = true;
    let before = world.disk.clone();
    world.launch(Origin::Login);
    world.work_hours(1);
    assert_eq!(world.cloud.recorded.len(), 2, "a full disk does not keep anybody from authorizing");
    assert_eq!(world.view().troubles, [Trouble::StateNotSaved]);
    world.disk_full = false;
    world.work(SignedDuration::from_mins(1));
    assert_eq!(world.view().troubles, []);
    assert_ne!(world.disk, before);
}

#[test]
fn a_refused_state_goes_with_the_next_write_even_if_that_is_of_something_else() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    world.disk_full = true;
    world.command(Command::SetLanguage { language: LanguageChoice::En });
    world.disk_full = false;
    world.command(Command::KeepDraft { field: Field::Question, text: "Не проводится".to_owned() });
    assert_eq!(world.view().troubles, []);
    world.stop();
    world.launch(Origin::Login);
    assert_eq!(world.view().language_choice, LanguageChoice::En);
}
