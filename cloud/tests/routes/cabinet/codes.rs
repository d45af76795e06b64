//! `/users/{user_id}/codes`, `/codes/{code_id}`: codes are shown once, replaced, withdrawn.
//! What a code does when it is typed is told in `device/activate.rs`.

use buhphone_protocol::{cabinet::Role, code::Code};
use serde_json::json;

use crate::{
    app::{Db, TestApp, refused, text},
    device::Device,
};

stories! {
    shows_a_code_once_with_its_link_and_picture,
    keeps_one_active_code_a_user,
    withdraws_a_code,
    issues_none_to_the_archived,
}

async fn shows_a_code_once_with_its_link_and_picture(store: Db) {
    let app =
        TestApp::with(store, |settings| settings.public_url = "https://cloud.example:8443".parse().unwrap()).await;
    let cabinet = app.with_staff(Role::ClientManager).await;
    let user = cabinet.with_user().await;
    let made = cabinet.post(&format!("/users/{}/codes", user.id), json!({})).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (201, "no-store"));
    let made = made.json();
    let code = Code::parse(&text(&made["code"])).unwrap();
    assert_eq!(made["code"], json!(code.grouped()));
    let digits = code.digits();
    assert_eq!(
        made["link"],
        json!(format!("buhphone://connect?code={digits}&cloud=https%3A%2F%2Fcloud.example%3A8443"))
    );
    assert!(text(&made["qr_svg"]).contains("<svg"));
    insta::assert_json_snapshot!(made["issued"], {".code_id" => "[id]"}, @r#"
    {
      "code_id": "[id]",
      "expires_at": "2026-11-30T06:00:12Z",
      "issued_at": "2026-11-23T06:00:12Z",
      "issued_by": "Анна Сотрудница",
      "state": "active",
      "story": {
        "computer": "",
        "letter": null,
        "opened_at": null,
        "tried_at": null,
        "tries": 0
      },
      "used_at": null
    }
    "#);

    let card = cabinet.get(&format!("/users/{}", user.id)).await;
    assert_eq!(card.json()["codes"], json!([made["issued"]]));
    assert!(!card.text.contains(&digits) && !card.text.contains(&code.grouped()));
}

async fn keeps_one_active_code_a_user(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    let manager = app.staff_of(cabinet.staff.partner_id, Role::ClientManager).await;
    let user = manager.with_user().await;
    for _ in 0..3 {
        cabinet.with_code(&user.id).await;
        app.clock.advance(60);
    }
    let states = async || {
        let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
        let mut states: Vec<String> =
            card["codes"].as_array().unwrap().iter().map(|code| text(&code["state"])).collect();
        states.sort();
        states.join(" ")
    };
    assert_eq!(states().await, "active revoked revoked");
    app.clock.advance(7 * 24 * 3600);
    let cabinet = app.staff_of(cabinet.staff.partner_id, Role::Specialist).await;
    let card = cabinet.get(&format!("/users/{}", user.id)).await.json();
    assert!(card["codes"].as_array().unwrap().iter().any(|code| code["state"] == "expired"));
}

async fn withdraws_a_code(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let made = cabinet.post(&format!("/users/{}/codes", user.id), json!({})).await.json();
    let path = format!("/codes/{}", text(&made["issued"]["code_id"]));
    assert_eq!(cabinet.delete(&path).await.status, 204);
    let answer = Device::new().activate(&app, &text(&made["code"])).await;
    assert_eq!(answer.code(), refused(410, "code_revoked"));
}

async fn issues_none_to_the_archived(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    cabinet.post(&format!("/users/{}/archive", user.id), json!({})).await.json();
    let before = app.state().await;
    let answer = cabinet.post(&format!("/users/{}/codes", user.id), json!({})).await;
    assert_eq!(answer.code(), refused(403, "user_archived"));
    assert_eq!(app.state().await, before);
}
