//! What each role may do: a specialist reads, issues codes and disconnects, and no more.
//! Whatever is refused writes nothing.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use crate::app::{Db, TestApp, refused, user_draft};

stories! { keeps_registering_from_specialists }

async fn keeps_registering_from_specialists(store: Db) {
    let app = TestApp::init(store).await;
    let manager = app.with_staff(Role::ClientManager).await;
    let user = manager.with_user().await;
    let specialist = app.staff_of(manager.staff.partner_id, Role::Specialist).await;
    let before = app.state().await;
    let (client, person) = (format!("/clients/{}", user.client), format!("/users/{}", user.id));
    let forbidden = refused(403, "forbidden");
    assert_eq!(specialist.post("/categories", json!({"name": "Новая"})).await.code(), forbidden);
    assert_eq!(specialist.post("/clients", json!({"name": "Новый"})).await.code(), forbidden);
    assert_eq!(specialist.put(&client, json!({"name": "Другой"})).await.code(), forbidden);
    assert_eq!(specialist.post(&format!("{client}/archive"), json!({})).await.code(), forbidden);
    assert_eq!(specialist.delete(&format!("{client}/archive")).await.code(), forbidden);
    assert_eq!(specialist.post(&format!("{client}/users"), user_draft(&user.category)).await.code(), forbidden);
    assert_eq!(specialist.put(&person, user_draft(&user.category)).await.code(), forbidden);
    assert_eq!(specialist.post(&format!("{person}/archive"), json!({})).await.code(), forbidden);
    assert_eq!(specialist.delete(&format!("{person}/archive")).await.code(), forbidden);
    let category = format!("/categories/{}", user.category);
    assert_eq!(specialist.put(&category, json!({"name": "Другая"})).await.code(), forbidden);
    assert_eq!(specialist.put("/categories/order", json!({"category_ids": []})).await.code(), forbidden);
    assert_eq!(specialist.post(&format!("{category}/archive"), json!({})).await.code(), forbidden);
    let into = json!({"category_id": user.category});
    assert_eq!(specialist.post(&format!("{category}/merge"), into).await.code(), forbidden);
    assert_eq!(specialist.get(&format!("{person}/export")).await.code(), forbidden);
    for staff in [&specialist, &manager] {
        assert_eq!(staff.post(&format!("{person}/erase"), json!({"surname": "Иванова"})).await.code(), forbidden);
    }
    assert_eq!(app.state().await, before);

    for path in ["/session", "/categories", "/clients", &client, "/users", &person] {
        specialist.get(path).await.json();
    }
    specialist.get("/report?from=2026-11-01&to=2026-11-30").await.json();
    specialist.with_code(&user.id).await;
}
