//! `/users/{user_id}/export`, `/users/{user_id}/erase`, and the edits on the card: a person's right
//! to their data, and what was done to it.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use crate::{
    app::{Db, TestApp, refused, text, user_draft},
    device::Device,
};

stories! {
    tells_who_changed_what,
    exports_all_that_is_kept_of_a_person,
    erases_a_person_when_the_surname_is_typed,
    hands_a_computer_over_to_a_colleague,
}

async fn tells_who_changed_what(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    let path = format!("/users/{}", user.id);
    let mut draft = user_draft(&user.category);
    cabinet.put(&path, draft.clone()).await.json();
    draft["phone"] = json!("112");
    cabinet.put(&path, draft).await.json();
    let changed = json!({"at": crate::app::NOW, "by": "Анна Сотрудница", "action": "changed", "changes": [
        {"field": "phone", "before": "+7 (495) 123-45-67", "after": "112"},
    ]});
    assert_eq!(cabinet.get(&path).await.json()["edits"], json!([changed]));

    let client = format!("/clients/{}", user.client);
    cabinet.put(&client, json!({"name": "ООО «Лютик»", "inn": "7707083893"})).await.json();
    cabinet.post(&format!("{client}/archive"), json!({})).await.json();
    let edits = cabinet.get(&format!("{client}/edits")).await.json();
    assert_eq!((&edits[0]["action"], &edits[1]["action"]), (&json!("archived"), &json!("changed")));
    assert_eq!(edits[1]["changes"][0]["before"], json!("ООО «Ромашка»"));
}

async fn exports_all_that_is_kept_of_a_person(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    device.authorize(&app).await.json();
    let answer = cabinet.get(&format!("/users/{}/export", user.id)).await;
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"person-"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let data = answer.json();
    assert_eq!(data["user"]["surname"], json!("Иванова"));
    assert_eq!(data["registered_at"], json!(crate::app::NOW));
    for (kept, count) in [("codes", 1), ("devices", 1), ("authorizations", 1), ("launches", 2)] {
        assert_eq!(data[kept].as_array().map(Vec::len), Some(count), "{kept}");
    }
}

async fn erases_a_person_when_the_surname_is_typed(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    let (path, before) = (format!("/users/{}/erase", user.id), app.state().await);
    let wrong = cabinet.post(&path, json!({"surname": "Петрова"})).await;
    assert_eq!(wrong.refusal(), (400, "invalid".to_owned(), Some("surname".to_owned())));
    assert_eq!(app.state().await, before);

    assert_eq!(cabinet.post(&path, json!({"surname": " Иванова "})).await.status, 204);
    assert_eq!(cabinet.post(&path, json!({"surname": ""})).await.status, 204, "once more is as good");
    let state = app.state().await;
    for personal in ["Иванова", "ivanova@example.ru", "123-45-67"] {
        assert!(!state.contains(personal), "{personal} is left");
    }
    assert_eq!(device.standing(&app).await.code(), refused(403, "device_disconnected"));
    let code = cabinet.post(&format!("/users/{}/codes", user.id), json!({})).await;
    assert_eq!(code.code(), refused(409, "conflict"));
    let edit = cabinet.put(&format!("/users/{}", user.id), user_draft(&user.category)).await;
    assert_eq!(edit.code(), refused(404, "not_found"));
}

async fn hands_a_computer_over_to_a_colleague(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let colleague = cabinet.post(&format!("/clients/{}/users", user.client), user_draft(&user.category)).await;
    let colleague = text(&colleague.json()["user_id"]);
    let device = Device::new();
    let activated = device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
    device.authorize(&app).await.json();
    let path = format!("/devices/{}/hand-over", text(&activated["device_id"]));
    let given = cabinet.post(&path, json!({"user_id": colleague})).await;
    assert_eq!(given.status, 201);
    assert_eq!(device.standing(&app).await.code(), refused(403, "device_disconnected"));
    let again = Device::new();
    again.activate(&app, &text(&given.json()["code"])).await.json();
    let card = cabinet.get(&format!("/users/{colleague}")).await.json();
    assert_eq!((card["devices"].as_array().unwrap().len(), &card["authorizations"]), (1, &json!([])));
    let own = cabinet.post(&path, json!({"user_id": user.id})).await;
    assert_eq!(own.refusal(), (409, "conflict".to_owned(), Some("user_id".to_owned())));
}
