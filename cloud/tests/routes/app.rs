//! The cloud under test: served on a port of its own, on a database of its own, at a
//! time that is set. Requests are real HTTP.

use std::{sync::Arc, time::Duration};

use buhphone_cloud::{
    clock::ManualClock,
    demo::{self, Seeded},
    launch,
    rules::Rules,
    secret::Pepper,
    settings::{Limits, Settings},
    store::{Listing, ReportSelection, RequestListing, Staff, Store},
};
use buhphone_protocol::{
    cabinet::{PREFIX, Role},
    ids::{PartnerId, RequestId, StaffId},
    report::{Column, Filter},
};
use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::listening::Stream;

pub(crate) type Db = Arc<dyn Store>;

pub(crate) const NOW: &str = "2026-11-23T06:00:12Z";
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<dyn Store>,
    /// The same rules beside the served ones, for what the operator does.
    pub(crate) operator: Rules,
    pub(crate) http: Client,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A browser of one member of staff.
pub(crate) struct Cabinet<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) cookie: String,
    pub(crate) staff: Staff,
}

impl TestApp {
    pub(crate) async fn init(store: Db) -> Self {
        Self::with(store, |_| {}).await
    }

    pub(crate) async fn with_limits(store: Db, limits: Limits) -> Self {
        Self::with(store, |settings| settings.limits = limits).await
    }

    pub(crate) async fn with(store: Db, adjust: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings::new(url.parse().unwrap(), Pepper::from_bytes([7; 32]));
        adjust(&mut settings);
        let (stop, stopped) = oneshot::channel::<()>();
        let operator = Rules::new(settings.clone(), store.clone(), clock.clone());
        let serving = tokio::spawn(launch(settings, store.clone(), clock.clone(), listener, async {
            drop(stopped.await);
        }));
        let http = Client::builder().no_proxy().build().unwrap();
        Self { url, clock, store, operator, http, stop, serving }
    }

    /// Asks the cloud to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let stopped = tokio::time::timeout(Duration::from_secs(20), self.serving).await;
        stopped.expect("the cloud stops in time").unwrap().unwrap();
    }

    pub(crate) fn at(&self, now: &str) -> Timestamp {
        let now = now.parse().unwrap();
        self.clock.set(now);
        now
    }

    /// A partner of its own with one member of staff, signed in.
    pub(crate) async fn with_staff(&self, role: Role) -> Cabinet<'_> {
        let name = format!("Партнёр {}", StaffId::generate());
        let partner = self.operator.create_partner(&name, "+7 495 000-00-00", "Europe/Moscow").await.unwrap();
        self.staff_of(partner.partner_id, role).await
    }

    /// The demo partner's 23 users and an administrator of theirs, signed in.
    pub(crate) async fn seeded(&self) -> (Seeded, Cabinet<'_>) {
        let seeded = demo::seed(self.store.as_ref()).await.unwrap();
        let cabinet = self.staff_of(seeded.partner.partner_id, Role::Administrator).await;
        (seeded, cabinet)
    }

    pub(crate) async fn staff_of(&self, partner_id: PartnerId, role: Role) -> Cabinet<'_> {
        let email = format!("{}@example.ru", StaffId::generate());
        let name = "Анна Сотрудница";
        let staff = self.operator.create_staff(partner_id, name, &email, role, PASSWORD.to_owned()).await.unwrap();
        let mut cabinet = Cabinet { app: self, cookie: String::new(), staff };
        let answer = cabinet.post("/session", json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        cabinet.cookie = answer.cookie();
        cabinet
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(format!("{}{path}", self.url))).await
    }

    /// All that is written of all partners, to see that nothing changed.
    pub(crate) async fn state(&self) -> String {
        let mut state = String::new();
        for partner in self.store.partners().await.unwrap() {
            let partner_id = partner.partner_id;
            state += &format!("{:?}\n{:?}\n", partner.name, self.store.categories(partner_id).await.unwrap());
            for archived in [false, true] {
                let listing = Listing { archived, page: 1, page_size: 1000, ..Listing::default() };
                state += &format!("{:?}\n", self.store.clients(partner_id, &listing).await.unwrap());
                for user in self.store.users(partner_id, None, &listing).await.unwrap().rows {
                    let history = self.store.user_history(partner_id, user.user_id).await.unwrap();
                    state += &format!("{user:?}\n{history:?}\n");
                    let events = self.store.events_after(partner_id, user.user_id, 0, 10_000).await.unwrap();
                    state += &format!("{events:?}\n");
                }
            }
            state += &format!("{:?}\n", self.store.line(partner_id).await.unwrap());
            state += &format!("{:?}\n", self.store.visits(partner_id, 1, 1000).await.unwrap());
            state += &format!("{:?}\n", self.store.waiting_reconnections(partner_id, 1000).await.unwrap());
            let listing = RequestListing { page: 1, page_size: 1000, ..RequestListing::default() };
            for row in self.store.requests(partner_id, &listing).await.unwrap().rows {
                let request = self.store.request(partner_id, row.request.request_id).await.unwrap();
                state += &format!("{row:?}\n{request:?}\n");
            }
            let selection = ReportSelection {
                from: "2000-01-01T00:00:00Z".parse().unwrap(),
                until: "2040-01-01T00:00:00Z".parse().unwrap(),
                authorized: Filter::All,
                search: String::new(),
                sort: Column::Default,
                descending: false,
                page: 1,
                page_size: 1000,
                now: NOW.parse().unwrap(),
            };
            state += &format!("{:?}\n", self.store.report(partner_id, &selection).await.unwrap());
        }
        state
    }
}

impl Cabinet<'_> {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.app.http.request(method, format!("{}{PREFIX}{path}", self.app.url));
        request.header("x-buhphone", "1").header("cookie", &self.cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Waits until the user of the request is shown as connected, or as not.
    pub(crate) async fn sees(&self, request_id: RequestId, online: bool) {
        let shown = async {
            while self.get(&format!("/requests/{request_id}")).await.json()["online"] != json!(online) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), shown).await.expect("presence is shown in time");
    }

    /// The stream of the partner's changes.
    pub(crate) async fn live(&self, query: &str) -> Stream {
        Stream::open(self.request(Method::GET, &format!("/live{query}"))).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// A category, a client and a user in them: their ids.
    pub(crate) async fn with_user(&self) -> User {
        let category = self.post("/categories", json!({"name": "Первый платный"})).await.json();
        let client = self.post("/clients", json!({"name": "ООО «Ромашка»", "inn": "7707083893"})).await.json();
        let (category, client) = (text(&category["category_id"]), text(&client["client_id"]));
        let draft = user_draft(&category);
        let user = self.post(&format!("/clients/{client}/users"), draft).await.json();
        User { category, client, id: text(&user["user_id"]) }
    }

    pub(crate) async fn with_code(&self, user: &str) -> String {
        text(&self.post(&format!("/users/{user}/codes"), json!({})).await.json()["code"])
    }
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) client: String,
    pub(crate) category: String,
}

pub(crate) fn user_draft(category: &str) -> Value {
    json!({
        "surname": "Иванова", "name": "Мария", "patronymic": "Петровна", "category_id": category, "uses_1c": true,
        "its_until": "31.12.2027", "email": "ivanova@example.ru", "phone": "+7 (495) 123-45-67",
    })
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        Self { status, headers, text: answer.text().await.unwrap() }
    }

    pub(crate) fn json(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        serde_json::from_str(&self.text).unwrap()
    }

    /// An outbox was taken whole.
    pub(crate) fn accepted(&self) {
        assert_eq!(self.json()["rejected"], json!([]));
    }

    /// Status, code and field of a refusal, which must have a message.
    pub(crate) fn refusal(&self) -> (u16, String, Option<String>) {
        let error: Value = serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"));
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "no refusal: {self:?}");
        (self.status.as_u16(), text(&error["code"]), error["field"].as_str().map(str::to_owned))
    }

    /// Status and code alone.
    pub(crate) fn code(&self) -> (u16, String) {
        let (status, code, _) = self.refusal();
        (status, code)
    }

    /// The session's cookie as the next request sends it.
    pub(crate) fn cookie(&self) -> String {
        let set = self.headers["set-cookie"].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub(crate) fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
