//! `/codes`, `/codes/cards` and the open page of a code: hundreds at once, and what became of each.

use buhphone_protocol::{cabinet::Role, letters::OPENED_PATH};
use serde_json::{Value, json};

use crate::{
    app::{Answer, Cabinet, Db, TestApp, refused, text, user_draft},
    device::Device,
};

stories! {
    issues_to_all_who_are_found_and_skips_who_has_one,
    refuses_a_code_of_another_partners_user_and_writes_nothing,
    prints_cards_of_the_codes_that_were_shown,
    tells_what_became_of_a_code,
    opens_the_page_of_a_code_to_whoever_has_its_digits,
}

async fn issues_to_all_who_are_found_and_skips_who_has_one(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let users = with_users(&cabinet, 5).await;
    cabinet.with_code(&users[0]).await;
    cabinet.post(&format!("/users/{}/archive", users[1]), json!({})).await.json();

    let needed = cabinet.get("/users?code=needed").await.json();
    assert_eq!(needed["total"], json!(3));
    let all = json!({"found": {"search": "иван"}});
    let made = cabinet.post("/codes", all.clone()).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (201, "no-store"));
    let made = made.json();
    assert_eq!((count(&made["issued"]), count(&made["skipped"])), (3, 1));
    assert_eq!((&made["skipped"][0]["why"], &made["skipped"][0]["user_id"]), (&json!("has_code"), &json!(users[0])));
    for code in made["issued"].as_array().unwrap() {
        Device::new().activate(&app, &text(&code["code"])).await.json();
    }
    assert_eq!(cabinet.get("/users?code=needed").await.json()["total"], json!(0));
    assert_eq!(cabinet.get("/users?code=used").await.json()["total"], json!(3));

    let mut again = all;
    again["replace"] = json!(true);
    assert_eq!(count(&cabinet.post("/codes", again).await.json()["issued"]), 4);
    let archived = json!({"user_ids": [users[1]]});
    assert_eq!(cabinet.post("/codes", archived).await.json()["skipped"][0]["why"], json!("archived"));
}

async fn refuses_a_code_of_another_partners_user_and_writes_nothing(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let mine = with_users(&cabinet, 1).await;
    let stranger = app.with_staff(Role::Administrator).await;
    let theirs = stranger.with_user().await;
    let their_code = stranger.post("/codes", json!({"user_ids": [theirs.id]})).await.json()["issued"][0].clone();
    let before = app.state().await;
    let both = json!({"user_ids": [mine[0], theirs.id]});
    assert_eq!(cabinet.post("/codes", both).await.code(), refused(404, "not_found"));
    let cards = json!({"codes": [{"code_id": their_code["code_id"], "code": their_code["code"]}]});
    assert_eq!(cabinet.post("/codes/cards", cards).await.code(), refused(404, "not_found"));
    for (asked, field) in [(json!({"user_ids": []}), "user_ids"), (json!({"found": {"search": "никого"}}), "found")]
    {
        let answer = cabinet.post("/codes", asked).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())));
    }
    assert_eq!(app.state().await, before);
}

async fn prints_cards_of_the_codes_that_were_shown(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    let manager = app.staff_of(cabinet.staff.partner_id, Role::ClientManager).await;
    with_users(&manager, 6).await;
    let made = cabinet.post("/codes", json!({"found": {}})).await.json();
    let shown: Vec<Value> = made["issued"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| json!({"code_id": code["code_id"], "code": code["code"]}))
        .collect();
    let request = cabinet.request(reqwest::Method::POST, "/codes/cards").json(&json!({"codes": shown}));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert!(answer.bytes().await.unwrap().starts_with(b"%PDF-"));

    let mut wrong = shown[0].clone();
    wrong["code"] = shown[1]["code"].clone();
    let answer = cabinet.post("/codes/cards", json!({"codes": [shown[0], wrong]})).await;
    assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some("codes[1]".to_owned())));
}

async fn tells_what_became_of_a_code(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    let code = cabinet.with_code(&user.id).await;
    app.clock.advance(60);
    Device::new().activate(&app, &code).await.json();
    app.clock.advance(60);
    assert_eq!(Device::new().activate(&app, &code).await.code(), refused(409, "code_used"));
    let row = cabinet.get("/users").await.json()["rows"][0]["code"].clone();
    assert_eq!((&row["used_at"], &row["story"]["tries"]), (&json!("2026-11-23T06:01:12Z"), &json!(1)));
    assert_eq!(row["story"]["tried_at"], json!("2026-11-23T06:02:12Z"));
    assert!(!text(&row["story"]["computer"]).is_empty());
}

async fn opens_the_page_of_a_code_to_whoever_has_its_digits(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    let code = cabinet.with_code(&user.id).await;
    let open = async |code: &str| {
        let call = app.http.post(format!("{}{OPENED_PATH}", app.url)).json(&json!({"code": code}));
        Answer::of(call).await
    };
    let page = open(&code).await;
    assert_eq!(page.header("cache-control"), "no-store");
    let page = page.json();
    assert_eq!((&page["phone"], &page["zone"]), (&json!("+7 495 000-00-00"), &json!("Europe/Moscow")));
    assert!(text(&page["link"]).starts_with("buhphone://connect?code="));
    let row = cabinet.get("/users").await.json()["rows"][0]["code"].clone();
    assert_eq!(row["story"]["opened_at"], json!(crate::app::NOW));
    assert_eq!(open("1234").await.code(), refused(400, "invalid"));
    assert_eq!(open("000000000000").await.code(), refused(404, "code_unknown"));
    Device::new().activate(&app, &code).await.json();
    assert_eq!(open(&code).await.code(), refused(409, "code_used"));
}

async fn with_users(cabinet: &Cabinet<'_>, count: usize) -> Vec<String> {
    let first = cabinet.with_user().await;
    let mut users = vec![first.id.clone()];
    for _ in 1..count {
        let made = cabinet.post(&format!("/clients/{}/users", first.client), user_draft(&first.category)).await;
        users.push(text(&made.json()["user_id"]));
    }
    users
}

fn count(rows: &Value) -> usize {
    rows.as_array().unwrap().len()
}
