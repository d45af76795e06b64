//! What every route of a device demands of a signature: each thing wrong alone is
//! refused, on every route, and nothing is written.

use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_protocol::{activation, authorization, cabinet::Role, reconnection};
use reqwest::Method;

use super::{Device, Signing, intent};
use crate::app::{Answer, Db, TestApp, refused, text};

stories! {
    refuses_signatures_with_one_thing_wrong,
    refuses_calls_without_a_signature,
    refuses_a_body_that_was_altered,
    refuses_a_call_played_again,
    refuses_a_recorded_call_on_another_route,
    refuses_bodies_that_are_no_json,
    tells_its_time_to_a_computer_with_a_wrong_clock,
}

/// A connected device, and one right call of each route.
async fn calls(app: &TestApp) -> (Device, Vec<(Method, &'static str, Vec<u8>)>) {
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    let device = Device::new();
    let device_id = text(&device.activate(app, &cabinet.with_code(&user.id).await).await.json()["device_id"]);
    let activation = device.activation(&cabinet.with_code(&user.id).await);
    let calls = vec![
        (Method::POST, activation::PATH, activation.to_string().into_bytes()),
        (Method::POST, authorization::PATH, intent().to_string().into_bytes()),
        (Method::GET, authorization::STANDING_PATH, Vec::new()),
        (Method::POST, reconnection::PATH, device.wish(&device_id).to_string().into_bytes()),
    ];
    (device, calls)
}

async fn refuses_signatures_with_one_thing_wrong(store: Db) {
    type Spoil = fn(&mut Signing);
    let spoils: [(&str, Spoil, &str); 21] = [
        ("method", |s| s.method = "PUT".to_owned(), "signature_invalid"),
        ("path", |s| s.path.push('x'), "signature_invalid"),
        ("query", |s| s.query.push_str("a=1"), "signature_invalid"),
        ("digest", |s| s.digest = format!("sha-256=:{}:", "A".repeat(43) + "="), "signature_invalid"),
        ("no digest's algorithm", |s| s.digest = "md5=:AAAA:".to_owned(), "signature_invalid"),
        ("digest garbled", |s| s.digest = "sha-256".to_owned(), "signature_invalid"),
        ("method not covered", |s| s.covered.retain(|c| *c != "@method"), "signature_invalid"),
        ("path not covered", |s| s.covered.retain(|c| *c != "@path"), "signature_invalid"),
        ("query not covered", |s| s.covered.retain(|c| *c != "@query"), "signature_invalid"),
        ("digest not covered", |s| s.covered.retain(|c| *c != "content-digest"), "signature_invalid"),
        ("nothing covered", |s| s.covered.clear(), "signature_invalid"),
        ("no alg", |s| s.alg = None, "signature_invalid"),
        ("another alg", |s| s.alg = Some("hmac-sha256".to_owned()), "signature_invalid"),
        ("no keyid", |s| s.keyid = None, "signature_invalid"),
        ("another's keyid", |s| s.keyid = Some(Device::new().key()), "signature_invalid"),
        ("keyid no key", |s| s.keyid = Some("AAAA".to_owned()), "signature_invalid"),
        ("no nonce", |s| s.nonce = None, "signature_invalid"),
        ("short nonce", |s| s.nonce = Some("AAAA".to_owned()), "signature_invalid"),
        ("no created", |s| s.created = None, "signature_invalid"),
        ("old", |s| s.created = s.created.map(|at| at - 301), "signature_stale"),
        ("of the future", |s| s.created = s.created.map(|at| at + 301), "signature_stale"),
    ];
    let app = TestApp::init(store).await;
    let (device, calls) = calls(&app).await;
    let before = app.state().await;
    for (method, path, body) in calls {
        for (what, spoil, code) in &spoils {
            let mut signing = device.signing(&app, &method, path, &body);
            spoil(&mut signing);
            let answer = Answer::of(device.request(&app, method.clone(), path, body.clone(), &signing)).await;
            assert_eq!(answer.code(), refused(401, code), "{what} on {path}");
        }
        // A key of all zeros verifies anything in careless libraries.
        let mut signing = device.signing(&app, &method, path, &body);
        signing.keyid = Some(BASE64_STANDARD.encode([0; 32]));
        let answer = Answer::of(device.request(&app, method.clone(), path, body, &signing)).await;
        assert_eq!(answer.code(), refused(401, "signature_invalid"), "weak key on {path}");
    }
    assert_eq!(app.state().await, before);
}

async fn refuses_calls_without_a_signature(store: Db) {
    let app = TestApp::init(store).await;
    let (device, calls) = calls(&app).await;
    for (method, path, body) in calls {
        let mut signing = device.signing(&app, &method, path, &body);
        let url = format!("{}{path}", app.url);
        let bare = app.http.request(method.clone(), &url).body(body.clone());
        assert_eq!(Answer::of(bare).await.code(), refused(401, "signature_invalid"));
        for (signature, input) in
            [("", ""), ("buhphone=:AAAA:", "buhphone=()"), ("\u{1}", "x"), ("buhphone=1", "a=1, b")]
        {
            let call = app.http.request(method.clone(), &url).body(body.clone());
            let Ok(value) = reqwest::header::HeaderValue::from_bytes(signature.as_bytes()) else { continue };
            let call = call.header("signature", value).header("signature-input", input);
            let call = call.header("content-digest", &signing.digest);
            assert_eq!(Answer::of(call).await.code(), refused(401, "signature_invalid"), "{signature}");
        }
        signing.label = "sig1";
        let answer = Answer::of(device.request(&app, method, path, body, &signing)).await;
        assert_eq!(answer.code(), refused(401, "signature_invalid"), "{path}");
    }
}

async fn refuses_a_body_that_was_altered(store: Db) {
    let app = TestApp::init(store).await;
    let (device, calls) = calls(&app).await;
    let before = app.state().await;
    for (method, path, body) in calls {
        let signing = device.signing(&app, &method, path, &body);
        let altered = [body, b" ".to_vec()].concat();
        let answer = Answer::of(device.request(&app, method, path, altered, &signing)).await;
        assert_eq!(answer.code(), refused(401, "signature_invalid"), "{path}");
    }
    assert_eq!(app.state().await, before);
}

async fn refuses_a_call_played_again(store: Db) {
    let app = TestApp::init(store).await;
    let (device, calls) = calls(&app).await;
    let (method, path, body) = calls[1].clone();
    let signing = device.signing(&app, &method, path, &body);
    let play = || Answer::of(device.request(&app, method.clone(), path, body.clone(), &signing));
    play().await.json();
    let before = app.state().await;
    assert_eq!(play().await.code(), refused(401, "signature_replayed"));
    app.clock.advance(300);
    assert_eq!(play().await.code(), refused(401, "signature_replayed"));
    app.clock.advance(1);
    assert_eq!(play().await.code(), refused(401, "signature_stale"));
    assert_eq!(app.state().await, before);

    // Played many times at once, it is taken once.
    let signing = device.signing(&app, &Method::GET, authorization::STANDING_PATH, b"");
    let call = || device.request(&app, Method::GET, authorization::STANDING_PATH, Vec::new(), &signing);
    let answers = futures::future::join_all((0..8).map(|_| Answer::of(call()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

async fn refuses_a_recorded_call_on_another_route(store: Db) {
    let app = TestApp::init(store).await;
    let (device, calls) = calls(&app).await;
    let (method, path, body) = calls[1].clone();
    let signing = device.signing(&app, &method, path, &body);
    let before = app.state().await;
    let moved = device.request(&app, method, activation::PATH, body, &signing);
    assert_eq!(Answer::of(moved).await.code(), refused(401, "signature_invalid"));
    assert_eq!(app.state().await, before);
}

async fn refuses_bodies_that_are_no_json(store: Db) {
    let app = TestApp::init(store).await;
    let (device, calls) = calls(&app).await;
    let before = app.state().await;
    for (method, path, good) in &calls[..2] {
        for body in [b"".to_vec(), b"{".to_vec(), b"[]".to_vec(), b"\"\xff\xfe\"".to_vec(), b"null".to_vec()] {
            let answer = device.send(&app, method.clone(), path, body.clone()).await;
            assert_eq!(answer.code(), refused(400, "invalid"), "{body:?} on {path}");
        }
        let twice = [good.clone(), good.clone()].concat();
        assert_eq!(device.send(&app, method.clone(), path, twice).await.code(), refused(400, "invalid"));
        let huge = vec![b' '; 64 * 1024 + 1];
        assert_eq!(device.send(&app, method.clone(), path, huge).await.code(), refused(413, "too_large"));

        let signing = device.signing(&app, method, path, good);
        let mut call = device.request(&app, method.clone(), path, good.clone(), &signing).build().unwrap();
        call.headers_mut().insert("content-type", "text/plain".parse().unwrap());
        let answer = app.http.execute(call).await.unwrap();
        assert_eq!(answer.status(), 400);
    }
    assert_eq!(app.state().await, before);
}

async fn tells_its_time_to_a_computer_with_a_wrong_clock(store: Db) {
    let app = TestApp::init(store).await;
    let (device, calls) = calls(&app).await;
    let (method, path, body) = calls[1].clone();
    let mut signing = device.signing(&app, &method, path, &body);
    signing.created = Some("2009-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second());
    let answer = Answer::of(device.request(&app, method.clone(), path, body.clone(), &signing)).await;
    assert_eq!(answer.code(), refused(401, "signature_stale"));
    assert_eq!(answer.header("date"), "Mon, 23 Nov 2026 06:00:12 GMT");
    device.send(&app, method, path, body).await.json();
}
