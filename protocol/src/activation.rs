//! Activation: a code and a key become a device.
//!
//! `POST /api/device/v1/activate`, signed with the new key (proof that the
//! secret half is there). The same key presenting the same code again gets the
//! same device, so a lost answer locks nobody out.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{CodeId, DeviceId},
    key::PublicKey,
    standing::Standing,
    telemetry::{Computer, Launch},
};

pub const PATH: &str = "/api/device/v1/activate";

/// The code as typed and the public half of the key made for it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActivateRequest {
    /// Any form that [`crate::code::Code::parse`] reads.
    pub code: String,
    pub key: PublicKey,
    pub launch: Launch,
    pub computer: Computer,
}

impl std::fmt::Debug for ActivateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ActivateRequest").field("key", &self.key).field("launch", &self.launch).finish_non_exhaustive()
    }
}

/// The key is bound; authorize next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Activated {
    pub device_id: DeviceId,
    pub standing: Standing,
    /// The code's id, which the visit's steps are told under; none from an older cloud.
    #[serde(default)]
    pub visit: Option<CodeId>,
}
