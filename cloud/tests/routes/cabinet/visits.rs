//! `/visits`: one onboarding, from the code to the answer, as it happens.

use buhphone_protocol::{
    cabinet::Role,
    ids::{MessageId, RequestId},
};
use serde_json::{Value, json};

use crate::{
    app::{Db, TestApp, text},
    conversation::opening,
    device::{Device, intent},
};

stories! {
    shows_every_step_as_it_happens,
    shows_a_code_that_waits_for_its_visit,
}

async fn shows_every_step_as_it_happens(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let code = cabinet.post(&format!("/users/{}/codes", user.id), json!({})).await.json();
    let code_id = text(&code["issued"]["code_id"]);
    let mut page = cabinet.live("").await;
    page.next().await.unwrap();

    let device = Device::new();
    let activated = device.activate(&app, &text(&code["code"])).await.json();
    assert_eq!(activated["visit"], json!(code_id));
    let about = |event: &Value| event["about"] == json!({"kind": "visit", "code_id": code_id});
    page.until(about).await;
    app.clock.advance(1);
    let mut first = intent();
    first["trigger"] = json!("activation");
    device.post(&app, buhphone_protocol::authorization::PATH, &first).await.json();
    page.until(about).await;

    let tell = async |step: &str, elapsed_ms: u64, failed: Option<&str>| {
        app.clock.advance(1);
        let report = json!({"step": step, "elapsed_ms": elapsed_ms, "failed": failed});
        let item = json!({"kind": "visit", "code_id": code_id, "report": report});
        device.outbox(&app, &[item.clone(), item]).await.accepted();
    };
    tell("autostart", 2_000, Some("off_by_person")).await;
    page.until(about).await;
    let failed = cabinet.get(&format!("/visits/{code_id}")).await.json();
    assert_eq!(failed["steps"][2]["failed"], "off_by_person");
    tell("autostart", 3_000, None).await;
    page.until(about).await;
    let request_id = RequestId::generate();
    device.outbox(&app, &[opening(request_id, "trial", "").1]).await.accepted();
    page.until(|event| event["about"]["trial"] == json!(true)).await;
    tell("test_sent", 4_000, None).await;
    page.until(about).await;
    tell("confirmed", 5_000, None).await;
    page.until(about).await;
    let reply = json!({"message_id": MessageId::generate(), "text": "Вижу вас"});
    assert_eq!(cabinet.post(&format!("/requests/{request_id}/messages"), reply).await.status, 201);
    page.until(about).await;
    tell("answered", 9_000, None).await;

    let visit = cabinet.get(&format!("/visits/{code_id}")).await.json();
    insta::assert_json_snapshot!(visit, {
        ".code_id" => "[id]", ".user_id" => "[id]", ".device_id" => "[id]", ".request_id" => "[id]",
    }, @r#"
    {
      "client": "ООО «Ромашка»",
      "code_id": "[id]",
      "computer": "БУХ-01",
      "device_id": "[id]",
      "issued_at": "2026-11-23T06:00:12Z",
      "issued_by": "Анна Сотрудница",
      "program": "0.1.0",
      "request_id": "[id]",
      "steps": [
        {
          "at": "2026-11-23T06:00:12Z",
          "elapsed_ms": 0,
          "failed": null,
          "step": "connected"
        },
        {
          "at": "2026-11-23T06:00:13Z",
          "elapsed_ms": 1000,
          "failed": null,
          "step": "authorized"
        },
        {
          "at": "2026-11-23T06:00:15Z",
          "elapsed_ms": 3000,
          "failed": null,
          "step": "autostart"
        },
        {
          "at": "2026-11-23T06:00:16Z",
          "elapsed_ms": 4000,
          "failed": null,
          "step": "test_sent"
        },
        {
          "at": "2026-11-23T06:00:17Z",
          "elapsed_ms": 5000,
          "failed": null,
          "step": "confirmed"
        },
        {
          "at": "2026-11-23T06:00:17Z",
          "elapsed_ms": 5000,
          "failed": null,
          "step": "answered"
        }
      ],
      "system": "Windows 11 23H2",
      "took_ms": 5000,
      "user": "Иванова Мария Петровна",
      "user_id": "[id]"
    }
    "#);
    assert_eq!(visit["request_id"], json!(request_id));
    let list = cabinet.get("/visits").await.json();
    assert_eq!((&list["total"], &list["rows"][0]), (&json!(1), &visit));
    assert_eq!(cabinet.get(&format!("/requests/{request_id}")).await.json()["visit"], json!(code_id));
    let program = device.activate(&app, &text(&code["code"])).await.json();
    assert_eq!(program["visit"], json!(code_id), "a lost answer is asked for again");
}

async fn shows_a_code_that_waits_for_its_visit(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let code = cabinet.post(&format!("/users/{}/codes", user.id), json!({})).await.json();
    let visit = cabinet.get(&format!("/visits/{}", text(&code["issued"]["code_id"]))).await.json();
    assert_eq!((&visit["steps"], &visit["device_id"], &visit["took_ms"]), (&json!([]), &json!(null), &json!(null)));
    assert_eq!(cabinet.get("/visits").await.json()["total"], json!(0));
}
