//! `POST /api/device/v1/activate`: a code and a key become a device.
//! A wrong code says why, costs its address, and writes nothing.

use std::time::Duration;

use buhphone_cloud::settings::{Allowance, Limits};
use buhphone_protocol::{activation::PATH, cabinet::Role};
use reqwest::Method;
use serde_json::json;

use super::{Device, computer, launch};
use crate::app::{Answer, Db, TestApp, refused, text};

stories! {
    binds_the_key_of_who_types_the_code,
    gives_the_same_device_to_the_same_key_again,
    refuses_codes_that_do_not_let_in,
    gives_one_device_to_two_keys_that_race,
    names_the_field_at_fault_and_writes_nothing,
    slows_guessing_without_locking_out_the_office,
    turns_away_who_guesses_past_all_patience,
    tells_offices_behind_our_proxy_apart,
}

async fn binds_the_key_of_who_types_the_code(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    let manager = app.staff_of(cabinet.staff.partner_id, Role::ClientManager).await;
    let user = manager.with_user().await;
    let code = cabinet.with_code(&user.id).await;
    let answer = Device::new().activate(&app, &code.replace('-', " ")).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(answer.json(), {
        ".device_id" => "[id]", ".standing.partner.name" => "[name]", ".standing.partner.machine_salt" => "[salt]",
        ".visit" => "[id]",
    }, @r#"
    {
      "device_id": "[id]",
      "standing": {
        "client": "ООО «Ромашка»",
        "contract_ended": false,
        "due_in": 53988,
        "last_authorization": null,
        "line": {
          "hours": [
            {
              "from": "09:00",
              "to": "18:00",
              "weekday": 1
            },
            {
              "from": "09:00",
              "to": "18:00",
              "weekday": 2
            },
            {
              "from": "09:00",
              "to": "18:00",
              "weekday": 3
            },
            {
              "from": "09:00",
              "to": "18:00",
              "weekday": 4
            },
            {
              "from": "09:00",
              "to": "18:00",
              "weekday": 5
            }
          ],
          "name": "Линия консультаций",
          "open_now": true,
          "opens_at": null,
          "promise_minutes": 15,
          "promised_at": "2026-11-23T06:15:12Z"
        },
        "now": "2026-11-23T06:00:12Z",
        "partner": {
          "machine_salt": "[salt]",
          "name": "[name]",
          "phone": "+7 495 000-00-00",
          "zone": "Europe/Moscow"
        },
        "phone": "+7 (495) 123-45-67",
        "user": "Иванова Мария Петровна"
      },
      "visit": "[id]"
    }
    "#);
}

async fn gives_the_same_device_to_the_same_key_again(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let code = cabinet.with_code(&cabinet.with_user().await.id).await;
    let device = Device::new();
    let first = device.activate(&app, &code).await.json();
    app.clock.advance(8 * 24 * 3600);
    let again = device.activate(&app, &code).await.json();
    assert_eq!(first["device_id"], again["device_id"]);
    assert_eq!(Device::new().activate(&app, &code).await.code(), refused(409, "code_used"));
}

async fn refuses_codes_that_do_not_let_in(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let replaced = cabinet.with_code(&user.id).await;
    let code = cabinet.with_code(&user.id).await;
    let wrong_digit = code.replacen(&code[..1], if code.starts_with('1') { "2" } else { "1" }, 1);

    assert_eq!(Device::new().activate(&app, &replaced).await.code(), refused(410, "code_revoked"));
    assert_eq!(Device::new().activate(&app, "0000-0000-0000").await.code(), refused(404, "code_unknown"));
    assert_eq!(
        Device::new().activate(&app, &wrong_digit).await.refusal(),
        (400, "invalid".to_owned(), Some("code".to_owned()))
    );
    app.clock.advance(7 * 24 * 3600);
    assert_eq!(Device::new().activate(&app, &code).await.code(), refused(410, "code_expired"));

    let cabinet = app.staff_of(cabinet.staff.partner_id, Role::Administrator).await;
    let code = cabinet.with_code(&user.id).await;
    cabinet.post(&format!("/users/{}/archive", user.id), json!({})).await.json();
    let archived = Device::new().activate(&app, &code).await.code();
    assert!(archived == refused(403, "user_archived") || archived == refused(410, "code_revoked"), "{archived:?}");
}

async fn gives_one_device_to_two_keys_that_race(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let code = cabinet.with_code(&cabinet.with_user().await.id).await;
    let devices: Vec<Device> = (0..8).map(|_| Device::new()).collect();
    let answers = futures::future::join_all(devices.iter().map(|device| device.activate(&app, &code))).await;
    let bound = answers.iter().filter(|answer| answer.status == 200).count();
    let used = answers.iter().filter(|answer| answer.status == 409 && answer.code().1 == "code_used").count();
    assert_eq!((bound, used), (1, 7));
}

async fn names_the_field_at_fault_and_writes_nothing(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let code = cabinet.with_code(&cabinet.with_user().await.id).await;
    let before = app.state().await;
    let device = Device::new();
    let good = device.activation(&code);
    let with = |pointer: &str, value: serde_json::Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (body, field) in [
        (json!({}), "code"),
        (with("/code", json!(123_456_789_012_i64)), "code"),
        (with("/code", json!("9".repeat(10_000))), "code"),
        (with("/key", json!("AAAA")), "key"),
        (with("/key", json!(Device::new().key())), "key"),
        (with("/launch/launch_id", json!("no-uuid")), "launch.launch_id"),
        (with("/launch/started_at", json!("yesterday")), "launch.started_at"),
        (with("/computer/name", json!("я".repeat(256))), "computer.name"),
        (with("/computer/system", json!(["Windows"])), "computer.system"),
        (with("/computer/zone", json!("z".repeat(65))), "computer.zone"),
        (json!({"code": code, "key": device.key(), "launch": launch("person")}), "computer"),
        (
            json!({"code": code, "key": device.key(), "launch": launch("login"),
                   "computer": {"name": "a", "system": "b", "program": "c", "machine": "not hex"}}),
            "computer.machine",
        ),
    ] {
        let answer = device.post(&app, PATH, &body).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())), "{body}");
    }
    assert_eq!(app.state().await, before);
    let mut odd = good.clone();
    odd["computer"] = computer();
    odd["computer"]["name"] = json!("БУХ\u{0}-\u{7}01");
    odd["from_a_newer_program"] = json!(true);
    device.post(&app, PATH, &odd).await.json();
}

#[expect(clippy::disallowed_methods, reason = "how long guessing takes is the story")]
async fn slows_guessing_without_locking_out_the_office(store: Db) {
    let period = Duration::from_millis(30);
    let limits = Limits { codes_of_address: Allowance::new(3, period), ..Limits::default() };
    let app = TestApp::with_limits(store, limits).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let code = cabinet.with_code(&cabinet.with_user().await.id).await;
    let before = app.state().await;
    let guess = || async { Device::new().activate(&app, "0000-0000-0000").await.code() };
    let begun = std::time::Instant::now();
    for _ in 0..10 {
        assert_eq!(guess().await, refused(404, "code_unknown"));
    }
    // Three are free, the fourth is on credit, each of the rest waits for a period to pass.
    assert!(begun.elapsed() > 5 * period);
    assert_eq!(app.state().await, before);
    // Whoever sits behind the same address gets through, after those before them.
    let guesses = futures::future::join_all((0..8).map(|_| guess()));
    let office = Device::new();
    let (guessed, activated) = tokio::join!(guesses, office.activate(&app, &code));
    assert!(guessed.iter().all(|answer| *answer == refused(404, "code_unknown")));
    assert_eq!(activated.status, 200);
}

async fn turns_away_who_guesses_past_all_patience(store: Db) {
    let limits = Limits { codes_of_address: Allowance::new(3, Duration::from_secs(600)), ..Limits::default() };
    let app = TestApp::with_limits(store, limits).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let code = cabinet.with_code(&cabinet.with_user().await.id).await;
    // A mistyped code is a guess as well.
    for code in ["0000-0000-0000", "0000-0000-0001", "12", "0000-0000-0000"] {
        assert!(Device::new().activate(&app, code).await.status.is_client_error());
    }
    let answer = Device::new().activate(&app, &code).await;
    assert_eq!(answer.code(), refused(429, "slow_down"));
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
    // Only guessing is slowed: a connected computer of the same address goes on.
    assert_eq!(Device::new().standing(&app).await.code(), refused(401, "device_unknown"));
    assert!(!text(&cabinet.get("/session").await.json()["name"]).is_empty());
}

async fn tells_offices_behind_our_proxy_apart(store: Db) {
    let app = TestApp::with(store, |settings| {
        settings.trusted_proxies = 1;
        settings.limits.codes_of_address = Allowance::new(1, Duration::from_secs(600));
    })
    .await;
    let guess = async |forwarded: &'static str| {
        let device = Device::new();
        let body = device.activation("0000-0000-0000").to_string().into_bytes();
        let signing = device.signing(&app, &Method::POST, PATH, &body);
        let call = device.request(&app, Method::POST, PATH, body, &signing);
        Answer::of(call.header("x-forwarded-for", forwarded)).await.code()
    };
    assert_eq!(guess("203.0.113.7").await, refused(404, "code_unknown"));
    assert_eq!(guess("203.0.113.7").await, refused(404, "code_unknown"));
    // What a client claims before our proxy changes nothing.
    assert_eq!(guess("198.51.100.1, 203.0.113.7").await, refused(429, "slow_down"));
    assert_eq!(guess("203.0.113.8").await, refused(404, "code_unknown"));
}
