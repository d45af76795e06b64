//! What the program decides, as a pure machine: an input and the time in, effects out.
//! Reads no clock, does no work of its own, and draws its randomness from a given seed,
//! so that weeks of a computer's life are a test of microseconds.

mod activation;
mod asking;
mod attendance;
mod authorization;
mod autostart;
mod call;
mod cloud_time;
mod conversations;
mod day;
mod drafts;
mod effect;
mod hearing;
mod hours;
mod input;
mod leaving;
mod link;
pub(crate) mod notices;
mod outbox;
mod pace;
mod picture;
mod reconnection;
mod record;
mod saved;
mod self_check;
mod starts;
mod talking;
mod telling;
mod troubles;
mod visit;

use std::time::Duration;

use buhphone_protocol::{
    ids::RequestId,
    telemetry::{Autostart, Computer, FailureKind, Launch},
};
use rand::{SeedableRng, rngs::StdRng};
use url::Url;

use self::{
    activation::{Activation, Step},
    attendance::Attendance,
    authorization::Wishes,
    call::Call,
    cloud_time::CloudTime,
    conversations::Conversations,
    day::PartnerDays,
    drafts::Drafts,
    hearing::Hearing,
    outbox::Outbox,
    pace::Pace,
    record::Record,
    saved::Saved,
    self_check::SelfCheck,
};
pub use self::{
    effect::Effect,
    input::{Input, LiveState, Started},
    leaving::Leaving,
};
use crate::{
    command::Command,
    ports::{Now, Presence},
    view::{Connection, Language},
};

/// Between two ticks: a person who sits down is noticed within it, and an idle computer is not kept busy.
pub const TICK: Duration = Duration::from_secs(30);

/// A standing older than this is asked again when a person looks.
const LOOK_OLD: Duration = Duration::from_secs(60);

/// The computer's facts are read in milliseconds; an authorization does not wait for them longer.
const COMPUTER_PATIENCE: Duration = Duration::from_secs(5);

/// What holds for the whole life of the process.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Random; all randomness of the machine comes of it.
    pub seed: [u8; 32],
    pub launch: Launch,
    /// The program's version.
    pub version: String,
    /// The computer's language.
    pub language: Language,
    /// The address built in, or given by installer or policy.
    pub cloud: Url,
    /// Started by the system, the program waits a random part of this.
    pub login_wait: Duration,
}

pub struct Machine {
    facts: Facts,
    rng: StdRng,
    /// The clocks at the last input; none before the first.
    last: Option<Now>,
    saved: Saved,
    record: Record,
    /// Known once the cloud was heard, in this process or an earlier one.
    time: Option<CloudTime>,
    /// As the cloud last told.
    days: Option<PartnerDays>,
    computer: Computer,
    /// Monotonic: until then an authorization waits for the computer's facts.
    computer_awaited: Option<Duration>,
    autostart: Autostart,
    attendance: Attendance,
    call: Option<Call>,
    next_attempt: u64,
    /// Answers to attempts before this one are for a computer that was replaced.
    device_since: u64,
    pace: Pace,
    connection: Connection,
    last_failure: Option<FailureKind>,
    /// Monotonic: when the cloud last told where we stand.
    answered_at: Option<Duration>,
    wishes: Wishes,
    activation: Activation,
    conversations: Conversations,
    outbox: Outbox,
    drafts: Drafts,
    hearing: Hearing,
    self_check: SelfCheck,
    /// On the screen.
    shown_conversation: Option<RequestId>,
    /// Monotonic, and the milliseconds of the visit at that time.
    visit_clock: (Duration, u64),
    wake: Option<Duration>,
}

impl Machine {
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        let computer = Computer {
            name: String::new(),
            system: String::new(),
            program: facts.version.clone(),
            zone: None,
            machine: None,
        };
        Self {
            rng: StdRng::from_seed(facts.seed),
            facts,
            last: None,
            saved: Saved::fresh(),
            record: Record::default(),
            time: None,
            days: None,
            computer,
            computer_awaited: None,
            autostart: Autostart::Unknown,
            attendance: Attendance::unknown(),
            call: None,
            next_attempt: 1,
            device_since: 0,
            pace: Pace::default(),
            connection: Connection::Unknown,
            last_failure: None,
            answered_at: None,
            wishes: Wishes::default(),
            activation: Activation::default(),
            conversations: Conversations::default(),
            outbox: Outbox::default(),
            drafts: Drafts::default(),
            hearing: Hearing::default(),
            self_check: SelfCheck::default(),
            shown_conversation: None,
            visit_clock: (Duration::ZERO, 0),
            wake: None,
        }
    }

    /// Takes in what happened and tells what is to be done, in order.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        match (input, self.last) {
            (Input::Started(started), None) => {
                if !self.start(started, now, &mut effects) {
                    return effects;
                }
            }
            (Input::Started(_), Some(_)) => {}
            (input, Some(last)) => {
                self.pass(last, now, &mut effects);
                self.take(input, now, &mut effects);
            }
            (Input::Tick { .. }, None) => return vec![Effect::StartAgain],
            // Nothing is begun, nor taken in, beside a state that may still be read.
            (_, None) => return effects,
        }
        self.settle_reconnection(&mut effects);
        self.proceed(now, &mut effects);
        self.notice(&mut effects);
        self.keep(&mut effects);
        effects
    }

    /// The monotonic time at which a tick is wanted even if none is due.
    #[must_use]
    pub fn wake_at(&self) -> Option<Duration> {
        self.wake
    }

    /// Whether it did: a state that cannot be read for now, on a disk that is full or locked, is waited for.
    fn start(&mut self, started: Started, now: Now, effects: &mut Vec<Effect>) -> bool {
        let loaded = match started.loaded {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::error!(%error, "waiting for the saved state");
                self.record.failing = true;
                return false;
            }
        };
        self.last = Some(now);
        self.computer = started.computer;
        self.autostart = started.autostart;
        self.restore(loaded, effects);
        self.resume_activation();
        self.resume_visit(now);
        self.use_device(effects);
        if let Some(device) = &self.saved.device {
            let (seen, salt) = (device.seen, device.standing.partner.machine_salt.clone());
            self.time = Some(CloudTime::remembered(seen, now));
            self.days = Some(PartnerDays::of(&device.standing));
            effects.push(Effect::CloudTimeSeen(seen.cloud));
            let launch = self.facts.launch.clone();
            self.saved.launched(&launch);
            self.wish_launch(now);
            self.read_computer(salt, now, effects);
        }
        self.observe(started.presence, now);
        self.check_autostart(effects);
        if matches!(self.autostart, Autostart::On | Autostart::OffByPerson | Autostart::Forbidden) {
            // Nothing is done about it, so nothing will be answered.
            self.visit_autostart_read(self.autostart, now);
        }
        true
    }

    /// Lets the time since the last input pass, and notices a sleep.
    fn pass(&mut self, last: Now, now: Now, effects: &mut Vec<Effect>) {
        self.last = Some(now);
        if let Some(time) = &mut self.time {
            time.pass(last, now);
        }
        if cloud_time::is_gap(last, now) {
            self.wishes.resumed = true;
            self.attendance.resumed(now.monotonic);
            self.pace.hinted(now.monotonic, &mut self.rng);
            self.outbox.pace.hinted(now.monotonic, &mut self.rng);
            self.listen_anew(effects);
            if self.saved.device.is_some() {
                // Whoever carries a computer about changes its zone while it sleeps.
                let salt = self.saved.device.as_ref().map(|device| device.standing.partner.machine_salt.clone());
                effects.extend([Effect::ReadComputer { machine_salt: salt }, Effect::ReadAutostart]);
            }
        }
        self.computer_awaited = self.computer_awaited.filter(|deadline| *deadline > now.monotonic);
    }

    fn take(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) {
        match input {
            Input::Started(_) => {}
            Input::Tick { presence } => {
                self.observe(presence, now);
                self.keep_trying(effects);
                self.keep_setting_autostart(effects);
            }
            Input::NetworkUp => {
                self.wishes.network = true;
                self.pace.hinted(now.monotonic, &mut self.rng);
                self.outbox.pace.hinted(now.monotonic, &mut self.rng);
                self.listen_anew(effects);
            }
            Input::Command(command) => self.obey(command, now, effects),
            Input::Saved(result) => self.kept(result),
            Input::SetAside(result) => self.put_aside(result),
            Input::KeyMade { attempt, result } => self.key_made(attempt, result, now, effects),
            Input::Activated { attempt, result } => self.activated(attempt, result, now, effects),
            Input::Authorized { attempt, result } => self.authorized(attempt, result, now, effects),
            Input::Standing { attempt, result } => self.standing(attempt, result, now, effects),
            Input::Reconnected { attempt, result } => self.reconnected(attempt, result, now, effects),
            Input::SentOutbox { attempt, result } => self.sent_outbox(attempt, result, now),
            Input::Heard(events) => self.hear(events, now, effects),
            Input::Live(state) => self.live(state, now),
            Input::Autostart(autostart) => {
                self.autostart_read(autostart);
                self.autostart_checked(autostart);
                if matches!(self.activation.step, Some(Step::Autostart { .. })) {
                    self.visit_autostart(Some(autostart), now);
                    self.finish_activation(effects);
                } else {
                    self.visit_autostart_read(autostart, now);
                }
            }
            Input::Computer(computer) => {
                self.computer = computer;
                self.computer_awaited = None;
            }
            Input::Inspected(found) => self.inspected(found, now),
            Input::ReportSaved(result) => self.report_saved(result),
        }
    }

    fn obey(&mut self, command: Command, now: Now, effects: &mut Vec<Effect>) {
        self.end_quiet(now);
        self.listen_now(effects);
        match command {
            Command::Activate { code, server } => self.activate(&code, server.as_deref(), now, effects),
            Command::UseServer { server } => self.use_server(&server, effects),
            Command::StartedFrom1c => self.started_from_1c(now),
            Command::OpenLink { link } => self.offer(&link),
            // Without a key nothing but the partner's decision can bring it.
            Command::AuthorizeNow if self.waits_for_partner() => self.look_for_decision(now),
            Command::AuthorizeNow => self.wishes.click = self.saved.device.is_some(),
            Command::Look => {
                self.pace.hinted(now.monotonic, &mut self.rng);
                let old = self.answered_at.is_none_or(|at| now.monotonic.saturating_sub(at) > LOOK_OLD);
                self.wishes.look = old && self.saved.device.is_some();
                self.look_for_decision(now);
                effects.push(Effect::ReadAutostart);
            }
            Command::RepairAutostart => {
                if self.saved.device.is_some() {
                    effects.push(Effect::EnableAutostart { override_person: true });
                }
            }
            Command::CheckSelf => self.check_self(now, effects),
            Command::SaveReport => self.save_report(now, effects),
            Command::Reconnect => self.reconnect(now, effects),
            Command::CancelReconnection => self.cancel_reconnection(effects),
            Command::SendTrial => self.send_trial(now),
            Command::Ask { text } => self.ask(&text, now),
            Command::CallMe { phone } => self.call_me(&phone, now),
            Command::Say { request_id, text } => self.say(&request_id, &text, now),
            Command::KeepDraft { field, text } => self.keep_draft(&field, &text),
            Command::ShowConversation { request_id } => self.show_conversation(request_id.as_deref()),
            Command::RepeatVisitStep => self.repeat_visit_step(now, effects),
            Command::LeaveVisit => self.leave_visit(),
            Command::SetLanguage { language } => self.saved.language = language,
        }
    }

    /// Begins whatever is due now; at most one call is under way, and beside it one that tells.
    fn proceed(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.wake = self.computer_awaited;
        self.give_up_check(now);
        if let Some(until) = self.quiet_until(now) {
            return self.wake(until);
        }
        self.proceed_hearing(effects);
        self.proceed_outbox(now, effects);
        self.give_up(now, effects);
        if let Some(Step::Autostart { until }) = self.activation.step {
            if until <= now.monotonic {
                self.visit_autostart(None, now);
                self.finish_activation(effects);
            } else {
                self.wake(until);
            }
        }
        if self.call.is_some() {
            return;
        }
        if self.saved.enrolment.is_some() {
            self.proceed_activation(now, effects);
        } else if self.waits_for_partner() {
            self.proceed_reconnection(now, effects);
        } else if self.saved.device.is_some() {
            self.proceed_authorization(now, effects);
        }
    }

    fn observe(&mut self, presence: Presence, now: Now) {
        let cloud = self.time.map_or(now.wall, |time| time.high);
        self.attendance.observe(presence, now.monotonic, cloud);
    }

    fn read_computer(&mut self, salt: String, now: Now, effects: &mut Vec<Effect>) {
        self.computer_awaited = Some(now.monotonic + COMPUTER_PATIENCE);
        effects.push(Effect::ReadComputer { machine_salt: Some(salt) });
    }

    /// Asks for a tick no later than this monotonic time.
    fn wake(&mut self, at: Duration) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }
}
