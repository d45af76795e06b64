//! `/reconnections`: computers that ask to be known by a new key, and one click that decides.
//! What the computer hears is told in `device/reconnect.rs`.

use buhphone_protocol::{cabinet::Role, ids::ReconnectionId};
use serde_json::{Value, json};

use crate::{
    app::{Cabinet, Db, TestApp, User, refused, text},
    device::Device,
};

stories! {
    shows_who_asks_by_which_computer_and_when,
    shows_on_the_card_who_approved,
    lets_every_role_decide,
    tells_the_second_of_two_staff_that_it_was_decided,
    approves_nothing_for_who_may_not_call,
    shows_a_partner_its_own_only,
    wakes_open_pages,
}

/// A connected computer's id, its user, and the key it asks with.
async fn asking(app: &TestApp, cabinet: &Cabinet<'_>) -> (String, User, Device) {
    let (device, user, new) = (Device::new(), cabinet.with_user().await, Device::new());
    let activated = device.activate(app, &cabinet.with_code(&user.id).await).await.json();
    device.authorize(app).await.json();
    app.clock.advance(60);
    let id = text(&activated["device_id"]);
    new.reconnect(app, &id).await.json();
    (id, user, new)
}

async fn waiting(cabinet: &Cabinet<'_>) -> Value {
    cabinet.get("/reconnections").await.json()
}

async fn first(cabinet: &Cabinet<'_>) -> String {
    format!("/reconnections/{}", text(&waiting(cabinet).await[0]["reconnection_id"]))
}

async fn shows_who_asks_by_which_computer_and_when(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    assert_eq!(waiting(&cabinet).await, json!([]));
    let (id, user, _) = asking(&app, &cabinet).await;
    let rows = waiting(&cabinet).await;
    assert_eq!((&rows[0]["device_id"], &rows[0]["user_id"]), (&json!(id), &json!(user.id)));
    insta::assert_json_snapshot!(rows, {
        "[].reconnection_id" => "[id]", "[].user_id" => "[id]", "[].client_id" => "[id]", "[].device_id" => "[id]",
    }, @r#"
    [
      {
        "asked_at": "2026-11-23T06:01:12Z",
        "client": "ООО «Ромашка»",
        "client_id": "[id]",
        "computer": "БУХ-01",
        "device_id": "[id]",
        "known_as": "БУХ-01",
        "last_authorization": "2026-11-23T06:00:12Z",
        "program": "0.1.0",
        "reconnection_id": "[id]",
        "same_machine": null,
        "system": "Windows 11 23H2",
        "user": "Иванова Мария Петровна",
        "user_id": "[id]"
      }
    ]
    "#);
}

async fn shows_on_the_card_who_approved(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (_, user, _) = asking(&app, &cabinet).await;
    let card = async || cabinet.get(&format!("/users/{}", user.id)).await.json()["devices"][0].clone();
    let before = card().await;
    assert_eq!((&before["reconnected_at"], &before["reconnected_by"]), (&json!(null), &json!("")));
    app.clock.advance(60);
    let answer = cabinet.post(&format!("{}/approve", first(&cabinet).await), json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(waiting(&cabinet).await, json!([]));
    let after = card().await;
    assert_eq!(after["reconnected_at"], json!("2026-11-23T06:02:12Z"));
    assert_eq!(after["reconnected_by"], json!("Анна Сотрудница"));
    // Nothing else of the computer changed.
    let mut same = after.clone();
    (same["reconnected_at"], same["reconnected_by"]) = (json!(null), json!(""));
    assert_eq!(same, before);
}

async fn lets_every_role_decide(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (id, _, _) = asking(&app, &cabinet).await;
    for role in [Role::Administrator, Role::ClientManager, Role::Specialist] {
        let staff = app.staff_of(cabinet.staff.partner_id, role).await;
        for decision in ["approve", "refuse"] {
            Device::new().reconnect(&app, &id).await.json();
            let answer = staff.post(&format!("{}/{decision}", first(&staff).await), json!({})).await;
            assert_eq!(answer.status, 204, "{role:?} {decision}");
        }
    }
}

async fn tells_the_second_of_two_staff_that_it_was_decided(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let colleague = app.staff_of(cabinet.staff.partner_id, Role::Specialist).await;
    let (id, _, new) = asking(&app, &cabinet).await;
    let wish = first(&cabinet).await;
    let approve = format!("{wish}/approve");
    let (one, other) = tokio::join!(cabinet.post(&approve, json!({})), colleague.post(&approve, json!({})));
    assert_eq!((one.status.as_u16(), other.status.as_u16()), (204, 204), "both wanted the same");
    let before = app.state().await;
    assert_eq!(colleague.post(&format!("{wish}/refuse"), json!({})).await.code(), refused(409, "conflict"));
    assert_eq!(app.state().await, before);
    new.authorize(&app).await.json();

    Device::new().reconnect(&app, &id).await.json();
    let wish = first(&cabinet).await;
    assert_eq!(cabinet.post(&format!("{wish}/refuse"), json!({})).await.status, 204);
    assert_eq!(cabinet.post(&format!("{wish}/refuse"), json!({})).await.status, 204);
    assert_eq!(colleague.post(&format!("{wish}/approve"), json!({})).await.code(), refused(409, "conflict"));
    new.standing(&app).await.json();
}

async fn approves_nothing_for_who_may_not_call(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (id, user, new) = asking(&app, &cabinet).await;
    let approve = format!("{}/approve", first(&cabinet).await);
    cabinet.post(&format!("/users/{}/archive", user.id), json!({})).await.json();
    assert_eq!(waiting(&cabinet).await, json!([]));
    assert_eq!(cabinet.post(&approve, json!({})).await.code(), refused(403, "user_archived"));
    cabinet.delete(&format!("/users/{}/archive", user.id)).await.json();
    assert_eq!(waiting(&cabinet).await.as_array().unwrap().len(), 1);
    assert_eq!(cabinet.delete(&format!("/devices/{id}")).await.status, 204);
    assert_eq!(waiting(&cabinet).await, json!([]));
    assert_eq!(cabinet.post(&approve, json!({})).await.code(), refused(403, "device_disconnected"));
    assert_eq!(new.standing(&app).await.code(), refused(401, "device_unknown"));
}

async fn shows_a_partner_its_own_only(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, stranger) = (app.with_staff(Role::Administrator).await, app.with_staff(Role::Administrator).await);
    let (_, _, new) = asking(&app, &cabinet).await;
    assert_eq!(waiting(&stranger).await, json!([]));
    let wish = first(&cabinet).await;
    for path in [wish.clone(), format!("/reconnections/{}", ReconnectionId::generate())] {
        for decision in ["approve", "refuse"] {
            let answer = stranger.post(&format!("{path}/{decision}"), json!({})).await;
            assert_eq!(answer.code(), refused(404, "not_found"), "{path}/{decision}");
        }
    }
    assert_eq!(new.standing(&app).await.code(), refused(401, "device_unknown"));
    assert_eq!(first(&cabinet).await, wish);
}

async fn wakes_open_pages(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (id, user, _) = asking(&app, &cabinet).await;
    let mut page = cabinet.live("").await;
    page.next().await.unwrap();
    let new = Device::new();
    new.reconnect(&app, &id).await.json();
    let told = page.until(|event| event["about"]["kind"] == "reconnection").await.data;
    let wish = first(&cabinet).await;
    let about = |asked: bool| {
        json!({
            "kind": "reconnection", "reconnection_id": wish.rsplit('/').next(), "user_id": user.id, "asked": asked,
        })
    };
    assert_eq!(told["about"], about(true));
    // Asked again it is the same wish: the next that pages hear is the decision.
    new.reconnect(&app, &id).await.json();
    assert_eq!(cabinet.post(&format!("{wish}/approve"), json!({})).await.status, 204);
    let told = page.until(|event| event["about"]["kind"] == "reconnection").await.data;
    assert_eq!(told["about"], about(false));
}
