//! `/categories`: the partner's own list.
//! Names differ by more than their case.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use crate::app::{Db, TestApp, text};

stories! {
    adds_to_the_partners_own_list,
    keeps_the_list_true,
}

async fn adds_to_the_partners_own_list(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let made = cabinet.post("/categories", json!({"name": "  Пакет от 6 до 10 пользователей "})).await;
    assert_eq!((made.status.as_u16(), &made.json()["name"]), (201, &json!("Пакет от 6 до 10 пользователей")));
    let same = cabinet.post("/categories", json!({"name": "ПАКЕТ от 6 до 10 пользователей"})).await;
    assert_eq!(same.refusal(), (409, "conflict".to_owned(), Some("name".to_owned())));
    assert_eq!(cabinet.get("/categories").await.json(), json!([made.json()]));
}

async fn keeps_the_list_true(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    let made = cabinet.post("/categories", json!({"name": "Пакет"})).await.json();
    let packet = text(&made["category_id"]);
    let order = json!({"category_ids": [packet, user.category]});
    assert_eq!(cabinet.put("/categories/order", order).await.status, 204);
    assert_eq!(cabinet.put(&format!("/categories/{packet}"), json!({"name": "Пакет 5"})).await.status, 204);
    let rows = cabinet.get("/categories/list").await.json();
    assert_eq!((&rows[0]["name"], &rows[0]["users"], &rows[1]["users"]), (&json!("Пакет 5"), &json!(0), &json!(1)));

    assert_eq!(cabinet.post(&format!("/categories/{packet}/archive"), json!({})).await.status, 204);
    assert_eq!(cabinet.get("/categories").await.json().as_array().unwrap().len(), 1);
    assert_eq!(cabinet.delete(&format!("/categories/{packet}/archive")).await.status, 204);
    let own = cabinet.post(&format!("/categories/{packet}/merge"), json!({"category_id": packet})).await;
    assert_eq!(own.refusal(), (400, "invalid".to_owned(), Some("category_id".to_owned())));
    let merged = cabinet.post(&format!("/categories/{}/merge", user.category), json!({"category_id": packet})).await;
    assert_eq!(merged.status, 204);
    assert_eq!(cabinet.get(&format!("/users/{}", user.id)).await.json()["user"]["category"], json!("Пакет 5"));
    let twice = cabinet.put("/categories/order", json!({"category_ids": [packet, packet]})).await;
    assert_eq!(twice.refusal(), (400, "invalid".to_owned(), Some("category_ids".to_owned())));
}
