//! `GET /api/device/v1/standing`: whose the device is, without authorizing.
//! Whatever the partner changed is seen at the next call.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use super::Device;
use crate::app::{Db, TestApp, user_draft};

stories! {
    shows_what_the_partner_changed,
    counts_to_the_partners_next_day_across_the_change_of_2014,
}

async fn shows_what_the_partner_changed(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    let before = device.standing(&app).await.json();
    assert_eq!((&before["user"], &before["contract_ended"]), (&json!("Иванова Мария Петровна"), &json!(false)));
    assert_eq!(before["last_authorization"], json!(null));

    let mut draft = user_draft(&user.category);
    draft["surname"] = json!("Петрова");
    draft["its_until"] = json!("22.11.2026");
    cabinet.put(&format!("/users/{}", user.id), draft.clone()).await.json();
    let after = device.standing(&app).await.json();
    assert_eq!((&after["user"], &after["contract_ended"]), (&json!("Петрова Мария Петровна"), &json!(true)));
    // The last day of the contract is still within it.
    draft["its_until"] = json!("23.11.2026");
    cabinet.put(&format!("/users/{}", user.id), draft).await.json();
    assert_eq!(device.standing(&app).await.json()["contract_ended"], json!(false));
}

async fn counts_to_the_partners_next_day_across_the_change_of_2014(store: Db) {
    let app = TestApp::init(store).await;
    app.at("2014-10-24T08:00:00Z");
    let cabinet = app.with_staff(Role::Administrator).await;
    let device = Device::new();
    device.activate(&app, &cabinet.with_code(&cabinet.with_user().await.id).await).await.json();
    for (now, due_in) in
        [("2014-10-25T19:59:59Z", 1), ("2014-10-25T20:00:00Z", 25 * 3600), ("2014-10-26T21:00:00Z", 24 * 3600)]
    {
        app.at(now);
        assert_eq!(device.standing(&app).await.json()["due_in"], json!(due_in), "{now}");
    }
}
