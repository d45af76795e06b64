//! The loop under tokio's own time, which runs ahead whenever everybody waits: a day takes milliseconds.

#[path = "support/world.rs"]
mod world;

use std::time::Duration;

use buhphone_agent::{
    command::Command,
    driver,
    view::{Connection, Stage, Trouble, View},
};
use buhphone_protocol::code::Code;
use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{sleep, timeout},
};
use world::World;

/// The driver at work in `world`.
struct Running {
    commands: mpsc::Sender<Command>,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    fn in_world(world: &World) -> Self {
        Self::with_network(world, stream::pending())
    }

    fn with_network(world: &World, network: impl Stream<Item = ()> + Send + Unpin + 'static) -> Self {
        let (commands, queue) = mpsc::channel(8);
        let (shutdown, stopped) = oneshot::channel();
        let task = tokio::spawn(driver::run(world.machine(), world.ports(), queue, network, stopped));
        Self { commands, shutdown, task }
    }

    async fn activate(&self) {
        let code = Code::from_random(48_210_937_552).grouped();
        self.commands.send(Command::Activate { code, server: None }).await.expect("the driver listens");
    }

    async fn stop(self) {
        self.shutdown.send(()).expect("the driver runs");
        self.task.await.expect("the driver ends well");
    }
}

fn is_authorized(view: &View) -> bool {
    view.stage == Stage::Active && view.last_authorization.is_some()
}

#[tokio::test(start_paused = true)]
async fn a_code_becomes_an_authorization_and_nothing_is_sent_before_it_is_saved() {
    let world = World::new();
    let running = Running::in_world(&world);
    running.activate().await;
    let view = world.shows("it is authorized", is_authorized).await;
    assert_eq!(view.last_authorization.expect("it is there").printed, "23.11.2026 9:00:00");
    assert_eq!(view.troubles, []);
    running.stop().await;

    let asked = world.written().asked.clone();
    for call in ["make key", "activate", "authorize"] {
        let n = asked.iter().position(|asked| *asked == call).unwrap_or_else(|| panic!("no {call} in {asked:?}"));
        assert!(asked[..n].contains(&"save"), "{call} came before any save: {asked:?}");
    }
    let order = |what| asked.iter().position(|asked| *asked == what).expect("it was asked");
    assert!(order("make key") < order("activate") && order("use key") < order("activate"), "{asked:?}");
    assert!(order("activate") < order("authorize"), "{asked:?}");
    let between = &asked[order("activate")..order("authorize")];
    assert!(between.contains(&"save"), "the intent is saved before it is sent: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn the_next_process_goes_on_with_what_was_saved() {
    let world = World::new();
    let first = Running::in_world(&world);
    first.activate().await;
    world.shows("it is authorized", is_authorized).await;
    first.stop().await;

    world.written().asked.clear();
    let second = Running::in_world(&world);
    world.shows("it is authorized", is_authorized).await;
    second.stop().await;
    let asked = world.written().asked.clone();
    assert!(!asked.contains(&"activate") && !asked.contains(&"make key"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_shown_and_stops_nothing() {
    let world = World::new();
    world.written().disk_is_full = true;
    let running = Running::in_world(&world);
    running.activate().await;
    let view = world.shows("it is authorized", is_authorized).await;
    assert!(view.troubles.contains(&Trouble::StateNotSaved), "{:?}", view.troubles);

    world.written().disk_is_full = false;
    world.shows("the state is saved again", |view| !view.troubles.contains(&Trouble::StateNotSaved)).await;
    assert!(world.written().saved.is_some());
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_nothing_is_a_hundred_and_twenty_ticks() {
    let world = World::new();
    let running = Running::in_world(&world);
    sleep(Duration::from_secs(3600) + Duration::from_secs(1)).await;
    // One more is asked at the start.
    assert_eq!(world.written().presence_asked, 121);
    assert_eq!(world.written().shown, 2, "starting, and waiting for a code");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_back_is_used_at_once() {
    let world = World::new();
    let (up, network) = mpsc::channel(1);
    let network = stream::unfold(network, |mut network| async { Some((network.recv().await?, network)) }).boxed();
    let first = Running::with_network(&world, network);
    first.activate().await;
    world.shows("it is authorized", is_authorized).await;
    world.written().is_offline = true;
    first.commands.send(Command::AuthorizeNow).await.expect("the driver listens");
    world.shows("it is offline", |view| matches!(view.connection, Connection::Offline { .. })).await;
    // Long enough for the retries to be a quarter of an hour apart.
    sleep(Duration::from_secs(2 * 3600)).await;

    world.written().is_offline = false;
    up.send(()).await.expect("the driver listens");
    let online = world.shows("it is online", |view| view.connection == Connection::Online);
    timeout(Duration::from_secs(6), online).await.expect("it does not wait for the next retry");
    first.stop().await;
}

#[tokio::test(start_paused = true)]
async fn it_runs_on_when_nobody_commands_and_no_network_is_watched() {
    let world = World::new();
    let Running { commands, shutdown, task } = Running::with_network(&world, stream::empty());
    drop(commands);
    sleep(Duration::from_secs(301)).await;
    assert_eq!(world.written().presence_asked, 11);
    drop(shutdown);
    task.await.expect("a holder that is gone ends it");
}
