//! Nonces seen within the window of a signature, per key, so that a recorded call is not played again.
//!
//! Only keys of devices are remembered, and of those who ask to become one by a device's id:
//! whoever makes keys of their own fills nothing.
//! Held in memory: after a restart a call may be replayed for the rest of its
//! window, which repeats an authorization that is counted once anyway.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use buhphone_protocol::{key::PublicKey, signature::TOLERANCE_S};
use jiff::Timestamp;

/// Keys remembered before those with nothing in the window are forgotten.
const SWEEP_AT: usize = 10_000;

pub(super) struct Nonces {
    seen: Mutex<Seen>,
    per_key: usize,
}

struct Seen {
    /// With each nonce, the second it was signed in.
    keys: HashMap<PublicKey, HashMap<Vec<u8>, i64>>,
    sweep_at: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    Yes,
    Replayed,
    /// More calls than one device makes.
    TooMany,
}

impl Nonces {
    pub(super) fn new(per_key: usize) -> Self {
        Self { seen: Mutex::new(Seen { keys: HashMap::new(), sweep_at: SWEEP_AT }), per_key }
    }

    pub(super) fn seen(&self, key: &PublicKey, nonce: &[u8]) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.keys.get(key).is_some_and(|nonces| nonces.contains_key(nonce))
    }

    pub(super) fn remember(&self, key: &PublicKey, nonce: &[u8], created: i64, now: Timestamp) -> Fresh {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let current = |created: i64| created >= now.as_second() - TOLERANCE_S;
        if seen.keys.len() >= seen.sweep_at {
            seen.keys.retain(|_, nonces| nonces.values().any(|&created| current(created)));
            seen.sweep_at = SWEEP_AT.max(seen.keys.len() * 2);
        }
        let nonces = seen.keys.entry(key.clone()).or_default();
        nonces.retain(|_, created| current(*created));
        if nonces.contains_key(nonce) {
            return Fresh::Replayed;
        }
        if nonces.len() >= self.per_key {
            return Fresh::TooMany;
        }
        nonces.insert(nonce.to_vec(), created);
        Fresh::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_a_nonce_for_the_window_and_no_longer() {
        let nonces = Nonces::new(2);
        let key = PublicKey("one".to_owned());
        let now = Timestamp::from_second(1_000_000).unwrap();
        let later = Timestamp::from_second(1_000_000 + TOLERANCE_S + 1).unwrap();
        assert_eq!(nonces.remember(&key, b"a", 1_000_000, now), Fresh::Yes);
        assert!(nonces.seen(&key, b"a"));
        assert_eq!(nonces.remember(&key, b"a", 1_000_000, now), Fresh::Replayed);
        assert_eq!(nonces.remember(&PublicKey("two".to_owned()), b"a", 1_000_000, now), Fresh::Yes);
        assert_eq!(nonces.remember(&key, b"b", 1_000_000, now), Fresh::Yes);
        assert_eq!(nonces.remember(&key, b"c", 1_000_000, now), Fresh::TooMany);
        assert_eq!(nonces.remember(&key, b"c", later.as_second(), later), Fresh::Yes);
    }
}
