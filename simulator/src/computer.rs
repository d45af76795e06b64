//! The computer and the person at it: its clocks, disk, keyring and start entry, and what the
//! system tells of presence. What the program makes of them is none of its business.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use buhphone_agent::ports::{Change, Loaded, Now, Presence, StoreError, VaultError};
use buhphone_protocol::{
    key::PublicKey,
    telemetry::{Attended, Autostart, Computer as Told},
};
use jiff::{SignedDuration, Timestamp};

/// What Linux and Windows differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Monotonic {
    CountsSleep,
    SleepsToo,
}

/// All of it that outlives a process.
#[derive(Clone, Debug)]
pub struct Computer {
    /// Tells computers of one world apart: keys, launches and chance come of it.
    pub number: u64,
    /// The true time, which is the cloud's.
    pub now: Timestamp,
    /// The wall clock's error.
    pub wall_off: SignedDuration,
    pub monotonic: Monotonic,
    pub since_boot: Duration,
    pub zone: String,
    /// Somebody types and moves the mouse.
    pub person: bool,
    pub unlocked: Attended,
    pub tells_idle: bool,
    idle: Duration,
    pub keyring_ready: bool,
    pub keyring: BTreeMap<String, PublicKey>,
    /// Keys that were made, forgotten ones among them.
    pub keys_made: u64,
    pub autostart: Autostart,
    pub disk: Option<String>,
    pub rows: BTreeMap<String, String>,
    pub disk_full: bool,
    /// The store does not open, though nothing in it is damaged.
    pub disk_refuses_reading: bool,
    pub set_aside: Vec<String>,
}

impl Computer {
    pub(crate) fn new(number: u64, now: Timestamp, zone: &str) -> Self {
        Self {
            number,
            now,
            wall_off: SignedDuration::ZERO,
            monotonic: Monotonic::SleepsToo,
            since_boot: Duration::from_secs(60),
            zone: zone.to_owned(),
            person: true,
            unlocked: Attended::Yes,
            tells_idle: true,
            idle: Duration::ZERO,
            keyring_ready: true,
            keyring: BTreeMap::new(),
            keys_made: 0,
            autostart: Autostart::Off,
            disk: None,
            rows: BTreeMap::new(),
            disk_full: false,
            disk_refuses_reading: false,
            set_aside: Vec::new(),
        }
    }

    #[must_use]
    pub fn clocks(&self) -> Now {
        Now { wall: self.now + self.wall_off, monotonic: self.since_boot }
    }

    /// Sets the wall clock.
    ///
    /// # Panics
    /// Where that is no time.
    pub fn set_wall(&mut self, wall: &str) {
        self.wall_off = wall.parse::<Timestamp>().expect("a time").duration_since(self.now);
    }

    /// The computer sleeps for this long.
    ///
    /// # Panics
    /// Where that is negative.
    pub fn sleep(&mut self, span: SignedDuration) {
        let slept = Duration::try_from(span).expect("sleep goes forward");
        self.now += span;
        if self.monotonic == Monotonic::CountsSleep {
            self.since_boot += slept;
            self.idle += slept;
        }
    }

    /// It is awake for this long.
    pub(crate) fn stay_awake(&mut self, span: Duration) {
        self.now += SignedDuration::try_from(span).expect("a computer's life is short");
        self.since_boot += span;
        self.idle = if self.person { Duration::from_secs(1) } else { self.idle + span };
    }

    pub(crate) fn presence(&self) -> Presence {
        Presence { unlocked: self.unlocked, idle: self.tells_idle.then_some(self.idle) }
    }

    pub(crate) fn told(&self, salt: Option<&str>) -> Told {
        Told {
            name: format!("BUH-{}", self.number + 1),
            system: "Debian 12".to_owned(),
            program: "0.1.0".to_owned(),
            zone: Some(self.zone.clone()),
            // As long as the real pseudonym, and another one for every computer and salt.
            machine: salt.map(|salt| format!("{:016x}{salt:0>48.48}", self.number)),
        }
    }

    pub(crate) fn loaded(&self) -> Result<Loaded, StoreError> {
        if self.disk_refuses_reading {
            return Err(StoreError { verb: "read", detail: "full".to_owned() });
        }
        Ok(Loaded { state: self.disk.clone(), rows: self.rows.clone().into_iter().collect(), set_aside: None })
    }

    pub(crate) fn save(&mut self, change: Change) -> Result<(), StoreError> {
        if self.disk_full {
            return Err(StoreError { verb: "saved", detail: "full".to_owned() });
        }
        self.disk = change.state.or(self.disk.take());
        let gone: BTreeSet<String> = change.delete.into_iter().collect();
        self.rows.retain(|key, _| !gone.contains(key));
        self.rows.extend(change.put);
        Ok(())
    }

    pub(crate) fn put_aside(&mut self) -> String {
        self.set_aside.extend(self.disk.take());
        self.rows.clear();
        "state.damaged".to_owned()
    }

    pub(crate) fn ready(&self) -> Result<(), VaultError> {
        if self.keyring_ready { Ok(()) } else { Err(VaultError::NotReady("locked".to_owned())) }
    }

    pub(crate) fn key(&self, name: &str) -> Result<PublicKey, VaultError> {
        self.ready()?;
        self.keyring.get(name).cloned().ok_or(VaultError::NoKey)
    }

    pub(crate) fn make_key(&mut self, name: String) -> Result<PublicKey, VaultError> {
        self.ready()?;
        let (number, made) = (self.number, &mut self.keys_made);
        let key = self.keyring.entry(name).or_insert_with(|| {
            *made += 1;
            PublicKey(format!("key {made} of computer {number}"))
        });
        Ok(key.clone())
    }

    pub(crate) fn enable_autostart(&mut self, override_person: bool) {
        let left_alone = match self.autostart {
            Autostart::Forbidden => true,
            Autostart::OffByPerson => !override_person,
            _ => false,
        };
        if !self.disk_full && !left_alone {
            self.autostart = Autostart::On;
        }
    }
}
