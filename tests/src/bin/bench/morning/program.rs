//! One program of the ten thousand: the agent's parts, and in memory what is a computer's.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use async_trait::async_trait;
use buhphone_agent::{
    cloud_client::{
        CloudClient, Transport,
        signing::{Signed, Signer, Unsigned, public_key},
    },
    driver::{self, Ports},
    environment::LOGIN_WAIT,
    inspection::ThisAccount,
    machine::{Facts, Machine},
    ports::{
        CallError, Change, Clock, Cloud, Heard, Host, Loaded, Now, Presence, Screen, Store, StoreError, Vault,
        VaultError,
    },
    self_check,
    view::{Connection, Language, Notice, View},
};
use buhphone_cloud::clock::{Clock as _, SystemClock};
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
use futures::{stream, stream::BoxStream};
use httpsig::prelude::SecretKey;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use tokio::sync::{mpsc, oneshot};
use url::Url;

use super::{count, now};
use crate::device::Device;

/// What all programs share: their time, the cloud's absence, and what is counted.
pub(super) struct Office {
    begun: Instant,
    /// The time at `begun`.
    wall: Timestamp,
    cloud: OnceLock<Url>,
    /// Attempts while the cloud was away.
    pub(super) missed: AtomicUsize,
    /// Programs that are authorized.
    pub(super) authorized: AtomicUsize,
    /// Calls after the cloud was back that brought no answer or a refusal.
    pub(super) failed: AtomicUsize,
}

impl Office {
    pub(super) fn opened() -> Self {
        Self {
            begun: now(),
            wall: SystemClock.now(),
            cloud: OnceLock::new(),
            missed: AtomicUsize::new(0),
            authorized: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
        }
    }

    pub(super) fn cloud_is_at(&self, address: Url) {
        let _ = self.cloud.set(address);
    }
}

impl Clock for Office {
    fn now(&self) -> Now {
        let monotonic = self.begun.elapsed();
        Now { wall: self.wall + SignedDuration::try_from(monotonic).unwrap_or_default(), monotonic }
    }
}

pub(super) struct Program {
    number: usize,
    office: Arc<Office>,
    key: Arc<Key>,
    /// Its saved state: connected, last authorized the day before.
    state: String,
    authorized: AtomicBool,
    shown: Mutex<Option<View>>,
}

impl Program {
    pub(super) fn installed(number: usize, device: &Device, office: Arc<Office>) -> Result<Self> {
        let yesterday = office.wall.checked_sub(24.hours())?;
        let standing = Standing {
            partner: PartnerCard {
                name: "Учёт и Ко".to_owned(),
                phone: "+7 495 123-45-67".to_owned(),
                zone: "Europe/Moscow".to_owned(),
                machine_salt: "5a17".to_owned(),
            },
            client: "ООО «Ромашка»".to_owned(),
            user: "Иванова Анна Петровна".to_owned(),
            last_authorization: Some(yesterday),
            contract_ended: false,
            now: yesterday,
            due_in: 3600,
            line: None,
            phone: String::new(),
        };
        let state = serde_json::json!({
            "version": 1,
            "device": {
                "device_id": DeviceId::generate(),
                "key_name": "device",
                "standing": standing,
                "last_authorization": yesterday,
                "own_authorization": yesterday,
                "seen": { "cloud": yesterday, "wall": yesterday },
                "echo": null,
            },
            "autostart_set": true,
        });
        Ok(Self {
            number,
            office,
            key: Arc::new(Key(device.secret().clone())),
            state: state.to_string(),
            authorized: AtomicBool::new(false),
            shown: Mutex::default(),
        })
    }

    /// From the time its computer is started; ends only with the bench.
    pub(super) async fn run(self: Arc<Self>, comes: Duration) -> Result<()> {
        tokio::time::sleep(comes).await;
        let clock = self.office.clone();
        let nowhere: Url = "http://127.0.0.1:9".parse()?;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&(self.number as u64).to_le_bytes());
        let machine = Machine::new(Facts {
            seed,
            launch: Launch {
                launch_id: LaunchId::generate(),
                origin: Origin::Login,
                started_at: Clock::now(&*clock).wall,
            },
            version: "0.1.0".to_owned(),
            language: Language::Ru,
            cloud: nowhere.clone(),
            login_wait: LOGIN_WAIT,
        });
        let client = CloudClient::new(nowhere, self.key.clone(), clock.clone(), Transport::default())?;
        let ports = Ports {
            clock,
            cloud: Arc::new(Road { program: self.clone(), client, found: AtomicBool::new(false) }),
            vault: self.key.clone(),
            store: self.clone(),
            host: self.clone(),
            place: Arc::new(ThisAccount::new(std::env::temp_dir())),
            screen: self.clone(),
        };
        let (_commands, queue) = mpsc::channel(1);
        let (_shutdown, stopped) = oneshot::channel();
        driver::run(machine, ports, queue, stream::pending(), stopped).await;
        Ok(())
    }

    /// After all is well, a person would see that it is not.
    pub(super) fn shows_trouble(&self) -> bool {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.as_ref().is_none_or(|view| !view.troubles.is_empty() || view.connection != Connection::Online)
    }
}

#[async_trait]
impl Store for Program {
    async fn load(&self) -> Result<Loaded, StoreError> {
        Ok(Loaded { state: Some(self.state.clone()), ..Loaded::default() })
    }

    async fn save(&self, _: &Change) -> Result<(), StoreError> {
        Ok(())
    }

    async fn set_aside(&self) -> Result<String, StoreError> {
        Err(StoreError { verb: "read", detail: "the bench's state is not the program's".to_owned() })
    }
}

#[async_trait]
impl Host for Program {
    async fn computer(&self, _: Option<&str>) -> Computer {
        Computer {
            name: format!("БУХ-{}", self.number),
            system: "Windows 11 23H2".to_owned(),
            program: "0.1.0".to_owned(),
            zone: Some("Europe/Moscow".to_owned()),
            machine: None,
        }
    }

    async fn autostart(&self) -> Autostart {
        Autostart::On
    }

    async fn enable_autostart(&self, _: bool) -> Autostart {
        Autostart::On
    }

    async fn presence(&self) -> Presence {
        Presence { unlocked: Attended::Yes, idle: Some(Duration::ZERO) }
    }
}

impl Screen for Program {
    fn show(&self, view: &View) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(view.clone());
    }

    fn notify(&self, _: &Notice) {}
}

struct Key(SecretKey);

#[async_trait]
impl Signer for Key {
    async fn sign(&self, _: &str, call: Unsigned) -> Result<Signed, VaultError> {
        call.sign(&self.0).map_err(|error| VaultError::NotReady(error.to_string()))
    }
}

#[async_trait]
impl Vault for Key {
    async fn public_key(&self, _: &str) -> Result<PublicKey, VaultError> {
        Ok(public_key(&self.0))
    }

    async fn make_key(&self, _: &str) -> Result<PublicKey, VaultError> {
        Ok(public_key(&self.0))
    }

    async fn forget(&self, _: &str) -> Result<(), VaultError> {
        Ok(())
    }
}

/// The way to the cloud: nobody is there while it is away, then its own calls over HTTP.
struct Road {
    program: Arc<Program>,
    client: CloudClient,
    found: AtomicBool,
}

impl Road {
    fn there(&self) -> Result<&CloudClient, CallError> {
        let office = &self.program.office;
        let Some(address) = office.cloud.get() else {
            count(&office.missed);
            return Err(CallError::Unreached { failure: FailureKind::Connect, detail: "nobody is there".to_owned() });
        };
        if !self.found.swap(true, Ordering::Relaxed) {
            self.client.use_address(address.clone());
        }
        Ok(&self.client)
    }

    fn answered<T>(&self, result: Result<T, CallError>) -> Result<T, CallError> {
        if let Err(error) = &result {
            count(&self.program.office.failed);
            // For whoever looks for the cause.
            eprintln!("program {}: {error}", self.program.number);
        }
        result
    }
}

#[async_trait]
impl Cloud for Road {
    // Where the cloud is, the bench says.
    fn use_address(&self, _: Url) {}

    fn use_key(&self, name: &str) {
        self.client.use_key(name);
    }

    fn remember_time(&self, seen: Timestamp) {
        self.client.remember_time(seen);
    }

    async fn activate(&self, request: &ActivateRequest) -> Result<Activated, CallError> {
        self.answered(self.there()?.activate(request).await)
    }

    async fn authorize(&self, request: &AuthorizeRequest) -> Result<Authorized, CallError> {
        let result = self.answered(self.there()?.authorize(request).await);
        if result.is_ok() && !self.program.authorized.swap(true, Ordering::Relaxed) {
            count(&self.program.office.authorized);
        }
        result
    }

    async fn standing(&self) -> Result<Standing, CallError> {
        self.answered(self.there()?.standing().await)
    }

    async fn reconnect(&self, key_name: &str, request: &ReconnectRequest) -> Result<Reconnection, CallError> {
        self.answered(self.there()?.reconnect(key_name, request).await)
    }

    async fn road(&self) -> self_check::Road {
        self.client.road().await
    }

    async fn remove(&self) -> Result<Removed, CallError> {
        self.answered(self.there()?.remove().await)
    }

    async fn send(&self, outbox: &Outbox) -> Result<OutboxRecorded, CallError> {
        self.answered(self.there()?.send(outbox).await)
    }

    async fn poll(&self, after: Seq, wait: Duration) -> Result<Events, CallError> {
        self.answered(self.there()?.poll(after, wait).await)
    }

    async fn listen(&self, after: Seq) -> Result<BoxStream<'static, Result<Heard, CallError>>, CallError> {
        self.answered(self.there()?.listen(after).await)
    }
}
