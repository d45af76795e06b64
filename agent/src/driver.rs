//! The only loop: feeds the machine with what happened and carries out what it asks.
//! Saves are awaited in their place, so that nothing is sent before what it rests on is durable;
//! calls and questions run beside, and their answers come back as inputs. Decides nothing.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures::{Stream, StreamExt};
use tokio::{
    join,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    clock::pause,
    command::Command,
    inspection::inspect,
    listening::Listener,
    machine::{Effect, Input, Machine, Started, TICK},
    ports::{Clock, Cloud, Host, Place, Screen, Store, Vault},
    view::View,
};

/// However soon the machine wants to be woken: it must not keep a processor busy.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The world, as the driver asks it.
#[derive(Clone)]
pub struct Ports {
    pub clock: Arc<dyn Clock>,
    pub cloud: Arc<dyn Cloud>,
    pub vault: Arc<dyn Vault>,
    pub store: Arc<dyn Store>,
    pub host: Arc<dyn Host>,
    pub place: Arc<dyn Place>,
    pub screen: Arc<dyn Screen>,
}

/// Runs the machine until `shutdown` is sent or dropped. `network` yields whenever the system says
/// that a network is there. What was being saved when the end came is saved; calls are dropped.
pub async fn run(
    machine: Machine,
    ports: Ports,
    mut commands: mpsc::Receiver<Command>,
    mut network: impl Stream<Item = ()> + Unpin,
    mut shutdown: oneshot::Receiver<()>,
) {
    let (listener, mut live) = Listener::start(ports.cloud.clone(), ports.clock.clone());
    let answers = JoinSet::new();
    let mut driver = Driver { machine, ports, answers, listener, shown: None, is_ticking: false, tick_at: TICK };
    driver.start().await;
    let (mut commands_end, mut network_end) = (false, false);
    loop {
        let until_tick = driver.until_tick();
        let input = tokio::select! {
            biased;
            _ = &mut shutdown => return,
            Some(answer) = driver.answers.join_next() => match answer {
                Ok(input) => input,
                Err(error) => {
                    // The machine gives up waiting for it; one bad answer must not end the program.
                    tracing::error!(%error, "a question ended in a panic");
                    driver.is_ticking = false;
                    continue;
                }
            },
            command = commands.recv(), if !commands_end => match command {
                Some(command) => Input::Command(command),
                None => { commands_end = true; continue; }
            },
            Some(input) = live.recv() => input,
            up = network.next(), if !network_end => match up {
                Some(()) => Input::NetworkUp,
                None => { network_end = true; continue; }
            },
            () = pause(until_tick), if !driver.is_ticking => {
                driver.begin_tick();
                continue;
            }
        };
        driver.feed(input).await;
    }
}

struct Driver {
    machine: Machine,
    ports: Ports,
    /// Calls and questions under way.
    answers: JoinSet<Input>,
    listener: Listener,
    shown: Option<View>,
    /// Presence is being asked for the tick.
    is_ticking: bool,
    /// The monotonic time of the next regular tick.
    tick_at: Duration,
}

impl Driver {
    async fn start(&mut self) {
        self.show();
        let started = self.ask_all().await;
        self.tick_at = self.ports.clock.now().monotonic + TICK;
        self.feed(started).await;
    }

    /// What a start asks.
    async fn ask_all(&self) -> Input {
        let Ports { store, host, .. } = &self.ports;
        let (loaded, computer, autostart, presence) =
            join!(store.load(), host.computer(None), host.autostart(), host.presence());
        Input::Started(Started { loaded, computer, autostart, presence })
    }

    /// Hands `input` to the machine, with all that comes of it at once.
    async fn feed(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if matches!(input, Input::Tick { .. }) {
                self.is_ticking = false;
            }
            for effect in self.machine.handle(input, self.ports.clock.now()) {
                inputs.extend(self.perform(effect).await);
            }
            self.show();
        }
    }

    /// Begins one effect; an answer that is there at once is returned.
    async fn perform(&mut self, effect: Effect) -> Option<Input> {
        let Ports { cloud, vault, store, host, place, screen, .. } = self.ports.clone();
        match effect {
            Effect::StartAgain => return Some(self.ask_all().await),
            Effect::Save(change) => return Some(Input::Saved(store.save(&change).await)),
            Effect::SetAside => return Some(Input::SetAside(store.set_aside().await)),
            Effect::UseCloud(address) => cloud.use_address(address),
            Effect::UseKey(name) => cloud.use_key(&name),
            Effect::CloudTimeSeen(seen) => cloud.remember_time(seen),
            Effect::Notify(notice) => screen.notify(&notice),
            Effect::MakeKey { attempt, name } => {
                self.answer(async move { Input::KeyMade { attempt, result: vault.make_key(&name).await } });
            }
            Effect::ForgetKey(name) => {
                tokio::spawn(async move {
                    if let Err(error) = vault.forget(&name).await {
                        tracing::warn!(%error, "a key that is no longer used stays in the keyring");
                    }
                });
            }
            Effect::Activate { attempt, request } => {
                self.answer(async move { Input::Activated { attempt, result: cloud.activate(&request).await } });
            }
            Effect::Authorize { attempt, request } => {
                self.answer(async move { Input::Authorized { attempt, result: cloud.authorize(&request).await } });
            }
            Effect::AskStanding { attempt } => {
                self.answer(async move { Input::Standing { attempt, result: cloud.standing().await } });
            }
            Effect::Reconnect { attempt, key_name, request } => {
                self.answer(async move {
                    Input::Reconnected { attempt, result: cloud.reconnect(&key_name, &request).await }
                });
            }
            Effect::Send { attempt, outbox } => {
                self.answer(async move { Input::SentOutbox { attempt, result: cloud.send(&outbox).await } });
            }
            Effect::Listen { after } => self.listener.listen(after),
            Effect::StopListening => self.listener.stop(),
            Effect::ReadAutostart => self.answer(async move { Input::Autostart(host.autostart().await) }),
            Effect::EnableAutostart { override_person } => {
                self.answer(async move { Input::Autostart(host.enable_autostart(override_person).await) });
            }
            Effect::Inspect(inspection) => {
                let ports = self.ports.clone();
                self.answer(async move { Input::Inspected(inspect(&ports, &inspection).await) });
            }
            Effect::SaveReport { name, text } => {
                self.answer(async move { Input::ReportSaved(place.save_report(&name, &text).await) });
            }
            Effect::ReadComputer { machine_salt } => {
                self.answer(async move { Input::Computer(host.computer(machine_salt.as_deref()).await) });
            }
        }
        None
    }

    fn answer(&mut self, answer: impl Future<Output = Input> + Send + 'static) {
        self.answers.spawn(answer);
    }

    fn until_tick(&self) -> Duration {
        let wake_at = self.machine.wake_at().unwrap_or(Duration::MAX);
        let next = self.tick_at.min(wake_at);
        next.saturating_sub(self.ports.clock.now().monotonic).max(SHORTEST_PAUSE)
    }

    fn begin_tick(&mut self) {
        self.is_ticking = true;
        self.tick_at = self.ports.clock.now().monotonic + TICK;
        let host = self.ports.host.clone();
        self.answer(async move { Input::Tick { presence: host.presence().await } });
    }

    fn show(&mut self) {
        let view = self.machine.view(self.ports.clock.now());
        if self.shown.as_ref() != Some(&view) {
            self.ports.screen.show(&view);
            self.shown = Some(view);
        }
    }
}
