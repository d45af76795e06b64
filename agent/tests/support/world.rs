//! A computer and a cloud in memory, under tokio's time: answers the driver's questions and
//! writes down, in order, what it was asked.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use buhphone_agent::{
    driver::Ports,
    environment::LOGIN_WAIT,
    machine::{Facts, Machine},
    ports::{
        CallError, Change, Clock, Cloud, Heard, Host, Loaded, Now, Place, Presence, Screen, Store, StoreError, Vault,
        VaultError,
    },
    self_check::{Disk, Failure, Road, Tls},
    view::{Language, Notice, View},
};
use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    authorization::{AuthorizeRequest, Authorized},
    conversation::Seq,
    ids::{DeviceId, LaunchId},
    key::PublicKey,
    live::{Events, Outbox, OutboxRecorded},
    reconnection::{ReconnectRequest, Reconnection},
    removal::Removed,
    standing::{PartnerCard, Standing},
    telemetry::{Attended, Autostart, Computer, FailureKind, Launch, Origin},
};
use futures::{StreamExt, stream, stream::BoxStream};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, time::Instant};
use url::Url;
use uuid::Uuid;

#[derive(Clone)]
pub(crate) struct World(Arc<Inner>);

struct Inner {
    began: Instant,
    facts: Mutex<Written>,
    view: watch::Sender<Option<View>>,
}

#[derive(Default)]
pub(crate) struct Written {
    pub(crate) asked: Vec<&'static str>,
    pub(crate) saved: Option<String>,
    pub(crate) disk_is_full: bool,
    pub(crate) is_offline: bool,
    /// Where the program looks for its cloud.
    pub(crate) cloud: Option<Url>,
    pub(crate) presence_asked: u32,
    pub(crate) shown: u32,
}

impl World {
    #[expect(clippy::disallowed_methods, reason = "this clock is tokio's, which the test moves")]
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { began: Instant::now(), facts: Mutex::default(), view: watch::Sender::new(None) }))
    }

    pub(crate) fn written(&self) -> MutexGuard<'_, Written> {
        self.0.facts.lock().expect("nobody panicked")
    }

    pub(crate) fn ports(&self) -> Ports {
        let all = Arc::new(self.clone());
        Ports {
            clock: all.clone(),
            cloud: all.clone(),
            vault: all.clone(),
            store: all.clone(),
            host: all.clone(),
            place: all.clone(),
            screen: all,
        }
    }

    pub(crate) fn machine(&self) -> Machine {
        let launch_id = LaunchId(Uuid::from_u128(7));
        Machine::new(Facts {
            seed: [7; 32],
            launch: Launch { launch_id, origin: Origin::Login, started_at: self.now().wall },
            version: "0.1.0".to_owned(),
            language: Language::Ru,
            cloud: self
                .written()
                .cloud
                .clone()
                .unwrap_or_else(|| "https://cloud.example/".parse().expect("an address")),
            login_wait: LOGIN_WAIT,
        })
    }

    /// Waits for a snapshot that fits. Tokio's time runs on meanwhile, and fails the test after two days of it.
    pub(crate) async fn shows(&self, what: &str, fits: impl Fn(&View) -> bool) -> View {
        let mut view = self.0.view.subscribe();
        let shown = view.wait_for(|view| view.as_ref().is_some_and(&fits));
        let shown = tokio::time::timeout(Duration::from_secs(2 * 24 * 3600), shown).await;
        let shown = shown.unwrap_or_else(|_| panic!("waited in vain until {what}")).expect("the world is there");
        shown.clone().expect("a view was shown")
    }

    fn asked(&self, what: &'static str) {
        self.written().asked.push(what);
    }

    fn reached(&self) -> Result<(), CallError> {
        if self.written().is_offline {
            return Err(CallError::Unreached { failure: FailureKind::Dns, detail: "no network".to_owned() });
        }
        Ok(())
    }

    fn standing_now(&self, last_authorization: Option<Timestamp>) -> Standing {
        Standing {
            partner: PartnerCard {
                name: "Партнёр".to_owned(),
                phone: String::new(),
                zone: "Europe/Moscow".to_owned(),
                machine_salt: "00ff".to_owned(),
            },
            client: "ООО «Ромашка»".to_owned(),
            user: "Иванова Анна".to_owned(),
            last_authorization,
            contract_ended: false,
            now: self.now().wall,
            due_in: 15 * 3600,
            line: None,
            phone: String::new(),
        }
    }
}

impl Clock for World {
    fn now(&self) -> Now {
        let monotonic = self.0.began.elapsed();
        let began: Timestamp = "2026-11-23T06:00:00Z".parse().expect("a timestamp");
        Now { wall: began + SignedDuration::try_from(monotonic).expect("it is short"), monotonic }
    }
}

#[async_trait]
impl Cloud for World {
    fn use_address(&self, _: Url) {
        self.asked("use address");
    }

    fn use_key(&self, _: &str) {
        self.asked("use key");
    }

    fn remember_time(&self, _: Timestamp) {
        self.asked("remember time");
    }

    async fn activate(&self, _: &ActivateRequest) -> Result<Activated, CallError> {
        self.asked("activate");
        self.reached()?;
        Ok(Activated { device_id: DeviceId(Uuid::from_u128(1)), standing: self.standing_now(None), visit: None })
    }

    async fn authorize(&self, request: &AuthorizeRequest) -> Result<Authorized, CallError> {
        self.asked("authorize");
        self.reached()?;
        let at = self.now().wall;
        Ok(Authorized {
            authorization_id: request.authorization_id,
            authorized_at: at,
            echo: "e".to_owned(),
            standing: self.standing_now(Some(at)),
        })
    }

    async fn standing(&self) -> Result<Standing, CallError> {
        self.asked("standing");
        self.reached()?;
        Ok(self.standing_now(None))
    }

    async fn reconnect(&self, _: &str, _: &ReconnectRequest) -> Result<Reconnection, CallError> {
        self.asked("reconnect");
        self.reached()?;
        Ok(Reconnection::Waiting { ask_again_in: 10 })
    }

    async fn road(&self) -> Road {
        self.asked("road");
        let failure = self.reached().err().map(|error| Failure { kind: FailureKind::Dns, detail: error.to_string() });
        let clock_ahead_s = failure.is_none().then_some(0);
        Road { failure, proxy: None, tls: Tls::Plain, clock_ahead_s }
    }

    async fn remove(&self) -> Result<Removed, CallError> {
        self.asked("remove");
        self.reached()?;
        Ok(Removed { removed_at: self.now().wall })
    }

    async fn send(&self, _: &Outbox) -> Result<OutboxRecorded, CallError> {
        self.asked("send");
        self.reached()?;
        Ok(OutboxRecorded { rejected: Vec::new(), last: 0 })
    }

    async fn poll(&self, _: Seq, wait: Duration) -> Result<Events, CallError> {
        self.reached()?;
        tokio::time::sleep(wait).await;
        Ok(Events { events: Vec::new(), last: 0 })
    }

    async fn listen(&self, _: Seq) -> Result<BoxStream<'static, Result<Heard, CallError>>, CallError> {
        self.asked("listen");
        self.reached()?;
        let signs = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(15)).await;
            Some((Ok(Heard::Alive), ()))
        });
        Ok(signs.boxed())
    }
}

#[async_trait]
impl Vault for World {
    async fn public_key(&self, _: &str) -> Result<PublicKey, VaultError> {
        Ok(PublicKey("A".repeat(44)))
    }

    async fn make_key(&self, _: &str) -> Result<PublicKey, VaultError> {
        self.asked("make key");
        Ok(PublicKey("A".repeat(44)))
    }

    async fn forget(&self, _: &str) -> Result<(), VaultError> {
        self.asked("forget key");
        Ok(())
    }
}

#[async_trait]
impl Store for World {
    async fn load(&self) -> Result<Loaded, StoreError> {
        Ok(Loaded { state: self.written().saved.clone(), ..Loaded::default() })
    }

    async fn save(&self, change: &Change) -> Result<(), StoreError> {
        // A disk takes its time; whatever is sent before the save is done comes out of order below.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut written = self.written();
        if written.disk_is_full {
            return Err(StoreError { verb: "saved", detail: "the disk is full".to_owned() });
        }
        written.asked.push("save");
        if let Some(state) = &change.state {
            written.saved = Some(state.clone());
        }
        Ok(())
    }

    async fn set_aside(&self) -> Result<String, StoreError> {
        self.asked("set aside");
        Ok("state.damaged.sqlite".to_owned())
    }
}

#[async_trait]
impl Host for World {
    async fn computer(&self, _: Option<&str>) -> Computer {
        Computer {
            name: "БУХ-1".to_owned(),
            system: "Debian GNU/Linux 12".to_owned(),
            program: "0.1.0".to_owned(),
            zone: Some("Europe/Moscow".to_owned()),
            machine: None,
        }
    }

    async fn autostart(&self) -> Autostart {
        Autostart::On
    }

    async fn enable_autostart(&self, _: bool) -> Autostart {
        self.asked("enable autostart");
        Autostart::On
    }

    async fn presence(&self) -> Presence {
        self.written().presence_asked += 1;
        Presence { unlocked: Attended::Yes, idle: Some(Duration::ZERO) }
    }
}

#[async_trait]
impl Place for World {
    async fn disk(&self) -> Disk {
        Disk { folder: "/home/anna/buhphone".to_owned(), free_bytes: Some(1 << 40), failure: None }
    }

    async fn save_report(&self, name: &str, _: &str) -> Result<String, String> {
        self.asked("save report");
        Ok(format!("/home/anna/{name}"))
    }
}

impl Screen for World {
    fn show(&self, view: &View) {
        self.written().shown += 1;
        self.0.view.send_replace(Some(view.clone()));
    }

    fn notify(&self, _: &Notice) {}
}
