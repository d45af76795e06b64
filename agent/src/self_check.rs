//! The self-check: what was found on the computer and on the way to the cloud, what is to be
//! thought of it, and in which words. Pure; who looks is [`crate::inspection`], and when is the
//! machine's business.

pub mod report;
mod words;

use buhphone_protocol::{
    error::ErrorCode,
    telemetry::{Autostart, FailureKind, FailureTally},
};
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use crate::view::{Check, CheckView, Fix, Language, Verdict};

/// A computer's clock further off than this is told: certificates and people's own sense of time bear it, records do not.
const CLOCK_OFF_S: u64 = 120;

/// With less than this nothing is lost yet, and soon will be.
const DISK_LOW: u64 = 100 * 1024 * 1024;

/// What is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    pub cloud: Url,
    /// The device's; none while none is connected.
    pub key_name: Option<String>,
}

/// What was found by looking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// By the computer's clock.
    pub checked_at: Timestamp,
    pub road: Road,
    pub key: Key,
    pub autostart: Autostart,
    pub disk: Disk,
}

/// The way to the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Road {
    /// Why the cloud did not answer; none when it did.
    pub failure: Option<Failure>,
    pub proxy: Option<Proxy>,
    pub tls: Tls,
    /// The computer's clock minus the cloud's, in seconds; none where the cloud did not answer.
    pub clock_ahead_s: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// For who mends it: the errors as the system told them.
    pub detail: String,
}

/// Who stands between the program and the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proxy {
    /// `http://proxy:3128`, never with its user or password.
    pub address: String,
    pub whose: ProxySettings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxySettings {
    /// Given to the program itself.
    Given,
    /// Variables such as `HTTPS_PROXY`.
    Environment,
    System,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Tls {
    /// The address asks for none: a cloud on this computer.
    Plain,
    /// The certificate holds; who issued it.
    Trusted { authority: String },
    /// It does not; who issued it.
    Refused { authority: String },
    /// No certificate was seen.
    Unseen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Key {
    /// The keyring answers, and nothing is in it yet: no computer is connected.
    NotMade,
    /// The keyring has it; what the cloud says to it, if it was reached.
    Kept { refused: Option<ErrorCode> },
    /// The keyring answers, and the key is not there.
    Gone,
    /// The keyring is locked, or does not answer.
    NotReady { detail: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disk {
    pub folder: String,
    pub free_bytes: Option<u64>,
    /// Why a file could not be written there.
    pub failure: Option<String>,
}

/// What the program knows without looking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    pub version: String,
    pub system: String,
    pub cloud: String,
    /// A computer of somebody's.
    pub connected: bool,
    /// As it is shown, in the partner's zone.
    pub last_authorization: Option<String>,
    pub today: bool,
    /// Since the last success.
    pub failures: Vec<FailureTally>,
}

/// The gravest of them.
#[must_use]
pub fn verdict(checks: &[CheckView]) -> Verdict {
    let gravity = |verdict: &Verdict| match verdict {
        Verdict::Good | Verdict::Unknown => 0,
        Verdict::Attention => 1,
        Verdict::Bad => 2,
    };
    match checks.iter().map(|check| check.verdict).max_by_key(gravity) {
        None | Some(Verdict::Unknown) => Verdict::Good,
        Some(verdict) => verdict,
    }
}

/// One sentence about all of it.
#[must_use]
pub fn summary(verdict: Verdict, language: Language) -> &'static str {
    words::summary(language, verdict)
}

/// Every check with what is to be thought of it.
#[must_use]
pub fn judge(known: &Known, found: &Found, language: Language) -> Vec<CheckView> {
    let failure = found.road.failure.as_ref().map(|failure| failure.kind);
    let judged = [
        (Check::Network, network(failure), None),
        (Check::Proxy, proxy(found), None),
        (Check::Tls, tls(&found.road, failure), None),
        (Check::Clock, clock(&found.road, failure), None),
        (Check::Key, key(&found.key), key_fix(&found.key)),
        (Check::Autostart, autostart(known, found.autostart), autostart_fix(known, found.autostart)),
        (Check::Disk, disk(&found.disk), None),
        (Check::Version, Verdict::Good, None),
        (Check::History, history(known), (known.connected && !known.today).then_some(Fix::Authorize)),
    ];
    let view = |(check, verdict, fix)| CheckView {
        check,
        verdict,
        title: words::title(language, check).to_owned(),
        text: words::text(language, check, known, found),
        fix,
    };
    judged.map(view).into()
}

fn network(failure: Option<FailureKind>) -> Verdict {
    if failure.is_none() { Verdict::Good } else { Verdict::Bad }
}

fn proxy(found: &Found) -> Verdict {
    match &found.road.failure {
        Some(Failure { kind: FailureKind::Proxy, .. }) => Verdict::Bad,
        _ => Verdict::Good,
    }
}

fn tls(road: &Road, failure: Option<FailureKind>) -> Verdict {
    match road.tls {
        Tls::Plain | Tls::Trusted { .. } => Verdict::Good,
        // The certificate is as it should be; the clock is what is wrong.
        Tls::Refused { .. } if failure == Some(FailureKind::Clock) => Verdict::Unknown,
        Tls::Refused { .. } => Verdict::Bad,
        Tls::Unseen => Verdict::Unknown,
    }
}

fn clock(road: &Road, failure: Option<FailureKind>) -> Verdict {
    match road.clock_ahead_s {
        _ if failure == Some(FailureKind::Clock) => Verdict::Bad,
        Some(ahead) if ahead.unsigned_abs() > CLOCK_OFF_S => Verdict::Attention,
        Some(_) => Verdict::Good,
        None => Verdict::Unknown,
    }
}

fn key(key: &Key) -> Verdict {
    match key {
        Key::NotMade | Key::Kept { refused: None } => Verdict::Good,
        Key::Kept { refused: Some(_) } | Key::Gone | Key::NotReady { .. } => Verdict::Bad,
    }
}

fn key_fix(key: &Key) -> Option<Fix> {
    (*key == Key::Gone).then_some(Fix::Reconnect)
}

fn autostart(known: &Known, autostart: Autostart) -> Verdict {
    match autostart {
        Autostart::On => Verdict::Good,
        Autostart::Off if !known.connected => Verdict::Good,
        Autostart::Unknown => Verdict::Unknown,
        Autostart::Off | Autostart::OffByPerson | Autostart::Forbidden | Autostart::Foreign => Verdict::Attention,
    }
}

fn autostart_fix(known: &Known, autostart: Autostart) -> Option<Fix> {
    let mended = matches!(autostart, Autostart::Off | Autostart::OffByPerson | Autostart::Foreign);
    (known.connected && mended).then_some(Fix::Autostart)
}

fn disk(disk: &Disk) -> Verdict {
    match disk {
        Disk { failure: Some(_), .. } => Verdict::Bad,
        Disk { free_bytes: Some(free), .. } if *free < DISK_LOW => Verdict::Attention,
        Disk { free_bytes: Some(_), .. } => Verdict::Good,
        Disk { free_bytes: None, .. } => Verdict::Unknown,
    }
}

fn history(known: &Known) -> Verdict {
    if known.connected && known.today { Verdict::Good } else { Verdict::Attention }
}
