//! Reconnection: a computer whose key is gone asks with a new one, and staff decide.
//!
//! Asking grants nothing and tells nothing but what became of the wish; naming computers
//! that are not there, or pushing out another's wish, costs the address that tried it.
//! Whoever may issue a code may approve: both let one computer in.

use std::time::Duration;

use buhphone_protocol::{
    error::ErrorCode,
    ids::ReconnectionId,
    reconnection::{ReconnectRequest, Reconnection, ReconnectionRow},
};
use jiff::Timestamp;

use super::{Refusal, Result, Rules, authorization::computer};
use crate::store::{Asked, Decided, Staff};

/// Somebody sits before the window and waits for staff to press the button.
const SOON: Duration = Duration::from_secs(10);
/// Nobody does any more; the program finds out within a coffee break.
const LATER: Duration = Duration::from_secs(300);
/// How long a person waits before the window.
const PATIENCE: Duration = Duration::from_secs(30 * 60);
/// More wishes than any partner's computers make at once; the rest follow as these are decided.
const SHOWN_MAX: u32 = 500;

impl Rules {
    /// `request.key` has signed the call.
    ///
    /// # Errors
    /// `DeviceUnknown`, `DeviceDisconnected`, `UserArchived`; `Conflict` when the key is or
    /// wants to be another computer's; `Invalid`; `SlowDown`.
    pub async fn reconnect(&self, request: ReconnectRequest, address: &str) -> Result<Reconnection> {
        let computer = computer(request.computer)?;
        let attempt = self.reconnection_guesses.attempt(address.to_owned(), String::new()).await?;
        let now = self.now();
        let asked = self.store.ask_reconnection(request.device_id, &request.key, &computer, now).await?;
        match asked {
            Asked::Unknown | Asked::KeyTaken => attempt.failed(),
            Asked::Waiting(wish) if wish.replaced => attempt.failed(),
            _ => drop(attempt),
        }
        match asked {
            Asked::Waiting(wish) => {
                if wish.first {
                    self.live.wake_staff(wish.partner_id);
                }
                Ok(Reconnection::Waiting { ask_again_in: ask_again_in(wish.asked_at, now) })
            }
            Asked::Approved => {
                let standing = self.standing(&self.device(&request.key).await?).await?;
                Ok(Reconnection::Approved { standing })
            }
            Asked::Refused => Ok(Reconnection::Refused),
            Asked::Unknown => Err(Refusal::new(ErrorCode::DeviceUnknown, "there is no such computer")),
            Asked::Disconnected => {
                Err(Refusal::new(ErrorCode::DeviceDisconnected, "the partner disconnected this computer"))
            }
            Asked::UserArchived => Err(Refusal::new(ErrorCode::UserArchived, "the partner archived this user")),
            Asked::KeyTaken => Err(Refusal::new(ErrorCode::Conflict, "this key belongs to another computer")),
        }
    }

    /// The wishes that wait, oldest first.
    pub async fn reconnections(&self, staff: &Staff) -> Result<Vec<ReconnectionRow>> {
        Ok(self.store.waiting_reconnections(staff.partner_id, SHOWN_MAX).await?)
    }

    /// Approves the wish, or refuses it. Repeated alike, it is done.
    ///
    /// # Errors
    /// `Conflict` when it was decided otherwise, a later wish took its place, its key became
    /// another computer's, or the lost one was found; `DeviceDisconnected`, `UserArchived`: nothing to approve any more.
    pub async fn decide_reconnection(&self, staff: &Staff, id: ReconnectionId, approve: bool) -> Result<()> {
        let decided = self.store.decide_reconnection(staff.partner_id, id, approve, staff.staff_id, self.now()).await?;
        match decided {
            Decided::Done { device_id, first } => {
                if first {
                    self.live.wake_staff(staff.partner_id);
                    // Whoever listens by the old key learns that it may hear no more.
                    self.live.wake_device(staff.partner_id, device_id);
                }
                Ok(())
            }
            Decided::Otherwise => Err(Refusal::new(ErrorCode::Conflict, "this was decided otherwise already")),
            Decided::KeyTaken => {
                self.live.wake_staff(staff.partner_id);
                Err(Refusal::new(ErrorCode::Conflict, "this computer was connected by a code meanwhile"))
            }
            Decided::KeyFound => {
                self.live.wake_staff(staff.partner_id);
                Err(Refusal::new(ErrorCode::Conflict, "this computer has found its key meanwhile"))
            }
            Decided::Disconnected => {
                Err(Refusal::new(ErrorCode::DeviceDisconnected, "this computer was disconnected meanwhile"))
            }
            Decided::UserArchived => {
                Err(Refusal::new(ErrorCode::UserArchived, "the user is archived; bring them back first"))
            }
        }
    }
}

/// Seconds until asking again is of use.
fn ask_again_in(asked_at: Timestamp, now: Timestamp) -> u32 {
    let age = Duration::try_from(now.duration_since(asked_at)).unwrap_or_default();
    let pause = if age < PATIENCE { SOON } else { LATER };
    u32::try_from(pause.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_often_while_somebody_waits_and_seldom_afterwards() {
        let asked: Timestamp = "2026-11-23T06:00:12Z".parse().unwrap();
        for (seconds, pause) in [(-60, 10), (0, 10), (1799, 10), (1800, 300), (1_000_000, 300)] {
            let now = asked + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(ask_again_in(asked, now), pause, "{seconds}");
        }
    }
}
