//! `/clients`: organisations, by hand.
//! One ИНН is one client; the archived are kept and hidden.

use buhphone_protocol::cabinet::Role;
use serde_json::json;

use crate::app::{Db, TestApp, text};

stories! {
    registers_changes_and_archives,
    finds_by_name_and_inn_page_by_page,
}

async fn registers_changes_and_archives(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let made = cabinet.post("/clients", json!({"name": " ООО «Ромашка» ", "inn": " 7707083893 "})).await;
    assert_eq!(made.status, 201);
    insta::assert_json_snapshot!(made.json(), {".client_id" => "[id]"}, @r#"
    {
      "archived": false,
      "client_id": "[id]",
      "connected": 0,
      "inn": "7707083893",
      "name": "ООО «Ромашка»",
      "users": 0
    }
    "#);

    let id = text(&made.json()["client_id"]);
    let other = cabinet.post("/clients", json!({"name": "ИП Петров"})).await.json();
    let taken = cabinet.post("/clients", json!({"name": "ООО «Лютик»", "inn": "7707083893"})).await;
    assert_eq!(taken.refusal(), (409, "conflict".to_owned(), Some("inn".to_owned())));
    let other_path = format!("/clients/{}", text(&other["client_id"]));
    let taken = cabinet.put(&other_path, json!({"name": "ИП Петров", "inn": "7707083893"})).await;
    assert_eq!(taken.refusal(), (409, "conflict".to_owned(), Some("inn".to_owned())));

    let changed = cabinet.put(&format!("/clients/{id}"), json!({"name": "ООО «Лютик»"})).await.json();
    assert_eq!((&changed["name"], &changed["inn"]), (&json!("ООО «Лютик»"), &json!(null)));
    let archived = cabinet.post(&format!("/clients/{id}/archive"), json!({})).await.json();
    assert_eq!(archived["archived"], json!(true));
    assert_eq!(cabinet.get("/clients").await.json()["total"], json!(1));
    assert_eq!(cabinet.get("/clients?archived=true").await.json()["rows"][0]["client_id"], json!(id));
    assert_eq!(cabinet.delete(&format!("/clients/{id}/archive")).await.json()["archived"], json!(false));
    assert_eq!(cabinet.get(&format!("/clients/{id}")).await.json()["name"], json!("ООО «Лютик»"));
}

async fn finds_by_name_and_inn_page_by_page(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    for number in 0..5 {
        cabinet.post("/clients", json!({"name": format!("Ромашка {number}")})).await.json();
    }
    cabinet.post("/clients", json!({"name": "Лютик", "inn": "7707083893"})).await.json();
    let names = async |query: &str| {
        let page = cabinet.get(&format!("/clients?{query}")).await.json();
        let names: Vec<String> = page["rows"].as_array().unwrap().iter().map(|row| text(&row["name"])).collect();
        format!("{} of {}", names.join(", "), page["total"])
    };
    assert_eq!(names("search=770708").await, "Лютик of 1");
    assert_eq!(names("search=%D0%A0%D0%9E%D0%9C&page_size=2&page=3").await, "Ромашка 4 of 5");
    assert_eq!(names("search=%25").await, " of 0");
    assert_eq!(names("page=1000000&page_size=200").await, " of 6");
}
