//! One computer with the process on it, the road and the cloud: starts, kills, sleeps and the
//! time that passes. Performs every effect of the machine at once, and answers it.

use std::{
    collections::VecDeque,
    ops::{Deref, DerefMut},
    time::Duration,
};

use buhphone_agent::{
    command::Command,
    environment::LOGIN_WAIT,
    machine::{Effect, Facts, Input, LiveState, Machine, Started, TICK},
    ports::{CallError, VaultError},
    self_check::{Disk, Failure, Found, Inspection, Key, Road, Tls},
    view::{Language, Notice, View},
};
use buhphone_protocol::{
    conversation::Seq,
    ids::{AuthorizationId, LaunchId},
    key::PublicKey,
    telemetry::{FailureKind, Launch, Origin},
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{Cloud, MemoryCloud, Network, code, computer::Computer};

/// The live link of the process.
#[derive(Debug)]
struct Listening {
    /// The last event given out.
    after: Seq,
    /// Who opened the link; none while it is down.
    opened_by: Option<PublicKey>,
}

pub struct World<C = MemoryCloud> {
    /// Its fields are the world's own by [`Deref`].
    pub computer: Computer,
    pub network: Network,
    pub cloud: C,
    machine: Option<Machine>,
    using: Option<String>,
    pub address: Option<String>,
    launches: u64,
    pub notices: Vec<Notice>,
    /// Of self-checks, as they were saved.
    pub reports: Vec<String>,
    /// When each call was made.
    pub calls: Vec<Timestamp>,
    /// Authorizations a process was told of, and when the cloud wrote them.
    pub acknowledged: Vec<(AuthorizationId, Timestamp)>,
    /// The network goes after this many more calls.
    pub down_after_calls: Option<usize>,
    /// When each letter was sent, and how many items it had.
    pub letters: Vec<(Timestamp, usize)>,
    listening: Option<Listening>,
    /// Answers on their way, each with the monotonic time of its arrival.
    late: Vec<(Duration, Input)>,
    /// Most events that arrive together.
    pub batch: usize,
    /// Effects until the process is killed.
    pub killed_after: Option<usize>,
    pub effects: usize,
    /// Monotonic: when the next tick is due.
    tick: Duration,
}

impl World {
    /// A computer beside a cloud in memory; nothing runs yet.
    ///
    /// # Panics
    /// Where `now` is no time.
    #[must_use]
    pub fn new(now: &str, partner_zone: &str) -> Self {
        Self::with(MemoryCloud::new(partner_zone), 0, now.parse().expect("a time"), partner_zone)
    }

    /// A computer connected and authorized once.
    ///
    /// # Panics
    /// Where the program did not connect it.
    #[must_use]
    pub fn connected(now: &str, partner_zone: &str) -> Self {
        let mut world = Self::new(now, partner_zone);
        world.launch(Origin::Person);
        world.type_code(1);
        assert_eq!(world.cloud.recorded.len(), 1, "the first authorization");
        world
    }

    pub fn type_code(&mut self, random: u64) {
        self.command(Command::Activate { code: code(random), server: None });
    }
}

impl<C: Cloud> World<C> {
    /// A computer beside a cloud; nothing runs yet. Computers of one cloud differ in `number`.
    pub fn with(cloud: C, number: u64, now: Timestamp, zone: &str) -> Self {
        Self {
            computer: Computer::new(number, now, zone),
            network: Network::Up,
            cloud,
            machine: None,
            using: None,
            address: None,
            launches: 0,
            notices: Vec::new(),
            reports: Vec::new(),
            calls: Vec::new(),
            acknowledged: Vec::new(),
            down_after_calls: None,
            letters: Vec::new(),
            listening: None,
            late: Vec::new(),
            batch: 50,
            killed_after: None,
            effects: 0,
            tick: Duration::ZERO,
        }
    }

    /// Starts the process; an earlier one is gone.
    ///
    /// # Panics
    /// Where an address built in would not parse.
    pub fn launch(&mut self, origin: Origin) {
        self.stop();
        self.launches += 1;
        let number = u128::from(self.number) << 64 | u128::from(self.launches);
        let launch = Launch { launch_id: LaunchId(Uuid::from_u128(number)), origin, started_at: self.clocks().wall };
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&u128::from(self.launches).to_le_bytes());
        seed[16..24].copy_from_slice(&self.number.to_le_bytes());
        self.machine = Some(Machine::new(Facts {
            seed,
            launch,
            version: "0.1.0".to_owned(),
            language: Language::Ru,
            cloud: "https://cloud.example".parse().expect("an address"),
            login_wait: LOGIN_WAIT,
        }));
        self.input(Input::Started(self.started()));
    }

    fn started(&self) -> Started {
        Started {
            loaded: self.loaded(),
            computer: self.told(None),
            autostart: self.autostart,
            presence: self.presence(),
        }
    }

    /// The computer is switched off, or the process killed.
    pub fn stop(&mut self) {
        self.machine = None;
        self.listening = None;
        self.late.clear();
    }

    #[must_use]
    pub fn running(&self) -> bool {
        self.machine.is_some()
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    pub fn input(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front().or_else(|| self.arrives()) {
            let now = self.clocks();
            let Some(machine) = &mut self.machine else { return };
            if let Input::Authorized { result: Ok(answer), .. } = &input {
                self.acknowledged.push((answer.authorization_id, answer.authorized_at));
            }
            for effect in machine.handle(input, now) {
                if self.killed_after == Some(self.effects) {
                    return self.stop();
                }
                self.effects += 1;
                inputs.extend(self.perform(effect));
            }
        }
    }

    /// What the window would show.
    ///
    /// # Panics
    /// Where no process runs.
    pub fn view(&self) -> View {
        self.machine.as_ref().expect("the process runs").view(self.clocks())
    }

    /// The computer is on for this long.
    pub fn work(&mut self, span: SignedDuration) {
        let end = self.now + span;
        self.begin_work();
        while self.now < end {
            self.work_on(self.next_at().min(end));
        }
    }

    pub fn work_hours(&mut self, hours: i64) {
        self.work(SignedDuration::from_hours(hours));
    }

    /// Ticks are counted from now on.
    pub fn begin_work(&mut self) {
        self.tick = self.since_boot + TICK;
    }

    /// When something happens here by itself: for several computers that share the time.
    pub fn next_at(&self) -> Timestamp {
        let wake = self.machine.as_ref().and_then(Machine::wake_at).map(|at| at.max(self.since_boot));
        let answer = self.late.iter().map(|(at, _)| *at).min();
        let next = [wake, answer].into_iter().flatten().fold(self.tick, Duration::min);
        let step = next.saturating_sub(self.since_boot).max(Duration::from_millis(1));
        self.now + SignedDuration::try_from(step).expect("a tick is short")
    }

    /// The computer is on until then, and nothing happens before.
    ///
    /// # Panics
    /// Where that is in the past.
    pub fn work_on(&mut self, until: Timestamp) {
        let step = Duration::try_from(until.duration_since(self.now)).expect("time goes forward");
        self.computer.stay_awake(step);
        if self.since_boot >= self.tick {
            self.tick = self.since_boot + TICK;
        }
        if self.running() {
            while let Some(place) = self.late.iter().position(|(at, _)| *at <= self.computer.since_boot) {
                let (_, answer) = self.late.remove(place);
                self.input(answer);
            }
            let presence = self.presence();
            self.input(Input::Tick { presence });
        }
    }

    /// The computer sleeps for this long; the process goes on after.
    pub fn sleep(&mut self, span: SignedDuration) {
        self.computer.sleep(span);
    }

    /// The computer sleeps until then; the process goes on after.
    ///
    /// # Panics
    /// Where that is no time, or in the past.
    pub fn sleep_until(&mut self, until: &str) {
        let span = until.parse::<Timestamp>().expect("a time").duration_since(self.now);
        self.sleep(span);
    }

    /// What comes down the live link now.
    fn arrives(&mut self) -> Option<Input> {
        let name = self.using.as_deref();
        let listening = self.listening.as_mut()?;
        let was_up = listening.opened_by.is_some();
        let key = match &listening.opened_by {
            Some(key) => Ok(key.clone()),
            None => name.ok_or(VaultError::NoKey).and_then(|name| self.computer.key(name)).map_err(CallError::from),
        };
        let events = self.network.carries_streams().and(key).and_then(|key| {
            let events = self.cloud.events(&key, listening.after, self.batch, self.computer.now)?;
            listening.opened_by = Some(key);
            Ok(events)
        });
        match events {
            Ok(_) if !was_up => Some(Input::Live(LiveState::Connected)),
            Ok(events) => {
                listening.after = events.last()?.seq;
                Some(Input::Heard(events))
            }
            Err(error) => {
                listening.opened_by = None;
                was_up.then_some(Input::Live(LiveState::Lost(error)))
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Input> {
        let at = self.now;
        match effect {
            Effect::StartAgain => Some(Input::Started(self.started())),
            Effect::Save(change) => Some(Input::Saved(self.save(change))),
            Effect::SetAside => Some(Input::SetAside(Ok(self.put_aside()))),
            Effect::UseCloud(url) => {
                self.address = Some(url.to_string());
                None
            }
            Effect::UseKey(name) => {
                self.using = Some(name);
                None
            }
            Effect::CloudTimeSeen(seen) => {
                let seen_later = seen > at && self.cloud.is_truthful();
                assert!(!seen_later, "the cloud's time cannot have been seen in the future");
                None
            }
            Effect::MakeKey { attempt, name } => Some(Input::KeyMade { attempt, result: self.make_key(name) }),
            Effect::ForgetKey(name) => {
                self.keyring.remove(&name);
                None
            }
            Effect::Activate { attempt, request } => {
                let result = self.call(|cloud, key| cloud.activate(key, &request, at))?;
                self.answer(Input::Activated { attempt, result })
            }
            Effect::Authorize { attempt, request } => {
                let result = self.call(|cloud, key| cloud.authorize(key, &request, at))?;
                self.answer(Input::Authorized { attempt, result })
            }
            Effect::AskStanding { attempt } => {
                let result = self.call(|cloud, key| cloud.standing(key, at))?;
                self.answer(Input::Standing { attempt, result })
            }
            Effect::Reconnect { attempt, key_name, request } => {
                let in_use = self.using.replace(key_name);
                let result = self.call(|cloud, key| cloud.reconnect(key, &request, at));
                self.using = in_use;
                self.answer(Input::Reconnected { attempt, result: result? })
            }
            Effect::Send { outbox, .. } if self.network == Network::Hangs => {
                self.letters.push((at, outbox.items.len()));
                None
            }
            Effect::Send { attempt, outbox } => {
                self.letters.push((at, outbox.items.len()));
                let result = self.reach(|cloud, key| cloud.record(key, &outbox, at));
                self.answer(Input::SentOutbox { attempt, result })
            }
            Effect::Listen { after } => {
                self.listening = Some(Listening { after, opened_by: None });
                let batch = self.batch;
                let lost = self.reach(|cloud, key| cloud.events(key, after, batch, at)).err();
                lost.map(|error| Input::Live(LiveState::Lost(error)))
            }
            Effect::StopListening => {
                self.listening = None;
                None
            }
            Effect::ReadAutostart => Some(Input::Autostart(self.autostart)),
            Effect::EnableAutostart { override_person } => {
                self.enable_autostart(override_person);
                Some(Input::Autostart(self.autostart))
            }
            Effect::ReadComputer { machine_salt } => Some(Input::Computer(self.told(machine_salt.as_deref()))),
            Effect::Inspect(inspection) => Some(Input::Inspected(self.inspect(&inspection))),
            Effect::SaveReport { name, text } => {
                self.reports.push(text);
                Some(Input::ReportSaved(Ok(format!("/home/anna/{name}"))))
            }
            Effect::Notify(notice) => {
                self.notices.push(notice);
                None
            }
        }
    }

    /// What a look finds: the road and the key as they are, a disk with room.
    fn inspect(&mut self, inspection: &Inspection) -> Found {
        let failure = match self.network.carry(|| Ok(())) {
            Err(CallError::Unreached { failure, detail }) => Some(Failure { kind: failure, detail }),
            Ok(()) | Err(_) => None,
        };
        let reached = failure.is_none();
        let tls = if reached { Tls::Trusted { authority: "Authority".to_owned() } } else { Tls::Unseen };
        let clock_ahead_s = reached.then(|| self.clocks().wall.duration_since(self.now).as_secs());
        let key = match &inspection.key_name {
            None => Key::NotMade,
            Some(name) => match self.computer.key(name) {
                Ok(_) => Key::Kept { refused: None },
                Err(VaultError::NoKey) => Key::Gone,
                Err(VaultError::NotReady(detail)) => Key::NotReady { detail },
            },
        };
        Found {
            checked_at: self.clocks().wall,
            road: Road { failure, proxy: None, tls, clock_ahead_s },
            key,
            autostart: self.autostart,
            disk: Disk { folder: "/home/anna/buhphone".to_owned(), free_bytes: Some(1 << 40), failure: None },
        }
    }

    /// A call of the machine's own; none where it never ends.
    fn call<T>(&mut self, ask: impl FnMut(&mut C, &PublicKey) -> Result<T, CallError>) -> Option<Result<T, CallError>> {
        let at = self.now;
        self.calls.push(at);
        if let Some(left) = &mut self.down_after_calls {
            if *left == 0 {
                self.network = Network::Down(FailureKind::Connect);
            }
            *left = left.saturating_sub(1);
        }
        (self.network != Network::Hangs).then(|| self.reach(ask))
    }

    /// Signs, sends, and brings the answer back, as far as key and network allow.
    fn reach<T>(&mut self, mut ask: impl FnMut(&mut C, &PublicKey) -> Result<T, CallError>) -> Result<T, CallError> {
        let key = self.computer.key(self.using.as_ref().expect("a key to sign with"))?;
        self.network.carry(|| ask(&mut self.cloud, &key))
    }

    /// Brings an answer now, or when the road lets it through.
    fn answer(&mut self, answer: Input) -> Option<Input> {
        if let Network::AnswersLate(by) = self.network {
            self.late.push((self.since_boot + by, answer));
            return None;
        }
        Some(answer)
    }
}

impl<C> Deref for World<C> {
    type Target = Computer;

    fn deref(&self) -> &Computer {
        &self.computer
    }
}

impl<C> DerefMut for World<C> {
    fn deref_mut(&mut self) -> &mut Computer {
        &mut self.computer
    }
}
