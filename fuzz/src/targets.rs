//! Everything that reads bytes from outside, each as a function of bytes that must not panic,
//! hang or lose what it read. The fuzzer calls them, and a test replays what it found.

use std::{collections::VecDeque, time::Duration};

use axum::http::Request;
use buhphone_agent::{
    cloud_client::stream,
    command::Command,
    machine::Input,
    ports::{CallError, Heard},
    view::{ConversationHead, Stage},
};
use buhphone_cloud::http::signature;
use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    authorization::{AuthorizeRequest, Authorized},
    code::Code,
    conversation::{Event, Seq},
    date::ItsUntil,
    error::WireError,
    inn::Inn,
    key::PublicKey,
    live::{Events, Item, Outbox, OutboxRecorded},
    reconnection::{ReconnectRequest, Reconnection},
    removal::RemoveRequest,
    standing::Standing,
    telemetry::{FailureKind, Origin},
};
use buhphone_simulator::{Cloud, Network, World};
use futures::{FutureExt, StreamExt};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// When all of it happens.
const NOW: &str = "2026-11-23T06:00:12Z";

/// Answers a computer gets in one run; more of them find nothing new.
const ANSWERS_MAX: usize = 64;

/// What people type: codes, ИНН, dates.
pub fn typed(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(code) = Code::parse(text) {
        assert_eq!(Code::parse(&code.grouped()), Ok(code.clone()));
        assert_eq!(Code::parse(&code.digits()), Ok(code));
    }
    if let Ok(inn) = text.parse::<Inn>() {
        assert_eq!(inn.to_string().parse::<Inn>().as_ref(), Ok(&inn));
    }
    if let Ok(until) = text.parse::<ItsUntil>() {
        assert_eq!(until.to_string().parse::<ItsUntil>(), Ok(until));
        let _told = (until.printed(), until.last_day());
    }
}

/// What opens the program, or is typed into it as a code.
pub fn links(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut world = World::new(NOW, "Europe/Moscow");
    world.launch(Origin::Link);
    world.command(Command::OpenLink { link: text.to_owned() });
    assert!(world.calls.is_empty(), "a link connects nothing by itself");
    let Stage::NotActivated { code, cloud, .. } = world.view().stage else { panic!("a link connects nothing") };
    assert!(code.is_some() || cloud.is_none(), "an address comes with a code");
    world.command(Command::Activate { code: text.to_owned(), server: Some(text.to_owned()) });
    let _shown = world.view();
}

/// Bodies of the device's routes, as the cloud reads them.
pub fn device_calls(data: &[u8]) {
    reads_what_it_writes::<ActivateRequest>(data);
    reads_what_it_writes::<AuthorizeRequest>(data);
    reads_what_it_writes::<ReconnectRequest>(data);
    reads_what_it_writes::<RemoveRequest>(data);
    reads_what_it_writes::<Outbox>(data);
    reads_what_it_writes::<Item>(data);
}

/// The headers of a signed call, a line each: signature, its input, the digest, the target; then the body.
pub fn signatures(data: &[u8]) {
    let mut lines = data.splitn(5, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let mut request = Request::post("/");
    for name in ["signature", "signature-input", "content-digest"] {
        request = request.header(name, line());
    }
    let request = request.uri(line());
    let body = line();
    let Ok(request) = request.body(()) else { return };
    let (parts, ()) = request.into_parts();
    let now = NOW.parse().expect("a time");
    if let Ok(signed) = signature::verify(&parts, body, now) {
        assert!(!signed.nonce.is_empty());
    }
}

/// Answers of whoever stands in the cloud's place, a line each, to a computer from its first start on.
pub fn answers(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let now = NOW.parse().expect("a time");
    let script = Script(text.lines().take(ANSWERS_MAX).map(str::to_owned).collect());
    let mut world = World::with(script, 0, now, "Europe/Moscow");
    world.launch(Origin::Person);
    world.command(Command::Activate { code: buhphone_simulator::code(1), server: None });
    world.command(Command::Ask { text: "Вопрос".to_owned() });
    world.work(SignedDuration::from_mins(5));
    let _shown = world.view();
    world.sleep(SignedDuration::from_hours(24));
    world.work(SignedDuration::from_mins(5));
    let _shown = world.view();
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    let _shown = world.view();
}

/// What comes down the event stream.
pub fn stream(data: &[u8]) {
    let response = axum::http::Response::new(data.to_vec());
    let mut events = Vec::new();
    let mut heard = stream::read(response.into());
    // All of it is there at once; what is pending now stays so.
    while let Some(Some(next)) = heard.next().now_or_never() {
        match next {
            Ok(Heard::Event(event)) => events.push(event),
            Ok(Heard::Alive) | Err(_) => {}
        }
        if events.len() > ANSWERS_MAX {
            break;
        }
    }
    if events.is_empty() {
        return;
    }
    let mut world = World::connected(NOW, "Europe/Moscow");
    // The cloud in memory sent nothing of this, and so must not be told how far it came.
    world.network = Network::Down(FailureKind::Connect);
    world.input(Input::Heard(events));
    let talk = world.view().talk;
    if let Some(first) = talk.conversations.first() {
        world.command(Command::ShowConversation { request_id: Some(first.request_id.clone()) });
    }
    let _shown = world.view();
    world.launch(Origin::Login);
    assert_eq!(world.set_aside, [] as [&str; 0], "what was heard and saved is read again");
}

/// The state found at a start: the text, and rows of a key and a body each, a line each.
pub fn saved(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut lines = text.lines().map(str::to_owned);
    let now = NOW.parse().expect("a time");
    let mut world = World::with(Script(VecDeque::new()), 0, now, "Europe/Moscow");
    world.disk = lines.next();
    while let (Some(key), Some(body)) = (lines.next(), lines.next()) {
        world.rows.insert(key, body);
    }
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(2));
    let _shown = world.view();
    world.command(Command::Ask { text: "Вопрос".to_owned() });
    world.sleep(SignedDuration::from_hours(24));
    world.work(SignedDuration::from_mins(2));
    let before = conversations(&world);
    let aside = world.set_aside.len();
    world.launch(Origin::Login);
    assert_eq!(world.set_aside.len(), aside, "what this version saved it reads again");
    assert_eq!(conversations(&world), before);
}

/// Without their printed times: what day it is may be forgotten with a clock that was set back, and shows in them.
fn conversations(world: &World<Script>) -> Vec<ConversationHead> {
    let mut heads = world.view().talk.conversations;
    for head in &mut heads {
        head.last_printed.clear();
    }
    heads
}

fn reads_what_it_writes<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(data: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<T>(data) {
        let written = serde_json::to_string(&value).expect("wire types have only string keys");
        assert_eq!(serde_json::from_str::<T>(&written).expect("what was written reads back"), value);
    }
}

/// A cloud that answers whatever comes next in the script, whatever was asked.
struct Script(VecDeque<String>);

impl Script {
    fn next<T: DeserializeOwned>(&mut self) -> Result<T, CallError> {
        let unreached = |failure| CallError::Unreached { failure, detail: String::new() };
        let answer = self.0.pop_front().ok_or_else(|| unreached(FailureKind::Connect))?;
        serde_json::from_str(&answer).map_err(|_| match serde_json::from_str::<WireError>(&answer) {
            Ok(WireError { code, message, .. }) => {
                CallError::Refused { code, message, retry_after: Some(Duration::from_secs(answer.len() as u64)) }
            }
            Err(_) => unreached(FailureKind::Other),
        })
    }
}

impl Cloud for Script {
    fn activate(&mut self, _: &PublicKey, _: &ActivateRequest, _: Timestamp) -> Result<Activated, CallError> {
        self.next()
    }

    fn authorize(&mut self, _: &PublicKey, _: &AuthorizeRequest, _: Timestamp) -> Result<Authorized, CallError> {
        self.next()
    }

    fn standing(&mut self, _: &PublicKey, _: Timestamp) -> Result<Standing, CallError> {
        self.next()
    }

    fn reconnect(&mut self, _: &PublicKey, _: &ReconnectRequest, _: Timestamp) -> Result<Reconnection, CallError> {
        self.next()
    }

    fn record(&mut self, _: &PublicKey, _: &Outbox, _: Timestamp) -> Result<OutboxRecorded, CallError> {
        self.next()
    }

    fn events(&mut self, _: &PublicKey, _: Seq, _: usize, _: Timestamp) -> Result<Vec<Event>, CallError> {
        self.next().map(|page: Events| page.events)
    }

    fn is_truthful(&self) -> bool {
        false
    }
}
