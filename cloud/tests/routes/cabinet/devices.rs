//! `/devices/{device_id}`: a computer is disconnected; its history stays.
//! Its next call is refused with a code its program acts on.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use crate::{
    app::{Db, TestApp, refused, text},
    device::Device,
};

stories! { disconnects_and_keeps_the_history }

async fn disconnects_and_keeps_the_history(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    let activated = device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    device.authorize(&app).await.json();
    app.clock.advance(60);
    assert_eq!(cabinet.delete(&format!("/devices/{}", text(&activated["device_id"]))).await.status, 204);
    assert_eq!(device.standing(&app).await.code(), refused(403, "device_disconnected"));
    let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
    assert_eq!(card["devices"][0]["disconnected_at"], json!("2026-11-23T06:01:12Z"));
    assert_eq!(card["user"]["devices"], json!(0));
    assert_eq!(card["user"]["last_authorization"], json!(crate::app::NOW));
    assert_eq!(card["authorizations"].as_array().unwrap().len(), 1);
}
