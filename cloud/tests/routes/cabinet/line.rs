//! `/line`: how the line is called, when it works and what it answers.

use buhphone_protocol::cabinet::Role;
use serde_json::{Value, json};

use crate::app::{Db, TestApp, refused};

stories! {
    begins_with_a_line_that_works,
    names_the_field_at_fault,
    keeps_the_line_from_specialists,
}

async fn begins_with_a_line_that_works(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let line = cabinet.get("/line").await.json();
    // What it begins with may be saved as it is.
    assert_eq!(cabinet.put("/line", line.clone()).await.json(), line);
    assert!(!line["answer_open"].as_str().unwrap().is_empty() && !line["hours"].as_array().unwrap().is_empty());
    let mut changed = line.clone();
    changed["hours"] = json!([
        {"weekday": 7, "from": "00:00", "to": "24:00"}, {"weekday": 1, "from": "09:30", "to": "18:00"},
    ]);
    let saved = cabinet.put("/line", changed).await.json();
    assert_eq!((&saved["hours"][0]["weekday"], &saved["hours"][1]["weekday"]), (&json!(1), &json!(7)));
    assert_eq!(cabinet.get("/line").await.json(), saved);
    assert_eq!(app.with_staff(Role::Administrator).await.get("/line").await.json(), line, "another partner's own");
}

async fn names_the_field_at_fault(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let good = cabinet.get("/line").await.json();
    let before = app.state().await;
    let with = |field: &str, value: Value| {
        let mut line = good.clone();
        line[field] = value;
        line
    };
    let hours =
        |weekday: Value, from: &str, to: &str| with("hours", json!([{"weekday": weekday, "from": from, "to": to}]));
    for (body, field) in [
        (json!({}), "name"),
        (with("name", json!(" ")), "name"),
        (with("name", json!("я".repeat(101))), "name"),
        (with("answer_open", json!("\u{0}\n")), "answer_open"),
        (with("answer_open", json!("я".repeat(1001))), "answer_open"),
        (with("answer_closed", json!(null)), "answer_closed"),
        (with("promise_minutes", json!(0)), "promise_minutes"),
        (with("promise_minutes", json!(1441)), "promise_minutes"),
        (with("promise_minutes", json!(-5)), "promise_minutes"),
        (with("hours", json!({})), "hours"),
        (hours(json!(0), "09:00", "18:00"), "hours[0].weekday"),
        (hours(json!(256), "09:00", "18:00"), "hours[0].weekday"),
        (hours(json!(1), "9:00", "18:00"), "hours[0].from"),
        (hours(json!(1), "09:00", "08:00"), "hours[0].to"),
    ] {
        let answer = cabinet.put("/line", body.clone()).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())), "{body}");
    }
    assert_eq!(app.state().await, before);
}

async fn keeps_the_line_from_specialists(store: Db) {
    let app = TestApp::init(store).await;
    let specialist = app.with_staff(Role::Specialist).await;
    let line = specialist.get("/line").await.json();
    assert_eq!(specialist.put("/line", line).await.code(), refused(403, "forbidden"));
}
