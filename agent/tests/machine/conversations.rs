//! What people write reaches the other side once and in order, whatever the network, the disk
//! and the power do; what comes back is shown, counted and acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use buhphone_agent::{
    command::Command,
    machine::Input,
    ports::CallError,
    view::{Conversation, LanguageChoice, MessageState, TrayIcon, Trouble, Writer},
};
use buhphone_protocol::{
    conversation::{Event, RequestKind},
    desk::{DayHours, LineCard},
    error::ErrorCode,
    ids::RequestId,
    live::ITEMS_MAX,
    telemetry::{FailureKind, Origin},
};
use buhphone_simulator::{Network, REFUSED, World};
use jiff::SignedDuration;
use uuid::Uuid;

const START: &str = "2026-11-23T06:00:12Z";

pub(crate) fn connected() -> World {
    let mut world = World::connected(START, "Europe/Moscow");
    world.command(Command::LeaveVisit);
    world
}

fn ask(world: &mut World, text: &str) {
    world.command(Command::Ask { text: text.to_owned() });
}

/// The newest conversation, opened on the screen.
fn open_newest(world: &mut World) -> Conversation {
    let request_id = world.view().talk.conversations[0].request_id.clone();
    world.command(Command::ShowConversation { request_id: Some(request_id) });
    world.view().talk.shown.expect("it is on the screen")
}

pub(crate) fn say(world: &mut World, text: &str) {
    let request_id = world.view().talk.conversations[0].request_id.clone();
    world.command(Command::Say { request_id, text: text.to_owned() });
}

fn shown(conversation: &Conversation) -> Vec<(&str, Option<MessageState>)> {
    conversation.messages.iter().map(|message| (message.text.as_str(), message.state)).collect()
}

pub(crate) fn staff_request() -> RequestId {
    RequestId(Uuid::from_u128(500))
}

#[test]
fn a_question_is_sent_at_once_and_answered_by_the_line() {
    let mut world = connected();
    ask(&mut world, "Как сдать отчёт?\nСрочно.");
    let talk = open_newest(&mut world);
    assert_eq!(shown(&talk), [("Как сдать отчёт?\nСрочно.", Some(MessageState::Sent)), ("Приняли, ответим.", None)]);
    assert_eq!((talk.head.kind, talk.messages[0].time.as_str()), (RequestKind::Ordinary, "9:00"));
    assert_eq!(talk.messages[1].writer, Writer::Line { name: "Линия консультаций".to_owned() });
    assert_eq!((world.view().talk.unread, world.view().talk.waiting_to_send), (0, 0));
    assert_eq!(world.cloud.desk.read.len(), 1, "the cloud knows that it was read");
}

#[test]
fn two_hundred_messages_of_a_week_offline_are_sent_once_in_order() {
    let mut world = connected();
    world.network = Network::Down(FailureKind::Dns);
    let mut written = Vec::new();
    for n in 0..200 {
        let text = format!("Вопрос {n} 🧾 <b>\u{200f}");
        if n == 0 {
            ask(&mut world, &text);
        } else {
            say(&mut world, &text);
        }
        written.push(text);
        world.work(SignedDuration::from_mins(20));
        if n % 40 == 39 {
            world.sleep(SignedDuration::from_hours(20));
            world.launch(Origin::Login);
        }
    }
    assert_eq!(world.view().talk.waiting_to_send, 200);
    let talk = open_newest(&mut world);
    assert!(talk.messages.iter().all(|message| message.state == Some(MessageState::Saved)));
    assert_eq!(
        talk.messages.iter().map(|message| &message.text).collect::<Vec<_>>(),
        written.iter().collect::<Vec<_>>()
    );

    world.letters.clear();
    world.network = Network::Up;
    world.work(SignedDuration::from_mins(30));
    assert_eq!(world.cloud.desk.by_user(), written);
    assert_eq!(world.view().talk.waiting_to_send, 0);
    assert!(world.letters.iter().all(|(_, items)| *items <= ITEMS_MAX));
    assert!(world.rows.keys().all(|key| !key.starts_with("outbox/")), "nothing is kept that was recorded");
    let talk = world.view().talk.shown.unwrap();
    let own: Vec<_> = talk.messages.iter().filter(|message| message.state.is_some()).collect();
    assert_eq!(own.iter().map(|message| &message.text).collect::<Vec<_>>(), written.iter().collect::<Vec<_>>());
    assert!(own.iter().all(|message| message.state >= Some(MessageState::Sent)));
}

#[test]
fn the_longest_letters_go_in_more_than_one_call() {
    let mut world = connected();
    world.network = Network::Down(FailureKind::Connect);
    let long = "\u{1}".repeat(100_000);
    ask(&mut world, &long);
    say(&mut world, &"ы".repeat(100_000));
    say(&mut world, &"ы".repeat(100_001));
    say(&mut world, "   ");
    world.letters.clear();
    world.network = Network::Up;
    world.input(Input::NetworkUp);
    world.work(SignedDuration::from_mins(5));
    assert_eq!(world.cloud.desk.by_user().len(), 2, "what no letter may be is not sent");
}

#[test]
fn lost_and_late_answers_repeat_the_same_and_the_cloud_counts_once() {
    let mut world = connected();
    world.network = Network::LosesAnswers;
    ask(&mut world, "раз");
    say(&mut world, "два");
    world.work(SignedDuration::from_mins(10));
    assert_eq!(world.cloud.desk.by_user(), ["раз", "два"]);
    assert_eq!(world.view().talk.waiting_to_send, 2);
    world.network = Network::Up;
    world.work(SignedDuration::from_mins(20));
    assert_eq!(world.cloud.desk.by_user(), ["раз", "два"]);
    assert_eq!(world.view().talk.waiting_to_send, 0);

    world.network = Network::Hangs;
    say(&mut world, "три");
    // An answer to nothing that is waited for.
    let stale = CallError::Refused { code: ErrorCode::Invalid, message: String::new(), retry_after: None };
    world.input(Input::SentOutbox { attempt: 1, result: Err(stale) });
    assert_eq!(world.view().talk.waiting_to_send, 1);
    world.network = Network::Up;
    world.work(SignedDuration::from_mins(5));
    assert_eq!(world.cloud.desk.by_user(), ["раз", "два", "три"]);
}

#[test]
fn one_refused_message_holds_up_no_other() {
    let mut world = connected();
    world.network = Network::Down(FailureKind::Dns);
    ask(&mut world, "раз");
    say(&mut world, REFUSED);
    say(&mut world, "три");
    world.network = Network::Up;
    say(&mut world, "четыре");
    world.work(SignedDuration::from_mins(5));
    assert_eq!(world.cloud.desk.by_user(), ["раз", "три", "четыре"]);
    let talk = open_newest(&mut world);
    let refused: Vec<_> = talk.messages.iter().filter(|one| one.state == Some(MessageState::Refused)).collect();
    assert_eq!(refused.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), [REFUSED]);
    assert!(world.rows.keys().all(|key| !key.starts_with("outbox/")));
}

#[test]
fn a_text_is_accepted_only_when_the_disk_has_it() {
    let mut world = connected();
    world.disk_full = true;
    ask(&mut world, "важное");
    ask(&mut world, "важное");
    assert_eq!(world.view().talk.conversations, []);
    assert_eq!(world.view().troubles, [Trouble::StateNotSaved]);
    assert_eq!(world.cloud.desk.by_user(), Vec::<&str>::new(), "nothing is sent that may be lost here");
    world.disk_full = false;
    world.work(SignedDuration::from_mins(1));
    assert_eq!(world.view().talk.conversations.len(), 1, "the second click asked for nothing new");
    assert_eq!(world.cloud.desk.by_user(), ["важное"]);
}

#[test]
fn a_text_changed_while_the_disk_is_full_takes_the_place_of_the_first() {
    let mut world = connected();
    ask(&mut world, "начало");
    world.disk_full = true;
    for text in ["вопрс", "вопрос"] {
        say(&mut world, text);
        ask(&mut world, text);
    }
    for phone in ["1", "+7 912 345-67-89"] {
        world.command(Command::CallMe { phone: phone.to_owned() });
    }
    world.disk_full = false;
    world.work(SignedDuration::from_mins(1));
    assert_eq!(world.cloud.desk.by_user(), ["начало", "вопрос", "вопрос", ""]);
    assert_eq!(world.cloud.desk.requests.last().unwrap().phone.as_deref(), Some("+7 912 345-67-89"));
}

#[test]
fn receipts_move_states_forward_only() {
    let mut world = connected();
    ask(&mut world, "вопрос");
    let state = |world: &mut World| open_newest(world).messages[0].state;
    assert_eq!(state(&mut world), Some(MessageState::Sent));
    for (read, wanted) in [(false, MessageState::Delivered), (true, MessageState::Read), (false, MessageState::Read)] {
        world.cloud.desk.staff_receipt(read, world.now);
        world.work(SignedDuration::from_secs(30));
        assert_eq!(state(&mut world), Some(wanted));
    }
    world.launch(Origin::Login);
    assert_eq!(state(&mut world), Some(MessageState::Read));
}

#[test]
fn staff_write_first_and_a_person_is_told_once_until_they_open_it() {
    let mut world = connected();
    let notices = world.notices.len();
    world.cloud.desk.staff_write(staff_request(), "Здравствуйте!", world.now);
    world.cloud.desk.staff_write(staff_request(), "Вы тут?", world.now);
    world.work(SignedDuration::from_mins(1));
    let told = &world.notices[notices..];
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].title.as_str(), told[0].body.as_str()), ("Ольга", "Здравствуйте!"));
    assert_eq!(told[0].conversation, Some(staff_request().to_string()));
    let view = world.view();
    assert_eq!(
        (view.talk.unread, view.tray.icon, view.tray.unread.as_str()),
        (2, TrayIcon::Unread, "Новые сообщения: 2")
    );
    assert_eq!(world.cloud.desk.delivered, world.cloud.desk.last(), "the cloud knows that they are here");

    world.launch(Origin::Login);
    world.cloud.desk.staff_write(staff_request(), "Ответьте", world.now);
    world.work(SignedDuration::from_mins(1));
    assert_eq!(world.notices.len(), notices + 1, "a restart does not repeat it");

    open_newest(&mut world);
    assert_eq!((world.view().talk.unread, world.view().tray.icon), (0, TrayIcon::Authorized));
    world.cloud.desk.staff_write(staff_request(), "Вижу вас", world.now);
    world.work(SignedDuration::from_mins(1));
    assert_eq!((world.view().talk.unread, world.notices.len()), (0, notices + 1), "it is on the screen");
    world.command(Command::ShowConversation { request_id: None });
    world.cloud.desk.staff_write(staff_request(), "Ещё вопрос", world.now);
    world.work(SignedDuration::from_mins(1));
    assert_eq!((world.view().talk.unread, world.notices.len()), (1, notices + 2));
}

#[test]
fn the_lines_own_answer_interrupts_nobody() {
    let mut world = connected();
    let notices = world.notices.len();
    world.command(Command::CallMe { phone: " +7 912 345-67-89 ".to_owned() });
    assert_eq!((world.view().talk.unread, world.view().tray.icon), (0, TrayIcon::Authorized));
    assert_eq!(world.notices.len(), notices);
    assert_eq!(world.view().talk.callback_phone, "+7 912 345-67-89");
    assert_eq!(world.view().talk.conversations[0].phone.as_deref(), Some("+7 912 345-67-89"));
    assert_eq!(world.cloud.desk.requests[0].phone.as_deref(), Some("+7 912 345-67-89"));
}

#[test]
fn repeated_and_reordered_events_are_taken_once_in_order() {
    let mut world = connected();
    for n in 0..6 {
        world.cloud.desk.staff_write(staff_request(), &format!("{n}"), world.now);
    }
    let events: Vec<Event> = world.cloud.desk.events.clone();
    world.network = Network::Down(FailureKind::Dns);
    for seqs in [&[1, 2][..], &[2, 1, 2, 3], &[6, 7], &[4, 3, 5], &[7]] {
        let batch = seqs.iter().map(|seq: &u64| events[usize::try_from(*seq).unwrap() - 1].clone()).collect();
        world.input(Input::Heard(batch));
    }
    assert_eq!(world.view().talk.unread, 4, "what came after a gap waits for what is missing");
    world.network = Network::Up;
    world.input(Input::NetworkUp);
    let texts: Vec<_> = open_newest(&mut world).messages.into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["0", "1", "2", "3", "4", "5"]);
}

#[test]
fn after_a_reinstall_the_history_is_heard_from_the_beginning() {
    let mut world = connected();
    ask(&mut world, "до переустановки");
    let before: Vec<_> = open_newest(&mut world).messages.into_iter().map(|one| one.text).collect();
    (world.disk, world.rows) = (None, BTreeMap::new());
    world.batch = 1;
    world.launch(Origin::Person);
    world.type_code(2);
    let after: Vec<_> = open_newest(&mut world).messages.into_iter().map(|one| one.text).collect();
    assert_eq!(before, after);
}

#[test]
fn another_users_computer_shows_nothing_of_the_one_before() {
    for (user, kept) in [("Петров Пётр", false), ("Иванова Анна Петровна", true)] {
        let mut world = connected();
        ask(&mut world, "моё");
        world.network = Network::Down(FailureKind::Dns);
        ask(&mut world, "не отправленное");
        world.network = Network::Up;
        world.cloud.refuses = Some(ErrorCode::DeviceDisconnected);
        world.command(Command::AuthorizeNow);
        world.cloud.refuses = None;
        user.clone_into(&mut world.cloud.user);
        world.cloud.desk.events.clear();
        world.type_code(2);
        world.work(SignedDuration::from_mins(1));
        let heads = world.view().talk.conversations;
        let texts: Vec<_> = world.cloud.desk.by_user();
        assert_eq!(texts.contains(&"не отправленное"), kept, "{user}");
        assert!(heads.iter().all(|head| head.last_text != "моё"), "{user}: {heads:?}");
        assert_eq!(heads.is_empty(), !kept, "{user}");
    }
}

#[test]
fn the_oldest_conversations_are_forgotten_and_never_what_waits() {
    let mut world = connected();
    world.network = Network::Down(FailureKind::Dns);
    ask(&mut world, "ждёт сети");
    for n in 0..520_u128 {
        world.cloud.desk.staff_write(RequestId(Uuid::from_u128(1000 + n)), &format!("{n}"), world.now);
    }
    let events = world.cloud.desk.events.clone();
    world.input(Input::Heard(events));
    let kept: BTreeSet<_> = world.rows.keys().filter(|key| key.starts_with("conversation/")).collect();
    assert_eq!(kept.len(), 500);
    assert_eq!(world.view().talk.conversations[0].last_text, "ждёт сети");
    assert_eq!(world.view().talk.conversations.len(), 100);
    assert_eq!(world.view().talk.conversations[1].last_text, "519");
}

#[test]
fn the_lines_hours_are_told_in_rows_and_its_promise_in_words() {
    let mut world = connected();
    let day = |weekday, to: &str| DayHours { weekday, from: "09:00".to_owned(), to: to.to_owned() };
    world.cloud.line = Some(LineCard {
        name: "Линия консультаций".to_owned(),
        hours: vec![
            day(1, "18:00"),
            day(2, "18:00"),
            day(3, "18:00"),
            day(4, "18:00"),
            day(5, "17:00"),
            day(7, "24:00"),
        ],
        open_now: false,
        opens_at: None,
        promise_minutes: 30,
        promised_at: None,
    });
    world.command(Command::AuthorizeNow);
    let line = |world: &World| world.view().talk.line.unwrap();
    assert_eq!(line(&world).hours, ["пн–чт 9:00–18:00", "пт 9:00–17:00", "вс 9:00–24:00"]);
    assert_eq!((line(&world).open_now, line(&world).promised.as_deref()), (true, Some("сегодня в 9:30")));
    world.network = Network::Down(FailureKind::Dns);
    // Monday evening: nobody was asked since the morning.
    world.work_hours(10);
    let told = line(&world);
    assert!(!told.open_now);
    assert_eq!((told.opens.as_deref(), told.promised.as_deref()), (Some("завтра в 9:00"), Some("завтра в 9:30")));
    world.work_hours(24 * 4 + 1);
    world.command(Command::SetLanguage { language: LanguageChoice::En });
    let told = line(&world);
    assert_eq!(told.hours[0], "Mon–Thu 9:00–18:00");
    assert_eq!((told.opens.as_deref(), told.promised.as_deref()), (Some("29.11 at 9:00"), Some("29.11 at 9:30")));
}

/// As this version keeps them; the file never changes.
const ROWS: &str = include_str!("saved/0.1.0-talking.json");

#[test]
fn rows_of_version_0_1_0_are_still_read() {
    let mut world = World::new(START, "Europe/Moscow");
    let mut rows: BTreeMap<String, String> = serde_json::from_str(ROWS).unwrap();
    world.disk = rows.remove("state");
    world.rows = rows;
    world.network = Network::Down(FailureKind::Dns);
    world.launch(Origin::Login);
    let view = world.view();
    assert_eq!((view.talk.unread, view.talk.waiting_to_send, view.talk.conversations.len()), (1, 2, 3));
    assert_eq!(view.talk.callback_phone, "+7 912 345-67-89");
    assert!(view.visit.unwrap().complete);
    let talk = open_newest(&mut world);
    assert_eq!(shown(&talk), [("Ждёт сети", Some(MessageState::Saved)), ("И это", Some(MessageState::Saved))]);
}
