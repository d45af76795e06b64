//! `/session`: staff sign in, stay signed in, and sign out.
//! The cookie, the header of every change, and guessing of passwords.

use std::time::Duration;

use buhphone_cloud::settings::{Allowance, Limits};
use buhphone_protocol::cabinet::{PREFIX, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Db, PASSWORD, TestApp, refused};

stories! {
    signs_in_and_out,
    ends_after_a_working_day,
    ends_with_a_new_password,
    keeps_the_cookie_to_itself,
    says_the_same_to_a_wrong_password_and_an_unknown_person,
    demands_the_header_of_every_change,
    slows_guessing_of_one_person_only,
    tells_where_the_program_is_downloaded,
}

async fn sign_in(app: &TestApp, body: Value) -> Answer {
    let call = app.http.post(format!("{}{PREFIX}/session", app.url)).header("x-buhphone", "1");
    Answer::of(call.json(&body)).await
}

async fn signs_in_and_out(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let session = cabinet.get("/session").await;
    assert_eq!(session.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(session.json(), {
        ".staff_id" => "[id]", ".email" => "[email]", ".partner_id" => "[id]", ".partner" => "[name]",
    }, @r#"
    {
      "email": "[email]",
      "last_change": 0,
      "mail": false,
      "name": "Анна Сотрудница",
      "now": "2026-11-23T06:00:12Z",
      "partner": "[name]",
      "partner_id": "[id]",
      "partner_phone": "+7 495 000-00-00",
      "role": "client_manager",
      "staff_id": "[id]",
      "today": "2026-11-23",
      "zone": "Europe/Moscow"
    }
    "#);
    let out = cabinet.delete("/session").await;
    assert_eq!((out.status.as_u16(), out.cookie().as_str()), (204, "buhphone_session="));
    assert_eq!(cabinet.get("/session").await.code(), refused(401, "signed_out"));
    assert_eq!(cabinet.delete("/session").await.status, 204);
}

async fn ends_after_a_working_day(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    app.clock.advance(12 * 3600 - 1);
    cabinet.get("/session").await.json();
    app.clock.advance(1);
    assert_eq!(cabinet.get("/session").await.code(), refused(401, "signed_out"));
}

async fn ends_with_a_new_password(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    app.operator.reset_password(&cabinet.staff.email, "another long one".to_owned()).await.unwrap();
    assert_eq!(cabinet.get("/session").await.code(), refused(401, "signed_out"));
    let with = async |password: &str| {
        sign_in(&app, json!({"email": cabinet.staff.email.to_uppercase(), "password": password})).await
    };
    assert_eq!(with(PASSWORD).await.code(), refused(401, "wrong_password"));
    with("another long one").await.json();
}

async fn keeps_the_cookie_to_itself(store: Db) {
    let plain = TestApp::init(store.clone()).await;
    let cabinet = plain.with_staff(Role::Specialist).await;
    let body = json!({"email": cabinet.staff.email, "password": PASSWORD});
    let set = sign_in(&plain, body.clone()).await;
    let set = set.header("set-cookie");
    let (token, attributes) = set.split_once("; ").unwrap();
    assert_eq!(attributes, "HttpOnly; SameSite=Strict; Path=/; Max-Age=43200");
    assert_eq!(token.len(), "buhphone_session=".len() + 43);

    let safe = TestApp::with(store, |settings| settings.public_url = "https://cloud.example".parse().unwrap()).await;
    assert!(sign_in(&safe, body).await.header("set-cookie").contains("; Secure"));
}

async fn says_the_same_to_a_wrong_password_and_an_unknown_person(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    let wrong = sign_in(&app, json!({"email": cabinet.staff.email, "password": "not the password"})).await;
    let unknown = sign_in(&app, json!({"email": "nobody@example.ru", "password": "not the password"})).await;
    assert_eq!(wrong.code(), refused(401, "wrong_password"));
    assert_eq!(wrong.text, unknown.text);
    for (body, field) in [
        (json!({"email": "", "password": "p"}), "email"),
        (json!({"email": "a@b.ru", "password": ""}), "password"),
        (json!({"email": "a@b.ru", "password": "p".repeat(2000)}), "password"),
        (json!({"email": "a@b.ru"}), "password"),
        (json!({"email": ["a@b.ru"], "password": "p"}), "email"),
    ] {
        assert_eq!(sign_in(&app, body).await.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())));
    }
    for cookie in ["", "buhphone_session=", "buhphone_session=AAAA", "buhphone_session=\u{2603}"] {
        let call = app.http.get(format!("{}{PREFIX}/session", app.url)).header("cookie", cookie.as_bytes());
        assert_eq!(Answer::of(call).await.code(), refused(401, "signed_out"), "{cookie}");
    }
}

async fn demands_the_header_of_every_change(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let before = app.state().await;
    for (method, path) in [
        (Method::POST, "/session"),
        (Method::DELETE, "/session"),
        (Method::POST, "/categories"),
        (Method::POST, "/clients"),
        (Method::PUT, "/clients/0198"),
        (Method::DELETE, "/codes/0198"),
    ] {
        let call = app.http.request(method, format!("{}{PREFIX}{path}", app.url)).header("cookie", &cabinet.cookie);
        assert_eq!(Answer::of(call.json(&json!({"name": "x"}))).await.code(), refused(403, "forbidden"), "{path}");
    }
    assert_eq!(app.state().await, before);
    cabinet.get("/session").await.json();
}

async fn slows_guessing_of_one_person_only(store: Db) {
    let limits = Limits { sign_ins_of_person: Allowance::new(2, Duration::from_secs(600)), ..Limits::default() };
    let app = TestApp::with_limits(store, limits).await;
    let guessed = app.with_staff(Role::Specialist).await;
    let another = app.with_staff(Role::Specialist).await;
    let guess = async |email: &str, password: &str| sign_in(&app, json!({"email": email, "password": password})).await;
    for _ in 0..3 {
        assert_eq!(guess(&guessed.staff.email, "not the password").await.code(), refused(401, "wrong_password"));
    }
    let slowed = guess(&guessed.staff.email, PASSWORD).await;
    assert_eq!(slowed.code(), refused(429, "slow_down"));
    assert!(slowed.header("retry-after").parse::<u64>().is_ok());
    guess(&another.staff.email, PASSWORD).await.json();
    guessed.get("/session").await.json();
}

async fn tells_where_the_program_is_downloaded(store: Db) {
    let url = "https://files.example.ru/buhphone.exe";
    let app = TestApp::with(store, |settings| settings.program_url = Some(url.parse().unwrap())).await;
    let session = app.with_staff(Role::Specialist).await.get("/session").await.json();
    assert_eq!(session["program_url"], json!(url));
}
