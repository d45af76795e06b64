//! Random lives of a computer: whatever happens, the date never moves backwards, an intent is
//! counted once, the cloud is not stormed, and calm brings today's authorization.

use std::{collections::BTreeSet, time::Duration};

use buhphone_agent::{command::Command, machine::Input, view::Trouble};
use buhphone_protocol::{
    error::ErrorCode,
    ids::RequestId,
    telemetry::{Attended, FailureKind, Origin},
};
use buhphone_simulator::{Monotonic, Network, World};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

/// More calls than this in an hour nobody asked for are a storm.
const CALLS_AN_HOUR: usize = 80;

#[derive(Clone, Debug)]
enum Event {
    Work(i64),
    Sleep(i64),
    Network(Network),
    NetworkUp,
    Person(bool),
    SetWall(i64),
    Launch,
    KillAfter(usize),
    Keyring(bool),
    Refuses(Option<ErrorCode>, Option<u64>),
    Click,
    Look,
    Ask,
    StaffWrites,
    AskOnFullDisk,
    LoseKey,
    Reconnect,
    CancelReconnection,
    Decide(bool),
}

fn event() -> impl Strategy<Value = Event> {
    let network = prop_oneof![
        3 => Just(Network::Up),
        1 => Just(Network::Down(FailureKind::Dns)),
        1 => Just(Network::Down(FailureKind::Timeout)),
        1 => Just(Network::LosesAnswers),
        1 => Just(Network::Hangs),
    ];
    let refusal = prop_oneof![
        4 => Just(None),
        1 => Just(Some(ErrorCode::Unavailable)),
        1 => Just(Some(ErrorCode::SlowDown)),
        1 => Just(Some(ErrorCode::DeviceDisconnected)),
        1 => Just(Some(ErrorCode::UserArchived)),
        1 => Just(Some(ErrorCode::SignatureStale)),
        1 => Just(Some(ErrorCode::Invalid)),
    ];
    prop_oneof![
        6 => (1..90_i64).prop_map(Event::Work),
        3 => (1..3000_i64).prop_map(Event::Sleep),
        3 => network.prop_map(Event::Network),
        1 => Just(Event::NetworkUp),
        2 => any::<bool>().prop_map(Event::Person),
        1 => (-200_000..20_000_i64).prop_map(Event::SetWall),
        2 => Just(Event::Launch),
        1 => (0..12_usize).prop_map(Event::KillAfter),
        1 => any::<bool>().prop_map(Event::Keyring),
        1 => (refusal, proptest::option::of(1..4000_u64)).prop_map(|(code, after)| Event::Refuses(code, after)),
        1 => Just(Event::Click),
        1 => Just(Event::Look),
        3 => Just(Event::Ask),
        2 => Just(Event::StaffWrites),
        1 => Just(Event::AskOnFullDisk),
        1 => Just(Event::LoseKey),
        3 => Just(Event::Reconnect),
        1 => Just(Event::CancelReconnection),
        2 => any::<bool>().prop_map(Event::Decide),
    ]
}

/// Calls made while time passes and nobody asks for anything.
fn calmly(world: &mut World, live: impl FnOnce(&mut World)) -> Vec<Timestamp> {
    let before = world.calls.len();
    live(world);
    world.calls[before..].to_vec()
}

fn live(world: &mut World, event: Event) -> Vec<Timestamp> {
    match event {
        Event::Work(minutes) => return calmly(world, |world| world.work(SignedDuration::from_mins(minutes))),
        Event::Sleep(minutes) => world.sleep(SignedDuration::from_mins(minutes)),
        Event::Network(network) => world.network = network,
        Event::NetworkUp => return calmly(world, |world| world.input(Input::NetworkUp)),
        Event::Person(there) => {
            world.person = there;
            world.unlocked = if there { Attended::Yes } else { Attended::No };
        }
        Event::SetWall(hours) => world.wall_off = SignedDuration::from_hours(hours),
        Event::Launch => world.launch(Origin::Login),
        Event::KillAfter(effects) => world.killed_after = Some(world.effects + effects),
        Event::Keyring(ready) => world.keyring_ready = ready,
        Event::Refuses(code, after) => {
            world.cloud.refuses = code;
            world.cloud.retry_after = after.map(Duration::from_secs);
        }
        Event::Click => world.command(Command::AuthorizeNow),
        Event::Look => world.command(Command::Look),
        // What was accepted is told apart by its number.
        Event::Ask => world.command(Command::Ask { text: format!("вопрос {}", world.effects) }),
        Event::StaffWrites => {
            let id = RequestId(Uuid::from_u128(500));
            world.cloud.desk.staff_write(id, "от сотрудника", world.now);
        }
        // What a full disk takes no process remembers, so this one lives on for a while.
        Event::AskOnFullDisk if world.killed_after.is_none() => {
            world.disk_full = true;
            world.command(Command::Ask { text: format!("вопрос {}", world.effects) });
            world.disk_full = false;
            world.work(SignedDuration::from_mins(1));
        }
        Event::AskOnFullDisk => {}
        Event::LoseKey => world.keyring.clear(),
        Event::Reconnect => world.command(Command::Reconnect),
        Event::CancelReconnection => world.command(Command::CancelReconnection),
        Event::Decide(approve) => {
            if world.cloud.wishes.waits() {
                world.cloud.decide(approve);
            }
        }
    }
    Vec::new()
}

/// Whatever became of the key, person and partner bring the computer back.
fn come_back(world: &mut World) {
    // Two wishes at most: one that was decided already, and the one that is approved here.
    for _ in 0..3 {
        world.work(SignedDuration::from_mins(2));
        match world.view().troubles.first() {
            Some(Trouble::KeyLost | Trouble::ReconnectionRefused) => world.command(Command::Reconnect),
            Some(Trouble::Reconnecting { .. }) => {}
            _ => return,
        }
        if world.cloud.wishes.waits() {
            world.cloud.decide(true);
        }
        world.work(SignedDuration::from_mins(2));
        world.command(Command::Look);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn the_date_never_moves_back_and_calm_brings_todays(
        events in prop::collection::vec(event(), 1..40),
        counts_sleep in any::<bool>(),
    ) {
        let mut world = World::connected("2026-11-23T06:00:12Z", "Europe/Moscow");
        // As the real cloud tells who waits longer than a person sits before the window.
        world.cloud.wishes.ask_again_in = 300;
        world.monotonic = if counts_sleep { Monotonic::CountsSleep } else { Monotonic::SleepsToo };
        let mut date = world.view().last_authorization.unwrap().at;
        let (mut launches, mut asked) = (1, 1);
        let mut calm = Vec::new();
        for event in events {
            launches += usize::from(matches!(event, Event::Launch));
            asked += usize::from(matches!(event, Event::Click | Event::Decide(true)));
            calm.extend(live(&mut world, event));
            if world.killed_after == Some(world.effects) || !world.running() {
                world.killed_after = None;
                world.launch(Origin::Login);
                launches += 1;
            }
            let shown = world.view().last_authorization.expect("a date once shown is always shown").at;
            prop_assert!(shown >= date, "{shown} after {date}");
            date = shown;
        }
        for (i, first) in calm.iter().enumerate() {
            let hour = calm[i..].iter().take_while(|at| at.duration_since(*first).as_hours() < 1).count();
            prop_assert!(hour <= CALLS_AN_HOUR + launches, "{hour} calls in an hour");
        }
        let mut ids: Vec<_> = world.cloud.recorded.iter().map(|r| r.request.authorization_id).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), world.cloud.recorded.len());
        let days = world.cloud.days().len();
        prop_assert!(ids.len() <= 3 * days + launches + 2 * asked, "{} on {days} days", ids.len());

        let accepted: BTreeSet<String> = world.rows.keys().filter(|key| key.starts_with("message/")).cloned().collect();
        world.killed_after = None;
        world.network = Network::Up;
        world.cloud.refuses = None;
        world.keyring_ready = true;
        world.person = true;
        world.unlocked = Attended::Yes;
        world.launch(Origin::Login);
        come_back(&mut world);
        let day = world.cloud.date(world.now);
        world.work(SignedDuration::from_mins(2));
        if world.cloud.date(world.now) != day {
            // Midnight has just passed: the new day's authorizations are spread over some minutes.
            world.work(SignedDuration::from_mins(4));
        }
        let mut texts = world.cloud.desk.by_user();
        let sent = texts.len();
        texts.sort_unstable();
        texts.dedup();
        prop_assert_eq!(texts.len(), sent, "each once");
        prop_assert_eq!(world.rows.keys().filter(|key| key.starts_with("outbox/")).count(), 0, "all that was accepted is sent");
        let held: BTreeSet<String> = world.rows.keys().filter(|key| key.starts_with("message/")).cloned().collect();
        prop_assert!(held.is_superset(&accepted), "nothing accepted is lost");
        prop_assert_eq!(held.len(), world.cloud.desk.messages.len(), "both sides hold the same");
        let view = world.view();
        prop_assert!(view.last_authorization.is_some_and(|last| last.today));
        prop_assert_eq!(view.troubles, vec![]);
        let last = world.cloud.recorded.last().unwrap().at;
        prop_assert_eq!(world.cloud.date(last), world.cloud.date(world.now));
    }

    #[test]
    fn no_saved_text_stops_the_program(
        place in any::<prop::sample::Index>(),
        length in 0..40_usize,
        put in "[-0-9a-zT:.\"{}\\[\\],nul]{0,12}",
    ) {
        for sound in [include_str!("saved/0.1.0-connected.json"), include_str!("saved/0.1.0-activating.json"), include_str!("saved/0.1.0-unanswered.json")] {
            let mut chars: Vec<char> = sound.chars().collect();
            let from = place.index(chars.len());
            let to = (from + length).min(chars.len());
            chars.splice(from..to, put.chars());
            let mut world = World::new("2026-11-23T06:00:12Z", "Europe/Moscow");
            world.network = Network::Down(FailureKind::Dns);
            world.disk = Some(chars.into_iter().collect());
            world.launch(Origin::Login);
            world.work(SignedDuration::from_mins(5));
            let _shown = world.view();
        }
    }
}
