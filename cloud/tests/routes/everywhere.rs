//! What holds for every address: health, the cabinet's pages, and what is no route.
//! The pages are looked at by their headers; what is on them is the cabinet's own tests'.

use reqwest::Method;

use crate::app::{Answer, Db, TestApp, refused};

stories! {
    says_that_it_is_well,
    gives_the_cabinets_page_for_its_own_addresses,
    answers_what_is_no_route_in_the_one_shape,
}

async fn says_that_it_is_well(store: Db) {
    let app = TestApp::init(store).await;
    let answer = app.get("/health").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "ok"));
    assert_eq!(answer.header("date"), "Mon, 23 Nov 2026 06:00:12 GMT");
}

async fn gives_the_cabinets_page_for_its_own_addresses(store: Db) {
    let app = TestApp::init(store).await;
    for path in ["/", "/users/0198", "/report?from=2026-11-01", "/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(answer.text.starts_with("<!doctype html"), "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    assert_eq!(app.get("/assets/no-such-file.js").await.status, 404);
}

async fn answers_what_is_no_route_in_the_one_shape(store: Db) {
    let app = TestApp::init(store).await;
    for path in ["/api", "/api/", "/api/cabinet/v1/nothing", "/api/device/v2/authorize"] {
        assert_eq!(app.get(path).await.code(), refused(404, "not_found"), "{path}");
    }
    for (method, path) in [
        (Method::GET, "/api/device/v1/authorize"),
        (Method::PUT, "/api/device/v1/activate"),
        (Method::POST, "/api/device/v1/standing"),
        (Method::PATCH, "/api/cabinet/v1/session"),
        (Method::DELETE, "/api/cabinet/v1/report"),
        (Method::POST, "/"),
    ] {
        let call = app.http.request(method, format!("{}{path}", app.url)).header("x-buhphone", "1");
        assert_eq!(Answer::of(call).await.code(), refused(405, "invalid"), "{path}");
    }
}
