//! A whole conversation over the wire, from both sides at once.

use buhphone_protocol::{
    cabinet::Role,
    ids::{MessageId, RequestId},
};
use serde_json::{Value, json};

use crate::{
    app::{Cabinet, Db, TestApp, text},
    device::Device,
};

stories! {
    goes_both_ways_with_every_state_of_every_message,
    begins_with_staff_writing_to_a_user_without_a_computer,
    answers_by_the_hours_in_the_partners_words,
}

/// What a program or a page shows of messages: one a line.
pub(crate) fn transcript(messages: &[Value]) -> String {
    let line = |message: &Value| {
        let author = match message["author"]["name"].as_str() {
            None => text(&message["author"]["kind"]),
            Some(name) => format!("{} {name}", text(&message["author"]["kind"])),
        };
        let state = match (&message["delivered_at"], &message["read_at"]) {
            (Value::Null, Value::Null) => "sent",
            (_, Value::Null) => "delivered",
            (_, _) => "read",
        };
        format!("{author}: {} [{state}]\n", text(&message["text"]))
    };
    messages.iter().map(line).collect()
}

pub(crate) fn opening(request_id: RequestId, kind: &str, said: &str) -> (MessageId, Value) {
    let message_id = MessageId::generate();
    let item = json!({
        "kind": "open", "request_id": request_id, "request": kind, "message_id": message_id, "text": said,
        "made_at": "2009-01-01T00:00:00Z",
    });
    (message_id, item)
}

pub(crate) fn saying(request_id: RequestId, said: &str) -> (MessageId, Value) {
    let message_id = MessageId::generate();
    let item = json!({
        "kind": "say", "request_id": request_id, "message_id": message_id, "text": said,
        "made_at": "2009-01-01T00:00:00Z",
    });
    (message_id, item)
}

async fn messages(cabinet: &Cabinet<'_>, request_id: RequestId) -> Vec<Value> {
    let card = cabinet.get(&format!("/requests/{request_id}")).await.json();
    card["messages"].as_array().unwrap().clone()
}

async fn goes_both_ways_with_every_state_of_every_message(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, user) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    let (asked, open) = opening(request_id, "ordinary", "Не проводится документ");
    device.outbox(&app, &[open]).await.accepted();
    let row = &cabinet.get("/requests").await.json()["rows"][0];
    insta::assert_json_snapshot!(row, {
        ".request.request_id" => "[id]", ".user_id" => "[id]",
    }, @r#"
    {
      "client": "ООО «Ромашка»",
      "last_at": "2026-11-23T06:00:12Z",
      "last_text": "Не проводится документ",
      "request": {
        "kind": "ordinary",
        "opened_at": "2026-11-23T06:00:12Z",
        "request_id": "[id]",
        "state": "waiting"
      },
      "undelivered": 0,
      "unread": 1,
      "user": "Иванова Мария Петровна",
      "user_id": "[id]"
    }
    "#);
    insta::assert_snapshot!(transcript(&messages(&cabinet, request_id).await), @r#"
    user: Не проводится документ [sent]
    line Линия консультаций: Обращение получено. Ответим в течение 15 минут. [sent]
    "#);

    // A page is opened: the user's message is delivered. The card is opened: it is read.
    let mut page = cabinet.live("").await;
    assert_eq!(page.next().await.unwrap().data["about"]["kind"], "hello");
    device.until(&app, |change| change["kind"] == "receipt" && change["read"] == json!(false)).await;
    app.clock.advance(60);
    let path = format!("/requests/{request_id}");
    assert_eq!(cabinet.post(&format!("{path}/read"), json!({"up_to": asked})).await.status, 204);
    device.until(&app, |change| change["kind"] == "receipt" && change["read"] == json!(true)).await;
    let reply = json!({"message_id": MessageId::generate(), "text": "Сейчас посмотрим"});
    let said = cabinet.post(&format!("{path}/messages"), reply.clone()).await;
    assert_eq!(said.status, 201);
    assert_eq!(cabinet.post(&format!("{path}/messages"), reply.clone()).await.json(), said.json());

    // The computer holds it; the person reads it.
    let heard = device.until(&app, |change| change["message"]["message_id"] == reply["message_id"]).await;
    app.clock.advance(60);
    device.outbox(&app, &[json!({"kind": "delivered", "up_to": heard["seq"]})]).await.accepted();
    page.until(|event| event["about"]["from_user"] == json!(false)).await;
    let read = json!({"kind": "read", "request_id": request_id, "up_to": reply["message_id"]});
    device.outbox(&app, &[read]).await.accepted();
    insta::assert_snapshot!(transcript(&messages(&cabinet, request_id).await), @r#"
    user: Не проводится документ [read]
    line Линия консультаций: Обращение получено. Ответим в течение 15 минут. [read]
    staff Анна Сотрудница: Сейчас посмотрим [read]
    "#);

    assert_eq!(cabinet.post(&format!("{path}/close"), json!({})).await.json()["state"], "closed");
    device.until(&app, |change| change["request"]["state"] == "closed").await;
    let (thanked, thanks) = saying(request_id, "Спасибо, ещё вопрос");
    device.outbox(&app, &[thanks]).await.accepted();
    let card = cabinet.get(&path).await.json();
    assert_eq!((&card["request"]["state"], &card["user"]["user_id"]), (&json!("waiting"), &json!(user.id)));

    // A program that was reinstalled hears the same as the cabinet shows.
    page.until(|event| event["about"]["from_user"] == json!(true)).await;
    device.until(&app, |change| change["kind"] == "receipt" && change["up_to"] == json!(thanked)).await;
    let shown = messages(&cabinet, request_id).await;
    let history = device.history(&app).await;
    let heard: Vec<Value> =
        history.iter().filter(|change| change["kind"] == "message").map(|change| change["message"].clone()).collect();
    assert_eq!(heard, shown);
}

async fn begins_with_staff_writing_to_a_user_without_a_computer(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    let manager = app.staff_of(cabinet.staff.partner_id, Role::ClientManager).await;
    let user = manager.with_user().await;
    let (request_id, path) = (RequestId::generate(), format!("/users/{}/requests", user.id));
    let first = json!({"request_id": request_id, "message_id": MessageId::generate(), "text": "Как дела с отчётом?"});
    let opened = cabinet.post(&path, first.clone()).await;
    assert_eq!((opened.status.as_u16(), &opened.json()["kind"]), (201, &json!("staff")));
    assert_eq!(cabinet.post(&path, first).await.json(), opened.json());
    let rows = cabinet.get(&path).await.json();
    assert_eq!((&rows["total"], &rows["rows"][0]["undelivered"]), (&json!(1), &json!(1)));
    // The line answers nothing to its own staff.
    insta::assert_snapshot!(transcript(&messages(&cabinet, request_id).await), @"staff Анна Сотрудница: Как дела с отчётом? [sent]");

    let device = Device::new();
    device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    let heard = device.until(&app, |change| change["kind"] == "message").await;
    assert_eq!(heard["change"]["message"]["text"], "Как дела с отчётом?");
    device.outbox(&app, &[json!({"kind": "delivered", "up_to": heard["seq"]})]).await.accepted();
    assert_eq!(cabinet.get(&path).await.json()["rows"][0]["undelivered"], json!(0));
    insta::assert_snapshot!(transcript(&messages(&cabinet, request_id).await), @"staff Анна Сотрудница: Как дела с отчётом? [delivered]");

    manager.post(&format!("/users/{}/archive", user.id), json!({})).await.json();
    let late = json!({"request_id": RequestId::generate(), "message_id": MessageId::generate(), "text": "Ау"});
    assert_eq!(cabinet.post(&path, late).await.code(), (403, "user_archived".to_owned()));
}

async fn answers_by_the_hours_in_the_partners_words(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let line = json!({
        "name": "Линия 1С", "hours": [{"weekday": 1, "from": "09:00", "to": "18:00"}],
        "answer_open": "Уже читаем.\nОтветим до обеда.", "answer_closed": "Ответим утром.", "promise_minutes": 30,
    });
    assert_eq!(cabinet.put("/line", line.clone()).await.json(), line);
    let (device, _) = Device::connected(&app, &cabinet).await;
    let answered = async |now: &str, kind: &str, said: &str| {
        app.at(now);
        let request_id = RequestId::generate();
        device.outbox(&app, &[opening(request_id, kind, said).1]).await.accepted();
        let heard = device.history(&app).await;
        let of_line = |change: &&Value| {
            change["message"]["request_id"] == json!(request_id) && change["message"]["author"]["kind"] == "line"
        };
        let answers: Vec<String> = heard
            .iter()
            .filter(of_line)
            .map(|change| {
                format!("{}: {}", text(&change["message"]["author"]["name"]), text(&change["message"]["text"]))
            })
            .collect();
        assert_eq!(answers.len(), 1);
        answers[0].clone()
    };
    assert_eq!(answered("2026-11-23T06:00:00Z", "trial", "").await, "Линия 1С: Уже читаем.\nОтветим до обеда.");
    assert_eq!(answered("2026-11-23T14:59:59Z", "ordinary", "Ау").await, "Линия 1С: Уже читаем.\nОтветим до обеда.");
    assert_eq!(answered("2026-11-23T15:00:00Z", "callback", "").await, "Линия 1С: Ответим утром.");
    assert_eq!(answered("2026-11-24T06:00:00Z", "trial", "").await, "Линия 1С: Ответим утром.");

    let standing = device.standing(&app).await.json();
    assert_eq!(standing["phone"], "+7 (495) 123-45-67");
    insta::assert_json_snapshot!(standing["line"], @r#"
    {
      "hours": [
        {
          "from": "09:00",
          "to": "18:00",
          "weekday": 1
        }
      ],
      "name": "Линия 1С",
      "open_now": false,
      "opens_at": "2026-11-30T06:00:00Z",
      "promise_minutes": 30,
      "promised_at": "2026-11-30T06:30:00Z"
    }
    "#);
}
