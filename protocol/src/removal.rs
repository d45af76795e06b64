//! Removal: the program is being uninstalled, and says so while it still can.
//!
//! `POST /api/device/v1/remove`, signed, with an empty object as its body. It ends nothing: the
//! key stays known, so that a program put back with its data goes on, and its next
//! authorization takes the notice away.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub const PATH: &str = "/api/device/v1/remove";

/// What the program tells when it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RemoveRequest {}

/// The cloud has written it. Durable before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Removed {
    /// The cloud's time of the first notice since the last authorization.
    #[ts(type = "string")]
    pub removed_at: Timestamp,
}
