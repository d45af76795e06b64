//! `POST /api/device/v1/authorize`: the fact of the report.
//! Counted once, by the cloud's clock, whatever the computer says.

use buhphone_protocol::{authorization::PATH, cabinet::Role, ids::LaunchId};
use serde_json::{Value, json};

use super::{Device, intent, launch};
use crate::app::{Cabinet, Db, TestApp, User, refused};

stories! {
    writes_the_clouds_time,
    answers_a_repetition_as_the_first_time,
    counts_repetitions_that_race_once,
    tells_what_came_with_it_in_the_card,
    takes_a_wrong_clock_for_data,
    refuses_who_may_not_call,
    names_the_field_at_fault_and_writes_nothing,
}

async fn connected<'a>(app: &'a TestApp) -> (Cabinet<'a>, User, Device) {
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    device.activate(app, &cabinet.with_code(&user.id).await).await.json();
    (cabinet, user, device)
}

async fn writes_the_clouds_time(store: Db) {
    let app = TestApp::init(store).await;
    let (_, _, device) = connected(&app).await;
    app.at("2026-11-23T20:59:59Z");
    let answer = device.authorize(&app).await;
    assert_eq!(answer.header("date"), "Mon, 23 Nov 2026 20:59:59 GMT");
    insta::assert_json_snapshot!(answer.json(), {
        ".authorization_id" => "[id]", ".echo" => "[16 bytes]",
        ".standing.partner.name" => "[name]", ".standing.partner.machine_salt" => "[salt]",
    }, @r#"
    {
      "authorization_id": "[id]",
      "authorized_at": "2026-11-23T20:59:59Z",
      "echo": "[16 bytes]",
      "standing": {
        "client": "ООО «Ромашка»",
        "contract_ended": false,
        "due_in": 1,
        "last_authorization": "2026-11-23T20:59:59Z",
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
          "open_now": false,
          "opens_at": "2026-11-24T06:00:00Z",
          "promise_minutes": 15,
          "promised_at": "2026-11-24T06:15:00Z"
        },
        "now": "2026-11-23T20:59:59Z",
        "partner": {
          "machine_salt": "[salt]",
          "name": "[name]",
          "phone": "+7 495 000-00-00",
          "zone": "Europe/Moscow"
        },
        "phone": "+7 (495) 123-45-67",
        "user": "Иванова Мария Петровна"
      }
    }
    "#);
}

async fn answers_a_repetition_as_the_first_time(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user, device) = connected(&app).await;
    let intent = intent();
    let first = device.post(&app, PATH, &intent).await.json();
    app.clock.advance(3600);
    let again = device.post(&app, PATH, &intent).await.json();
    for same in ["authorization_id", "authorized_at", "echo"] {
        assert_eq!(first[same], again[same], "{same}");
    }
    assert_eq!(again["standing"]["last_authorization"], first["authorized_at"]);
    let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
    assert_eq!(card["authorizations"].as_array().unwrap().len(), 1);
}

async fn counts_repetitions_that_race_once(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user, device) = connected(&app).await;
    let intent = intent();
    let answers = futures::future::join_all((0..8).map(|_| device.post(&app, PATH, &intent))).await;
    let echoes: std::collections::HashSet<String> =
        answers.iter().map(|answer| answer.json()["echo"].to_string()).collect();
    assert_eq!(echoes.len(), 1);
    let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
    assert_eq!(card["authorizations"].as_array().unwrap().len(), 1);
}

async fn tells_what_came_with_it_in_the_card(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user, device) = connected(&app).await;
    let mut intent = intent();
    intent["trigger"] = json!("a_trigger_of_a_newer_program");
    intent["failures"] = json!([
        {"kind": "dns", "count": 3, "first_at": "2026-11-20T06:00:00Z", "last_at": "2026-11-22T06:00:00Z"},
    ]);
    intent["launches"] =
        json!([{"launch_id": LaunchId::generate(), "origin": "login", "started_at": "2026-11-20T05:59:00Z"}]);
    device.post(&app, PATH, &intent).await.json();
    let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
    insta::assert_json_snapshot!(card, {
        ".**.user_id" => "[id]", ".**.client_id" => "[id]", ".**.category_id" => "[id]",
        ".**.code_id" => "[id]", ".**.device_id" => "[id]",
    }, @r#"
    {
      "authorizations": [
        {
          "at": "2026-11-23T06:00:12Z",
          "attended": "yes",
          "computer": "БУХ-01",
          "trigger": "unknown"
        }
      ],
      "codes": [
        {
          "code_id": "[id]",
          "expires_at": "2026-11-30T06:00:12Z",
          "issued_at": "2026-11-23T06:00:12Z",
          "issued_by": "Анна Сотрудница",
          "state": "used",
          "story": {
            "computer": "БУХ-01",
            "letter": null,
            "opened_at": null,
            "tried_at": null,
            "tries": 0
          },
          "used_at": "2026-11-23T06:00:12Z"
        }
      ],
      "devices": [
        {
          "activated_at": "2026-11-23T06:00:12Z",
          "autostart": "on",
          "cloned_at": null,
          "computer": "БУХ-01",
          "device_id": "[id]",
          "disconnected_at": null,
          "last_authorization": "2026-11-23T06:00:12Z",
          "program": "0.1.0",
          "reconnected_at": null,
          "reconnected_by": "",
          "removed_at": null,
          "system": "Windows 11 23H2"
        }
      ],
      "edits": [],
      "failures": [
        {
          "computer": "БУХ-01",
          "count": 3,
          "first_at": "2026-11-20T06:00:00Z",
          "kind": "dns",
          "last_at": "2026-11-22T06:00:00Z"
        }
      ],
      "launches": [
        {
          "authorized": true,
          "computer": "БУХ-01",
          "origin": "login",
          "started_at": "2026-11-23T05:59:58Z",
          "told_at": "2026-11-23T06:00:12Z"
        },
        {
          "authorized": false,
          "computer": "БУХ-01",
          "origin": "person",
          "started_at": "2026-11-23T05:59:58Z",
          "told_at": "2026-11-23T06:00:12Z"
        },
        {
          "authorized": false,
          "computer": "БУХ-01",
          "origin": "login",
          "started_at": "2026-11-20T05:59:00Z",
          "told_at": "2026-11-23T06:00:12Z"
        }
      ],
      "user": {
        "archived": false,
        "category": "Первый платный",
        "category_id": "[id]",
        "client": "ООО «Ромашка»",
        "client_id": "[id]",
        "code": {
          "code_id": "[id]",
          "expires_at": "2026-11-30T06:00:12Z",
          "issued_at": "2026-11-23T06:00:12Z",
          "revoked_at": null,
          "story": {
            "computer": "БУХ-01",
            "letter": null,
            "opened_at": null,
            "tried_at": null,
            "tries": 0
          },
          "used_at": "2026-11-23T06:00:12Z"
        },
        "devices": 1,
        "email": "ivanova@example.ru",
        "erased": false,
        "its_until": "2027-12-31",
        "last_authorization": "2026-11-23T06:00:12Z",
        "name": "Мария",
        "patronymic": "Петровна",
        "phone": "+7 (495) 123-45-67",
        "surname": "Иванова",
        "user_id": "[id]",
        "uses_1c": true
      }
    }
    "#);
}

async fn takes_a_wrong_clock_for_data(store: Db) {
    let app = TestApp::init(store).await;
    let (_, _, device) = connected(&app).await;
    for started_at in ["2009-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "-009998-01-02T00:00:00Z"] {
        let mut intent = intent();
        intent["launch"]["started_at"] = json!(started_at);
        intent["failures"] =
            json!([{"kind": "clock", "count": u32::MAX, "first_at": started_at, "last_at": started_at}]);
        let answer = device.post(&app, PATH, &intent).await;
        assert_eq!(answer.json()["authorized_at"], crate::app::NOW, "{started_at}");
    }
}

async fn refuses_who_may_not_call(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user, device) = connected(&app).await;
    assert_eq!(Device::new().authorize(&app).await.code(), refused(401, "device_unknown"));

    cabinet.post(&format!("/users/{}/archive", user.id), json!({})).await.json();
    let before = app.state().await;
    assert_eq!(device.authorize(&app).await.code(), refused(403, "user_archived"));
    assert_eq!(app.state().await, before);
    cabinet.delete(&format!("/users/{}/archive", user.id)).await.json();
    device.authorize(&app).await.json();

    let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
    let id = card["devices"][0]["device_id"].as_str().unwrap();
    assert_eq!(cabinet.delete(&format!("/devices/{id}")).await.status, 204);
    let before = app.state().await;
    assert_eq!(device.authorize(&app).await.code(), refused(403, "device_disconnected"));
    assert_eq!(app.state().await, before);
}

async fn names_the_field_at_fault_and_writes_nothing(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user, device) = connected(&app).await;
    let another = Device::new();
    another.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    let taken = intent();
    another.post(&app, PATH, &taken).await.json();
    let before = app.state().await;
    let with = |field: &str, value: Value| {
        let mut body = intent();
        body[field] = value;
        body
    };
    let failure =
        json!({"kind": "dns", "count": 1, "first_at": "2026-11-20T06:00:00Z", "last_at": "2026-11-20T06:00:00Z"});
    let launches: Vec<Value> = (0..101).map(|_| launch("login")).collect();
    for (body, field) in [
        (json!({}), "authorization_id"),
        (with("authorization_id", json!(7)), "authorization_id"),
        (with("launch", json!("login")), "launch"),
        (with("autostart", json!(true)), "autostart"),
        (with("computer", json!({"name": "a", "system": "b"})), "computer.program"),
        (with("launches", json!(launches)), "launches"),
        (with("launches_dropped", json!(-1)), "launches_dropped"),
        (with("failures", json!([failure, failure])), "failures"),
        (with("failures", json!([{"kind": "dns", "count": 1}])), "failures[0].first_at"),
        (with("echo", json!("e".repeat(65))), "echo"),
    ] {
        let answer = device.post(&app, PATH, &body).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())), "{body}");
    }
    assert_eq!(device.post(&app, PATH, &taken).await.code(), refused(409, "conflict"));
    assert_eq!(app.state().await, before);
}
