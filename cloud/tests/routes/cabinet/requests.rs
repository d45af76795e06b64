//! `/requests`: the lists, the counts, and what staff do to a request.

use buhphone_protocol::{
    cabinet::Role,
    ids::{MessageId, RequestId},
};
use serde_json::json;

use crate::{
    app::{Db, TestApp},
    conversation::{opening, saying},
    device::Device,
};

stories! {
    lists_and_counts_trial_requests_apart,
    closes_and_reopens,
    refuses_an_id_that_stands_for_something_else,
}

async fn lists_and_counts_trial_requests_apart(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Specialist).await;
    let manager = app.staff_of(cabinet.staff.partner_id, Role::ClientManager).await;
    let (device, user) = Device::connected(&app, &manager).await;
    let ids: Vec<RequestId> = (0..4).map(|_| RequestId::generate()).collect();
    for (id, (kind, said)) in
        ids.iter().zip([("ordinary", "Про НДС"), ("trial", ""), ("callback", ""), ("ordinary", "Про ЕНП")])
    {
        device.outbox(&app, &[opening(*id, kind, said).1]).await.accepted();
        app.clock.advance(1);
    }
    let counts = json!({"waiting": 3, "waiting_trial": 1, "unread": 3, "unread_trial": 1});
    assert_eq!(cabinet.get("/requests/counts").await.json(), counts);
    let reply = json!({"message_id": MessageId::generate(), "text": "Готово"});
    assert_eq!(cabinet.post(&format!("/requests/{}/messages", ids[0]), reply).await.status, 201);
    cabinet.post(&format!("/requests/{}/close", ids[3]), json!({})).await.json();

    let listed = async |path: String| {
        let page = cabinet.get(&path).await.json();
        let rows = page["rows"].as_array().unwrap().clone();
        assert_eq!(page["total"], json!(rows.len()), "{path}");
        let place = |row: &serde_json::Value| ids.iter().position(|id| row["request"]["request_id"] == json!(id));
        rows.iter().map(|row| place(row).unwrap()).collect::<Vec<_>>()
    };
    // The newest message first; the first request was answered last.
    for (query, expected) in [
        ("", vec![0, 3, 2, 1]),
        ("?state=all&kind=all", vec![0, 3, 2, 1]),
        ("?state=waiting", vec![2, 1]),
        ("?state=waiting&kind=real", vec![2]),
        ("?state=answered", vec![0]),
        ("?state=open&kind=real", vec![0, 2]),
        ("?state=closed", vec![3]),
        ("?kind=trial", vec![1]),
        ("?search=ромашка&kind=trial", vec![1]),
        ("?search=нет+такого", vec![]),
    ] {
        assert_eq!(listed(format!("/requests{query}")).await, expected, "{query}");
    }
    assert_eq!(listed(format!("/users/{}/requests?kind=real", user.id)).await, [0, 3, 2]);
    let other = manager.post(&format!("/clients/{}/users", user.client), crate::app::user_draft(&user.category)).await;
    let other = other.json()["user_id"].as_str().unwrap().to_owned();
    assert_eq!(listed(format!("/users/{other}/requests")).await, [0; 0]);
    let page = cabinet.get("/requests?page=2&page_size=3").await.json();
    assert_eq!((&page["total"], page["rows"].as_array().unwrap().len()), (&json!(4), 1));
}

async fn closes_and_reopens(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, _) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    device.outbox(&app, &[opening(request_id, "ordinary", "Ау").1]).await.accepted();
    let path = format!("/requests/{request_id}");
    let act = async |what: &str| cabinet.post(&format!("{path}/{what}"), json!({})).await.json()["state"].clone();
    assert_eq!(act("reopen").await, "waiting");
    assert_eq!(act("close").await, "closed");
    let changes = device.history(&app).await.len();
    assert_eq!(act("close").await, "closed");
    assert_eq!(device.history(&app).await.len(), changes, "nothing happened the second time");
    assert_eq!(act("reopen").await, "waiting");
    assert_eq!(act("close").await, "closed");
    // Whoever writes opens it again.
    device.outbox(&app, &[saying(request_id, "Всё ещё не идёт").1]).await.accepted();
    assert_eq!(cabinet.get(&path).await.json()["request"]["state"], "waiting");
}

async fn refuses_an_id_that_stands_for_something_else(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let (device, user) = Device::connected(&app, &cabinet).await;
    let request_id = RequestId::generate();
    let (message_id, open) = opening(request_id, "ordinary", "Ау");
    device.outbox(&app, &[open]).await.accepted();
    let before = app.state().await;
    let conflict = |field: &str| (409, "conflict".to_owned(), Some(field.to_owned()));
    let reply = json!({"message_id": message_id, "text": "Под чужим номером"});
    let answer = cabinet.post(&format!("/requests/{request_id}/messages"), reply).await;
    assert_eq!(answer.refusal(), conflict("message_id"));
    let first = json!({"request_id": request_id, "message_id": MessageId::generate(), "text": "Под чужим номером"});
    let answer = cabinet.post(&format!("/users/{}/requests", user.id), first).await;
    assert_eq!(answer.refusal(), conflict("request_id"));
    let unknown = json!({"up_to": MessageId::generate()});
    let answer = cabinet.post(&format!("/requests/{request_id}/read"), unknown).await;
    assert_eq!(answer.refusal(), (404, "not_found".to_owned(), Some("up_to".to_owned())));
    assert_eq!(app.state().await, before);
}
