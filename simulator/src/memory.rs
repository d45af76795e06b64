//! A cloud in memory, as strict as the real one where the machine's promises are concerned:
//! counts an authorization once by its id, binds a code to one key, never moves a date back.

mod desk;
mod wishes;

use std::{collections::BTreeMap, time::Duration};

use buhphone_agent::ports::CallError;
use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    authorization::{AuthorizeRequest, Authorized},
    code::Code,
    conversation::{Event, Seq},
    desk::LineCard,
    error::ErrorCode,
    ids::{CodeId, DeviceId, LaunchId},
    key::PublicKey,
    live::{Outbox, OutboxRecorded},
    reconnection::{ReconnectRequest, Reconnection},
    standing::{PartnerCard, Standing},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use uuid::Uuid;

pub use self::{
    desk::{Desk, REFUSED},
    wishes::{Decision, Wish, Wishes},
};
use crate::{Cloud, refused};

/// A code as typed.
pub fn code(random: u64) -> String {
    Code::from_random(random).grouped()
}

/// An authorization as the cloud wrote it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub at: Timestamp,
    pub request: AuthorizeRequest,
}

pub struct MemoryCloud {
    pub zone: String,
    /// Which key used a code, by its digits; absent codes are good.
    used: BTreeMap<String, PublicKey>,
    devices: BTreeMap<String, DeviceId>,
    pub recorded: Vec<Recorded>,
    /// Answered to every device's call instead of the answer.
    pub refuses: Option<ErrorCode>,
    pub retry_after: Option<Duration>,
    pub contract_ended: bool,
    pub desk: Desk,
    pub wishes: Wishes,
    /// The user's name: another one after a new activation is another user.
    pub user: String,
    pub line: Option<LineCard>,
}

impl MemoryCloud {
    pub fn new(zone: &str) -> Self {
        Self {
            zone: zone.to_owned(),
            used: BTreeMap::new(),
            devices: BTreeMap::new(),
            recorded: Vec::new(),
            refuses: None,
            retry_after: None,
            contract_ended: false,
            desk: Desk::default(),
            wishes: Wishes::default(),
            user: "Иванова Анна Петровна".to_owned(),
            line: None,
        }
    }

    /// The partner's civil date.
    pub fn date(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(TimeZone::get(&self.zone).unwrap()).date()
    }

    /// The partner's days that hold an authorization, each once.
    pub fn days(&self) -> Vec<Date> {
        let mut days: Vec<_> = self.recorded.iter().map(|recorded| self.date(recorded.at)).collect();
        days.dedup();
        days
    }

    /// Launches told without an authorization of their own.
    pub fn told_launches(&self) -> Vec<LaunchId> {
        self.recorded.iter().flat_map(|recorded| &recorded.request.launches).map(|launch| launch.launch_id).collect()
    }

    /// Staff decide about the wish that waits.
    ///
    /// # Panics
    /// When none waits.
    pub fn decide(&mut self, approve: bool) {
        let wish = self.wishes.decide(approve).clone();
        if approve {
            // The old key dies with the same stroke.
            self.devices.retain(|_, device| *device != wish.device_id);
            self.devices.insert(wish.key.0, wish.device_id);
        }
    }

    fn standing_at(&self, now: Timestamp) -> Standing {
        let zone = TimeZone::get(&self.zone).unwrap();
        let tomorrow = now.to_zoned_datetime(zone.clone()).date().tomorrow().unwrap();
        let next = tomorrow.to_zoned_datetime(zone).unwrap().timestamp();
        let due_in = next.duration_since(now).as_secs();
        Standing {
            partner: PartnerCard {
                name: "Ромашка-Сервис".to_owned(),
                phone: "+7 495 123-45-67".to_owned(),
                zone: self.zone.clone(),
                machine_salt: "5a17".to_owned(),
            },
            client: "ООО «Лютик»".to_owned(),
            user: self.user.clone(),
            last_authorization: self.recorded.iter().map(|recorded| recorded.at).max(),
            contract_ended: self.contract_ended,
            now,
            due_in: u32::try_from(due_in).unwrap(),
            line: self.line.clone(),
            phone: "+7 900 000-00-01".to_owned(),
        }
    }

    fn known(&self, key: &PublicKey) -> Result<(), CallError> {
        if self.devices.contains_key(&key.0) { Ok(()) } else { Err(refused(ErrorCode::DeviceUnknown, None)) }
    }

    fn refuse(&self) -> Result<(), CallError> {
        self.refuses.map_or(Ok(()), |code| Err(refused(code, self.retry_after)))
    }
}

impl Cloud for MemoryCloud {
    fn activate(&mut self, key: &PublicKey, request: &ActivateRequest, at: Timestamp) -> Result<Activated, CallError> {
        self.refuse()?;
        assert_eq!(&request.key, key, "the request is signed with the key it presents");
        let digits = Code::parse(&request.code).expect("only codes whose check digit holds are sent").digits();
        let user = self.used.entry(digits).or_insert_with(|| key.clone());
        if user != key {
            return Err(refused(ErrorCode::CodeUsed, None));
        }
        let next = DeviceId(Uuid::from_u128(self.devices.len() as u128 + 1));
        let device_id = *self.devices.entry(key.0.clone()).or_insert(next);
        let visit = Some(CodeId(Uuid::from_u128(77)));
        Ok(Activated { device_id, standing: self.standing_at(at), visit })
    }

    fn authorize(
        &mut self,
        key: &PublicKey,
        request: &AuthorizeRequest,
        at: Timestamp,
    ) -> Result<Authorized, CallError> {
        self.refuse()?;
        self.known(key)?;
        let id = request.authorization_id;
        let earlier = self.recorded.iter().find(|recorded| recorded.request.authorization_id == id);
        let authorized_at = if let Some(earlier) = earlier {
            assert_eq!(&earlier.request, request, "what was received is repeated word for word");
            earlier.at
        } else {
            self.recorded.push(Recorded { at, request: request.clone() });
            at
        };
        Ok(Authorized {
            authorization_id: id,
            authorized_at,
            echo: format!("echo of {id}"),
            standing: self.standing_at(at),
        })
    }

    fn standing(&mut self, key: &PublicKey, at: Timestamp) -> Result<Standing, CallError> {
        self.refuse()?;
        self.known(key)?;
        Ok(self.standing_at(at))
    }

    fn reconnect(
        &mut self,
        key: &PublicKey,
        request: &ReconnectRequest,
        at: Timestamp,
    ) -> Result<Reconnection, CallError> {
        self.refuse()?;
        assert_eq!(&request.key, key, "the request is signed with the key it presents");
        if !self.devices.values().any(|device| *device == request.device_id) {
            return Err(refused(ErrorCode::DeviceUnknown, None));
        }
        Ok(match self.wishes.ask(key, request, at) {
            Decision::Waiting => Reconnection::Waiting { ask_again_in: self.wishes.ask_again_in },
            Decision::Approved => Reconnection::Approved { standing: self.standing_at(at) },
            Decision::Refused => Reconnection::Refused,
        })
    }

    fn record(&mut self, key: &PublicKey, outbox: &Outbox, at: Timestamp) -> Result<OutboxRecorded, CallError> {
        self.refuse()?;
        self.known(key)?;
        Ok(self.desk.record(outbox, at))
    }

    fn events(&mut self, key: &PublicKey, after: Seq, limit: usize, _at: Timestamp) -> Result<Vec<Event>, CallError> {
        self.refuse()?;
        self.known(key)?;
        Ok(self.desk.events.iter().filter(|event| event.seq > after).take(limit).cloned().collect())
    }
}
