//! The operations of reconnections: a computer whose key is gone asks to be known by a new
//! one, staff decide. Asking grants nothing; approving changes the key and nothing else.

use async_trait::async_trait;
use buhphone_protocol::{
    ids::{DeviceId, PartnerId, ReconnectionId, StaffId},
    key::PublicKey,
    reconnection::ReconnectionRow,
    telemetry::Computer,
};
use jiff::Timestamp;

use super::Result;

/// What asking comes to, the first that holds of: unknown, disconnected, user archived,
/// already the computer's, key taken, decided, waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// No computer of this id.
    Unknown,
    Disconnected,
    UserArchived,
    /// The key is the computer's now.
    Approved,
    /// The key is another computer's, or waits to become it.
    KeyTaken,
    /// This key was refused, or had its place taken by a later one.
    Refused,
    Waiting(WaitingWish),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingWish {
    pub partner_id: PartnerId,
    pub reconnection_id: ReconnectionId,
    pub asked_at: Timestamp,
    /// This call wrote it: tell the cabinets.
    pub first: bool,
    /// And it took the place of another that waited.
    pub replaced: bool,
}

/// What a decision comes to. Anything but `Done` changed no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    Done {
        device_id: DeviceId,
        /// This call decided it, and not an earlier one alike.
        first: bool,
    },
    /// It was decided the other way, or a later wish took its place.
    Otherwise,
    Disconnected,
    UserArchived,
    /// The key became another computer's meanwhile; the wish is refused now.
    KeyTaken,
    /// The computer authorized with the key it had missed; the wish is refused now.
    KeyFound,
}

#[async_trait]
pub trait Reconnections: Send + Sync {
    /// The one write of a computer before its tenant is known: the id tells whose it is.
    /// Another key of the same computer takes the place of the one that waits, which is
    /// refused. Repeated by the same key it writes nothing.
    async fn ask_reconnection(
        &self,
        device_id: DeviceId,
        key: &PublicKey,
        computer: &Computer,
        at: Timestamp,
    ) -> Result<Asked>;

    /// Those that staff can decide now, oldest first, at most `limit`. A computer that authorized
    /// since it asked has found its key, and approving would take it away.
    async fn waiting_reconnections(&self, partner_id: PartnerId, limit: u32) -> Result<Vec<ReconnectionRow>>;

    /// Approved, the wish's key is the computer's and the one before is nobody's, at once.
    ///
    /// `NotFound("reconnection_id")`, `NotFound("staff_id")`.
    async fn decide_reconnection(
        &self,
        partner_id: PartnerId,
        reconnection_id: ReconnectionId,
        approve: bool,
        decided_by: StaffId,
        at: Timestamp,
    ) -> Result<Decided>;
}
