//! Why a user did not authorize in a period: concluded from the evidence, the plainest cause first.
//! A guess for the manager's call; what the manager finds out is another thing.

use buhphone_protocol::{report::LikelyReason, telemetry::Autostart};
use jiff::Timestamp;

use crate::store::Evidence;

/// `until` is the end of the period. Only for users without an authorization in it.
#[must_use]
pub fn conclude(evidence: &Evidence, until: Timestamp) -> LikelyReason {
    if evidence.archived {
        return LikelyReason::Archived;
    }
    if !evidence.devices_ever {
        return match (evidence.code_active, evidence.codes_issued) {
            (true, _) => LikelyReason::CodeNotUsed,
            (false, true) => LikelyReason::CodeLapsed,
            (false, false) => LikelyReason::NotInvited,
        };
    }
    if evidence.first_activated_at.is_some_and(|at| at >= until) {
        return LikelyReason::ConnectedLater;
    }
    if !evidence.devices_connected {
        return match (evidence.code_active, evidence.devices_removed) {
            (true, _) => LikelyReason::CodeNotUsed,
            (false, true) => LikelyReason::Removed,
            (false, false) => LikelyReason::Disconnected,
        };
    }
    if evidence.launched_in_period || evidence.failure_in_period.is_some() {
        return LikelyReason::Unreachable { failure: evidence.failure_in_period };
    }
    match evidence.autostart {
        Some(Autostart::OffByPerson) => LikelyReason::AutostartOffByPerson,
        Some(Autostart::Forbidden) => LikelyReason::AutostartForbidden,
        Some(Autostart::Off | Autostart::Foreign) => LikelyReason::AutostartOff,
        Some(Autostart::On | Autostart::Unknown) | None => LikelyReason::Silent,
    }
}

/// Where a reason comes when reasons are sorted: what the partner can mend at once first. From 1.
#[must_use]
pub fn rank(reason: &LikelyReason) -> u8 {
    match reason {
        LikelyReason::NotInvited => 1,
        LikelyReason::CodeNotUsed => 2,
        LikelyReason::CodeLapsed => 3,
        LikelyReason::Disconnected => 4,
        LikelyReason::Removed => 5,
        LikelyReason::Archived => 6,
        LikelyReason::ConnectedLater => 7,
        LikelyReason::Unreachable { .. } => 8,
        LikelyReason::AutostartOff => 9,
        LikelyReason::AutostartOffByPerson => 10,
        LikelyReason::AutostartForbidden => 11,
        LikelyReason::Silent => 12,
    }
}

#[cfg(test)]
mod tests {
    use buhphone_protocol::telemetry::FailureKind;

    use super::*;

    #[test]
    fn concludes_the_plainest_cause() {
        let until: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let connected = Evidence {
            codes_issued: true,
            devices_ever: true,
            devices_connected: true,
            first_activated_at: Some("2026-09-01T00:00:00Z".parse().unwrap()),
            autostart: Some(Autostart::On),
            ..Evidence::default()
        };
        let cases = [
            (Evidence::default(), LikelyReason::NotInvited),
            (Evidence { codes_issued: true, code_active: true, ..Evidence::default() }, LikelyReason::CodeNotUsed),
            (Evidence { codes_issued: true, ..Evidence::default() }, LikelyReason::CodeLapsed),
            (Evidence { archived: true, ..connected.clone() }, LikelyReason::Archived),
            (Evidence { first_activated_at: Some(until), ..connected.clone() }, LikelyReason::ConnectedLater),
            (Evidence { devices_connected: false, ..connected.clone() }, LikelyReason::Disconnected),
            (Evidence { devices_connected: false, code_active: true, ..connected.clone() }, LikelyReason::CodeNotUsed),
            (Evidence { devices_connected: false, devices_removed: true, ..connected.clone() }, LikelyReason::Removed),
            (
                Evidence { devices_connected: false, devices_removed: true, code_active: true, ..connected.clone() },
                LikelyReason::CodeNotUsed,
            ),
            (Evidence { devices_removed: true, ..connected.clone() }, LikelyReason::Silent),
            (
                Evidence { failure_in_period: Some(FailureKind::Clock), ..connected.clone() },
                LikelyReason::Unreachable { failure: Some(FailureKind::Clock) },
            ),
            (Evidence { launched_in_period: true, ..connected.clone() }, LikelyReason::Unreachable { failure: None }),
            (Evidence { autostart: Some(Autostart::Off), ..connected.clone() }, LikelyReason::AutostartOff),
            (Evidence { autostart: Some(Autostart::Foreign), ..connected.clone() }, LikelyReason::AutostartOff),
            (
                Evidence { autostart: Some(Autostart::OffByPerson), ..connected.clone() },
                LikelyReason::AutostartOffByPerson,
            ),
            (Evidence { autostart: Some(Autostart::Forbidden), ..connected.clone() }, LikelyReason::AutostartForbidden),
            (Evidence { autostart: None, ..connected.clone() }, LikelyReason::Silent),
            (connected, LikelyReason::Silent),
        ];
        for (evidence, reason) in cases {
            assert_eq!(conclude(&evidence, until), reason, "{evidence:?}");
        }
    }
}
