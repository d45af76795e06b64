//! `GET /live`: what changed at the partner, as a stream.

use buhphone_protocol::{
    cabinet::{PREFIX, Role},
    ids::RequestId,
};
use serde_json::json;

use crate::{
    app::{Answer, Db, TestApp, refused},
    conversation::{opening, saying},
    device::Device,
    listening::Stream,
};

stories! {
    greets_and_names_what_to_ask_again,
    resumes_where_a_page_was_cut_off,
    delivers_to_a_page_and_not_to_nobody,
    ends_with_the_session,
    tells_a_partner_of_its_own_only,
    names_the_parameter_at_fault,
}

async fn greets_and_names_what_to_ask_again(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, user) = Device::connected(&app, &cabinet).await;
    let mut page = cabinet.live("").await;
    let header = |name: &str| page.headers().get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-cache", "no"));
    let hello = page.next().await.unwrap();
    assert_eq!((json!(hello.id), &hello.data["about"]), (hello.data["seq"].clone(), &json!({"kind": "hello"})));
    for (kind, trial) in [("trial", true), ("ordinary", false)] {
        let request_id = RequestId::generate();
        device.outbox(&app, &[opening(request_id, kind, "Ау").1]).await.accepted();
        let told = page.until(|event| event["about"]["from_user"] == json!(true)).await;
        let about = json!({
            "kind": "request", "request_id": request_id, "user_id": user.id, "from_user": true, "trial": trial,
        });
        assert_eq!((json!(told.id), &told.data["about"]), (told.data["seq"].clone(), &about));
        assert!(told.id > hello.id);
    }
}

async fn resumes_where_a_page_was_cut_off(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let mut page = cabinet.live("").await;
    let began = page.next().await.unwrap().id;
    drop(page);
    let request_id = RequestId::generate();
    device.outbox(&app, &[opening(request_id, "ordinary", "0").1]).await.accepted();
    for number in 1..120 {
        device.outbox(&app, &[saying(request_id, &number.to_string()).1]).await.accepted();
    }
    // The browser comes back to the address it began with, and tells the last it heard.
    let call = cabinet.request(reqwest::Method::GET, "/live?after=0").header("last-event-id", began);
    let mut page = Stream::open(call).await;
    let hello = page.next().await.unwrap();
    assert_eq!(hello.id, began, "cut now, it would come back after the same number");
    assert!(hello.data["seq"].as_u64().unwrap() >= began + 120);
    let mut from_user = 0;
    for number in began + 1.. {
        let frame = page.next().await.unwrap();
        assert_eq!(frame.id, number, "no gap");
        from_user += u32::from(frame.data["about"]["from_user"] == json!(true));
        if from_user == 120 {
            break;
        }
    }
}

async fn delivers_to_a_page_and_not_to_nobody(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    device.outbox(&app, &[opening(request_id, "ordinary", "Первое").1]).await.accepted();
    let delivered = async || {
        let card = cabinet.get(&format!("/requests/{request_id}")).await.json();
        let of_user = card["messages"].as_array().unwrap().clone().into_iter();
        let of_user = of_user.filter(|message| message["author"]["kind"] == "user");
        of_user.map(|message| !message["delivered_at"].is_null()).collect::<Vec<_>>()
    };
    assert_eq!(delivered().await, [false]);
    // Another partner's open page changes nothing here.
    let stranger = app.with_staff(Role::Administrator).await;
    let mut theirs = stranger.live("").await;
    theirs.next().await.unwrap();
    let mut page = cabinet.live("").await;
    page.next().await.unwrap();
    let receipts = |count: usize| {
        let device = &device;
        let app = &app;
        async move {
            let mut stream = device.stream(app, "?after=0").await;
            for _ in 0..count {
                stream.until(|event| event["change"]["kind"] == "receipt").await;
            }
        }
    };
    receipts(1).await;
    assert_eq!(delivered().await, [true]);
    device.outbox(&app, &[saying(request_id, "Второе").1]).await.accepted();
    page.until(|event| event["about"]["from_user"] == json!(true)).await;
    receipts(2).await;
    assert_eq!(delivered().await, [true, true]);
}

async fn ends_with_the_session(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let mut page = cabinet.live("").await;
    page.next().await.unwrap();
    cabinet.delete("/session").await;
    device.trial(&app).await;
    assert!(page.next().await.is_none(), "who signed out hears nothing");
    let call = app.http.get(format!("{}{PREFIX}/live", app.url));
    assert_eq!(Answer::of(call).await.code(), refused(401, "signed_out"));
}

async fn tells_a_partner_of_its_own_only(store: Db) {
    let app = TestApp::init(store).await;
    let ours = app.with_staff(Role::Administrator).await;
    let theirs = app.with_staff(Role::Administrator).await;
    let ((_, our_user), (their_device, _)) =
        (Device::connected(&app, &ours).await, Device::connected(&app, &theirs).await);
    let mut page = ours.live("?after=0").await;
    their_device.trial(&app).await;
    let first = json!({"request_id": RequestId::generate(), "message_id": buhphone_protocol::ids::MessageId::generate(),
        "text": "Наше"});
    assert_eq!(ours.post(&format!("/users/{}/requests", our_user.id), first).await.status, 201);
    let told = page.until(|event| event["about"]["kind"] == "request").await;
    assert_eq!(told.data["about"]["user_id"], json!(our_user.id));
}

async fn names_the_parameter_at_fault(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    for query in ["?after=x", "?after=-1", "?after=9223372036854775808"] {
        let answer = cabinet.get(&format!("/live{query}")).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some("after".to_owned())), "{query}");
    }
}
