//! Reconnection: a computer whose key is gone asks to be known by a new one.
//!
//! `POST /api/device/v1/reconnect`, signed with the new key. Nothing is granted by asking: the
//! partner's staff see who asks, which computer and when, and one of them approves or refuses.
//! Repeated by the same key it is the same wish, and the answer tells what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{ClientId, DeviceId, ReconnectionId, UserId},
    key::PublicKey,
    standing::Standing,
    telemetry::{Computer, Launch},
};

pub const PATH: &str = "/api/device/v1/reconnect";

/// The computer as it was known, and the public half of the key made in place of the lost one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconnectRequest {
    pub device_id: DeviceId,
    pub key: PublicKey,
    pub launch: Launch,
    pub computer: Computer,
}

/// What became of the wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Reconnection {
    /// Staff have not decided yet.
    Waiting {
        /// Seconds until asking again is of use.
        ask_again_in: u32,
    },
    /// The new key is the computer's, the old one is dead; authorize next.
    Approved { standing: Standing },
    /// Staff refused, or a later wish of the same computer took its place.
    Refused,
    #[serde(other)]
    Unknown,
}

/// A wish that waits for staff: `GET /reconnections`, oldest first;
/// `POST /reconnections/{reconnection_id}/approve` and `…/refuse`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReconnectionRow {
    pub reconnection_id: ReconnectionId,
    pub user_id: UserId,
    pub user: String,
    pub client_id: ClientId,
    pub client: String,
    pub device_id: DeviceId,
    /// The computer's name as it was known.
    pub known_as: String,
    /// As it tells itself now.
    pub computer: String,
    pub system: String,
    pub program: String,
    /// Whether it is the machine that was known; none where one of the two did not tell.
    pub same_machine: Option<bool>,
    /// The computer's last authorization, by the cloud's clock.
    #[ts(type = "string | null")]
    pub last_authorization: Option<Timestamp>,
    #[ts(type = "string")]
    pub asked_at: Timestamp,
}
