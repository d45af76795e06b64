//! The loop, the calls and the store against a cloud on a real port, through office proxies of
//! the bad kind: every message once and in order, both ways, and only some seconds late.

#[path = "support/office_proxy.rs"]
mod office_proxy;
#[path = "support/talking_cloud.rs"]
mod talking_cloud;
#[path = "support/world.rs"]
mod world;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use buhphone_agent::{
    cloud_client::{
        CloudClient, Transport,
        signing::{Signed, Signer, Unsigned},
    },
    command::Command,
    driver::{self, Ports},
    ports::VaultError,
    sqlite_store::SqliteStore,
    view::{MessageState, Stage, View},
};
use buhphone_protocol::{code::Code, ids::RequestId};
use futures::stream;
use httpsig::prelude::{AlgorithmName, SecretKey};
use office_proxy::{Temper, between};
use talking_cloud::TalkingCloud;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use world::World;

/// Longer than a proxy that holds streams back is waited for.
const PATIENCE: Duration = Duration::from_secs(90);

struct Pocket(SecretKey);

#[async_trait]
impl Signer for Pocket {
    async fn sign(&self, _: &str, call: Unsigned) -> Result<Signed, VaultError> {
        Ok(call.sign(&self.0).expect("it signs"))
    }
}

/// A program connected to a cloud through a proxy.
struct Office {
    world: World,
    cloud: TalkingCloud,
    commands: mpsc::Sender<Command>,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<()>,
    home: tempfile::TempDir,
}

impl Office {
    async fn open(temper: Temper) -> Self {
        let (cloud, address) = TalkingCloud::start().await;
        let world = World::new();
        world.written().cloud = Some(between(&address, temper).await);
        let home = tempfile::tempdir().expect("a temporary folder");
        let (commands, shutdown, task) = run(&world, &home);
        let office = Self { world, cloud, commands, shutdown, task, home };
        office.command(Command::Activate { code: Code::from_random(48_210_937_552).grouped(), server: None }).await;
        office.shows("it is connected", |view| view.stage == Stage::Active).await;
        office
    }

    async fn restart(self) -> Self {
        let Self { world, cloud, shutdown, task, home, .. } = self;
        shutdown.send(()).expect("the driver runs");
        task.await.expect("the driver ends well");
        let (commands, shutdown, task) = run(&world, &home);
        Self { world, cloud, commands, shutdown, task, home }
    }

    async fn command(&self, command: Command) {
        self.commands.send(command).await.expect("the driver listens");
    }

    async fn shows(&self, what: &str, fits: impl Fn(&View) -> bool) -> View {
        timeout(PATIENCE, self.world.shows(what, fits)).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
    }

    fn staff_write(&self, id: &str, text: &str) {
        let id: RequestId = id.parse().expect("an id");
        self.cloud.desk().staff_write(id, text, "2026-11-23T06:00:00Z".parse().expect("a timestamp"));
        self.cloud.ring();
    }

    /// Begins a conversation, and puts it on the screen.
    async fn ask(&self, text: &str) -> String {
        self.command(Command::Ask { text: text.to_owned() }).await;
        let view = self.shows("the question is accepted", |view| !view.talk.conversations.is_empty()).await;
        let id = view.talk.conversations[0].request_id.clone();
        self.command(Command::ShowConversation { request_id: Some(id.clone()) }).await;
        id
    }

    /// Both sides hold the same, in the same order.
    async fn agrees(&self, count: usize) {
        let is_whole = |view: &View| {
            view.talk.waiting_to_send == 0
                && view.talk.shown.as_ref().is_some_and(|shown| {
                    shown.messages.len() == count
                        && shown.messages.iter().all(|one| one.state.is_none_or(|state| state > MessageState::Saved))
                })
        };
        let view = self.shows("all is there", is_whole).await;
        let here: Vec<_> = view.talk.shown.expect("it is shown").messages.into_iter().map(|one| one.text).collect();
        let there: Vec<_> = self.cloud.desk().messages.iter().map(|one| one.text.clone()).collect();
        assert_eq!(here, there);
    }
}

fn run(world: &World, home: &tempfile::TempDir) -> (mpsc::Sender<Command>, oneshot::Sender<()>, JoinHandle<()>) {
    let ports = world.ports();
    let key = SecretKey::from_bytes(&AlgorithmName::Ed25519, &[7; 32]).expect("32 bytes are a key");
    let address = world.written().cloud.clone().expect("it is known");
    let client = CloudClient::new(address, Arc::new(Pocket(key)), ports.clock.clone(), Transport::default());
    let store = SqliteStore::new(home.path().join("data"), ports.clock.clone());
    let ports = Ports { cloud: Arc::new(client.expect("it is made")), store: Arc::new(store), ..ports };
    let (commands, queue) = mpsc::channel(64);
    let (shutdown, stopped) = oneshot::channel();
    let task = tokio::spawn(driver::run(world.machine(), ports, queue, stream::pending(), stopped));
    (commands, shutdown, task)
}

/// Both sides write at once, and the staff read it.
async fn both_write_through(temper: Temper) -> (Office, String) {
    let office = Office::open(temper).await;
    let id = office.ask("вопрос <script>alert(1)</script> 🧾").await;
    office.shows("the line answers", |view| view.talk.shown.as_ref().is_some_and(|one| one.messages.len() == 2)).await;
    for n in 0..20 {
        office.command(Command::Say { request_id: id.clone(), text: format!("от клиента {n}") }).await;
        office.staff_write(&id, &format!("от сотрудника {n}"));
        tokio::task::yield_now().await;
    }
    office.agrees(42).await;
    assert_eq!(office.cloud.desk().by_user().len(), 21);
    office.cloud.desk().staff_receipt(true, "2026-11-23T06:00:00Z".parse().expect("a timestamp"));
    office.cloud.ring();
    let is_read = |view: &View| {
        let shown = view.talk.shown.as_ref().expect("it is shown");
        shown.messages.iter().all(|one| one.state.is_none_or(|state| state == MessageState::Read))
    };
    office.shows("all is read", is_read).await;
    (office, id)
}

/// The next process goes on where this one was.
async fn and_after_a_restart((office, id): (Office, String)) -> TalkingCloud {
    let office = office.restart().await;
    office.command(Command::ShowConversation { request_id: Some(id.clone()) }).await;
    office.agrees(42).await;
    office.staff_write(&id, "после перезапуска");
    office.agrees(43).await;
    office.cloud
}

#[tokio::test]
async fn an_honest_way_brings_everything_down_one_stream() {
    let cloud = and_after_a_restart(both_write_through(Temper::Honest).await).await;
    assert_eq!(*cloud.polls.borrow(), 0);
}

#[tokio::test]
async fn a_proxy_that_cuts_streams_in_the_middle_of_an_event_loses_none() {
    let cloud = and_after_a_restart(both_write_through(Temper::CutsStreams(1500)).await).await;
    assert!(*cloud.polls.borrow() > 0, "after three cuts it polls");
}

#[tokio::test]
async fn a_proxy_that_holds_streams_back_costs_seconds() {
    let (office, _) = both_write_through(Temper::HoldsStreams).await;
    assert!(*office.cloud.polls.borrow() > 0);
}

#[tokio::test]
async fn calls_that_arrive_twice_and_answers_that_are_lost_are_counted_once() {
    and_after_a_restart(both_write_through(Temper::RepeatsAndLoses).await).await;
}
