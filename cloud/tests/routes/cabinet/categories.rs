//! `/categories`: the partner's own list.
//! Names differ by more than their case.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use crate::app::{Db, TestApp};

stories! { adds_to_the_partners_own_list }

async fn adds_to_the_partners_own_list(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let made = cabinet.post("/categories", json!({"name": "  Пакет от 6 до 10 пользователей "})).await;
    assert_eq!((made.status.as_u16(), &made.json()["name"]), (201, &json!("Пакет от 6 до 10 пользователей")));
    let same = cabinet.post("/categories", json!({"name": "ПАКЕТ от 6 до 10 пользователей"})).await;
    assert_eq!(same.refusal(), (409, "conflict".to_owned(), Some("name".to_owned())));
    assert_eq!(cabinet.get("/categories").await.json(), json!([made.json()]));
}
