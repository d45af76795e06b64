//! What is typed and not sent is kept for the next window and the next process, and goes with the sending.

use buhphone_agent::command::{Command, Field};
use buhphone_protocol::{conversation::TEXT_MAX, ids::RequestId, telemetry::Origin};
use buhphone_simulator::World;

use crate::conversations::connected;

fn keep(world: &mut World, field: Field, text: &str) {
    world.command(Command::KeepDraft { field, text: text.to_owned() });
}

fn restart(world: &mut World) {
    world.stop();
    world.launch(Origin::Person);
}

fn ask(world: &mut World, text: &str) -> String {
    world.command(Command::Ask { text: text.to_owned() });
    world.view().talk.conversations[0].request_id.clone()
}

fn reply_in(world: &mut World, request_id: &str) -> String {
    world.command(Command::ShowConversation { request_id: Some(request_id.to_owned()) });
    world.view().talk.shown.expect("it is on the screen").reply
}

#[test]
fn what_was_typed_is_there_after_a_restart() {
    let mut world = connected();
    let request_id = ask(&mut world, "раз");
    keep(&mut world, Field::Question, "Не открывается\nотчёт 🧾");
    keep(&mut world, Field::Phone, "+7 912");
    keep(&mut world, Field::Reply { request_id: request_id.clone() }, "и ещё");
    restart(&mut world);
    let talk = world.view().talk;
    assert_eq!((talk.question.as_str(), talk.callback_phone.as_str()), ("Не открывается\nотчёт 🧾", "+7 912"));
    assert_eq!(reply_in(&mut world, &request_id), "и ещё");
}

#[test]
fn what_was_sent_or_taken_back_is_a_draft_no_more() {
    let mut world = connected();
    let request_id = ask(&mut world, "раз");
    let offered = world.view().talk.callback_phone;
    keep(&mut world, Field::Question, "вопрос");
    keep(&mut world, Field::Phone, "+7 912");
    keep(&mut world, Field::Phone, "");
    keep(&mut world, Field::Reply { request_id: request_id.clone() }, "и ещё");
    ask(&mut world, "вопрос");
    world.command(Command::Say { request_id: request_id.clone(), text: "и ещё".to_owned() });
    for _ in 0..2 {
        assert_eq!((world.view().talk.question, world.view().talk.callback_phone), (String::new(), offered.clone()));
        assert_eq!(reply_in(&mut world, &request_id), "");
        restart(&mut world);
    }
    assert!(!world.rows.keys().any(|key| key.starts_with("draft/")), "{:?}", world.rows.keys());
}

#[test]
fn a_disk_that_did_not_take_the_question_keeps_its_draft() {
    let mut world = connected();
    keep(&mut world, Field::Question, "вопрос");
    world.disk_full = true;
    world.command(Command::Ask { text: "вопрос".to_owned() });
    world.stop();
    world.disk_full = false;
    world.launch(Origin::Person);
    assert_eq!(world.view().talk.question, "вопрос");
    assert_eq!(world.view().talk.conversations, []);
}

#[test]
fn drafts_are_bounded_and_belong_to_conversations_that_are() {
    let mut world = connected();
    keep(&mut world, Field::Question, &"я".repeat(3 * TEXT_MAX));
    assert_eq!(world.view().talk.question.chars().count(), 2 * TEXT_MAX, "what is too long to send can be shortened");
    keep(&mut world, Field::Reply { request_id: RequestId::generate().to_string() }, "никому");
    keep(&mut world, Field::Reply { request_id: "не номер".to_owned() }, "никому");
    let requests: Vec<String> = (0..60).map(|n| ask(&mut world, &format!("вопрос {n}"))).collect();
    for request_id in &requests {
        keep(&mut world, Field::Reply { request_id: request_id.clone() }, "позже");
    }
    assert_eq!(world.rows.keys().filter(|key| key.starts_with("draft/reply/")).count(), 50);
    assert_eq!(reply_in(&mut world, &requests[0]), "", "the oldest gave way");
    assert_eq!(reply_in(&mut world, &requests[59]), "позже");
}
