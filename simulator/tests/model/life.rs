//! One life: happenings brought about on simulated computers and the real rules, with the rules
//! of the product held after each, and all of them once everything is calm.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use buhphone_agent::{command::Command, machine::Input, view::Stage};
use buhphone_protocol::{
    conversation::{Author, Message},
    desk::{FirstMessage, ReadUpTo, Reply},
    ids::{AuthorizationId, MessageId, RequestId, UserId},
    telemetry::{Attended, Origin},
};
use buhphone_simulator::{Network, World};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    happening::{COMPUTERS, Happening, USERS},
    office::{DATE, Ledger, Line, Office, TYPED, ZONE, day},
};

const START: &str = "2026-11-23T06:00:12Z";

/// The names of the rules, as they are told when broken.
const EVERY_DAY: &str = "who works every day has every day of the partner";
const LOCKED: &str = "a locked keyring is never answered by enrolling again";
const CLONES: &str = "a clone is flagged and never refused, and without one no flag is raised";
const OWNER: &str = "history keeps its owner";

/// In so many minutes of calm a day is authorized: longer than any backoff.
const CALM: SignedDuration = SignedDuration::from_mins(25);

struct Computer {
    world: World<Line>,
    user: Option<usize>,
    /// Codes typed, and wishes to connect anew: each may need a key.
    keys_asked: u64,
    /// Texts that were accepted, in their order.
    typed: Vec<String>,
    /// Since when nothing keeps it from authorizing.
    calm_since: Option<Timestamp>,
    shown: Option<Timestamp>,
    /// Sent, and not answered yet: which, when, and after how many of the attempts.
    unanswered: Option<(AuthorizationId, Timestamp)>,
    attempts_seen: usize,
    /// What it wrote may be older than what it knew.
    disk_forgets: bool,
    /// Its wall clock moved lately, so it may think that a day is over.
    clock_moved: bool,
    backup: Option<(Option<String>, BTreeMap<String, String>)>,
}

pub(crate) struct Life {
    office: Rc<Office>,
    ledger: Rc<RefCell<Ledger>>,
    now: Timestamp,
    users: [UserId; USERS],
    computers: Vec<Computer>,
    /// Issued codes of each user, the last at the end.
    codes: [Vec<String>; USERS],
    /// From these moments on keys, by their public halves, may be in two places.
    copied: BTreeMap<String, Timestamp>,
    texts: u32,
}

/// What went wrong, and how it came to it.
pub(crate) struct Broken {
    pub(crate) rule: &'static str,
    pub(crate) what: String,
    pub(crate) story: Vec<String>,
}

/// Lives the happenings through.
pub(crate) fn live(office: &Rc<Office>, seed: u64, happenings: &[Happening], tell: bool) -> Option<Broken> {
    let mut life = Life::begin(office.clone(), seed, tell);
    for happening in happenings {
        life.ledger.borrow_mut().tell(life.now, || format!("* {happening:?}"));
        life.happen(happening);
        life.check();
        if !life.ledger.borrow().broken.is_empty() {
            return life.broken();
        }
    }
    life.ledger.borrow_mut().tell(life.now, || "* all is mended, and some minutes pass".to_owned());
    life.calm_down();
    life.check();
    life.check_at_calm();
    life.broken()
}

impl Life {
    fn begin(office: Rc<Office>, seed: u64, tell: bool) -> Self {
        let now: Timestamp = START.parse().expect("a time");
        let ledger = Rc::new(RefCell::new(Ledger { story: tell.then(Vec::new), ..Ledger::default() }));
        let users = ["Первая", "Второй"].map(|name| office.user(name, now));
        let computers = (0..COMPUTERS as u64)
            .map(|number| {
                // The number is chance too, so that every life has its own.
                let number = seed << 2 | number;
                let line = Line::new(office.clone(), ledger.clone(), number);
                Computer {
                    world: World::with(line, number, now, ZONE),
                    user: None,
                    keys_asked: 0,
                    typed: Vec::new(),
                    calm_since: None,
                    shown: None,
                    unanswered: None,
                    attempts_seen: 0,
                    disk_forgets: false,
                    clock_moved: false,
                    backup: None,
                }
            })
            .collect();
        let mut life =
            Self { office, ledger, now, users, computers, codes: [vec![], vec![]], copied: BTreeMap::new(), texts: 0 };
        life.happen(&Happening::Launch(0, Origin::Person));
        life.happen(&Happening::Issue(0));
        life.happen(&Happening::Type(0, 0, 0));
        life
    }

    fn broken(&mut self) -> Option<Broken> {
        let mut ledger = self.ledger.borrow_mut();
        let (rule, what) = ledger.broken.first().cloned()?;
        Some(Broken { rule, what, story: ledger.story.take().unwrap_or_default() })
    }

    fn break_rule(&self, rule: &'static str, what: String) {
        self.ledger.borrow_mut().broken(rule, what);
    }

    fn happen(&mut self, happening: &Happening) {
        use Happening::*;
        match *happening {
            Work(minutes) => self.pass(SignedDuration::from_mins(minutes.into())),
            Sleep(minutes) => self.sleep(SignedDuration::from_mins(minutes.into())),
            Morning { off } => self.morning(off),
            Launch(pc, origin) => self.computers[pc].launch(origin),
            Kill(pc) => self.computers[pc].world.stop(),
            KillAfter(pc, effects) => {
                let world = &mut self.computers[pc].world;
                world.killed_after = Some(world.effects + effects);
            }
            Network(pc, network) => self.computers[pc].world.network = network,
            NetworkUp(pc) => self.computers[pc].world.input(Input::NetworkUp),
            Person(pc, there) => self.computers[pc].be_there(there),
            SetWall(pc, hours) => {
                let computer = &mut self.computers[pc];
                computer.world.wall_off = SignedDuration::from_hours(hours.into());
                computer.clock_moved = true;
                // The time is set at the computer, not in its sleep.
                computer.world.input(Input::NetworkUp);
            }
            Zone(pc, zone) => zone.clone_into(&mut self.computers[pc].world.zone),
            Keyring(pc, ready) => self.computers[pc].world.keyring_ready = ready,
            KeysLost(pc) => {
                self.computers[pc].world.keyring.clear();
                // A wish that waits is repeated with another key.
                self.computers[pc].keys_asked += 1;
            }
            DiskFull(pc, full) => self.computers[pc].disk_full(full),
            Issue(user) => {
                let (office, user_id) = (self.office.clone(), self.users[user]);
                if let Ok(code) = office.at(self.now, office.rules.issue_code(&office.staff, user_id)) {
                    self.codes[user].push(code.code);
                }
            }
            Type(pc, user, back) => self.type_code(pc, user, back),
            Click(pc) => self.computers[pc].world.command(Command::AuthorizeNow),
            Look(pc) => self.computers[pc].world.command(Command::Look),
            Ask(pc) => self.write(pc, |text, _| Some(Command::Ask { text })),
            Say(pc, place) => self.write(pc, |text, conversations| {
                let request_id = conversations.get(place % conversations.len().max(1))?.clone();
                Some(Command::Say { request_id, text })
            }),
            Trial(pc) => self.computers[pc].world.command(Command::SendTrial),
            CallMe(pc) => self.computers[pc].world.command(Command::CallMe { phone: "+7 912 345-67-89".to_owned() }),
            Show(pc, place) => {
                if self.computers[pc].world.running() {
                    let conversations = self.computers[pc].conversations();
                    let request_id = conversations.get(place).cloned();
                    self.computers[pc].world.command(Command::ShowConversation { request_id });
                }
            }
            StaffWriteFirst(user) => {
                let (request_id, message_id) = (RequestId::generate(), MessageId::generate());
                let text = self.text();
                let office = self.office.clone();
                let first = FirstMessage { request_id, message_id, text };
                let written = office.at(self.now, office.rules.write_first(&office.staff, self.users[user], first));
                if written.is_ok() {
                    self.ledger.borrow_mut().requests.insert(request_id, self.users[user]);
                }
                self.staff_did();
            }
            StaffReply(place) => {
                if let Some(request_id) = self.request(place) {
                    let reply = Reply { message_id: MessageId::generate(), text: self.text() };
                    let office = self.office.clone();
                    let _written = office.at(self.now, office.rules.reply(&office.staff, request_id, reply));
                    self.staff_did();
                }
            }
            StaffRead(place) => {
                if let Some(request_id) = self.request(place)
                    && let Some(last) = self.messages(request_id).last()
                {
                    let office = self.office.clone();
                    let read = ReadUpTo { up_to: last.message_id };
                    let _read = office.at(self.now, office.rules.read_request(&office.staff, request_id, read));
                    self.staff_did();
                }
            }
            StaffClose(place, close) => {
                if let Some(request_id) = self.request(place) {
                    let office = self.office.clone();
                    let _closed = office.at(self.now, office.rules.close_request(&office.staff, request_id, close));
                    self.staff_did();
                }
            }
            StaffReceived => {
                let office = self.office.clone();
                let _received = office.at(self.now, async {
                    let last = office.rules.last_live(&office.staff).await?;
                    office.rules.delivered_to_staff(office.partner(), last).await
                });
                self.staff_did();
            }
            Archive(user, archive) => {
                self.archive(user, archive);
            }
            Disconnect(pc) => self.disconnect(pc),
            Reconnect(pc) => {
                let computer = &mut self.computers[pc];
                computer.keys_asked += u64::from(computer.world.running());
                computer.world.command(Command::Reconnect);
            }
            Decide(approve) => self.decide(approve),
            Copy(from, to) => self.copy(from, to),
            Backup(pc) => {
                let world = &self.computers[pc].world;
                self.computers[pc].backup = Some((world.disk.clone(), world.rows.clone()));
            }
            Restore(pc) => self.restore(pc),
        }
        for computer in &mut self.computers {
            computer.world.computer.disk_full &= computer.world.running();
        }
    }

    /// The time goes on for everybody, in the order in which things happen.
    fn pass(&mut self, span: SignedDuration) {
        let end = self.now + span;
        for computer in &mut self.computers {
            computer.world.begin_work();
        }
        loop {
            let running = self.computers.iter_mut().filter(|computer| computer.world.running());
            let next = running.map(|computer| (computer.world.next_at(), computer)).min_by_key(|(at, _)| *at);
            match next {
                Some((at, computer)) if at < end => computer.world.work_on(at),
                _ => break,
            }
        }
        for computer in &mut self.computers {
            if computer.world.now < end {
                computer.world.work_on(end);
            }
        }
        self.now = end;
    }

    fn sleep(&mut self, span: SignedDuration) {
        for computer in &mut self.computers {
            computer.world.sleep(span);
            computer.calm_since = None;
        }
        self.now += span;
    }

    /// Half past eight of the partner's next day.
    fn morning(&mut self, off: bool) {
        let date = day(self.now).tomorrow().expect("there is a tomorrow");
        let zone = TimeZone::get(ZONE).expect("a zone");
        let morning = date.at(8, 30, 0, 0).to_zoned_datetime(zone).expect("a morning").timestamp();
        if off {
            self.computers.iter_mut().for_each(|computer| computer.world.stop());
        }
        self.sleep(morning.duration_since(self.now));
        for computer in &mut self.computers {
            if !computer.world.running() {
                computer.launch(Origin::Login);
            }
            computer.be_there(true);
        }
        self.pass(SignedDuration::from_mins(1));
    }

    fn type_code(&mut self, pc: usize, user: usize, back: usize) {
        let codes = &self.codes[user];
        let Some(code) = codes.len().checked_sub(1 + back).map(|place| codes[place].clone()) else { return };
        let computer = &mut self.computers[pc];
        if computer.world.running() {
            computer.keys_asked += 1;
            // Another device of the cloud's begins with an intent of its own.
            computer.unanswered = None;
            computer.world.command(Command::Activate { code, server: None });
        }
    }

    /// Types a text nobody typed before.
    fn write(&mut self, pc: usize, command: impl FnOnce(String, &[String]) -> Option<Command>) {
        let text = self.text();
        let computer = &mut self.computers[pc];
        if !computer.world.running() {
            return;
        }
        let conversations = computer.conversations();
        if let Some(command) = command(text.clone(), &conversations) {
            computer.world.command(command);
            if computer.holds(&text) {
                computer.typed.push(text);
            }
        }
    }

    fn text(&mut self) -> String {
        self.texts += 1;
        format!("текст {}.", self.texts)
    }

    fn staff_did(&self) {
        self.ledger.borrow_mut().changes += 1;
    }

    fn request(&self, place: usize) -> Option<RequestId> {
        let ledger = self.ledger.borrow();
        ledger.requests.keys().nth(place % ledger.requests.len().max(1)).copied()
    }

    fn messages(&self, request_id: RequestId) -> Vec<Message> {
        let office = &self.office;
        let card = office.at(self.now, office.rules.request(&office.staff, request_id));
        card.expect("the request is there").messages
    }

    fn archive(&mut self, user: usize, archive: bool) {
        let office = self.office.clone();
        let archived = office.at(self.now, office.rules.archive_user(&office.staff, self.users[user], archive));
        archived.expect("an administrator may");
        self.staff_did();
        for computer in self.computers.iter_mut().filter(|computer| computer.user == Some(user)) {
            computer.calm_since = None;
        }
    }

    fn disconnect(&mut self, pc: usize) {
        let keys: Vec<String> = self.computers[pc].world.keyring.values().map(|key| key.0.clone()).collect();
        let devices = keys.iter().filter_map(|key| self.ledger.borrow().devices.get(key).copied()).collect::<Vec<_>>();
        let office = self.office.clone();
        for device_id in devices {
            let done = office.at(self.now, office.rules.disconnect_device(&office.staff, device_id));
            done.expect("staff may");
        }
        self.staff_did();
    }

    fn decide(&mut self, approve: bool) {
        let office = self.office.clone();
        let waiting = office.at(self.now, office.rules.reconnections(&office.staff)).expect("staff may");
        for wish in waiting {
            let id = wish.reconnection_id;
            let decided = office.at(self.now, office.rules.decide_reconnection(&office.staff, id, approve));
            self.ledger.borrow_mut().reconnected |= approve && decided.is_ok();
        }
        self.staff_did();
    }

    /// The second computer gets the first one's disk.
    fn copy(&mut self, from: usize, to: usize) {
        self.mark_copied(from);
        let (source, user) = (self.computers[from].world.computer.clone(), self.computers[from].user);
        let computer = &mut self.computers[to];
        computer.world.stop();
        (computer.world.disk, computer.world.rows) = (source.disk, source.rows);
        computer.world.keyring = source.keyring;
        computer.user = user;
        computer.typed.clear();
        (computer.shown, computer.unanswered) = (None, None);
        computer.calm_since = None;
        computer.launch(Origin::Login);
    }

    fn restore(&mut self, pc: usize) {
        if let Some((disk, rows)) = self.computers[pc].backup.clone() {
            self.mark_copied(pc);
            let computer = &mut self.computers[pc];
            computer.world.stop();
            (computer.world.disk, computer.world.rows) = (disk, rows);
            // What was typed since is lost with the disk, and who was connected may be another.
            computer.typed.retain(|text| computer.world.rows.values().any(|row| row.contains(text.as_str())));
            (computer.shown, computer.unanswered, computer.user) = (None, None, None);
            computer.disk_forgets = true;
            computer.launch(Origin::Login);
        }
    }

    fn mark_copied(&mut self, pc: usize) {
        // Keys and not devices: a key may be copied before a code makes it a device's.
        for key in self.computers[pc].world.keyring.values() {
            self.copied.entry(key.0.clone()).or_insert(self.now);
        }
    }

    /// What must hold at any moment.
    fn check(&mut self) {
        let ledger_cell = self.ledger.clone();
        let mut ledger = ledger_cell.borrow_mut();
        let refused = ledger.refused.clone();
        let mut broken = Vec::new();
        for (place, computer) in self.computers.iter_mut().enumerate() {
            let number = computer.world.number;
            let mut breaks = |rule, what: String| broken.push((rule, format!("computer {place}: {what}")));
            computer.follow(&mut ledger, &self.users);
            if computer.world.keys_made > computer.keys_asked {
                breaks(LOCKED, format!("{} keys for {} codes", computer.world.keys_made, computer.keys_asked));
            }
            computer.check_repeats(&ledger, &mut breaks);
            if !computer.world.running() {
                computer.calm_since = None;
                continue;
            }
            let view = computer.world.view();
            let shown = view.last_authorization.as_ref().map(|last| last.at);
            if shown < computer.shown && !computer.disk_forgets {
                breaks(DATE, format!("shows {shown:?} after {:?}", computer.shown));
            }
            computer.shown = shown;

            let world = &computer.world;
            let free = world.network == Network::Up
                && world.keyring_ready
                && world.person
                && world.killed_after.is_none()
                && view.stage == Stage::Active;
            let since = *computer.calm_since.get_or_insert(self.now);
            if !free {
                computer.calm_since = None;
            } else {
                let today = day(self.now);
                let excused =
                    refused.get(&number).is_some_and(|at| day(*at) == today) || view.troubles.iter().any(is_lost);
                let began = since.max(start_of(today));
                let written = ledger.written.iter().any(|entry| entry.computer == number && day(entry.at) == today);
                if self.now.duration_since(began) >= CALM && !written && !excused {
                    breaks(
                        EVERY_DAY,
                        format!("calm since {since}, and {today} has no authorization; {:?}", view.troubles),
                    );
                }
            }
        }
        ledger.broken.extend(broken);
    }

    /// All faults are mended; people come back, and computers without a key get one.
    fn calm_down(&mut self) {
        for user in 0..USERS {
            self.archive(user, false);
        }
        for pc in 0..COMPUTERS {
            let computer = &mut self.computers[pc];
            computer.world.killed_after = None;
            computer.world.network = Network::Up;
            computer.world.keyring_ready = true;
            computer.be_there(true);
            if computer.world.disk_full {
                computer.disk_full(false);
                // What a full disk takes no process remembers, so this one lives on for a while.
            }
        }
        self.decide(true);
        self.pass(SignedDuration::from_mins(1));
        for computer in &mut self.computers {
            computer.launch(Origin::Login);
        }
        self.pass(SignedDuration::from_mins(1));
        for pc in 0..COMPUTERS {
            let view = self.computers[pc].world.view();
            let lost = view.troubles.iter().any(is_lost);
            if let (Some(user), true) = (self.computers[pc].user, lost) {
                self.computers[pc].world.command(Command::CancelReconnection);
                self.happen(&Happening::Issue(user));
                self.happen(&Happening::Type(pc, user, 0));
            }
        }
        self.pass(SignedDuration::from_mins(5));
    }

    /// What must hold once all is calm.
    fn check_at_calm(&mut self) {
        for pc in 0..COMPUTERS {
            let view = self.computers[pc].world.view();
            if view.stage == Stage::Active && !view.last_authorization.is_some_and(|last| last.today) {
                self.break_rule(EVERY_DAY, format!("computer {pc} shows no date of today: {:?}", view.troubles));
            }
        }
        for user in 0..USERS {
            self.check_history(user);
            self.check_texts(user);
        }
    }

    /// The cabinet's card of a user against what was written.
    fn check_history(&self, user: usize) {
        let (office, user_id) = (&self.office, self.users[user]);
        let card = office.at(self.now, office.rules.user_card(&office.staff, user_id)).expect("the user is there");
        let ledger = self.ledger.borrow();
        let mut written: Vec<_> = ledger.written.iter().filter(|entry| entry.user_id == user_id).collect();
        written.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        let mut breaks = Vec::new();
        let newest = written.first().map(|entry| entry.at);
        if card.user.last_authorization != newest {
            breaks.push((
                OWNER,
                format!("the user's date is {:?}, of all written {newest:?}", card.user.last_authorization),
            ));
        }
        let row = |at: Timestamp, computer: &str| format!("{at} {computer}");
        let mut rows: Vec<_> = card.authorizations.iter().map(|one| row(one.at, &one.computer)).collect();
        let mut kept: Vec<_> = written.iter().map(|entry| row(entry.at, &entry.name)).collect();
        kept.truncate(rows.len().max(if rows.len() < 50 { kept.len() } else { 0 }));
        rows.sort();
        kept.sort();
        // The rows at the edge of a full page may be any of one instant.
        if rows != kept && rows.len() < 50 {
            breaks.push((OWNER, format!("the card holds {rows:?}, written were {kept:?}")));
        }
        for device in &card.devices {
            let own: Vec<_> = ledger.written.iter().filter(|entry| entry.device_id == device.device_id).collect();
            let keys = ledger.devices.iter().filter(|(_, known)| **known == device.device_id);
            match keys.filter_map(|(key, _)| self.copied.get(key)).min() {
                None => {
                    let excused = self.computers.iter().any(|computer| {
                        computer.disk_forgets && own.iter().any(|entry| entry.computer == computer.world.number)
                    });
                    if device.cloned_at.is_some() && !excused {
                        breaks.push((CLONES, format!("{} is flagged at {:?}", device.computer, device.cloned_at)));
                    }
                }
                Some(since) => {
                    let after: Vec<_> = own.iter().filter(|entry| entry.at > *since).collect();
                    let two_places = after.iter().enumerate().any(|(i, first)| {
                        let other = after[i..].iter().position(|entry| entry.computer != first.computer);
                        first.held
                            && other
                                .is_some_and(|j| after[i + j..].iter().any(|entry| entry.computer == first.computer))
                    });
                    if two_places && device.cloned_at.is_none() {
                        breaks.push((CLONES, format!("{} is in two places and not flagged", device.computer)));
                    }
                }
            }
        }
        drop(ledger);
        let acknowledged = self.computers.iter().flat_map(|computer| computer.world.acknowledged.iter());
        for (id, at) in acknowledged {
            let ledger = self.ledger.borrow();
            if !ledger.written.iter().any(|entry| entry.id == *id && entry.at == *at) {
                breaks.push((DATE, format!("{id} was acknowledged at {at} and not written")));
            }
        }
        self.ledger.borrow_mut().broken.extend(breaks);
    }

    /// What the user's computers show against what the cabinet shows.
    fn check_texts(&mut self, user: usize) {
        let user_id = self.users[user];
        let requests: Vec<RequestId> = {
            let ledger = self.ledger.borrow();
            ledger.requests.iter().filter(|(_, owner)| **owner == user_id).map(|(id, _)| *id).collect()
        };
        let there: BTreeMap<String, Vec<Message>> =
            requests.iter().map(|id| (id.to_string(), self.messages(*id))).collect();
        let mut breaks = Vec::new();
        for (pc, computer) in self.computers.iter_mut().enumerate() {
            let view = computer.world.view();
            if computer.user != Some(user) || view.stage != Stage::Active || view.troubles.iter().any(is_lost) {
                continue;
            }
            let mut by_user: Vec<(MessageId, &str)> = Vec::new();
            for (request_id, messages) in &there {
                computer.world.command(Command::ShowConversation { request_id: Some(request_id.clone()) });
                let shown = computer.world.view().talk.shown;
                let here: Vec<String> =
                    shown.map(|one| one.messages.into_iter().map(|one| one.text).collect()).unwrap_or_default();
                let texts: Vec<String> = messages.iter().map(|one| one.text.clone()).collect();
                if here != texts {
                    breaks.push((TYPED, format!("computer {pc} shows {here:?}, the cabinet {texts:?}")));
                }
                let own = messages.iter().filter(|one| one.author == Author::User);
                by_user.extend(own.map(|one| (one.message_id, one.text.as_str())));
            }
            if view.talk.waiting_to_send > 0 {
                breaks.push((TYPED, format!("computer {pc} still waits to send {}", view.talk.waiting_to_send)));
            }
            // The cabinet orders within a request; ids made on one computer rise with the time.
            let mut last = BTreeMap::<&String, usize>::new();
            for text in &computer.typed {
                let count = by_user.iter().filter(|(_, one)| one == text).count();
                if count != 1 {
                    breaks.push((TYPED, format!("computer {pc}: «{text}» is there {count} times")));
                }
                for (request_id, messages) in &there {
                    if let Some(place) = messages.iter().position(|one| one.text == *text)
                        && last.insert(request_id, place).is_some_and(|before| before > place)
                    {
                        breaks.push((TYPED, format!("computer {pc}: «{text}» came before what was typed earlier")));
                    }
                }
            }
        }
        self.ledger.borrow_mut().broken.extend(breaks);
    }
}

impl Computer {
    fn launch(&mut self, origin: Origin) {
        if self.world.disk_full && self.world.running() {
            self.disk_forgets = true;
        }
        self.world.killed_after = None;
        self.world.launch(origin);
    }

    fn be_there(&mut self, there: bool) {
        self.world.person = there;
        self.world.unlocked = if there { Attended::Yes } else { Attended::No };
    }

    fn disk_full(&mut self, full: bool) {
        self.disk_forgets |= full;
        self.world.disk_full = full && self.world.running();
    }

    fn conversations(&self) -> Vec<String> {
        self.world.view().talk.conversations.into_iter().map(|head| head.request_id).collect()
    }

    /// Whether the text is on the disk.
    fn holds(&self, text: &str) -> bool {
        self.world.rows.values().any(|row| row.contains(text))
    }

    /// Takes in what passed between this computer and the cloud.
    fn follow(&mut self, ledger: &mut Ledger, users: &[UserId; USERS]) {
        let number = self.world.number;
        for entry in ledger.written.iter_mut().filter(|entry| entry.computer == number && !entry.held) {
            entry.held = self.world.disk.as_ref().is_some_and(|disk| disk.contains(&entry.echo));
        }
        let latest = ledger.written.iter().rev().find(|entry| entry.computer == number);
        if let Some(user) = latest.and_then(|entry| users.iter().position(|user| *user == entry.user_id))
            && self.user != Some(user)
        {
            if self.user.is_some() {
                // The computer is a colleague's now, and shows nothing of the one before.
                self.typed.clear();
                self.shown = None;
            }
            self.user = Some(user);
        }
    }

    /// What was sent and not answered is sent again and nothing else, while its day lasts.
    fn check_repeats(&mut self, ledger: &Ledger, breaks: &mut impl FnMut(&'static str, String)) {
        let number = self.world.number;
        for (_, id, at) in ledger.attempts[self.attempts_seen..].iter().filter(|(computer, ..)| *computer == number) {
            let answered = |id: AuthorizationId| self.world.acknowledged.iter().any(|(known, _)| *known == id);
            if let Some((before, sent)) = self.unanswered
                && before != *id
                && !answered(before)
                && day(sent) == day(*at)
                && !self.disk_forgets
                && !self.clock_moved
            {
                breaks(DATE, format!("{id} is sent at {at}, while {before} of {sent} is not answered"));
            }
            self.unanswered = Some((*id, *at));
        }
        self.attempts_seen = ledger.attempts.len();
    }
}

/// Whether the computer has to be connected again.
fn is_lost(trouble: &buhphone_agent::view::Trouble) -> bool {
    use buhphone_agent::view::Trouble;
    matches!(
        trouble,
        Trouble::Disconnected | Trouble::KeyLost | Trouble::Reconnecting { .. } | Trouble::ReconnectionRefused
    )
}

fn start_of(date: jiff::civil::Date) -> Timestamp {
    date.to_zoned_datetime(TimeZone::get(ZONE).expect("a zone")).expect("a day").timestamp()
}
