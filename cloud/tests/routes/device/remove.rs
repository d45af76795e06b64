//! `POST /api/device/v1/remove`: a program that is being uninstalled says so; its partner sees it,
//! and whoever puts it back with its data goes on.

use buhphone_protocol::{cabinet::Role, removal};
use serde_json::{Value, json};

use super::Device;
use crate::app::{Cabinet, Db, NOW, TestApp, User, refused};

stories! {
    the_cabinet_sees_it_and_the_report_names_it,
    a_stranger_removes_nothing,
}

async fn the_cabinet_sees_it_and_the_report_names_it(store: Db) {
    let app = TestApp::init(store).await;
    // A late evening in Moscow: staff are still signed in next morning.
    app.at("2026-11-23T20:00:00Z");
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    app.at("2026-11-24T06:00:00Z");

    let removed = device.post(&app, removal::PATH, &json!({})).await.json();
    assert_eq!(removed, json!({"removed_at": "2026-11-24T06:00:00Z"}));
    app.clock.advance(60);
    assert_eq!(device.post(&app, removal::PATH, &json!({"later": 1})).await.json(), removed, "told again");
    let (card, reason) = seen(&cabinet, &user).await;
    assert_eq!(card["devices"][0]["removed_at"], json!("2026-11-24T06:00:00Z"));
    assert_eq!(card["devices"][0]["disconnected_at"], json!(null));
    assert_eq!((&card["user"]["devices"], &reason), (&json!(0), &json!({"kind": "removed"})));

    // Its key lives on: with its data kept, the program goes on when it is put back.
    device.authorize(&app).await.json();
    let (card, _) = seen(&cabinet, &user).await;
    assert_eq!((&card["devices"][0]["removed_at"], &card["user"]["devices"]), (&json!(null), &json!(1)));
}

async fn a_stranger_removes_nothing(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    let stranger = Device::new().post(&app, removal::PATH, &json!({})).await;
    assert_eq!(stranger.code(), refused(401, "device_unknown"));
    let malformed = device.send(&app, reqwest::Method::POST, removal::PATH, b"[1]".to_vec()).await;
    assert_eq!(malformed.code(), refused(400, "invalid"));
    let (card, _) = seen(&cabinet, &user).await;
    assert_eq!(card["devices"][0]["removed_at"], json!(null));
    assert_eq!(card["devices"][0]["activated_at"], json!(NOW));
}

/// The user's card, and the likely reason of a day with no authorization.
async fn seen(cabinet: &Cabinet<'_>, user: &User) -> (Value, Value) {
    let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
    let report = cabinet.get("/report?from=2026-11-20&to=2026-11-23&authorized=no").await.json();
    (card, report["rows"][0]["reason"].clone())
}
