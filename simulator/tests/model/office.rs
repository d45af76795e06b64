//! The cloud of the model: the real rules over the real store, in a file of memory, and the
//! partner's staff. A [`Line`] is one computer's way to it, and keeps a ledger of what passed.

use std::{cell::RefCell, collections::BTreeMap, path::Path, rc::Rc, sync::Arc};

use buhphone_agent::ports::CallError;
use buhphone_cloud::{
    clock::ManualClock,
    rules::{Refusal, Rules},
    secret::Pepper,
    settings::{Allowance, Limits, Settings},
    store::{Staff, Store, sql::SqlStore},
};
use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    authorization::{AuthorizeRequest, Authorized},
    cabinet::{CategoryDraft, ClientDraft, Role, UserDraft},
    conversation::{Event, Seq},
    error::ErrorCode,
    ids::{AuthorizationId, CategoryId, ClientId, DeviceId, PartnerId, RequestId, StaffId, UserId},
    key::PublicKey,
    live::{Item, Outbox, OutboxRecorded},
    reconnection::{ReconnectRequest, Reconnection},
    standing::Standing,
};
use buhphone_simulator::Cloud;
use jiff::{Timestamp, tz::TimeZone};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) const ZONE: &str = "Europe/Moscow";

/// Where Linux keeps files in memory: a commit there costs no disk.
const MEMORY: &str = "/dev/shm";

/// One partner with its clients' computers; many lives are lived there, one after another.
pub(crate) struct Office {
    runtime: Runtime,
    pub(crate) rules: Rules,
    clock: Arc<ManualClock>,
    pub(crate) staff: Staff,
    client_id: ClientId,
    category_id: CategoryId,
    _folder: TempDir,
}

impl Office {
    pub(crate) fn open(now: Timestamp) -> Self {
        let memory = Path::new(MEMORY);
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let url = format!("sqlite:{}", folder.path().join("cloud.db").display());
        let store: Arc<dyn Store> = Arc::new(runtime.block_on(async {
            SqlStore::migrate(&url).await.expect("a database");
            SqlStore::open(&url).await.expect("it opens")
        }));
        let mut settings =
            Settings::new("https://cloud.example".parse().expect("an address"), Pepper::from_bytes([7; 32]));
        // How guessing is slowed is no part of the model.
        let any = Allowance::new(u32::MAX, std::time::Duration::from_millis(1));
        settings.limits = Limits {
            codes_of_address: any,
            codes_of_all: any,
            reconnections_of_address: any,
            reconnections_of_all: any,
            ..Limits::default()
        };
        let clock = Arc::new(ManualClock::at(now));
        let rules = Rules::new(settings, store.clone(), clock.clone());
        let (staff, client_id, category_id) = runtime.block_on(async {
            let partner = rules.create_partner("Ромашка-Сервис", "", ZONE).await.expect("a partner");
            let staff = Staff {
                staff_id: StaffId::generate(),
                partner_id: partner.partner_id,
                name: "Ольга".to_owned(),
                email: "olga@example.com".to_owned(),
                role: Role::Administrator,
                password_hash: String::new(),
            };
            store.create_staff(&staff, now).await.expect("staff");
            let category = rules.create_category(&staff, CategoryDraft { name: "Первый платный".to_owned() }).await;
            let client = ClientDraft { name: "ООО «Лютик»".to_owned(), inn: String::new() };
            let client = rules.create_client(&staff, client).await.expect("a client");
            (staff, client.client_id, category.expect("a category").category_id)
        });
        Self { runtime, rules, clock, staff, client_id, category_id, _folder: folder }
    }

    pub(crate) fn partner(&self) -> PartnerId {
        self.staff.partner_id
    }

    /// Waits for the rules, at this time of theirs.
    pub(crate) fn at<T>(&self, now: Timestamp, asked: impl Future<Output = T>) -> T {
        self.clock.set(now);
        self.runtime.block_on(asked)
    }

    pub(crate) fn user(&self, surname: &str, now: Timestamp) -> UserId {
        let draft = UserDraft {
            surname: surname.to_owned(),
            name: String::new(),
            patronymic: String::new(),
            category_id: self.category_id,
            uses_1c: true,
            its_until: String::new(),
            email: String::new(),
            phone: String::new(),
        };
        self.at(now, self.rules.create_user(&self.staff, self.client_id, draft)).expect("a user").user_id
    }
}

/// The partner's day that holds this instant.
pub(crate) fn day(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned_datetime(TimeZone::get(ZONE).expect("a zone")).date()
}

/// An authorization as the cloud wrote it first.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    /// Which computer's process asked.
    pub(crate) computer: u64,
    /// As the request had it; a copied intent has the name of the computer it was copied from.
    pub(crate) name: String,
    pub(crate) device_id: DeviceId,
    pub(crate) user_id: UserId,
    pub(crate) id: AuthorizationId,
    pub(crate) echo: String,
    /// The computer has the echo on its disk.
    pub(crate) held: bool,
}

/// What passed between the computers of one life and the cloud.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) written: Vec<Entry>,
    /// Every attempt that reached the cloud: whose, which, when.
    pub(crate) attempts: Vec<(u64, AuthorizationId, Timestamp)>,
    /// Requests there are, with whose they are.
    pub(crate) requests: BTreeMap<RequestId, UserId>,
    /// By their public keys.
    pub(crate) devices: BTreeMap<String, DeviceId>,
    /// When a computer was last told that it may not.
    pub(crate) refused: BTreeMap<u64, Timestamp>,
    /// A new key took an old one's place, so that the old one is nobody's.
    pub(crate) reconnected: bool,
    /// The newest date any answer told, by user.
    pub(crate) told: BTreeMap<UserId, Timestamp>,
    /// Rises with everything that may have made an event.
    pub(crate) changes: u64,
    pub(crate) broken: Vec<(&'static str, String)>,
    pub(crate) story: Option<Vec<String>>,
}

impl Ledger {
    pub(crate) fn tell(&mut self, at: Timestamp, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            let local = at.to_zoned_datetime(TimeZone::get(ZONE).expect("a zone"));
            story.push(format!("{}  {}", local.strftime("%a %d.%m %H:%M:%S"), line()));
        }
    }

    pub(crate) fn broken(&mut self, rule: &'static str, what: String) {
        self.broken.push((rule, what));
    }
}

/// A computer's way to the cloud.
pub(crate) struct Line {
    pub(crate) office: Rc<Office>,
    pub(crate) ledger: Rc<RefCell<Ledger>>,
    pub(crate) computer: u64,
    /// What the computer has heard: nothing newer than this many changes is there.
    heard: Option<(String, Seq, u64)>,
}

impl Line {
    pub(crate) fn new(office: Rc<Office>, ledger: Rc<RefCell<Ledger>>, computer: u64) -> Self {
        Self { office, ledger, computer, heard: None }
    }

    fn answer<T>(&self, what: &str, at: Timestamp, result: Result<T, Refusal>) -> Result<T, CallError> {
        let mut ledger = self.ledger.borrow_mut();
        ledger.tell(at, || {
            let outcome = result.as_ref().err().map_or("recorded".to_owned(), |refusal| format!("{:?}", refusal.code));
            format!("computer {}: {what}: {outcome}", self.computer & 3)
        });
        result.map_err(|refusal| {
            match refusal.code {
                ErrorCode::DeviceUnknown if !ledger.reconnected => {
                    ledger.broken("nobody is refused without a reason", format!("{what}: the key is unknown"));
                }
                ErrorCode::DeviceDisconnected | ErrorCode::UserArchived | ErrorCode::DeviceUnknown => {
                    ledger.refused.insert(self.computer, at);
                }
                ErrorCode::CodeExpired | ErrorCode::CodeUsed | ErrorCode::CodeRevoked | ErrorCode::CodeUnknown => {}
                // By another code, or beside another wish.
                ErrorCode::Conflict => {}
                code => {
                    ledger
                        .broken("nobody is refused without a reason", format!("{what}: {code:?} {}", refusal.message));
                }
            }
            CallError::Refused { code: refusal.code, message: String::new(), retry_after: refusal.retry_after }
        })
    }

    fn date_told(&self, user_id: UserId, standing: &Standing, at: Timestamp) {
        let mut ledger = self.ledger.borrow_mut();
        let (told, before) = (standing.last_authorization, ledger.told.get(&user_id).copied());
        if told < before {
            ledger.broken(DATE, format!("{at}: the cloud told {told:?} after {before:?}"));
        }
        if let Some(told) = told {
            ledger.told.insert(user_id, told);
        }
    }
}

/// The name of rule 1.
pub(crate) const DATE: &str = "an acknowledged date is durable, counted once, and never moves backwards";

impl Cloud for Line {
    fn activate(&mut self, key: &PublicKey, request: &ActivateRequest, at: Timestamp) -> Result<Activated, CallError> {
        let office = self.office.clone();
        let result = office.at(at, office.rules.activate(request.clone(), "127.0.0.1"));
        let mut ledger = self.ledger.borrow_mut();
        ledger.changes += 1;
        if let Ok(activated) = &result {
            let known = ledger.devices.insert(key.0.clone(), activated.device_id);
            if known.is_some_and(|known| known != activated.device_id) {
                ledger.broken("a key is one device", format!("{known:?} became {:?}", activated.device_id));
            }
        }
        drop(ledger);
        self.answer("activate", at, result)
    }

    fn authorize(
        &mut self,
        key: &PublicKey,
        request: &AuthorizeRequest,
        at: Timestamp,
    ) -> Result<Authorized, CallError> {
        let office = self.office.clone();
        let result = office.at(at, async {
            let device = office.rules.device(key).await?;
            Ok((office.rules.authorize(&device, request.clone()).await?, device))
        });
        let mut ledger = self.ledger.borrow_mut();
        ledger.changes += 1;
        let id = request.authorization_id;
        if let Ok((answer, device)) = &result {
            ledger.attempts.push((self.computer, id, at));
            match ledger.written.iter().find(|entry| entry.id == id).cloned() {
                Some(first) => {
                    if (first.at, &first.echo) != (answer.authorized_at, &answer.echo) {
                        ledger.broken(DATE, format!("{id} was {} and then {}", first.at, answer.authorized_at));
                    }
                }
                None => ledger.written.push(Entry {
                    at: answer.authorized_at,
                    computer: self.computer,
                    name: request.computer.name.clone(),
                    device_id: device.device_id,
                    user_id: device.user_id,
                    id,
                    echo: answer.echo.clone(),
                    held: false,
                }),
            }
        }
        drop(ledger);
        if let Ok((answer, device)) = &result {
            self.date_told(device.user_id, &answer.standing, at);
        }
        let what = if self.ledger.borrow().story.is_some() {
            format!("authorize {id} ({:?})", request.trigger)
        } else {
            String::new()
        };
        self.answer(&what, at, result.map(|(answer, _)| answer))
    }

    fn standing(&mut self, key: &PublicKey, at: Timestamp) -> Result<Standing, CallError> {
        let office = self.office.clone();
        let result = office.at(at, async {
            let device = office.rules.device(key).await?;
            Ok((office.rules.standing(&device).await?, device.user_id))
        });
        if let Ok((standing, user_id)) = &result {
            self.date_told(*user_id, standing, at);
        }
        self.answer("standing", at, result.map(|(standing, _)| standing))
    }

    fn reconnect(
        &mut self,
        key: &PublicKey,
        request: &ReconnectRequest,
        at: Timestamp,
    ) -> Result<Reconnection, CallError> {
        let office = self.office.clone();
        let result = office.at(at, office.rules.reconnect(request.clone(), "127.0.0.1"));
        if let Ok(Reconnection::Approved { .. }) = &result {
            self.ledger.borrow_mut().devices.insert(key.0.clone(), request.device_id);
        }
        self.answer("reconnect", at, result)
    }

    fn record(&mut self, key: &PublicKey, outbox: &Outbox, at: Timestamp) -> Result<OutboxRecorded, CallError> {
        let office = self.office.clone();
        let result = office.at(at, async {
            let device = office.rules.device(key).await?;
            let items = outbox.items.iter().cloned().map(Ok).collect();
            Ok((office.rules.record(&device, items).await?, device.user_id))
        });
        let mut ledger = self.ledger.borrow_mut();
        ledger.changes += 1;
        if let Ok((recorded, user_id)) = &result {
            for item in &outbox.items {
                if let Item::Open { request_id, .. } = item {
                    ledger.requests.insert(*request_id, *user_id);
                }
            }
            for rejected in &recorded.rejected {
                let item = usize::try_from(rejected.position).ok().and_then(|position| outbox.items.get(position));
                if matches!(item, Some(Item::Open { .. } | Item::Say { .. })) {
                    ledger.broken(TYPED, format!("refused for good: {}", rejected.message));
                }
            }
        }
        drop(ledger);
        let what = if self.ledger.borrow().story.is_some() {
            format!("send {} items", outbox.items.len())
        } else {
            String::new()
        };
        self.answer(&what, at, result.map(|(recorded, _)| recorded))
    }

    fn events(&mut self, key: &PublicKey, after: Seq, _: usize, at: Timestamp) -> Result<Vec<Event>, CallError> {
        let changes = self.ledger.borrow().changes;
        let heard = Some((key.0.clone(), after, changes));
        if self.heard == heard {
            return Ok(Vec::new());
        }
        let office = self.office.clone();
        let result = office.at(at, async {
            let device = office.rules.device(key).await?;
            office.rules.events(key, device.user_id, after).await
        });
        let events = result.map(|page| page.events);
        if events.as_ref().is_ok_and(Vec::is_empty) {
            self.heard = heard;
            return Ok(Vec::new());
        }
        self.answer("events", at, events)
    }
}

/// The name of rule 5.
pub(crate) const TYPED: &str = "nothing typed is lost: once, in order, and both transcripts equal at calm";
