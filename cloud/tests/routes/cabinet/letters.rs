//! `/codes/letters`, `/letters`: a code goes by mail in the partner's words, over a real SMTP
//! connection, and what became of it is on the user's row.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_cloud::mail::Smtp;
use buhphone_protocol::cabinet::Role;
use serde_json::{Value, json};

use crate::{
    app::{Cabinet, Db, TestApp, User, refused, text},
    post_office::PostOffice,
};

stories! {
    sends_a_code_in_the_partners_words,
    comes_again_when_it_was_put_off,
    tells_a_refusal_on_the_users_row,
    takes_a_letter_back_when_its_code_ends,
    refuses_words_that_lead_nowhere,
    sends_nothing_without_a_mail_server,
}

async fn sends_a_code_in_the_partners_words(store: Db) {
    let (app, office) = with_mail(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    let words = json!({"subject": "Код для {клиент}", "text": "{имя}, ваш код {код}: {ссылка} до {срок}. {телефон}"});
    assert_eq!(cabinet.put("/letters", words.clone()).await.json(), words);
    let code = issued(&cabinet, &user).await;
    let posted = cabinet.post("/codes/letters", shown(&code)).await.json();
    assert_eq!(posted, json!({"posted": 1, "without_address": []}));

    let letter = office.letters(1).await.remove(0);
    let digits = text(&code["code"]).replace('-', "");
    let body = body_of(&letter);
    assert_eq!(
        body.trim_end(),
        format!(
            "Мария Петровна, ваш код {}: {}/connect#{digits} до 30.11.2026 9:00. +7 495 000-00-00",
            text(&code["code"]),
            app.url
        )
    );
    assert!(letter.contains("To: ivanova@example.ru"), "{letter}");
    assert!(letter.contains(&format!("Reply-To: {}", cabinet.staff.email)), "{letter}");
    let story = settled(&cabinet, &user, "sent").await;
    assert_eq!(story["letter"]["to"], json!("ivanova@example.ru"));
}

async fn comes_again_when_it_was_put_off(store: Db) {
    let (app, office) = with_mail(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    office.will_say(&["451 4.7.1 Greylisted, come back later", "450 4.2.1 Mailbox busy"]);
    let code = issued(&cabinet, &user).await;
    cabinet.post("/codes/letters", shown(&code)).await.json();
    office.asked(1).await;
    let story = told(&cabinet, &user, |story| text(&story["letter"]["error"]).contains("Greylisted")).await;
    assert_eq!(story["letter"]["state"], json!("waiting"));

    // A minute later is too soon for a server that greylists.
    app.clock.advance(120);
    office.asked(2).await;
    told(&cabinet, &user, |story| text(&story["letter"]["error"]).contains("Mailbox busy")).await;
    app.clock.advance(6 * 60);
    let first = office.letters(1).await.remove(0);
    let story = settled(&cabinet, &user, "sent").await;
    assert_eq!(story["letter"]["error"], json!(""));
    assert!(first.contains("Message-ID: <"), "{first}");
}

async fn tells_a_refusal_on_the_users_row(store: Db) {
    let (app, office) = with_mail(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    office.will_say(&["550 5.1.1 No such user here"]);
    let code = issued(&cabinet, &user).await;
    cabinet.post("/codes/letters", shown(&code)).await.json();
    settled(&cabinet, &user, "failed").await;
    let rows = cabinet.get("/users?code=undelivered").await.json();
    assert_eq!(rows["total"], json!(1));
    let letter = &rows["rows"][0]["code"]["story"]["letter"];
    assert!(text(&letter["error"]).contains("No such user here"), "{letter}");
    assert_eq!(cabinet.get("/users?code=used").await.json()["total"], json!(0));
}

async fn takes_a_letter_back_when_its_code_ends(store: Db) {
    let (app, office) = with_mail(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    office.will_say(&["451 4.7.1 Greylisted"]);
    let code = issued(&cabinet, &user).await;
    cabinet.post("/codes/letters", shown(&code)).await.json();
    told(&cabinet, &user, |story| text(&story["letter"]["error"]).contains("Greylisted")).await;
    assert_eq!(cabinet.delete(&format!("/codes/{}", text(&code["code_id"]))).await.status, 204);
    app.clock.advance(600);
    settled(&cabinet, &user, "withdrawn").await;
}

async fn refuses_words_that_lead_nowhere(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let first = cabinet.get("/letters").await.json();
    assert!(text(&first["text"]).contains("{ссылка}"));
    for (words, field) in [
        (json!({"subject": " ", "text": "{код}"}), "subject"),
        (json!({"subject": "Код", "text": "Здравствуйте!"}), "text"),
        (json!({"subject": "Код", "text": "{код}".repeat(1001)}), "text"),
    ] {
        let answer = cabinet.put("/letters", words).await;
        assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())));
    }
    assert_eq!(cabinet.get("/letters").await.json(), first);
    let specialist = app.staff_of(cabinet.staff.partner_id, Role::Specialist).await;
    assert_eq!(specialist.put("/letters", first).await.code(), refused(403, "forbidden"));
}

async fn sends_nothing_without_a_mail_server(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    assert_eq!(cabinet.get("/session").await.json()["mail"], json!(false));
    let code = issued(&cabinet, &user).await;
    assert_eq!(cabinet.post("/codes/letters", shown(&code)).await.code(), refused(503, "unavailable"));
}

async fn with_mail(store: Db) -> (TestApp, PostOffice) {
    let office = PostOffice::open().await;
    let smtp = Smtp::new(&office.address, None, "cloud@buhphone.example.ru").unwrap();
    let app = TestApp::with(store, |settings| {
        settings.mail = Some(smtp);
        settings.post_every = Duration::from_millis(20);
    })
    .await;
    (app, office)
}

async fn issued(cabinet: &Cabinet<'_>, user: &User) -> Value {
    let made = cabinet.post("/codes", json!({"user_ids": [user.id]})).await.json();
    made["issued"][0].clone()
}

fn shown(code: &Value) -> Value {
    json!({"codes": [{"code_id": code["code_id"], "code": code["code"]}]})
}

async fn settled(cabinet: &Cabinet<'_>, user: &User, state: &str) -> Value {
    told(cabinet, user, |story| story["letter"]["state"] == json!(state)).await
}

/// Waits until the newest code's story is as asked.
async fn told(cabinet: &Cabinet<'_>, user: &User, holds: impl Fn(&Value) -> bool) -> Value {
    let waiting = async {
        loop {
            let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
            let story = card["codes"][0]["story"].clone();
            if holds(&story) {
                return story;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the letter settles in time")
}

/// The text of a letter, however it was encoded on its way.
fn body_of(letter: &str) -> String {
    let (head, body) = letter.split_once("\n\n").expect("a head and a body");
    if head.contains("base64") {
        let bytes = BASE64_STANDARD.decode(body.replace(['\n', '\r'], "")).unwrap();
        return String::from_utf8(bytes).unwrap();
    }
    if !head.contains("quoted-printable") {
        return body.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = body.replace("=\n", "").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let pair = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
