//! Wishes of computers whose key is gone, as strict as the real cloud's: one a key, the later one
//! of a computer takes the earlier one's place, and what was decided stays decided.

use buhphone_protocol::{ids::DeviceId, key::PublicKey, reconnection::ReconnectRequest};
use jiff::Timestamp;

/// What staff made of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Waiting,
    Approved,
    Refused,
}

#[derive(Clone, Debug)]
pub struct Wish {
    pub key: PublicKey,
    pub device_id: DeviceId,
    /// The machine it tells itself to be.
    pub machine: Option<String>,
    pub decision: Decision,
}

pub struct Wishes {
    /// Oldest first.
    pub all: Vec<Wish>,
    /// When each was asked for, or asked about.
    pub asked: Vec<Timestamp>,
    /// Seconds, told to who waits.
    pub ask_again_in: u32,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { all: Vec::new(), asked: Vec::new(), ask_again_in: 10 }
    }
}

impl Wishes {
    pub(super) fn ask(&mut self, key: &PublicKey, request: &ReconnectRequest, at: Timestamp) -> Decision {
        self.asked.push(at);
        if let Some(known) = self.all.iter().find(|wish| wish.key == *key) {
            assert_eq!(known.device_id, request.device_id, "a key asks for one computer");
            return known.decision;
        }
        for earlier in &mut self.all {
            if earlier.device_id == request.device_id && earlier.decision == Decision::Waiting {
                earlier.decision = Decision::Refused;
            }
        }
        self.all.push(Wish {
            key: key.clone(),
            device_id: request.device_id,
            machine: request.computer.machine.clone(),
            decision: Decision::Waiting,
        });
        Decision::Waiting
    }

    /// Whether one waits for staff.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.all.iter().any(|wish| wish.decision == Decision::Waiting)
    }

    /// The wish that waits, decided.
    pub(super) fn decide(&mut self, approve: bool) -> &Wish {
        let wish = self.all.iter_mut().find(|wish| wish.decision == Decision::Waiting).expect("a wish waits");
        wish.decision = if approve { Decision::Approved } else { Decision::Refused };
        wish
    }
}
