//! What is shown of the self-check. Part of the snapshot; its sentences are worded by the agent,
//! because the command line and the report say the same.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SelfCheckView {
    /// Being looked at now.
    pub running: bool,
    /// Of the last look; none before the first.
    pub result: Option<SelfCheckResult>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SelfCheckResult {
    /// The gravest of the checks'.
    pub verdict: Verdict,
    /// One sentence about all of it.
    pub summary: String,
    /// By the computer's clock and in its zone: `23.11.2026 9:00:12`.
    pub printed: String,
    pub checks: Vec<CheckView>,
    /// What became of the report.
    pub saved: Option<SavedReport>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckView {
    pub check: Check,
    pub verdict: Verdict,
    /// What is checked, in a word or two.
    pub title: String,
    /// What is so, and what to do where something is.
    pub text: String,
    pub fix: Option<Fix>,
}

/// What is looked at, in the order of looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Network,
    Proxy,
    Tls,
    Clock,
    Key,
    Autostart,
    Disk,
    Version,
    History,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Good,
    /// It could not be told, because of something before it.
    Unknown,
    /// The program works; something is not as it should be.
    Attention,
    /// The program cannot authorize.
    Bad,
}

/// What the program itself can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Switch the start with the computer on.
    Autostart,
    /// Authorize now.
    Authorize,
    /// Ask the partner to let a new key in.
    Reconnect,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SavedReport {
    /// The whole path.
    Saved {
        file: String,
    },
    Failed,
}
