//! `POST /api/device/v1/outbox`: items in order, each once, none blocking another.

use buhphone_protocol::{
    cabinet::Role,
    ids::{CodeId, MessageId, RequestId},
    live::{ITEMS_MAX, OUTBOX_BYTES_MAX, OUTBOX_PATH},
};
use serde_json::{Value, json};

use super::Device;
use crate::{
    app::{Db, TestApp, refused, text},
    conversation::{opening, saying},
};

stories! {
    records_once_and_in_order_what_is_sent_again_and_at_once,
    tells_what_is_wrong_with_an_item_and_takes_the_rest,
    keeps_texts_as_texts,
    calls_back_the_number_told_or_the_one_registered,
    refuses_what_is_no_outbox_and_writes_nothing,
    knows_only_the_users_own_requests,
}

async fn texts(app: &TestApp, device: &Device) -> Vec<String> {
    let by_user = |change: &&Value| change["message"]["author"]["kind"] == "user";
    device.history(app).await.iter().filter(by_user).map(|change| text(&change["message"]["text"])).collect()
}

async fn records_once_and_in_order_what_is_sent_again_and_at_once(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    let mut items = vec![opening(request_id, "ordinary", "0").1];
    items.extend((1..20).map(|number| saying(request_id, &number.to_string()).1));
    // A program that sends the same, and a shorter part of the same, over connections that overlap.
    let (whole, part) = (device.outbox(&app, &items), device.outbox(&app, &items[..7]));
    let (whole, part) = tokio::join!(whole, part);
    whole.accepted();
    part.accepted();
    for _ in 0..3 {
        device.outbox(&app, &items).await.accepted();
    }
    let said: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    assert_eq!(texts(&app, &device).await, said);
    let changes = device.history(&app).await;
    assert_eq!(changes.iter().filter(|change| change["message"]["author"]["kind"] == "line").count(), 1);
    assert_eq!(cabinet.get("/requests").await.json()["total"], json!(1));
    let last = device.outbox(&app, &[]).await.json()["last"].clone();
    assert_eq!(last, json!(changes.len()));
}

async fn tells_what_is_wrong_with_an_item_and_takes_the_rest(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    let other = RequestId::generate();
    let mut phone = opening(RequestId::generate(), "callback", "").1;
    phone["phone"] = json!("9".repeat(33));
    let step = |step: &str, elapsed: Value, failed: Value| {
        let report = json!({"step": step, "elapsed_ms": elapsed, "failed": failed});
        json!({"kind": "visit", "code_id": CodeId::generate(), "report": report})
    };
    let bad = [
        opening(other, "ordinary", "").1,
        opening(other, "ordinary", " \n\u{0} ").1,
        opening(other, "staff", "Я сотрудник").1,
        opening(other, "from_a_newer_program", "Ау").1,
        phone,
        saying(request_id, "").1,
        saying(request_id, &"я".repeat(100_001)).1,
        saying(other, "В никуда").1,
        json!({"kind": "read", "request_id": request_id, "up_to": MessageId::generate()}),
        json!({"kind": "read", "request_id": other, "up_to": MessageId::generate()}),
        json!({"kind": "delivered", "up_to": -1}),
        json!({"kind": "from_a_newer_program"}),
        json!({"kind": "say", "request_id": "no-uuid", "message_id": MessageId::generate(), "text": "x"}),
        json!(null),
        step("connected", json!(1), json!(null)),
        step("from_a_newer_program", json!(1), json!(null)),
        step("autostart", json!(u64::MAX), json!(null)),
        step("autostart", json!(1), json!("x".repeat(65))),
    ];
    let mut items = vec![opening(request_id, "ordinary", "Первое").1];
    items.extend(bad.iter().cloned());
    items.push(saying(request_id, "Второе").1);
    items.push(json!({"kind": "delivered", "up_to": u64::MAX}));
    let answer = device.outbox(&app, &items).await.json();
    let rejected = answer["rejected"].as_array().unwrap();
    let positions: Vec<u64> = rejected.iter().map(|rejected| rejected["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=u64::try_from(bad.len()).unwrap()).collect::<Vec<_>>(), "{rejected:?}");
    assert!(rejected.iter().all(|rejected| !text(&rejected["message"]).is_empty()));
    assert_eq!(texts(&app, &device).await, ["Первое", "Второе"]);
}

async fn keeps_texts_as_texts(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    let long = "я🙂".repeat(50_000);
    let told = [
        ("<script>alert(1)</script><b>&amp;", "<script>alert(1)</script><b>&amp;"),
        ("👩‍👩‍👧‍👦 🇷🇺 e\u{301} \u{202e}наоборот", "👩‍👩‍👧‍👦 🇷🇺 e\u{301} \u{202e}наоборот"),
        ("'; DROP TABLE messages; -- $1 ? %s \\", "'; DROP TABLE messages; -- $1 ? %s \\"),
        ("Раз\r\n\tдва\u{0}\u{7}\u{1b}[31m\u{7f}\u{85}", "Раз\n\tдва[31m"),
        ("  отступ\n\ndata: не событие\n\nid: 9", "  отступ\n\ndata: не событие\n\nid: 9"),
        (long.as_str(), long.as_str()),
    ];
    let mut items = vec![opening(request_id, "trial", "").1];
    items.extend(told.iter().map(|(said, _)| saying(request_id, said).1));
    device.outbox(&app, &items).await.accepted();
    let kept: Vec<&str> = std::iter::once("").chain(told.iter().map(|(_, kept)| *kept)).collect();
    assert_eq!(texts(&app, &device).await, kept);

    // The same from the other side, and over a stream.
    let path = format!("/requests/{request_id}/messages");
    let mut stream = device.stream(&app, "?after=0").await;
    for (said, kept) in told {
        let reply = cabinet.post(&path, json!({"message_id": MessageId::generate(), "text": said})).await.json();
        assert_eq!(reply["text"], kept);
        let heard = stream.until(|event| event["change"]["message"]["message_id"] == reply["message_id"]).await;
        assert_eq!(heard.data["change"]["message"]["text"], kept);
    }
    let row = &cabinet.get("/requests").await.json()["rows"][0];
    assert_eq!(text(&row["last_text"]).chars().count(), 200);
    for (said, field) in [("", "text"), (" \u{0}", "text"), (&*"я".repeat(100_001), "text")] {
        let answer = cabinet.post(&path, json!({"message_id": MessageId::generate(), "text": said})).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())));
    }
}

async fn calls_back_the_number_told_or_the_one_registered(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    for (told, kept) in [
        (json!("8 800 100-00-00 доб. 5"), json!("8 800 100-00-00 доб. 5")),
        (json!(""), json!("+7 (495) 123-45-67")),
        (json!(null), json!("+7 (495) 123-45-67")),
    ] {
        let request_id = RequestId::generate();
        let mut item = opening(request_id, "callback", "").1;
        item["phone"] = told;
        device.outbox(&app, &[item]).await.accepted();
        assert_eq!(cabinet.get(&format!("/requests/{request_id}")).await.json()["request"]["phone"], kept);
    }
}

async fn refuses_what_is_no_outbox_and_writes_nothing(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let before = app.state().await;
    let item = opening(RequestId::generate(), "trial", "").1;
    let items: Vec<Value> = (0..=ITEMS_MAX).map(|_| opening(RequestId::generate(), "trial", "").1).collect();
    for body in [json!({"items": items}), json!({"items": item}), json!({})] {
        let answer = device.post(&app, OUTBOX_PATH, &body).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some("items".to_owned())), "{}", answer.text);
    }
    let huge = vec![b' '; OUTBOX_BYTES_MAX + 1];
    let answer = device.send(&app, reqwest::Method::POST, OUTBOX_PATH, huge).await;
    assert_eq!(answer.code(), refused(413, "too_large"));
    assert_eq!(Device::new().outbox(&app, &[item]).await.code(), refused(401, "device_unknown"));
    assert_eq!(app.state().await, before);
}

async fn knows_only_the_users_own_requests(store: Db) {
    let app = TestApp::init(store).await;
    let ours = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &ours).await;
    let request_id = RequestId::generate();
    let (message_id, open) = opening(request_id, "ordinary", "Наше");
    device.outbox(&app, std::slice::from_ref(&open)).await.accepted();
    let before = app.state().await;
    let theirs = app.with_staff(Role::Administrator).await;
    let (stranger, _) = Device::connected(&app, &theirs).await;
    let items = [saying(request_id, "Чужое").1, json!({"kind": "read", "request_id": request_id, "up_to": message_id})];
    let rejected = stranger.outbox(&app, &items).await.json()["rejected"].as_array().unwrap().len();
    assert_eq!(rejected, 2);
    let ours_now = app.state().await;
    assert!(ours_now.contains("Наше") && !ours_now.contains("Чужое"));
    assert!(before.lines().all(|line| ours_now.contains(line)), "nothing of ours changed");
    assert!(stranger.history(&app).await.iter().all(|change| change["kind"] != "message"));
}
