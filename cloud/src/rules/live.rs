//! Who listens now, and how they are woken: in the memory of this process only.
//!
//! A bell is a hint, never a message: whoever hears it reads the store from the last
//! number it saw. A listener is here before it first reads, so that nothing falls
//! between. What another node wrote is found by [`Rules::watch`], which reads the store
//! of every partner that is listened to every few seconds: nodes on one PostgreSQL need
//! no broker. Being here is presence, and never counts as a launch or an authorization.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use buhphone_protocol::ids::{DeviceId, PartnerId, UserId};
use tokio::sync::Notify;

/// Listeners of one device: a program that reconnects while a proxy holds its dead
/// stream has two, a copied disk twice as many.
const OF_DEVICE_MAX: usize = 4;
/// Open pages of one partner's staff; past it the oldest comes back by itself.
const OF_STAFF_MAX: usize = 1000;

#[derive(Default)]
pub struct Live {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    partners: HashMap<PartnerId, Partner>,
    last_id: u64,
    stopped: bool,
}

#[derive(Default)]
struct Partner {
    users: HashMap<UserId, Vec<Listener>>,
    staff: Vec<Listener>,
}

struct Listener {
    id: u64,
    device_id: Option<DeviceId>,
    bell: Arc<Bell>,
}

#[derive(Default)]
struct Bell {
    rung: Notify,
    ended: AtomicBool,
}

impl Bell {
    fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.rung.notify_one();
    }
}

/// One who listens, until it is dropped.
pub struct Listening {
    live: Arc<Live>,
    partner_id: PartnerId,
    user_id: Option<UserId>,
    id: u64,
    bell: Arc<Bell>,
}

/// What a listener heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Something may be new.
    Again,
    /// The cloud is stopping, or a newer listener took the place.
    Ended,
}

impl Live {
    /// A computer of the user listens; past the bound its oldest listener ends.
    #[must_use]
    pub fn device(self: &Arc<Self>, partner_id: PartnerId, user_id: UserId, device_id: DeviceId) -> Listening {
        self.listen(partner_id, Some((user_id, device_id)))
    }

    /// A page of the partner's cabinet listens.
    #[must_use]
    pub fn staff(self: &Arc<Self>, partner_id: PartnerId) -> Listening {
        self.listen(partner_id, None)
    }

    fn listen(self: &Arc<Self>, partner_id: PartnerId, who: Option<(UserId, DeviceId)>) -> Listening {
        let bell = Arc::new(Bell::default());
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        let (user_id, device_id) = who.unzip();
        if state.stopped {
            bell.end();
        } else {
            let partner = state.partners.entry(partner_id).or_default();
            let (listeners, most) = match user_id {
                Some(user_id) => (partner.users.entry(user_id).or_default(), OF_DEVICE_MAX),
                None => (&mut partner.staff, OF_STAFF_MAX),
            };
            if listeners.iter().filter(|other| other.device_id == device_id).count() >= most
                && let Some(oldest) = listeners.iter().position(|other| other.device_id == device_id)
            {
                listeners.remove(oldest).bell.end();
            }
            listeners.push(Listener { id, device_id, bell: bell.clone() });
        }
        Listening { live: self.clone(), partner_id, user_id, id, bell }
    }

    /// A computer of the user is connected to this node.
    #[must_use]
    pub fn is_online(&self, partner_id: PartnerId, user_id: UserId) -> bool {
        self.state().partners.get(&partner_id).is_some_and(|partner| partner.users.contains_key(&user_id))
    }

    /// Something of the user may be new: to its computers and to the staff.
    pub fn wake(&self, partner_id: PartnerId, user_id: UserId) {
        if let Some(partner) = self.state().partners.get(&partner_id) {
            ring(partner.users.get(&user_id).into_iter().flatten());
            ring(&partner.staff);
        }
    }

    /// Something of the user may be new, and nothing for the staff.
    pub fn wake_user(&self, partner_id: PartnerId, user_id: UserId) {
        if let Some(partner) = self.state().partners.get(&partner_id) {
            ring(partner.users.get(&user_id).into_iter().flatten());
        }
    }

    /// The computer may no longer hear.
    pub fn wake_device(&self, partner_id: PartnerId, device_id: DeviceId) {
        if let Some(partner) = self.state().partners.get(&partner_id) {
            ring(partner.users.values().flatten().filter(|listener| listener.device_id == Some(device_id)));
        }
    }

    pub fn wake_staff(&self, partner_id: PartnerId) {
        if let Some(partner) = self.state().partners.get(&partner_id) {
            ring(&partner.staff);
        }
    }

    /// Something of everybody at the partner may be new.
    pub fn wake_partner(&self, partner_id: PartnerId) {
        if let Some(partner) = self.state().partners.get(&partner_id) {
            ring(partner.users.values().flatten());
            ring(&partner.staff);
        }
    }

    /// The partners somebody listens to here.
    #[must_use]
    pub fn partners(&self) -> Vec<PartnerId> {
        self.state().partners.keys().copied().collect()
    }

    /// Ends everybody, now and from now on: the cloud stops when its streams have ended.
    pub fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        for partner in std::mem::take(&mut state.partners).into_values() {
            for listener in partner.users.into_values().flatten().chain(partner.staff) {
                listener.bell.end();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ring<'a>(listeners: impl IntoIterator<Item = &'a Listener>) {
    for listener in listeners {
        listener.bell.rung.notify_one();
    }
}

impl Listening {
    /// Resolves when something may be new since the last time this resolved, or since this began.
    pub async fn rung(&self) -> Rung {
        if !self.has_ended() {
            self.bell.rung.notified().await;
        }
        if self.has_ended() { Rung::Ended } else { Rung::Again }
    }

    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.bell.ended.load(Ordering::Acquire)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut state = self.live.state();
        let Some(partner) = state.partners.get_mut(&self.partner_id) else { return };
        match self.user_id {
            None => partner.staff.retain(|other| other.id != self.id),
            Some(user_id) => {
                if let Some(listeners) = partner.users.get_mut(&user_id) {
                    listeners.retain(|other| other.id != self.id);
                    if listeners.is_empty() {
                        partner.users.remove(&user_id);
                    }
                }
            }
        }
        if partner.users.is_empty() && partner.staff.is_empty() {
            state.partners.remove(&self.partner_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn keeps_a_ring_for_who_was_busy_and_tells_it_once() {
        let (live, partner_id, user_id) = (Arc::new(Live::default()), PartnerId::generate(), UserId::generate());
        let computer = live.device(partner_id, user_id, DeviceId::generate());
        let page = live.staff(partner_id);
        live.wake(partner_id, user_id);
        live.wake(partner_id, user_id);
        assert_eq!(computer.rung().now_or_never(), Some(Rung::Again));
        assert_eq!(computer.rung().now_or_never(), None);
        assert_eq!(page.rung().now_or_never(), Some(Rung::Again));
        live.wake(PartnerId::generate(), user_id);
        live.wake(partner_id, UserId::generate());
        assert_eq!((computer.rung().now_or_never(), page.rung().now_or_never()), (None, Some(Rung::Again)));
    }

    #[test]
    fn is_online_while_a_computer_listens() {
        let (live, partner_id, user_id) = (Arc::new(Live::default()), PartnerId::generate(), UserId::generate());
        let page = live.staff(partner_id);
        assert!(!live.is_online(partner_id, user_id));
        let first = live.device(partner_id, user_id, DeviceId::generate());
        let second = live.device(partner_id, user_id, DeviceId::generate());
        drop(first);
        assert!(live.is_online(partner_id, user_id));
        assert!(!live.is_online(PartnerId::generate(), user_id));
        drop(second);
        assert!(!live.is_online(partner_id, user_id));
        drop(page);
        assert!(live.partners().is_empty());
    }

    #[test]
    fn ends_the_oldest_listener_of_a_device_with_too_many() {
        let (live, partner_id, user_id) = (Arc::new(Live::default()), PartnerId::generate(), UserId::generate());
        let (office, home) = (DeviceId::generate(), DeviceId::generate());
        let at_home = live.device(partner_id, user_id, home);
        let many: Vec<_> = (0..=OF_DEVICE_MAX).map(|_| live.device(partner_id, user_id, office)).collect();
        assert_eq!(many[0].rung().now_or_never(), Some(Rung::Ended));
        assert_eq!(many[0].rung().now_or_never(), Some(Rung::Ended));
        assert!(many[1..].iter().chain([&at_home]).all(|listening| !listening.has_ended()));
        drop(many);
        assert!(live.is_online(partner_id, user_id));
    }

    #[test]
    fn ends_everybody_when_the_cloud_stops() {
        let (live, partner_id) = (Arc::new(Live::default()), PartnerId::generate());
        let computer = live.device(partner_id, UserId::generate(), DeviceId::generate());
        let page = live.staff(partner_id);
        live.stop();
        let late = live.staff(partner_id);
        for listening in [computer, page, late] {
            assert_eq!(listening.rung().now_or_never(), Some(Rung::Ended));
        }
    }
}
