//! The visit: every step in its order and time, one that fails repeated alone, a restart in
//! the middle, and the trial request outside of a visit.

use buhphone_agent::{
    command::Command,
    view::{Stage, StepState, VisitView},
};
use buhphone_protocol::{
    conversation::RequestKind,
    error::ErrorCode,
    telemetry::{Autostart, FailureKind, Origin},
    visit::VisitStep,
};
use buhphone_simulator::{Network, World};
use jiff::SignedDuration;

const START: &str = "2026-11-23T06:00:12Z";

fn waiting() -> World {
    let mut world = World::new(START, "Europe/Moscow");
    world.launch(Origin::Person);
    world
}

fn visit(world: &World) -> VisitView {
    world.view().visit.expect("there is a visit")
}

/// One letter a step: `d`one, `c`urrent, `f`ailed, `p`ending.
fn steps(world: &World) -> String {
    let letter = |state: &StepState| match state {
        StepState::Done => 'd',
        StepState::Current => 'c',
        StepState::Failed { .. } => 'f',
        StepState::Pending => 'p',
    };
    visit(world).steps.iter().map(|step| letter(&step.state)).collect()
}

fn failed(world: &World) -> Option<(VisitStep, String)> {
    visit(world).steps.into_iter().find_map(|step| match step.state {
        StepState::Failed { reason } => Some((step.step, reason)),
        _ => None,
    })
}

fn told(world: &World) -> Vec<(VisitStep, u64, Option<&str>)> {
    let reports = world.cloud.desk.reports.iter();
    reports.map(|report| (report.step, report.elapsed_ms / 1000, report.failed.as_deref())).collect()
}

#[test]
fn a_visit_goes_from_the_code_to_an_answered_test_request() {
    let mut world = waiting();
    assert_eq!(world.view().visit, None, "nothing is timed before a code");
    world.type_code(1);
    assert_eq!((steps(&world).as_str(), visit(&world).open), ("dddcpp", true));
    world.work(SignedDuration::from_mins(2));
    assert_eq!((visit(&world).elapsed_s, visit(&world).request_id), (120, None), "it waits for the person's click");

    world.command(Command::SendTrial);
    assert_eq!((steps(&world).as_str(), visit(&world).complete), ("dddddc", true));
    assert_eq!(visit(&world).request_id, Some(world.cloud.desk.requests[0].request_id.to_string()));
    assert_eq!(world.cloud.desk.requests[0].kind, RequestKind::Trial);
    world.work(SignedDuration::from_mins(3));
    assert_eq!(visit(&world).elapsed_s, 120, "it stands still when complete");
    assert_eq!(visit(&world).completed_printed.as_deref(), Some("23.11.2026 9:02:12"));

    let id = world.cloud.desk.requests[0].request_id;
    world.cloud.desk.staff_write(id, "Всё видно!", world.now);
    world.work(SignedDuration::from_mins(1));
    assert_eq!(steps(&world), "dddddd");
    let steps_told: Vec<_> = told(&world).iter().map(|(step, _, failed)| (*step, *failed)).collect();
    assert_eq!(
        steps_told,
        [
            (VisitStep::Connected, None),
            (VisitStep::Authorized, None),
            (VisitStep::Autostart, None),
            (VisitStep::TestSent, None),
            (VisitStep::Confirmed, None),
            (VisitStep::Answered, None),
        ]
    );
    assert_eq!(told(&world).iter().map(|(_, s, _)| *s).collect::<Vec<_>>(), [0, 0, 0, 120, 120, 330]);

    world.command(Command::LeaveVisit);
    world.launch(Origin::Login);
    assert_eq!((visit(&world).open, visit(&world).complete, steps(&world).as_str()), (false, true, "dddddd"));
    world.command(Command::SendTrial);
    assert_eq!(world.cloud.desk.requests.len(), 2, "outside of a visit it is just a trial request");
    assert_eq!(told(&world).len(), 6);
}

#[test]
fn a_wrong_code_is_typed_again_without_starting_over() {
    let mut world = waiting();
    world.cloud.refuses = Some(ErrorCode::CodeExpired);
    world.type_code(1);
    assert_eq!(failed(&world), Some((VisitStep::Connected, "code_expired".to_owned())));
    world.work(SignedDuration::from_mins(1));
    world.command(Command::RepeatVisitStep);
    assert!(matches!(world.view().stage, Stage::NotActivated { .. }), "back to typing");
    world.cloud.refuses = None;
    world.type_code(2);
    assert_eq!((steps(&world).as_str(), visit(&world).elapsed_s), ("dddcpp", 60));
}

#[test]
fn a_network_that_was_away_is_tried_again_by_a_click() {
    let mut world = waiting();
    world.network = Network::Down(FailureKind::Dns);
    world.type_code(1);
    assert_eq!(failed(&world), Some((VisitStep::Connected, "offline".to_owned())));
    world.work_hours(1);
    world.network = Network::Up;
    world.command(Command::RepeatVisitStep);
    assert_eq!(steps(&world), "dddcpp");
}

#[test]
fn a_start_switched_off_by_a_person_is_set_by_a_click() {
    let mut world = waiting();
    world.autostart = Autostart::OffByPerson;
    world.type_code(1);
    assert_eq!(failed(&world), Some((VisitStep::Autostart, "off_by_person".to_owned())));
    assert_eq!(steps(&world), "ddfcpp", "the visit goes on past it");
    world.command(Command::RepeatVisitStep);
    assert_eq!((steps(&world).as_str(), world.autostart), ("dddcpp", Autostart::On));
    assert_eq!(told(&world).last().unwrap().2, None);
    assert_eq!(told(&world)[2].2, Some("off_by_person"));
}

#[test]
fn a_first_authorization_that_failed_is_repeated_alone() {
    let mut world = waiting();
    // Bound, and then the network goes.
    world.killed_after = None;
    world.network = Network::Up;
    world.down_after_calls = Some(1);
    world.type_code(1);
    assert_eq!(failed(&world), Some((VisitStep::Authorized, "offline".to_owned())));
    world.down_after_calls = None;
    world.network = Network::Up;
    world.command(Command::RepeatVisitStep);
    assert_eq!(steps(&world), "dddcpp");
    assert_eq!(world.cloud.recorded.len(), 1);
}

#[test]
fn a_test_request_written_offline_says_why_and_goes_out_once() {
    let mut world = waiting();
    world.type_code(1);
    world.network = Network::Down(FailureKind::Connect);
    world.command(Command::SendTrial);
    assert_eq!(failed(&world), Some((VisitStep::TestSent, "offline".to_owned())));
    assert!(visit(&world).request_id.is_some(), "it is saved");
    world.command(Command::SendTrial);
    world.work(SignedDuration::from_mins(1));
    world.network = Network::Up;
    world.command(Command::RepeatVisitStep);
    assert_eq!(steps(&world), "dddddc");
    assert_eq!(world.cloud.desk.requests.len(), 1);
}

#[test]
fn a_restart_in_the_middle_of_a_visit_goes_on_with_its_clock() {
    let mut world = waiting();
    world.type_code(1);
    world.work(SignedDuration::from_mins(1));
    world.stop();
    world.work(SignedDuration::from_mins(2));
    world.launch(Origin::Login);
    assert_eq!((steps(&world).as_str(), visit(&world).elapsed_s, visit(&world).open), ("dddcpp", 180, true));
    world.command(Command::SendTrial);
    assert_eq!((steps(&world).as_str(), visit(&world).elapsed_s), ("dddddc", 180));
}

#[test]
fn a_visit_left_half_way_changes_nothing_on_the_screen_any_more() {
    let mut world = waiting();
    world.type_code(1);
    world.work(SignedDuration::from_mins(1));
    world.command(Command::LeaveVisit);
    let left = visit(&world);
    world.work_hours(1);
    assert_eq!((visit(&world), left.complete, left.open), (left, false, false));
}

/// True if it was killed.
fn live(world: &mut World, kill_after: usize) -> bool {
    world.killed_after = Some(kill_after);
    world.launch(Origin::Person);
    if world.running() {
        world.type_code(1);
    }
    if world.running() {
        world.command(Command::SendTrial);
    }
    world.work(SignedDuration::from_mins(2));
    let killed = !world.running();
    world.killed_after = None;
    killed
}

#[test]
fn a_visit_killed_between_any_two_effects_is_completed_once() {
    let mut kill_after = 0;
    loop {
        let mut world = World::new(START, "Europe/Moscow");
        if !live(&mut world, kill_after) {
            break;
        }
        let case = format!("killed after {kill_after} effects");
        world.launch(Origin::Person);
        world.work(SignedDuration::from_mins(10));
        if !matches!(world.view().stage, Stage::Active) {
            world.type_code(1);
        }
        if visit(&world).request_id.is_none() {
            world.command(Command::SendTrial);
        }
        world.work(SignedDuration::from_mins(30));
        assert_eq!((steps(&world).as_str(), visit(&world).complete), ("dddddc", true), "{case}");
        assert_eq!(world.cloud.desk.requests.len(), 1, "{case}");
        for step in [VisitStep::Connected, VisitStep::Autostart, VisitStep::TestSent, VisitStep::Confirmed] {
            assert!(told(&world).iter().any(|(told, _, failed)| *told == step && failed.is_none()), "{case}: {step:?}");
        }
        kill_after += 1;
    }
    assert!(kill_after > 20, "{kill_after}");
}
