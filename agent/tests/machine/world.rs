//! The computer, the person at it and the time that passes. Answers everything the machine
//! asks, at once; what the cloud answers is decided in `world/cloud.rs`.

mod cloud;
mod desk;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use buhphone_agent::{
    command::Command,
    machine::{Effect, Facts, Input, LiveState, Machine, Started, TICK},
    ports::{CallError, Change, Loaded, Now, Presence, StoreError, VaultError},
    view::{Language, Notice, View},
};
use buhphone_protocol::{
    conversation::{Event, Seq},
    ids::LaunchId,
    key::PublicKey,
    telemetry::{Attended, Autostart, Computer, FailureKind, Launch, Origin},
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub(crate) use self::{
    cloud::{Cloud, code},
    desk::REFUSED,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Up,
    Down(FailureKind),
    /// Requests arrive, answers do not.
    LosesAnswers,
    /// Calls are begun and never end.
    Hangs,
}

/// What Linux and Windows differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Monotonic {
    CountsSleep,
    SleepsToo,
}

pub(crate) struct World {
    /// The true time, which is the cloud's.
    pub(crate) now: Timestamp,
    /// The wall clock's error.
    pub(crate) wall_off: SignedDuration,
    pub(crate) monotonic: Monotonic,
    pub(crate) since_boot: Duration,
    pub(crate) zone: String,
    /// Somebody types and moves the mouse.
    pub(crate) person: bool,
    pub(crate) unlocked: Attended,
    pub(crate) tells_idle: bool,
    idle: Duration,
    pub(crate) network: Network,
    pub(crate) keyring_ready: bool,
    pub(crate) keyring: BTreeMap<String, PublicKey>,
    pub(crate) autostart: Autostart,
    pub(crate) disk: Option<String>,
    pub(crate) rows: BTreeMap<String, String>,
    pub(crate) disk_full: bool,
    pub(crate) set_aside: Vec<String>,
    pub(crate) cloud: Cloud,
    machine: Option<Machine>,
    using: Option<String>,
    pub(crate) address: Option<String>,
    launches: u128,
    pub(crate) notices: Vec<Notice>,
    /// When each call was made.
    pub(crate) calls: Vec<Timestamp>,
    /// The network goes after this many more calls.
    pub(crate) down_after_calls: Option<usize>,
    /// When each letter was sent, and how many items it had.
    pub(crate) letters: Vec<(Timestamp, usize)>,
    /// The last event given out to the listener.
    listening: Option<Seq>,
    link_up: bool,
    /// Most events that arrive together.
    pub(crate) batch: usize,
    /// Effects until the process is killed.
    pub(crate) killed_after: Option<usize>,
    pub(crate) effects: usize,
}

impl World {
    pub(crate) fn new(now: &str, partner_zone: &str) -> Self {
        Self {
            now: now.parse().unwrap(),
            wall_off: SignedDuration::ZERO,
            monotonic: Monotonic::SleepsToo,
            since_boot: Duration::from_secs(60),
            zone: partner_zone.to_owned(),
            person: true,
            unlocked: Attended::Yes,
            tells_idle: true,
            idle: Duration::ZERO,
            network: Network::Up,
            keyring_ready: true,
            keyring: BTreeMap::new(),
            autostart: Autostart::Off,
            disk: None,
            rows: BTreeMap::new(),
            disk_full: false,
            set_aside: Vec::new(),
            cloud: Cloud::new(partner_zone),
            machine: None,
            using: None,
            address: None,
            launches: 0,
            notices: Vec::new(),
            calls: Vec::new(),
            down_after_calls: None,
            letters: Vec::new(),
            listening: None,
            link_up: false,
            batch: 50,
            killed_after: None,
            effects: 0,
        }
    }

    /// A computer connected and authorized once.
    pub(crate) fn connected(now: &str, partner_zone: &str) -> Self {
        let mut world = Self::new(now, partner_zone);
        world.launch(Origin::Person);
        world.type_code(1);
        assert_eq!(world.cloud.recorded.len(), 1, "the first authorization");
        world
    }

    pub(crate) fn type_code(&mut self, random: u64) {
        self.command(Command::Activate { code: code(random) });
    }

    /// Starts the process; an earlier one is gone.
    pub(crate) fn launch(&mut self, origin: Origin) {
        self.launches += 1;
        (self.listening, self.link_up) = (None, false);
        let launch =
            Launch { launch_id: LaunchId(Uuid::from_u128(self.launches)), origin, started_at: self.clocks().wall };
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&self.launches.to_le_bytes());
        self.machine = Some(Machine::new(Facts {
            seed,
            launch,
            version: "0.1.0".to_owned(),
            language: Language::Ru,
            cloud: "https://cloud.example".parse().unwrap(),
        }));
        let started = Started {
            loaded: Ok(Loaded {
                state: self.disk.clone(),
                rows: self.rows.clone().into_iter().collect(),
                set_aside: None,
            }),
            computer: self.computer(None),
            autostart: self.autostart,
            presence: self.presence(),
        };
        self.input(Input::Started(started));
    }

    /// The computer is switched off, or the process killed.
    pub(crate) fn stop(&mut self) {
        self.machine = None;
    }

    pub(crate) fn running(&self) -> bool {
        self.machine.is_some()
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    pub(crate) fn input(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front().or_else(|| self.arrives()) {
            let now = self.clocks();
            let Some(machine) = &mut self.machine else { return };
            for effect in machine.handle(input, now) {
                if self.killed_after == Some(self.effects) {
                    self.machine = None;
                    return;
                }
                self.effects += 1;
                inputs.extend(self.perform(effect));
            }
        }
    }

    /// What comes down the live link now.
    fn arrives(&mut self) -> Option<Input> {
        let after = self.listening?;
        if self.network != Network::Up || self.cloud.refuses.is_some() {
            self.link_up = false;
            return None;
        }
        if !std::mem::replace(&mut self.link_up, true) {
            return Some(Input::Live(LiveState::Connected));
        }
        let events: Vec<Event> =
            self.cloud.desk.events.iter().filter(|event| event.seq > after).take(self.batch).cloned().collect();
        self.listening = Some(events.last()?.seq);
        Some(Input::Heard(events))
    }

    pub(crate) fn view(&self) -> View {
        self.machine.as_ref().expect("the process runs").view(self.clocks())
    }

    /// The computer is on for this long.
    pub(crate) fn work(&mut self, span: SignedDuration) {
        let end = self.now + span;
        let mut tick = self.since_boot + TICK;
        while self.now < end {
            let wake = self.machine.as_ref().and_then(Machine::wake_at).map_or(tick, |at| at.max(self.since_boot));
            let left = Duration::try_from(end.duration_since(self.now)).unwrap();
            let step = (tick.min(wake).saturating_sub(self.since_boot)).max(Duration::from_millis(1)).min(left);
            self.now += SignedDuration::try_from(step).unwrap();
            self.since_boot += step;
            self.idle = if self.person { Duration::from_secs(1) } else { self.idle + step };
            if self.since_boot >= tick {
                tick = self.since_boot + TICK;
            }
            let presence = self.presence();
            self.input(Input::Tick { presence });
        }
    }

    pub(crate) fn work_hours(&mut self, hours: i64) {
        self.work(SignedDuration::from_hours(hours));
    }

    /// The computer sleeps until then; the process goes on after.
    pub(crate) fn sleep_until(&mut self, until: &str) {
        self.sleep(until.parse::<Timestamp>().unwrap().duration_since(self.now));
    }

    pub(crate) fn sleep(&mut self, span: SignedDuration) {
        let span = Duration::try_from(span).expect("sleep goes forward");
        self.now += SignedDuration::try_from(span).unwrap();
        if self.monotonic == Monotonic::CountsSleep {
            self.since_boot += span;
            self.idle += span;
        }
    }

    pub(crate) fn clocks(&self) -> Now {
        Now { wall: self.now + self.wall_off, monotonic: self.since_boot }
    }

    pub(crate) fn set_wall(&mut self, wall: &str) {
        self.wall_off = wall.parse::<Timestamp>().unwrap().duration_since(self.now);
    }

    fn presence(&self) -> Presence {
        Presence { unlocked: self.unlocked, idle: self.tells_idle.then_some(self.idle) }
    }

    fn computer(&self, salt: Option<&str>) -> Computer {
        Computer {
            name: "BUH-1".to_owned(),
            system: "Debian 12".to_owned(),
            program: "0.1.0".to_owned(),
            zone: Some(self.zone.clone()),
            machine: salt.map(|salt| format!("machine under {salt}")),
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Input> {
        let at = self.now;
        match effect {
            Effect::Activate { .. } | Effect::Authorize { .. } | Effect::AskStanding { .. }
                if self.network == Network::Hangs =>
            {
                self.calls.push(at);
                None
            }
            Effect::Save(_) if self.disk_full => {
                Some(Input::Saved(Err(StoreError { verb: "saved", detail: "full".to_owned() })))
            }
            Effect::Save(Change { state, put, delete }) => {
                self.disk = state.or(self.disk.take());
                self.rows.retain(|key, _| !delete.contains(key));
                self.rows.extend(put);
                Some(Input::Saved(Ok(())))
            }
            Effect::SetAside => {
                self.set_aside.extend(self.disk.take());
                self.rows.clear();
                Some(Input::SetAside(Ok("state.damaged".to_owned())))
            }
            Effect::UseCloud(url) => {
                self.address = Some(url.to_string());
                None
            }
            Effect::UseKey(name) => {
                self.using = Some(name);
                None
            }
            Effect::CloudTimeSeen(seen) => {
                assert!(seen <= at, "the cloud's time cannot have been seen in the future");
                None
            }
            Effect::MakeKey { attempt, name } => {
                let result = self.ready().map(|()| {
                    let made = PublicKey(format!("key {}", self.keyring.len() + 1));
                    self.keyring.entry(name).or_insert(made).clone()
                });
                Some(Input::KeyMade { attempt, result })
            }
            Effect::ForgetKey(name) => {
                self.keyring.remove(&name);
                None
            }
            Effect::Activate { attempt, request } => {
                let result = self.call(|cloud, key| cloud.activate(key, &request, at));
                Some(Input::Activated { attempt, result })
            }
            Effect::Authorize { attempt, request } => {
                let result = self.call(|cloud, key| cloud.authorize(key, &request, at));
                Some(Input::Authorized { attempt, result })
            }
            Effect::AskStanding { attempt } => {
                let result = self.call(|cloud, key| cloud.standing(key, at));
                Some(Input::Standing { attempt, result })
            }
            Effect::Send { outbox, .. } if self.network == Network::Hangs => {
                self.letters.push((at, outbox.items.len()));
                None
            }
            Effect::Send { attempt, outbox } => {
                self.letters.push((at, outbox.items.len()));
                let result = self.reach(|cloud, key| cloud.record(key, &outbox, at));
                Some(Input::SentOutbox { attempt, result })
            }
            Effect::Listen { after } => {
                (self.listening, self.link_up) = (Some(after), false);
                let lost = self.reach(|cloud, key| cloud.standing(key, at)).err();
                lost.map(|error| Input::Live(LiveState::Lost(error)))
            }
            Effect::StopListening => {
                self.listening = None;
                None
            }
            Effect::ReadAutostart => Some(Input::Autostart(self.autostart)),
            Effect::EnableAutostart { override_person } => {
                if override_person || self.autostart != Autostart::OffByPerson {
                    self.autostart = Autostart::On;
                }
                Some(Input::Autostart(self.autostart))
            }
            Effect::ReadComputer { machine_salt } => Some(Input::Computer(self.computer(machine_salt.as_deref()))),
            Effect::Notify(notice) => {
                self.notices.push(notice);
                None
            }
        }
    }

    fn ready(&self) -> Result<(), VaultError> {
        if self.keyring_ready { Ok(()) } else { Err(VaultError::NotReady("locked".to_owned())) }
    }

    /// Signs, sends, and brings the answer back, as far as key and network allow.
    fn call<T>(&mut self, ask: impl FnOnce(&mut Cloud, &PublicKey) -> Result<T, CallError>) -> Result<T, CallError> {
        self.calls.push(self.now);
        if let Some(left) = &mut self.down_after_calls {
            if *left == 0 {
                self.network = Network::Down(FailureKind::Connect);
            }
            *left = left.saturating_sub(1);
        }
        self.reach(ask)
    }

    fn reach<T>(&mut self, ask: impl FnOnce(&mut Cloud, &PublicKey) -> Result<T, CallError>) -> Result<T, CallError> {
        self.ready()?;
        let name = self.using.as_ref().expect("a key to sign with");
        let key = self.keyring.get(name).ok_or(VaultError::NoKey)?.clone();
        let unreached = |failure| CallError::Unreached { failure, detail: String::new() };
        match self.network {
            Network::Up => ask(&mut self.cloud, &key),
            Network::Down(failure) => Err(unreached(failure)),
            Network::LosesAnswers | Network::Hangs => {
                let _lost = ask(&mut self.cloud, &key);
                Err(unreached(FailureKind::Timeout))
            }
        }
    }
}
