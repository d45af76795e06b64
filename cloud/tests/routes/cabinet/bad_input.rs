//! Input that is wrong, on every route that takes any: 4xx, the field at fault, nothing written.
//! Telling who may not be told of a thing at all is `strangers`'.

use buhphone_protocol::cabinet::{PREFIX, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Cabinet, Db, TestApp, User, refused, user_draft};

stories! {
    names_the_field_at_fault,
    names_the_parameter_at_fault,
    refuses_bodies_that_are_no_json,
}

/// Every route that reads a body.
fn writes(user: &User) -> [(Method, String); 6] {
    [
        (Method::POST, "/session".to_owned()),
        (Method::POST, "/categories".to_owned()),
        (Method::POST, "/clients".to_owned()),
        (Method::PUT, format!("/clients/{}", user.client)),
        (Method::POST, format!("/clients/{}/users", user.client)),
        (Method::PUT, format!("/users/{}", user.id)),
    ]
}

async fn registered(app: &TestApp) -> (Cabinet<'_>, User) {
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    (cabinet, user)
}

async fn names_the_field_at_fault(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user) = registered(&app).await;
    let before = app.state().await;
    let long = "я".repeat(201);
    let names = [json!({}), json!({"name": ""}), json!({"name": " "}), json!({"name": 7}), json!({"name": long})];
    let users = |field: &str, value: Value| {
        let mut draft = user_draft(&user.category);
        draft[field] = value;
        (draft, field.to_owned())
    };
    let drafts = [
        users("surname", json!("")),
        users("surname", json!("я".repeat(101))),
        users("surname", json!("Ива\u{0}нова")),
        users("surname", json!(null)),
        users("name", json!("я".repeat(101))),
        users("patronymic", json!("a\nb")),
        users("category_id", json!("Первый платный")),
        users("uses_1c", json!("Да")),
        users("its_until", json!("31.02.2015")),
        users("its_until", json!("20155")),
        users("its_until", json!(2015)),
        users("email", json!("ivanova")),
        users("email", json!(format!("{}@example.ru", "a".repeat(300)))),
        users("phone", json!("восемь")),
        users("phone", json!("1".repeat(33))),
    ];
    for (method, path) in writes(&user) {
        let cases: Vec<(Value, String)> = match path.rsplit('/').next().unwrap() {
            "session" => {
                vec![(json!({}), "email".to_owned()), (json!({"email": 1, "password": ""}), "email".to_owned())]
            }
            "users" => drafts.to_vec(),
            _ if path.starts_with("/users/") => drafts.to_vec(),
            kind => {
                let mut cases: Vec<(Value, String)> =
                    names.iter().map(|body| (body.clone(), "name".to_owned())).collect();
                if kind != "categories" {
                    for inn in ["7707083894", "77070838", "770708389X", "0000000000"] {
                        cases.push((json!({"name": "ООО", "inn": inn}), "inn".to_owned()));
                    }
                    cases.push((json!({"name": "ООО", "inn": 7_707_083_893_i64}), "inn".to_owned()));
                }
                cases
            }
        };
        for (body, field) in cases {
            let answer = Answer::of(cabinet.request(method.clone(), &path).json(&body)).await;
            assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field)), "{method} {path} {body}");
        }
    }
    assert_eq!(app.state().await, before);
}

async fn names_the_parameter_at_fault(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user) = registered(&app).await;
    let of_user = format!("/users/{}/requests?", user.id);
    for list in ["/clients?", "/users?", "/report?from=2026-11-01&to=2026-11-30&", "/requests?", &of_user, "/visits?"] {
        for (query, field) in [
            ("page=0", "page"),
            ("page=-1", "page"),
            ("page=4294967295", "page"),
            ("page=x", "page"),
            ("page_size=0", "page_size"),
            ("page_size=201", "page_size"),
            ("page_size=", "page_size"),
            (&format!("search={}", "a".repeat(201)), "search"),
        ] {
            if list == "/visits?" && field == "search" {
                continue;
            }
            let answer = cabinet.get(&format!("{list}{query}")).await;
            assert_eq!(answer.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())), "{list}{query}");
        }
        // Bytes that are no text find nothing, and nothing breaks.
        cabinet.get(&format!("{list}search=%ff%fe%00")).await.json();
    }
    for (path, field) in [
        ("/clients?archived=maybe", "archived"),
        ("/users?client_id=x", "client_id"),
        ("/requests?state=lost", "state"),
        ("/requests?kind=urgent", "kind"),
        ("/report", "from"),
        ("/report?from=2026-11-01", "to"),
        ("/report?from=2026-11-01&to=31.11.2026", "to"),
        ("/report?from=2026-02-30&to=2026-11-30", "from"),
        ("/report?from=2026-11-02&to=2026-11-01", "to"),
        ("/report?from=2020-01-01&to=2026-11-01", "to"),
        ("/report?from=9999-12-31&to=9999-12-31", "to"),
        ("/report?from=2026-11-01&to=2026-11-30&authorized=perhaps", "authorized"),
        ("/report?from=2026-11-01&to=2026-11-30&sort=password", "sort"),
        ("/report?from=2026-11-01&to=2026-11-30&descending=2", "descending"),
    ] {
        assert_eq!(cabinet.get(path).await.refusal(), (400, "invalid".to_owned(), Some(field.to_owned())), "{path}");
    }
}

async fn refuses_bodies_that_are_no_json(store: Db) {
    let app = TestApp::init(store).await;
    let (cabinet, user) = registered(&app).await;
    let before = app.state().await;
    for (method, path) in writes(&user) {
        let call = |body: Vec<u8>, kind: &'static str| {
            let call = app.http.request(method.clone(), format!("{}{PREFIX}{path}", app.url));
            let call = call.header("x-buhphone", "1").header("cookie", &cabinet.cookie);
            Answer::of(if kind.is_empty() { call.body(body) } else { call.header("content-type", kind).body(body) })
        };
        let json = "application/json";
        for body in
            [&b""[..], b"{", b"[]", b"null", b"{\"name\": \"\xd0\"}", b"\xef\xbb\xbf{}", b"{} {}", b"\xff\xfe{\0}\0"]
        {
            assert_eq!(call(body.to_vec(), json).await.code(), refused(400, "invalid"), "{path} {body:?}");
        }
        let deep = [vec![b'['; 60_000], vec![b']'; 100]].concat();
        assert_eq!(call(deep, json).await.code(), refused(400, "invalid"), "{path}");
        let good = json!({"name": "ООО"}).to_string().into_bytes();
        for kind in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
            assert_eq!(call(good.clone(), kind).await.code(), refused(400, "invalid"), "{path} {kind}");
        }
        let huge = vec![b' '; 64 * 1024 + 1];
        assert_eq!(call(huge, json).await.code(), refused(413, "too_large"), "{path}");
    }
    assert_eq!(app.state().await, before);
}
