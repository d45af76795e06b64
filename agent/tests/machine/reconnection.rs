//! «Подключить заново»: a computer whose key is gone is let in by a new one when staff approve,
//! whatever happens to the process, the road, the keyring and the disk meanwhile.

use std::collections::BTreeMap;

use buhphone_agent::{
    command::Command,
    machine::Input,
    view::{Connection, Stage, TrayIcon, Trouble},
};
use buhphone_protocol::{
    error::ErrorCode,
    key::PublicKey,
    telemetry::{Attended, FailureKind, Origin, Trigger},
};
use buhphone_simulator::{Decision, Network, World};
use jiff::SignedDuration;

use crate::conversations::{connected, say};

const WAITING: Trouble = Trouble::Reconnecting { told: true, failure: None };

fn untold(failure: FailureKind) -> Trouble {
    Trouble::Reconnecting { told: false, failure: Some(failure) }
}

/// A computer whose key is gone, as after a password was reset; and the key.
fn robbed() -> (World, BTreeMap<String, PublicKey>) {
    let mut world = connected();
    let old = std::mem::take(&mut world.keyring);
    world.launch(Origin::Login);
    minute(&mut world);
    assert_eq!(world.view().troubles, [Trouble::KeyLost]);
    (world, old)
}

fn lost() -> World {
    robbed().0
}

/// A wish that staff see.
fn waiting() -> World {
    let mut world = lost();
    world.command(Command::Reconnect);
    assert_eq!(world.view().troubles, [WAITING]);
    world
}

fn minute(world: &mut World) {
    world.work(SignedDuration::from_mins(1));
}

/// Connected by the key that was asked for, and authorized since.
fn assert_let_in(world: &World, case: &str) {
    let view = world.view();
    assert_eq!((view.stage, view.troubles), (Stage::Active, vec![]), "{case}");
    assert!(view.last_authorization.is_some_and(|last| last.today), "{case}");
    let approved: Vec<_> = world.cloud.wishes.all.iter().filter(|wish| wish.decision == Decision::Approved).collect();
    assert_eq!(approved.len(), 1, "{case}");
    assert_eq!(world.keyring.values().collect::<Vec<_>>(), [&approved[0].key], "{case}: the one key there is");
}

#[test]
fn a_new_key_is_let_in_by_the_partner_and_authorizes_at_once() {
    let mut world = lost();
    let notices = world.notices.len();
    world.command(Command::Reconnect);
    assert_eq!((world.view().stage, world.view().troubles), (Stage::Active, vec![WAITING]));
    let tray = world.view().tray;
    assert_eq!((tray.icon, tray.state.as_str()), (TrayIcon::Offline, "Бухфон: ждёт подтверждения партнёра"));
    assert!(world.cloud.wishes.all[0].machine.is_some(), "staff are told whether it is the machine they knew");
    minute(&mut world);
    assert_eq!((world.cloud.recorded.len(), world.view().troubles), (1, vec![WAITING]), "asking lets nobody in");

    world.person = false;
    world.unlocked = Attended::No;
    world.cloud.wishes.ask_again_in = 3600;
    world.work_hours(24);
    world.cloud.decide(true);
    world.work(SignedDuration::from_mins(80));
    assert_let_in(&world, "approved");
    let made = &world.cloud.recorded[1].request;
    assert_eq!((made.trigger, made.attended), (Trigger::Activation, Attended::No), "nobody is said to be there");
    assert_eq!(world.cloud.recorded.len(), 2);
    let told: Vec<_> = world.notices[notices..].iter().map(|notice| notice.body.as_str()).collect();
    assert_eq!(told, ["Компьютер снова подключён. Вас обслуживает Ромашка-Сервис."]);
    assert_eq!(world.view().tray.icon, TrayIcon::Authorized);
    assert!(made.echo.is_some(), "it is the computer it was");
    world.launch(Origin::Login);
    minute(&mut world);
    assert_eq!(world.cloud.recorded.len(), 3, "and stays so");
}

#[test]
fn nothing_is_asked_before_a_person_clicks() {
    let mut world = lost();
    world.command(Command::CancelReconnection);
    world.work_hours(24 * 7);
    world.launch(Origin::Login);
    minute(&mut world);
    assert_eq!((world.cloud.wishes.asked.len(), world.keyring.len()), (0, 0));
    assert_eq!(world.view().troubles, [Trouble::KeyLost]);
}

#[test]
fn a_locked_keyring_is_no_lost_key_and_a_connected_computer_has_nothing_to_ask() {
    let mut world = connected();
    world.command(Command::Reconnect);
    world.keyring_ready = false;
    world.launch(Origin::Login);
    minute(&mut world);
    world.command(Command::Reconnect);
    assert_eq!(world.view().troubles, [Trouble::KeyringLocked]);
    world.keyring_ready = true;
    world.work_hours(1);
    assert_eq!((world.cloud.wishes.asked.len(), world.keyring.len()), (0, 1));
    assert_eq!(world.view().troubles, []);
}

/// From the click to the approval and the day after it; true if it was killed.
fn live(world: &mut World, kill_after: usize) -> bool {
    world.killed_after = Some(world.effects + kill_after);
    world.command(Command::Reconnect);
    world.work(SignedDuration::from_mins(1));
    if world.cloud.wishes.all.iter().any(|wish| wish.decision == Decision::Waiting) {
        world.cloud.decide(true);
    }
    world.work(SignedDuration::from_mins(2));
    let killed = !world.running();
    world.killed_after = None;
    killed
}

#[test]
fn a_process_killed_between_any_two_effects_goes_on_with_the_same_key() {
    for network in [Network::Up, Network::LosesAnswers, Network::Repeats] {
        let mut kill_after = 0;
        loop {
            let mut world = lost();
            world.network = network;
            if !live(&mut world, kill_after) {
                break;
            }
            let case = format!("{network:?}, killed after {kill_after} effects");
            world.network = Network::Up;
            world.launch(Origin::Person);
            minute(&mut world);
            if world.view().troubles == [Trouble::KeyLost] {
                // Killed before the wish was saved: a person clicks again.
                assert!(world.keyring.is_empty(), "{case}: no key without a saved name");
                world.command(Command::Reconnect);
            }
            if world.cloud.wishes.all[0].decision == Decision::Waiting {
                world.cloud.decide(true);
            }
            world.work(SignedDuration::from_mins(2));
            assert_let_in(&world, &case);
            assert_eq!(world.cloud.wishes.all.len(), 1, "{case}: one wish");
            kill_after += 1;
        }
        assert!(kill_after > 6, "{network:?}: {kill_after}");
    }
}

#[test]
fn lost_answers_make_no_second_wish_and_lock_nobody_out() {
    let mut world = lost();
    world.network = Network::LosesAnswers;
    world.command(Command::Reconnect);
    world.work_hours(1);
    assert_eq!(world.view().troubles, [untold(FailureKind::Timeout)]);
    world.cloud.decide(true);
    world.work_hours(1);
    assert_eq!(world.view().troubles, [untold(FailureKind::Timeout)], "the approval did not arrive");
    world.network = Network::Up;
    world.work_hours(1);
    assert_let_in(&world, "the answer came in the end");
    assert_eq!(world.cloud.wishes.all.len(), 1);
}

#[test]
fn weeks_of_waiting_are_no_storm() {
    for (told, asked_an_hour) in [(0, 720), (10, 360), (300, 12), (u32::MAX, 1)] {
        let mut world = waiting();
        world.cloud.wishes.ask_again_in = told;
        world.work_hours(1);
        let before = world.cloud.wishes.asked.len();
        let hours = if told < 300 { 2 } else { 24 * 21 };
        world.work_hours(hours);
        let asked = world.cloud.wishes.asked.len() - before;
        let most = asked_an_hour * usize::try_from(hours).unwrap();
        assert!((most / 2..=most).contains(&asked), "told {told} s: {asked} of {most} in {hours} h");
        world.cloud.decide(true);
        world.work(SignedDuration::from_mins(80));
        assert_let_in(&world, "however long it took");
    }
}

#[test]
fn a_person_who_looks_is_told_at_once_but_not_at_every_glance() {
    let mut world = waiting();
    world.cloud.wishes.ask_again_in = 3600;
    world.work(SignedDuration::from_mins(2));
    let before = world.cloud.wishes.asked.len();
    for _ in 0..50 {
        world.command(Command::Look);
        world.command(Command::AuthorizeNow);
    }
    assert_eq!(world.cloud.wishes.asked.len(), before + 1);
    world.work(SignedDuration::from_mins(3));
    assert_eq!(world.cloud.wishes.asked.len(), before + 2, "the last glance, a minute later");
    world.cloud.decide(true);
    world.command(Command::Look);
    assert_let_in(&world, "seen at a glance");
}

#[test]
fn a_refusal_is_said_and_may_be_asked_about_again() {
    let mut world = waiting();
    let notices = world.notices.len();
    world.cloud.decide(false);
    world.work_hours(24 * 3);
    assert_eq!(world.view().troubles, [Trouble::ReconnectionRefused]);
    let tray = world.view().tray;
    assert_eq!((tray.icon, tray.state.as_str()), (TrayIcon::Attention, "Бухфон: партнёр не подтвердил подключение"));
    assert!(world.keyring.is_empty(), "its key is forgotten");
    assert_eq!(world.notices.len(), notices + 1, "{:?}", world.notices);
    assert_eq!(world.notices.last().unwrap().title, "Бухфон");
    let asked = world.cloud.wishes.asked.len();
    world.launch(Origin::Login);
    world.work_hours(24);
    assert_eq!((world.view().troubles, world.notices.len()), (vec![Trouble::ReconnectionRefused], notices + 1));
    assert_eq!(world.cloud.wishes.asked.len(), asked, "nothing more is asked by itself");

    world.command(Command::Reconnect);
    assert_eq!((world.view().troubles, world.cloud.wishes.all.len()), (vec![WAITING], 2));
    world.cloud.decide(true);
    minute(&mut world);
    assert_let_in(&world, "approved after all");
}

#[test]
fn a_refused_computer_is_connected_by_a_code() {
    let mut world = waiting();
    world.cloud.decide(false);
    minute(&mut world);
    world.type_code(2);
    assert_eq!((world.view().stage, world.view().troubles), (Stage::Active, vec![]));
    assert_eq!(world.keyring.len(), 1);
}

#[test]
fn a_person_who_cancels_is_asked_about_no_more() {
    let mut world = waiting();
    world.command(Command::CancelReconnection);
    assert_eq!((world.view().troubles, world.keyring.len()), (vec![Trouble::KeyLost], 0));
    let asked = world.cloud.wishes.asked.len();
    world.work_hours(24);
    world.launch(Origin::Login);
    world.work_hours(1);
    assert_eq!(world.cloud.wishes.asked.len(), asked);

    // Approved all the same: nobody holds that key any more, and another is asked for.
    world.cloud.decide(true);
    world.work_hours(1);
    assert_eq!(world.view().troubles, [Trouble::KeyLost]);
    world.command(Command::Reconnect);
    world.cloud.decide(true);
    minute(&mut world);
    assert_eq!((world.view().troubles, world.keyring.len()), (vec![], 1));
}

#[test]
fn a_wish_cancelled_on_its_way_leaves_no_key_behind() {
    let mut world = lost();
    world.network = Network::AnswersLate(std::time::Duration::from_secs(20));
    world.command(Command::Reconnect);
    world.work(SignedDuration::from_secs(50));
    assert_eq!(world.cloud.wishes.all.len(), 1, "it was sent");
    world.cloud.decide(true);
    world.work(SignedDuration::from_secs(12));
    world.command(Command::CancelReconnection);
    world.work_hours(1);
    assert_eq!((world.view().troubles, world.keyring.len()), (vec![Trouble::KeyLost], 0));
}

#[test]
fn an_old_key_that_is_back_is_gone_on_with() {
    let (mut world, old) = robbed();
    world.command(Command::Reconnect);
    minute(&mut world);
    let new = std::mem::replace(&mut world.keyring, old.clone());
    assert_eq!(new.len(), 1);
    minute(&mut world);
    assert_eq!(world.view().troubles, []);
    assert_eq!(world.cloud.recorded.len(), 2, "the launch is authorized by the key it always had");
    assert_eq!(world.keyring, old);
    assert_eq!(world.cloud.wishes.all.len(), 1);
    let asked = world.cloud.wishes.asked.len();
    world.work_hours(24);
    assert_eq!(world.cloud.wishes.asked.len(), asked, "the wish is dropped");
}

#[test]
fn an_old_key_that_is_back_is_waited_with_until_the_cloud_is_reached() {
    let (mut world, mut old) = robbed();
    world.command(Command::Reconnect);
    world.network = Network::Down(FailureKind::Dns);
    world.keyring.append(&mut old);
    world.work_hours(1);
    assert_eq!(world.view().troubles, [Trouble::Reconnecting { told: true, failure: Some(FailureKind::Dns) }]);
    world.network = Network::Up;
    world.work_hours(1);
    assert_eq!(world.view().troubles, []);
    assert_eq!(world.keyring.len(), 1, "the new key is forgotten");
}

#[test]
fn an_old_key_that_is_back_and_dead_does_not_end_the_wish() {
    let (mut world, mut old) = robbed();
    world.command(Command::Reconnect);
    world.network = Network::LosesAnswers;
    world.cloud.decide(true);
    minute(&mut world);
    world.keyring.append(&mut old);
    world.network = Network::Up;
    world.work_hours(1);
    assert_let_in(&world, "by the key that was approved");
}

#[test]
fn a_keyring_locked_before_the_key_is_made_is_waited_for() {
    let mut world = lost();
    world.keyring_ready = false;
    world.command(Command::Reconnect);
    assert_eq!(world.view().troubles, [untold(FailureKind::Keyring)]);
    let mut locked = connected();
    locked.keyring_ready = false;
    locked.launch(Origin::Login);
    minute(&mut locked);
    let (here, there) = (world.view().tray, locked.view().tray);
    assert_eq!((here.state, here.icon), (there.state, TrayIcon::Attention), "said as it is said elsewhere");
    world.work_hours(1);
    assert_eq!(world.cloud.wishes.asked.len(), 0);
    world.keyring_ready = true;
    world.work(SignedDuration::from_mins(2));
    assert_eq!(world.view().troubles, [WAITING]);
    assert_eq!(world.keyring.len(), 1);
}

#[test]
fn a_keyring_locked_while_staff_decide_is_waited_for() {
    let mut world = waiting();
    world.keyring_ready = false;
    world.cloud.decide(true);
    world.work_hours(5);
    assert_eq!(world.view().troubles, [Trouble::Reconnecting { told: true, failure: Some(FailureKind::Keyring) }]);
    world.keyring_ready = true;
    world.work(SignedDuration::from_mins(2));
    assert_let_in(&world, "unlocked");
    assert_eq!(world.cloud.wishes.all.len(), 1, "by the same key");
}

#[test]
fn a_wish_made_offline_is_told_when_the_network_is_there() {
    let mut world = lost();
    world.network = Network::Down(FailureKind::Dns);
    world.launch(Origin::Login);
    world.command(Command::Reconnect);
    minute(&mut world);
    assert_eq!(world.view().troubles, [untold(FailureKind::Dns)]);
    assert_eq!(world.view().connection, Connection::Offline { failure: FailureKind::Dns });
    world.work_hours(24 * 14);
    let calls = world.calls.len();
    world.work_hours(24);
    assert!(world.calls.len() - calls < 24 * 12, "{} calls in a day offline", world.calls.len() - calls);
    world.launch(Origin::Login);
    world.network = Network::Up;
    world.input(Input::NetworkUp);
    minute(&mut world);
    assert_eq!((world.view().troubles, world.view().connection), (vec![WAITING], Connection::Online));
}

#[test]
fn an_approval_is_learned_of_after_days_offline_and_asleep() {
    let mut world = waiting();
    world.network = Network::Down(FailureKind::Connect);
    world.cloud.decide(true);
    world.sleep(SignedDuration::from_hours(24 * 3));
    world.work_hours(24);
    assert_eq!(world.view().troubles, [Trouble::Reconnecting { told: true, failure: Some(FailureKind::Connect) }]);
    world.sleep(SignedDuration::from_hours(24));
    world.network = Network::Up;
    world.work(SignedDuration::from_mins(2));
    assert_let_in(&world, "after a resume");
}

#[test]
fn a_restart_waits_on_and_interrupts_nobody_again() {
    let mut world = waiting();
    let notices = world.notices.len();
    for _ in 0..3 {
        world.launch(Origin::Login);
        world.work_hours(8);
        assert_eq!(world.view().troubles, [WAITING]);
    }
    assert_eq!((world.cloud.wishes.all.len(), world.keyring.len(), world.notices.len()), (1, 1, notices));
    world.stop();
    world.cloud.decide(true);
    world.launch(Origin::Login);
    minute(&mut world);
    assert_let_in(&world, "approved while it was off");
}

#[test]
fn what_is_typed_while_waiting_is_kept_and_sent_once_let_in() {
    let mut world = waiting();
    world.command(Command::Ask { text: "раз".to_owned() });
    say(&mut world, "два");
    assert_eq!(world.view().talk.waiting_to_send, 2);
    world.work_hours(1);
    world.launch(Origin::Login);
    minute(&mut world);
    say(&mut world, "три");
    assert_eq!((world.view().talk.waiting_to_send, world.letters.len()), (3, world.letters.len()));
    assert_eq!(world.cloud.desk.by_user(), [] as [&str; 0], "nothing is sent by nobody");
    world.cloud.decide(true);
    minute(&mut world);
    assert_eq!(world.cloud.desk.by_user(), ["раз", "два", "три"]);
    assert_eq!((world.view().talk.waiting_to_send, world.view().troubles), (0, vec![]));
    assert_eq!(world.view().talk.conversations.len(), 1);
}

#[test]
fn staff_who_wrote_meanwhile_are_heard_afterwards() {
    let mut world = waiting();
    world.cloud.desk.staff_write(crate::conversations::staff_request(), "подтвердили", world.computer.now);
    minute(&mut world);
    assert_eq!(world.view().talk.unread, 0);
    world.cloud.decide(true);
    minute(&mut world);
    assert_eq!(world.view().talk.unread, 1);
}

#[test]
fn a_code_connects_a_computer_that_waits_and_ends_the_wish() {
    let mut world = waiting();
    world.type_code(2);
    assert_eq!((world.view().stage, world.view().troubles), (Stage::Active, vec![]));
    assert_eq!(world.keyring.len(), 1, "the key of the wish is forgotten");
    let asked = world.cloud.wishes.asked.len();
    world.work_hours(24);
    assert_eq!(world.cloud.wishes.asked.len(), asked);
}

#[test]
fn a_wrong_code_leaves_the_wish_waiting() {
    let mut world = waiting();
    world.cloud.refuses = Some(ErrorCode::CodeExpired);
    world.type_code(2);
    assert!(matches!(world.view().stage, Stage::NotActivated { error: Some(_), .. }));
    world.cloud.refuses = None;
    world.cloud.decide(true);
    world.work_hours(2);
    assert_eq!(world.view().troubles, []);
    assert_eq!(world.cloud.recorded.len(), 2);
}

#[test]
fn a_partner_who_disconnects_the_computer_or_archives_its_user_ends_the_wish() {
    for (code, trouble) in
        [(ErrorCode::DeviceDisconnected, Trouble::Disconnected), (ErrorCode::UserArchived, Trouble::UserArchived)]
    {
        let mut world = waiting();
        world.cloud.refuses = Some(code);
        world.work_hours(1);
        assert_eq!(world.view().troubles, [trouble], "{code:?}");
        assert!(world.keyring.is_empty(), "{code:?}: the key nobody will let in is forgotten");
        let asked = world.calls.len();
        world.work_hours(1);
        assert_eq!(world.calls.len(), asked, "{code:?}");
    }
}

#[test]
fn a_cloud_that_cannot_take_the_wish_is_asked_slowly() {
    for (code, failure) in [
        (ErrorCode::NotFound, FailureKind::Refused),
        (ErrorCode::Conflict, FailureKind::Refused),
        (ErrorCode::SlowDown, FailureKind::Unavailable),
        (ErrorCode::Unavailable, FailureKind::Unavailable),
    ] {
        let mut world = lost();
        world.cloud.refuses = Some(code);
        world.command(Command::Reconnect);
        assert_eq!(world.view().troubles, [untold(failure)], "{code:?}");
        world.work_hours(24);
        assert!(world.calls.len() < 300, "{code:?}: {} calls", world.calls.len());
        world.cloud.refuses = None;
        world.work_hours(2);
        assert_eq!(world.view().troubles, [WAITING], "{code:?}");
    }
}

#[test]
fn the_visit_is_not_touched() {
    let mut world = lost();
    let before = world.view().visit;
    world.command(Command::Reconnect);
    world.cloud.decide(true);
    minute(&mut world);
    assert_eq!((world.view().visit, world.view().troubles), (before, vec![]));
    assert_eq!(world.cloud.desk.reports.len(), 3, "nothing more is told of it");
}

#[test]
fn a_wish_saved_by_version_0_1_0_is_still_waited_with() {
    let mut world = World::new("2026-11-23T06:10:12Z", "Europe/Moscow");
    world.disk = Some(include_str!("saved/0.1.0-reconnecting.json").to_owned());
    world.network = Network::Down(FailureKind::Dns);
    world.launch(Origin::Login);
    minute(&mut world);
    assert_eq!(world.set_aside, Vec::<String>::new());
    assert_eq!(world.view().troubles, [Trouble::Reconnecting { told: true, failure: Some(FailureKind::Dns) }]);
    assert_eq!(world.keyring.keys().collect::<Vec<_>>(), ["device-01a206fe80407f04ae1a8c63caf0b7ef"]);
}
