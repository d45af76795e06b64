//! What each of a batch's authorizations comes to, as if they came one after another:
//! from the devices as they were, and from what was written before. Asks nobody.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::Arc,
};

use buhphone_protocol::{
    date::ItsUntil,
    ids::{AuthorizationId, DeviceId, PartnerId, UserId},
    key::PublicKey,
};
use jiff::Timestamp;

use super::Call;
use crate::store::{NewAuthorization, Result, StoreError, Written, sql::row::stored};

pub(super) type DeviceKey = (PartnerId, DeviceId);
pub(super) type AuthorizationKey = (PartnerId, AuthorizationId);

/// A device as it stands; its user's date as it was when it was read.
pub(super) struct DeviceState {
    pub(super) key: PublicKey,
    /// Not disconnected, nor its user archived.
    pub(super) may_call: bool,
    pub(super) user_id: UserId,
    pub(super) echo_next: Option<String>,
    pub(super) echo_presented: Option<String>,
    pub(super) last_authorization: Option<Timestamp>,
    pub(super) of_user: Option<Timestamp>,
    pub(super) user: Arc<User>,
}

/// What is told of a user.
pub(super) struct User {
    pub(super) full_name: String,
    pub(super) its_until: Option<ItsUntil>,
    pub(super) phone: String,
    pub(super) client: String,
}

/// An authorization that is there.
#[derive(Clone)]
pub(super) struct Before {
    pub(super) device_id: DeviceId,
    pub(super) authorized_at: Timestamp,
    pub(super) echo: String,
}

/// What one call came to, and how its user stood then.
pub(super) struct Outcome {
    pub(super) written: Written,
    pub(super) partner_id: PartnerId,
    pub(super) user: Arc<User>,
    pub(super) last_authorization: Option<Timestamp>,
}

/// A device that changed, by the last that it told.
pub(super) struct ChangedDevice<'a> {
    pub(super) key: DeviceKey,
    pub(super) last: &'a NewAuthorization,
    pub(super) cloned_at: Option<Timestamp>,
    pub(super) last_authorization: Timestamp,
}

struct Change {
    /// The place of the last call that was written.
    last: usize,
    cloned_at: Option<Timestamp>,
    /// The device had never authorized; since when it has.
    first_at: Option<Timestamp>,
}

/// A batch in the order it came.
pub(super) struct Turns<'a> {
    calls: &'a [Call],
    devices: HashMap<DeviceKey, DeviceState>,
    /// The place of the first call of each id.
    firsts: HashMap<AuthorizationKey, usize>,
    dates: HashMap<(PartnerId, UserId), Option<Timestamp>>,
    changes: HashMap<DeviceKey, Change>,
    grown: HashSet<(PartnerId, UserId)>,
    written: Vec<usize>,
}

impl<'a> Turns<'a> {
    pub(super) fn of(calls: &'a [Call], devices: HashMap<DeviceKey, DeviceState>) -> Self {
        let mut firsts = HashMap::with_capacity(calls.len());
        for (place, call) in calls.iter().enumerate() {
            if devices.get(&call.device()).is_some_and(|state| state.lets(&call.new)) {
                firsts.entry(call.authorization()).or_insert(place);
            }
        }
        let dates = devices.iter().map(|((partner_id, _), state)| ((*partner_id, state.user_id), state.of_user));
        let dates = dates.collect();
        Self {
            calls,
            devices,
            firsts,
            dates,
            changes: HashMap::new(),
            grown: HashSet::new(),
            written: Vec::with_capacity(calls.len()),
        }
    }

    pub(super) fn ids(&self) -> Vec<AuthorizationKey> {
        self.firsts.keys().copied().collect()
    }

    /// The calls to write, each with its user, in the order of their ids, as everything
    /// that two nodes may write at once.
    pub(super) fn unwritten(&self, before: &HashMap<AuthorizationKey, Before>) -> Vec<(&'a Call, UserId)> {
        let new = self.firsts.iter().filter(|(id, _)| !before.contains_key(id));
        let mut new: Vec<_> = new.map(|(_, &place)| (&self.calls[place], self.user_of(&self.calls[place]))).collect();
        new.sort_unstable_by_key(|(call, _)| call.authorization());
        new
    }

    /// The first call of the id is the device's.
    pub(super) fn begins(&self, id: &AuthorizationKey, device_id: DeviceId) -> bool {
        self.firsts.get(id).is_some_and(|&place| self.calls[place].device_id == device_id)
    }

    /// Lets each call have its turn.
    pub(super) fn take(&mut self, before: &HashMap<AuthorizationKey, Before>) -> Vec<Result<Outcome>> {
        (0..self.calls.len()).map(|place| self.turn(place, before)).collect()
    }

    fn turn(&mut self, place: usize, before: &HashMap<AuthorizationKey, Before>) -> Result<Outcome> {
        let call = &self.calls[place];
        let state = self.devices.get_mut(&call.device()).ok_or(StoreError::NotFound("device_id"))?;
        if !state.lets(&call.new) {
            return Err(StoreError::KeyEnded);
        }
        let date = self.dates.entry((call.partner_id, state.user_id)).or_default();
        let written = match (before.get(&call.authorization()), self.firsts.get(&call.authorization())) {
            (None, Some(&first)) if first == place => {
                let at = stored(call.at);
                let change = match self.changes.entry(call.device()) {
                    Entry::Occupied(change) => change.into_mut(),
                    Entry::Vacant(none) => none.insert(Change {
                        last: place,
                        cloned_at: None,
                        first_at: state.last_authorization.is_none().then_some(at),
                    }),
                };
                change.last = place;
                if state.is_cloned(&call.new) {
                    change.cloned_at.get_or_insert(at);
                }
                state.echo_next = Some(call.new.next_echo.clone());
                state.echo_presented.clone_from(&call.new.echo);
                state.last_authorization = state.last_authorization.max(Some(at));
                if *date < Some(at) {
                    *date = Some(at);
                    self.grown.insert((call.partner_id, state.user_id));
                }
                self.written.push(place);
                Written { authorized_at: at, echo: call.new.next_echo.clone(), first: true }
            }
            (None, first) => {
                let first = first.map_or(call, |&place| &self.calls[place]);
                let (at, echo) = (stored(first.at), first.new.next_echo.clone());
                repeated(call, &Before { device_id: first.device_id, authorized_at: at, echo })?
            }
            (Some(before), _) => repeated(call, before)?,
        };
        let (user, last_authorization) = (state.user.clone(), *date);
        Ok(Outcome { written, partner_id: call.partner_id, user, last_authorization })
    }

    /// The calls that were written, in their order.
    pub(super) fn written(&self) -> impl Iterator<Item = &'a Call> {
        self.written.iter().map(|&place| &self.calls[place])
    }

    /// The user of a call whose device is there.
    pub(super) fn user_of(&self, call: &Call) -> UserId {
        self.devices[&call.device()].user_id
    }

    /// In the order of their keys.
    pub(super) fn changed_devices(&self) -> Vec<ChangedDevice<'a>> {
        let mut changed: Vec<_> = self
            .changes
            .iter()
            .map(|(key, change)| {
                let call = &self.calls[change.last];
                let last_authorization = self.devices[key].last_authorization.unwrap_or(stored(call.at));
                ChangedDevice { key: *key, last: &call.new, cloned_at: change.cloned_at, last_authorization }
            })
            .collect();
        changed.sort_unstable_by_key(|changed| changed.key);
        changed
    }

    /// The users whose date grew, in the order of their keys.
    pub(super) fn changed_users(&self) -> Vec<(PartnerId, UserId, Timestamp)> {
        let mut changed: Vec<_> =
            self.grown.iter().filter_map(|key| Some((key.0, key.1, self.dates.get(key).copied()??))).collect();
        changed.sort_unstable();
        changed
    }

    /// The devices that authorized for the first time ever and when, in the order of their keys.
    pub(super) fn first_ever(&self) -> Vec<(DeviceKey, Timestamp)> {
        let mut first: Vec<_> =
            self.changes.iter().filter_map(|(key, change)| Some((*key, change.first_at?))).collect();
        first.sort_unstable();
        first
    }
}

impl DeviceState {
    /// Whoever called was let in by the key it signed with, and would be now.
    fn lets(&self, new: &NewAuthorization) -> bool {
        new.signed_by.as_ref().is_none_or(|key| *key == self.key && self.may_call)
    }

    /// A device that was given a value comes with it, or with the one before.
    fn is_cloned(&self, new: &NewAuthorization) -> bool {
        self.echo_next.is_some() && new.echo != self.echo_next && new.echo != self.echo_presented
    }
}

fn repeated(call: &Call, before: &Before) -> Result<Written> {
    if before.device_id != call.device_id {
        return Err(StoreError::Exists("authorization_id"));
    }
    Ok(Written { authorized_at: before.authorized_at, echo: before.echo.clone(), first: false })
}
