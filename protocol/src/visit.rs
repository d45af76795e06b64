//! The visit: one onboarding, known by the code it began with (`Activated.visit`).
//!
//! The cloud sees some steps itself (the code was used, the first authorization);
//! the program tells the others, each with the time since the visit began.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{CodeId, DeviceId, RequestId, UserId};

/// The steps in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VisitStep {
    /// The code was accepted and the key bound.
    Connected,
    /// The first authorization.
    Authorized,
    /// The start with the computer is set and read back.
    Autostart,
    /// The test request was sent.
    TestSent,
    /// The line's own answer was shown. The visit is complete here.
    Confirmed,
    /// A person answered. An extra step, when staff are at work.
    Answered,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepReport {
    pub step: VisitStep,
    /// Since the code was entered, by the computer's monotonic clock, milliseconds.
    #[ts(type = "number")]
    pub elapsed_ms: u64,
    /// Why it failed, as a plain code (`keyring`, `off_by_person`); none when it is done.
    #[serde(default)]
    pub failed: Option<String>,
}

/// A visit in the cabinet: `GET /visits?page=`, `GET /visits/{code_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Visit {
    /// Known by its code.
    pub code_id: CodeId,
    pub user_id: UserId,
    pub user: String,
    pub client: String,
    /// Who issued the code.
    pub issued_by: String,
    #[ts(type = "string")]
    pub issued_at: Timestamp,
    pub device_id: Option<DeviceId>,
    pub computer: String,
    pub system: String,
    pub program: String,
    /// In the order of the steps; a step not there has not happened.
    pub steps: Vec<VisitStepRow>,
    /// The test request, once it is sent.
    pub request_id: Option<RequestId>,
    /// From the code being entered to the line's confirmation, when complete.
    #[ts(type = "number | null")]
    pub took_ms: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitStepRow {
    pub step: VisitStep,
    /// The cloud's time.
    #[ts(type = "string")]
    pub at: Timestamp,
    #[ts(type = "number")]
    pub elapsed_ms: u64,
    /// Why the last attempt failed; none when the step is done.
    pub failed: Option<String>,
}
