//! A partner sees only its own: another's ids are nobody's, on every route, and nobody
//! gets in without signing in.

use buhphone_protocol::{
    cabinet::{PREFIX, Role},
    ids::{MessageId, RequestId},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Answer, Db, TestApp, refused, text, user_draft},
    device::Device,
};

stories! {
    finds_nothing_by_the_ids_of_another_partner,
    takes_no_category_of_another_partner,
    answers_nobody_who_is_not_signed_in,
}

/// Every route that takes an id, with a right body.
fn calls([user, client, category, code, device, request, reconnection]: [&str; 7]) -> Vec<(Method, String, Value)> {
    vec![
        (Method::GET, format!("/clients/{client}"), json!({})),
        (Method::PUT, format!("/clients/{client}"), json!({"name": "Чужой"})),
        (Method::POST, format!("/clients/{client}/archive"), json!({})),
        (Method::DELETE, format!("/clients/{client}/archive"), json!({})),
        (Method::POST, format!("/clients/{client}/users"), user_draft(category)),
        (Method::GET, format!("/users/{user}"), json!({})),
        (Method::PUT, format!("/users/{user}"), user_draft(category)),
        (Method::POST, format!("/users/{user}/archive"), json!({})),
        (Method::DELETE, format!("/users/{user}/archive"), json!({})),
        (Method::POST, format!("/users/{user}/codes"), json!({})),
        (Method::DELETE, format!("/codes/{code}"), json!({})),
        (Method::DELETE, format!("/devices/{device}"), json!({})),
        (Method::POST, format!("/devices/{device}/hand-over"), json!({"user_id": user})),
        (Method::GET, format!("/clients/{client}/edits"), json!({})),
        (Method::GET, format!("/users/{user}/export"), json!({})),
        (Method::POST, format!("/users/{user}/erase"), json!({"surname": "Иванова"})),
        (Method::GET, format!("/requests/{request}"), json!({})),
        (Method::POST, format!("/requests/{request}/messages"), json!({"message_id": new(), "text": "Чужое"})),
        (Method::POST, format!("/requests/{request}/read"), json!({"up_to": new()})),
        (Method::POST, format!("/requests/{request}/close"), json!({})),
        (Method::POST, format!("/requests/{request}/reopen"), json!({})),
        (Method::GET, format!("/users/{user}/requests"), json!({})),
        (
            Method::POST,
            format!("/users/{user}/requests"),
            json!({"request_id": RequestId::generate(), "message_id": new(), "text": "Чужое"}),
        ),
        (Method::GET, format!("/visits/{code}"), json!({})),
        (Method::POST, format!("/reconnections/{reconnection}/approve"), json!({})),
        (Method::POST, format!("/reconnections/{reconnection}/refuse"), json!({})),
    ]
}

fn new() -> MessageId {
    MessageId::generate()
}

async fn finds_nothing_by_the_ids_of_another_partner(store: Db) {
    let app = TestApp::init(store).await;
    let owner = app.with_staff(Role::Administrator).await;
    let user = owner.with_user().await;
    let computer = Device::new();
    let device = computer.activate(&app, &owner.with_code(&user.id).await).await.json();
    let request = computer.trial(&app).await.to_string();
    Device::new().reconnect(&app, &text(&device["device_id"])).await.json();
    let reconnection = text(&owner.get("/reconnections").await.json()[0]["reconnection_id"]);
    let code = owner.post(&format!("/users/{}/codes", user.id), json!({})).await.json();
    let (code, device) = (text(&code["issued"]["code_id"]), text(&device["device_id"]));
    let stranger = app.with_staff(Role::Administrator).await;
    let own = stranger.with_user().await;
    let before = app.state().await;
    for (method, path, body) in calls([&user.id, &user.client, &own.category, &code, &device, &request, &reconnection])
    {
        let answer = Answer::of(stranger.request(method.clone(), &path).json(&body)).await;
        assert_eq!(answer.code(), refused(404, "not_found"), "{method} {path}");
    }
    for id in ["0", "0198", "no-uuid", "%00", "00000000-0000-0000-0000-000000000000"] {
        for (method, path, body) in calls([id, id, &own.category, id, id, id, id]) {
            let answer = Answer::of(stranger.request(method.clone(), &path).json(&body)).await;
            assert_eq!(answer.code(), refused(404, "not_found"), "{method} {path}");
        }
    }
    assert_eq!(stranger.get(&format!("/users?client_id={}", user.client)).await.json()["total"], json!(0));
    assert_eq!(app.state().await, before);
}

async fn takes_no_category_of_another_partner(store: Db) {
    let app = TestApp::init(store).await;
    let foreign = app.with_staff(Role::Administrator).await.with_user().await.category;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let before = app.state().await;
    let at_fault = (404, "not_found".to_owned(), Some("category_id".to_owned()));
    let create = cabinet.post(&format!("/clients/{}/users", user.client), user_draft(&foreign)).await;
    assert_eq!(create.refusal(), at_fault);
    let update = cabinet.put(&format!("/users/{}", user.id), user_draft(&foreign)).await;
    assert_eq!(update.refusal(), at_fault);
    assert_eq!(app.state().await, before);
}

async fn answers_nobody_who_is_not_signed_in(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let before = app.state().await;
    let mut calls = calls([&user.id, &user.client, &user.category, &user.id, &user.id, &user.id, &user.id]);
    for path in [
        "/session",
        "/categories",
        "/categories/list",
        "/clients",
        "/users",
        "/report?from=2026-11-01&to=2026-11-30",
        "/requests",
        "/requests/counts",
        "/line",
        "/letters",
        "/live",
        "/visits",
        "/reconnections",
    ] {
        calls.push((Method::GET, path.to_owned(), json!({})));
    }
    calls.push((Method::POST, "/categories".to_owned(), json!({"name": "x"})));
    calls.push((Method::POST, "/codes".to_owned(), json!({"found": {}})));
    calls.push((Method::POST, "/codes/cards".to_owned(), json!({"codes": []})));
    calls.push((Method::POST, "/codes/letters".to_owned(), json!({"codes": []})));
    calls.push((Method::POST, "/letters/sample".to_owned(), json!({})));
    calls.push((Method::PUT, "/letters".to_owned(), json!({})));
    calls.push((Method::PUT, "/line".to_owned(), json!({})));
    calls.push((Method::POST, "/clients".to_owned(), json!({"name": "x"})));
    for (method, path, body) in calls {
        let call = app.http.request(method.clone(), format!("{}{PREFIX}{path}", app.url)).header("x-buhphone", "1");
        assert_eq!(Answer::of(call.json(&body)).await.code(), refused(401, "signed_out"), "{method} {path}");
    }
    assert_eq!(app.state().await, before);
}
