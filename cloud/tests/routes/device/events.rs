//! `GET /api/device/v1/events`: the user's events, as a stream or a long poll.

use std::time::Duration;

use buhphone_protocol::{
    cabinet::Role,
    ids::{MessageId, RequestId},
    live::EVENTS_PATH,
};
use reqwest::Method;
use serde_json::json;

use super::Device;
use crate::{
    app::{Answer, Db, TestApp, refused},
    conversation::{opening, saying},
};

stories! {
    resumes_a_stream_by_number_while_two_hundred_messages_are_written,
    opens_a_stream_as_proxies_need_it,
    answers_a_long_poll_at_once_or_after_its_wait,
    shows_who_is_connected,
    hears_no_more_once_disconnected_or_archived,
    ends_the_oldest_of_too_many_streams,
    ends_streams_and_polls_when_the_cloud_stops,
    finds_what_another_node_wrote,
    names_the_parameter_at_fault,
}

async fn resumes_a_stream_by_number_while_two_hundred_messages_are_written(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    device.outbox(&app, &[opening(request_id, "ordinary", "Начало").1]).await.accepted();
    let path = format!("/requests/{request_id}/messages");
    let writing = async {
        for number in 0..100 {
            let reply = json!({"message_id": MessageId::generate(), "text": format!("с{number}")});
            assert_eq!(cabinet.post(&path, reply).await.status, 201);
        }
    };
    let telling = async {
        for number in 0..100 {
            device.outbox(&app, &[saying(request_id, &format!("п{number}")).1]).await.accepted();
        }
    };
    let hearing = async {
        let (mut heard, mut numbers, mut last) = (Vec::new(), Vec::new(), 0);
        while heard.len() < 202 {
            // Cut after some events, and resumed now by the query, now by the header.
            let mut stream = match last % 2 {
                0 => device.stream(&app, &format!("?after={last}")).await,
                _ => device.resume(&app, last).await,
            };
            for _ in 0..7 {
                if heard.len() == 202 {
                    break;
                }
                let frame = stream.next().await.unwrap();
                assert_eq!(json!(frame.id), frame.data["seq"]);
                last = frame.id;
                numbers.push(last);
                if frame.data["change"]["kind"] == "message" {
                    heard.push(frame.data["change"]["message"]["text"].as_str().unwrap().to_owned());
                }
            }
        }
        (heard, numbers)
    };
    let ((), (), (heard, numbers)) = tokio::join!(writing, telling, hearing);
    assert!(numbers.iter().copied().eq(1..=u64::try_from(numbers.len()).unwrap()), "no gap, nothing twice");
    for side in ["с", "п"] {
        let of_side: Vec<&String> = heard.iter().filter(|said| said.starts_with(side)).collect();
        let written: Vec<String> = (0..100).map(|number| format!("{side}{number}")).collect();
        assert_eq!(of_side, written.iter().collect::<Vec<_>>());
    }
}

async fn opens_a_stream_as_proxies_need_it(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let stream = device.stream(&app, "").await;
    let header = |name: &str| stream.headers().get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-cache", "no"));
    assert_eq!((header("content-encoding"), header("date")), ("", "Mon, 23 Nov 2026 06:00:12 GMT"));
}

async fn answers_a_long_poll_at_once_or_after_its_wait(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let empty = device.poll(&app, 0, 0).await.json();
    assert_eq!(empty, json!({"events": [], "last": 0}));
    assert_eq!(device.poll(&app, 0, 1).await.json(), empty);
    let request_id = device.trial(&app).await;
    let last = device.outbox(&app, &[]).await.json()["last"].as_u64().unwrap();
    let waiting = device.poll(&app, last, 25);
    let writing = async {
        cabinet.sees(request_id, true).await;
        device.outbox(&app, &[saying(request_id, "Ау").1]).await.accepted();
    };
    let (answer, ()) = tokio::join!(waiting, writing);
    assert_eq!(answer.json()["events"][0]["seq"], json!(last + 1));
    assert_eq!(device.poll(&app, last - 1, 25).await.json()["events"][0]["seq"], json!(last));
    // More than a page comes in pages, with the last number told.
    let request_id = RequestId::generate();
    let mut items = vec![opening(request_id, "ordinary", "0").1];
    items.extend((1..50).map(|number| saying(request_id, &number.to_string()).1));
    device.outbox(&app, &items).await.accepted();
    let page = device.poll(&app, 0, 25).await.json();
    let (count, last) = (page["events"].as_array().unwrap().len(), page["last"].as_u64().unwrap());
    assert!((1..last).contains(&u64::try_from(count).unwrap()), "{count} of {last}");
}

async fn shows_who_is_connected(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, user) = Device::connected(&app, &cabinet).await;
    let before = cabinet.get(&format!("/users/{}", user.id)).await.json();
    let request_id = device.trial(&app).await;
    let stream = device.stream(&app, "?after=0").await;
    cabinet.sees(request_id, true).await;
    drop(stream);
    cabinet.sees(request_id, false).await;
    // Presence is no launch and no authorization.
    let after = cabinet.get(&format!("/users/{}", user.id)).await.json();
    assert_eq!((&after["launches"], &after["authorizations"]), (&before["launches"], &before["authorizations"]));
}

async fn hears_no_more_once_disconnected_or_archived(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, user) = Device::connected(&app, &cabinet).await;
    let mut stream = device.stream(&app, "?after=0").await;
    let path = format!("/users/{}", user.id);
    cabinet.post(&format!("{path}/archive"), json!({})).await.json();
    while stream.next().await.is_some() {}
    assert_eq!(device.poll(&app, 0, 0).await.code(), refused(403, "user_archived"));
    cabinet.delete(&format!("{path}/archive")).await.json();
    let mut stream = device.stream(&app, "?after=0").await;
    let device_id = cabinet.get(&path).await.json()["devices"][0]["device_id"].as_str().unwrap().to_owned();
    assert_eq!(cabinet.delete(&format!("/devices/{device_id}")).await.status, 204);
    while stream.next().await.is_some() {}
    assert_eq!(device.poll(&app, 0, 0).await.code(), refused(403, "device_disconnected"));
    assert_eq!(device.outbox(&app, &[]).await.code(), refused(403, "device_disconnected"));
}

async fn ends_the_oldest_of_too_many_streams(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(device.stream(&app, "?after=0").await);
    }
    assert!(streams[0].next().await.is_none());
    device.outbox(&app, &[opening(RequestId::generate(), "trial", "").1]).await.accepted();
    for stream in &mut streams[1..] {
        assert_eq!(stream.next().await.unwrap().id, 1);
    }
}

async fn ends_streams_and_polls_when_the_cloud_stops(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let request_id = device.trial(&app).await;
    let last = device.outbox(&app, &[]).await.json()["last"].as_u64().unwrap();
    let poll = tokio::spawn(Answer::of(device.poll_request(&app, last, 25)));
    cabinet.sees(request_id, true).await;
    let mut stream = device.stream(&app, &format!("?after={last}")).await;
    let mut page = cabinet.live("?after=1000").await;
    assert_eq!(page.next().await.unwrap().data["about"]["kind"], "hello");
    app.stop().await;
    assert!(stream.next().await.is_none());
    assert!(page.next().await.is_none());
    assert_eq!(poll.await.unwrap().json(), json!({"events": [], "last": last}));
}

async fn finds_what_another_node_wrote(store: Db) {
    let quick = Duration::from_millis(20);
    let here = TestApp::with(store.clone(), |settings| settings.watch_every = quick).await;
    let there = TestApp::with(store, |settings| settings.watch_every = quick).await;
    let cabinet = here.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&here, &cabinet).await;
    let mut stream = device.stream(&here, "?after=0").await;
    let mut page = cabinet.live("").await;
    page.next().await.unwrap();
    // Written through the other node, whose listeners are others.
    for number in 1..=3 {
        device.outbox(&there, &[opening(RequestId::generate(), "ordinary", &number.to_string()).1]).await.accepted();
        stream.until(|event| event["change"]["message"]["text"] == json!(number.to_string())).await;
        page.until(|event| event["about"]["from_user"] == json!(true)).await;
    }
}

async fn names_the_parameter_at_fault(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    for (query, field) in [
        ("?after=x", "after"),
        ("?after=-1", "after"),
        ("?after=18446744073709551616", "after"),
        ("?after=18446744073709551615", "after"),
        ("?wait=26", "wait"),
        ("?wait=-1", "wait"),
        ("?wait=soon", "wait"),
    ] {
        let answer = Answer::of(device.get(&app, EVENTS_PATH, query)).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())), "{query}");
    }
    let answer = Answer::of(device.get(&app, EVENTS_PATH, "").header("last-event-id", "last")).await;
    assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some("last-event-id".to_owned())));
    // The query is signed.
    let signing = device.signing(&app, &Method::GET, EVENTS_PATH, b"");
    let call = device.request(&app, Method::GET, EVENTS_PATH, Vec::new(), &signing);
    let (http, call) = call.build_split();
    let mut call = call.unwrap();
    call.url_mut().set_query(Some("after=5"));
    assert_eq!(http.execute(call).await.unwrap().status(), 401);
}
