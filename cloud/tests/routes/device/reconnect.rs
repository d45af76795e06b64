//! `POST /api/device/v1/reconnect`: a computer whose key is gone asks with a new one.
//! Asking grants nothing; guessing costs its address.

use std::time::Duration;

use buhphone_cloud::settings::{Allowance, Limits};
use buhphone_protocol::{authorization, cabinet::Role, ids::DeviceId, reconnection::PATH};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Device, computer, intent, launch};
use crate::app::{Answer, Cabinet, Db, TestApp, User, refused, text};

stories! {
    is_known_by_the_new_key_once_staff_approve,
    asks_less_often_when_nobody_decides,
    answers_a_refused_key_and_lets_another_ask,
    lets_a_later_key_take_the_place,
    refuses_who_may_not_call_any_more,
    refuses_the_key_of_another_computer,
    leaves_no_way_in_by_the_lost_key,
    demands_the_signature_of_the_new_key,
    names_the_field_at_fault_and_writes_nothing,
    slows_guessing_and_pushing_out_but_not_waiting,
    turns_away_who_guesses_past_all_patience,
}

/// A computer that was connected and has lost its key.
struct Lost {
    id: String,
    device: Device,
    user: User,
}

impl Lost {
    async fn new(app: &TestApp, cabinet: &Cabinet<'_>) -> Self {
        let (device, user) = (Device::new(), cabinet.with_user().await);
        let activated = device.activate(app, &cabinet.with_code(&user.id).await).await.json();
        device.authorize(app).await.json();
        Self { id: text(&activated["device_id"]), device, user }
    }
}

impl Device {
    pub(crate) fn wish(&self, device_id: &str) -> Value {
        json!({"device_id": device_id, "key": self.key(), "launch": launch("login"), "computer": computer()})
    }

    pub(crate) async fn reconnect(&self, app: &TestApp, device_id: &str) -> Answer {
        self.post(app, PATH, &self.wish(device_id)).await
    }
}

async fn decide(cabinet: &Cabinet<'_>, decision: &str) {
    let waiting = cabinet.get("/reconnections").await.json();
    let path = format!("/reconnections/{}/{decision}", text(&waiting[0]["reconnection_id"]));
    assert_eq!(cabinet.post(&path, json!({})).await.status, 204);
}

async fn is_known_by_the_new_key_once_staff_approve(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let new = Device::new();
    app.clock.advance(60);
    let asked = new.reconnect(&app, &lost.id).await;
    assert_eq!(asked.header("cache-control"), "no-store");
    assert_eq!(asked.json(), json!({"state": "waiting", "ask_again_in": 10}));
    assert_eq!(new.standing(&app).await.code(), refused(401, "device_unknown"), "asking grants nothing");
    lost.device.standing(&app).await.json();

    decide(&cabinet, "approve").await;
    // The answer may be lost any number of times.
    for _ in 0..3 {
        let approved = new.reconnect(&app, &lost.id).await.json();
        assert_eq!(approved["state"], json!("approved"));
        assert_eq!(approved["standing"]["user"], json!("Иванова Мария Петровна"));
        assert_eq!(approved["standing"]["last_authorization"], json!(crate::app::NOW));
    }
    let authorized = new.authorize(&app).await.json();
    assert_eq!(authorized["authorized_at"], json!("2026-11-23T06:01:12Z"));
    let card = cabinet.get(&format!("/users/{}", lost.user.id)).await.json();
    assert_eq!(card["devices"].as_array().unwrap().len(), 1);
    assert_eq!(card["devices"][0]["device_id"], json!(lost.id));
    assert_eq!(card["authorizations"].as_array().unwrap().len(), 2);
}

async fn asks_less_often_when_nobody_decides(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let new = Device::new();
    for (advance, pause) in [(0, 10), (30 * 60 - 1, 10), (1, 300), (3 * 24 * 3600, 300)] {
        app.clock.advance(advance);
        let asked = new.reconnect(&app, &lost.id).await.json();
        assert_eq!(asked, json!({"state": "waiting", "ask_again_in": pause}));
    }
}

async fn answers_a_refused_key_and_lets_another_ask(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let new = Device::new();
    new.reconnect(&app, &lost.id).await.json();
    decide(&cabinet, "refuse").await;
    assert_eq!(new.reconnect(&app, &lost.id).await.json(), json!({"state": "refused"}));
    assert_eq!(cabinet.get("/reconnections").await.json(), json!([]));
    assert_eq!(new.standing(&app).await.code(), refused(401, "device_unknown"));
    assert_eq!(Device::new().reconnect(&app, &lost.id).await.json()["state"], json!("waiting"));
}

async fn lets_a_later_key_take_the_place(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let (first, second) = (Device::new(), Device::new());
    first.reconnect(&app, &lost.id).await.json();
    second.reconnect(&app, &lost.id).await.json();
    assert_eq!(first.reconnect(&app, &lost.id).await.json(), json!({"state": "refused"}));
    assert_eq!(cabinet.get("/reconnections").await.json().as_array().unwrap().len(), 1);
    decide(&cabinet, "approve").await;
    assert_eq!(second.reconnect(&app, &lost.id).await.json()["state"], json!("approved"));
    assert_eq!(first.reconnect(&app, &lost.id).await.json(), json!({"state": "refused"}));
}

async fn refuses_who_may_not_call_any_more(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let new = Device::new();
    new.reconnect(&app, &lost.id).await.json();
    let user = format!("/users/{}/archive", lost.user.id);
    cabinet.post(&user, json!({})).await.json();
    assert_eq!(new.reconnect(&app, &lost.id).await.code(), refused(403, "user_archived"));
    cabinet.delete(&user).await.json();
    assert_eq!(cabinet.delete(&format!("/devices/{}", lost.id)).await.status, 204);
    let before = app.state().await;
    assert_eq!(new.reconnect(&app, &lost.id).await.code(), refused(403, "device_disconnected"));
    let nobodys = DeviceId::generate().to_string();
    assert_eq!(new.reconnect(&app, &nobodys).await.code(), refused(401, "device_unknown"));
    assert_eq!(app.state().await, before);
}

async fn refuses_the_key_of_another_computer(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let code = cabinet.with_code(&lost.user.id).await;
    let another = Device::new();
    another.activate(&app, &code).await.json();
    let before = app.state().await;
    assert_eq!(another.reconnect(&app, &lost.id).await.code(), refused(409, "conflict"));
    assert_eq!(app.state().await, before);
    // The computer's own key has nothing to ask for, and is told so.
    assert_eq!(lost.device.reconnect(&app, &lost.id).await.json()["state"], json!("approved"));
    assert_eq!(app.state().await, before);
}

async fn leaves_no_way_in_by_the_lost_key(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let (device, new) = (Device::new(), Device::new());
    let code = cabinet.with_code(&user.id).await;
    let id = text(&device.activate(&app, &code).await.json()["device_id"]);
    device.authorize(&app).await.json();
    // Calls signed before the approval: one was answered, one waits in somebody's hands.
    let body = intent().to_string().into_bytes();
    let call = || device.signing(&app, &Method::POST, authorization::PATH, &body);
    let (played, held) = (call(), call());
    let send = async |signing| {
        Answer::of(device.request(&app, Method::POST, authorization::PATH, body.clone(), signing)).await
    };
    send(&played).await.json();
    let mut stream = device.stream(&app, "?after=0").await;
    new.reconnect(&app, &id).await.json();
    // Whoever holds the lost key asks as well, with one of their own.
    decide(&cabinet, "approve").await;

    assert!(stream.next().await.is_none(), "who listens by the lost key hears no more");
    let before = app.state().await;
    assert_eq!(send(&played).await.code(), refused(401, "signature_replayed"));
    assert_eq!(send(&held).await.code(), refused(401, "device_unknown"));
    assert_eq!(device.standing(&app).await.code(), refused(401, "device_unknown"));
    assert_eq!(device.outbox(&app, &[]).await.code(), refused(401, "device_unknown"));
    assert_eq!(device.poll(&app, 0, 0).await.code(), refused(401, "device_unknown"));
    assert_eq!(app.state().await, before);
    assert_eq!(device.activate(&app, &code).await.code(), refused(409, "code_used"), "nor by the code it had used");
    // It may ask like any key, and waits for staff like any.
    assert_eq!(device.reconnect(&app, &id).await.json()["state"], json!("waiting"));
    new.authorize(&app).await.json();
}

async fn demands_the_signature_of_the_new_key(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let before = app.state().await;
    let (new, other) = (Device::new(), Device::new());
    let fault = (400, "invalid".to_owned(), Some("key".to_owned()));
    assert_eq!(other.post(&app, PATH, &new.wish(&lost.id)).await.refusal(), fault);
    let body = new.wish(&lost.id).to_string().into_bytes();
    let mut signing = other.signing(&app, &Method::POST, PATH, &body);
    signing.keyid = Some(new.key());
    let forged = Answer::of(other.request(&app, Method::POST, PATH, body.clone(), &signing)).await;
    assert_eq!(forged.code(), refused(401, "signature_invalid"));
    assert_eq!(app.state().await, before);
    // Recorded and played again, it is not taken.
    let signing = new.signing(&app, &Method::POST, PATH, &body);
    Answer::of(new.request(&app, Method::POST, PATH, body.clone(), &signing)).await.json();
    let again = Answer::of(new.request(&app, Method::POST, PATH, body, &signing)).await;
    assert_eq!(again.code(), refused(401, "signature_replayed"));
}

async fn names_the_field_at_fault_and_writes_nothing(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let before = app.state().await;
    let new = Device::new();
    let with = |pointer: &str, value: Value| {
        let mut body = new.wish(&lost.id);
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (body, field) in [
        (json!({}), "device_id"),
        (with("/device_id", json!("no-uuid")), "device_id"),
        (with("/key", json!("AAAA")), "key"),
        (with("/launch/launch_id", json!("no-uuid")), "launch.launch_id"),
        (with("/computer/name", json!("я".repeat(256))), "computer.name"),
        (with("/computer/system", json!("я".repeat(256))), "computer.system"),
        (with("/computer/program", json!("0".repeat(65))), "computer.program"),
        (with("/computer/zone", json!("z".repeat(65))), "computer.zone"),
        (
            with("/computer", json!({"name": "a", "system": "b", "program": "c", "machine": "no hex"})),
            "computer.machine",
        ),
    ] {
        let answer = new.post(&app, PATH, &body).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())), "{body}");
    }
    assert_eq!(app.state().await, before);
    let mut odd = new.wish(&lost.id);
    odd["computer"]["name"] = json!("БУХ\u{0}-\u{7}01");
    odd["from_a_newer_program"] = json!(true);
    new.post(&app, PATH, &odd).await.json();
    assert_eq!(cabinet.get("/reconnections").await.json()[0]["computer"], json!("БУХ-01"));
}

#[expect(clippy::disallowed_methods, reason = "how long guessing takes is the story")]
async fn slows_guessing_and_pushing_out_but_not_waiting(store: Db) {
    let period = Duration::from_millis(50);
    let limits = Limits { reconnections_of_address: Allowance::new(3, period), ..Limits::default() };
    let app = TestApp::with_limits(store, limits).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let nobodys = DeviceId::generate().to_string();
    let begun = std::time::Instant::now();
    for _ in 0..10 {
        assert_eq!(Device::new().reconnect(&app, &nobodys).await.code(), refused(401, "device_unknown"));
    }
    assert!(begun.elapsed() > 5 * period, "three are free, the fourth is on credit");
    let begun = std::time::Instant::now();
    for _ in 0..10 {
        assert_eq!(Device::new().reconnect(&app, &lost.id).await.json()["state"], json!("waiting"));
    }
    assert!(begun.elapsed() > 5 * period, "pushing out another's wish is no way to wait");
}

async fn turns_away_who_guesses_past_all_patience(store: Db) {
    let limits = Limits { reconnections_of_address: Allowance::new(3, Duration::from_secs(600)), ..Limits::default() };
    let app = TestApp::with_limits(store, limits).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let lost = Lost::new(&app, &cabinet).await;
    let new = Device::new();
    // Waiting and being answered cost nothing, however often.
    for _ in 0..20 {
        assert_eq!(new.reconnect(&app, &lost.id).await.json()["state"], json!("waiting"));
    }
    decide(&cabinet, "approve").await;
    for _ in 0..20 {
        assert_eq!(new.reconnect(&app, &lost.id).await.json()["state"], json!("approved"));
    }
    for _ in 0..4 {
        let nobodys = DeviceId::generate().to_string();
        assert_eq!(Device::new().reconnect(&app, &nobodys).await.code(), refused(401, "device_unknown"));
    }
    let answer = Device::new().reconnect(&app, &lost.id).await;
    assert_eq!(answer.code(), refused(429, "slow_down"));
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
    // Only guessing is slowed: a connected computer of the same address goes on, codes too.
    new.authorize(&app).await.json();
    Device::new().activate(&app, &cabinet.with_code(&lost.user.id).await).await.json();
}
