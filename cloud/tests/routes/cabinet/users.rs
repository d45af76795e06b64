//! `/users`: persons at clients, by hand, and the card of one.
//! Fields come back as they were registered, in the same precision.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use crate::app::{Db, TestApp, text, user_draft};

stories! {
    registers_changes_and_archives,
    finds_within_a_client,
}

async fn registers_changes_and_archives(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    let path = format!("/users/{}", user.id);
    insta::assert_json_snapshot!(cabinet.get(&path).await.json(), {
        ".user.user_id" => "[id]", ".user.client_id" => "[id]", ".user.category_id" => "[id]",
    }, @r#"
    {
      "authorizations": [],
      "codes": [],
      "devices": [],
      "edits": [],
      "failures": [],
      "launches": [],
      "user": {
        "archived": false,
        "category": "Первый платный",
        "category_id": "[id]",
        "client": "ООО «Ромашка»",
        "client_id": "[id]",
        "code": null,
        "devices": 0,
        "email": "ivanova@example.ru",
        "erased": false,
        "its_until": "2027-12-31",
        "last_authorization": null,
        "name": "Мария",
        "patronymic": "Петровна",
        "phone": "+7 (495) 123-45-67",
        "surname": "Иванова",
        "user_id": "[id]",
        "uses_1c": true
      }
    }
    "#);

    let mut draft = user_draft(&user.category);
    draft["its_until"] = json!("2015");
    draft["email"] = json!(" Maria@Example.RU ");
    draft["uses_1c"] = json!(false);
    let changed = cabinet.put(&path, draft).await.json();
    assert_eq!(
        (&changed["its_until"], &changed["email"], &changed["uses_1c"]),
        (&json!("2015"), &json!("maria@example.ru"), &json!(false))
    );
    assert_eq!(cabinet.post(&format!("{path}/archive"), json!({})).await.json()["archived"], json!(true));
    assert_eq!(cabinet.get("/users").await.json()["total"], json!(0));
    assert_eq!(cabinet.get("/users?archived=true").await.json()["total"], json!(1));
    assert_eq!(cabinet.delete(&format!("{path}/archive")).await.json()["archived"], json!(false));
}

async fn finds_within_a_client(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let another = cabinet.post("/clients", json!({"name": "ООО «Лютик»"})).await.json();
    let another = text(&another["client_id"]);
    cabinet.post(&format!("/clients/{another}/users"), user_draft(&user.category)).await.json();
    for (query, total) in [
        ("", 2),
        ("?search=%D0%B8%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0", 2),
        ("?search=nobody", 0),
        (&format!("?client_id={another}"), 1),
    ] {
        assert_eq!(cabinet.get(&format!("/users{query}")).await.json()["total"], json!(total), "{query}");
    }
}
