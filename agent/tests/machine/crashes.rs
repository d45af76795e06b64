//! The process is killed between any two effects, and the next one goes on from what was saved.

use buhphone_agent::view::Stage;
use buhphone_protocol::telemetry::Origin;
use jiff::SignedDuration;

use crate::world::World;

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
