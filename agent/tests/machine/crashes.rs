//! The process is killed between any two effects, and the next one goes on from what was saved.

use buhphone_agent::{command::Command, view::Stage};
use buhphone_protocol::telemetry::Origin;
use buhphone_simulator::{Network, World};
use jiff::SignedDuration;

use crate::conversations::{connected, say, staff_request};

const START: &str = "2026-11-23T06:00:12Z";

/// Two days of a computer, beginning with an unopened program; true if it was killed.
fn live(world: &mut World, kill_after: usize) -> bool {
    world.killed_after = Some(kill_after);
    world.launch(Origin::Person);
    if world.running() {
        world.type_code(1);
    }
    world.work(SignedDuration::from_mins(2));
    world.sleep(SignedDuration::from_hours(24));
    world.work(SignedDuration::from_mins(2));
    let killed = !world.running();
    world.killed_after = None;
    killed
}

#[test]
fn a_process_killed_between_any_two_effects_loses_nothing() {
    let mut kill_after = 0;
    loop {
        let mut world = World::new(START, "Europe/Moscow");
        let killed = live(&mut world, kill_after);
        if !killed {
            break;
        }
        let case = format!("killed after {kill_after} effects");
        world.launch(Origin::Person);
        world.work(SignedDuration::from_mins(10));
        if !matches!(world.view().stage, Stage::Active) {
            // Killed before the code was saved: a person types it again.
            assert!(world.keyring.is_empty(), "{case}: no key without a saved name");
            world.type_code(1);
        }
        let view = world.view();
        assert_eq!((view.stage, view.troubles), (Stage::Active, vec![]), "{case}");
        assert!(view.last_authorization.is_some_and(|last| last.today), "{case}");
        assert_eq!(world.keyring.len(), 1, "{case}: the same key presents the same code");
        kill_after += 1;
    }
    assert!(kill_after > 12, "{kill_after}");
}

/// A person asks, staff answer and read, with everything that happens between; true if it was killed.
fn talk(world: &mut World, kill_after: usize) -> bool {
    world.killed_after = Some(world.effects + kill_after);
    world.command(Command::Ask { text: "раз".to_owned() });
    if world.running() && !world.view().talk.conversations.is_empty() {
        say(world, "два");
    }
    world.work(SignedDuration::from_mins(1));
    world.cloud.desk.staff_write(staff_request(), "от сотрудника", world.now);
    world.work(SignedDuration::from_mins(1));
    if world.running() {
        world.command(Command::ShowConversation { request_id: Some(staff_request().to_string()) });
    }
    world.work(SignedDuration::from_mins(1));
    let killed = !world.running();
    world.killed_after = None;
    killed
}

#[test]
fn a_talk_killed_between_any_two_effects_loses_and_repeats_nothing() {
    for network in [Network::Up, Network::LosesAnswers] {
        let mut kill_after = 0;
        loop {
            let mut world = connected();
            world.network = network;
            if !talk(&mut world, kill_after) {
                break;
            }
            let case = format!("{network:?}, killed after {kill_after} effects");
            let saved = world.rows.keys().filter(|key| key.starts_with("message/")).count();
            world.network = Network::Up;
            world.launch(Origin::Person);
            world.work(SignedDuration::from_mins(40));
            let sent = world.cloud.desk.by_user();
            assert!(sent == [] as [&str; 0] || sent == ["раз"] || sent == ["раз", "два"], "{case}: {sent:?}");
            assert!(saved == 0 || !sent.is_empty(), "{case}: what was saved is sent");
            let view = world.view();
            assert_eq!((view.talk.waiting_to_send, view.troubles), (0, vec![]), "{case}");
            // Both transcripts are the same.
            let mut here: Vec<String> = Vec::new();
            for head in world.view().talk.conversations.into_iter().rev() {
                world.command(Command::ShowConversation { request_id: Some(head.request_id) });
                here.extend(world.view().talk.shown.unwrap().messages.into_iter().map(|one| one.text));
            }
            let mut there: Vec<_> = world.cloud.desk.messages.iter().map(|one| one.text.clone()).collect();
            here.sort();
            there.sort();
            assert_eq!(here, there, "{case}");
            assert_eq!(world.view().talk.unread, 0, "{case}");
            kill_after += 1;
        }
        assert!(kill_after > 6, "{kill_after}");
    }
}
