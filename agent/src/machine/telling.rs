//! What the cloud has not been told yet: failed attempts and launches. A request carries them;
//! only its acknowledgement takes them off, and exactly those it carried.

use buhphone_protocol::{
    authorization::{AuthorizeRequest, LAUNCHES_MAX},
    telemetry::{FailureKind, FailureTally, Launch},
};
use jiff::Timestamp;

use super::saved::Saved;

impl Saved {
    /// Counts a failed attempt; `wall` is the computer's clock.
    pub(super) fn tally(&mut self, kind: FailureKind, wall: Timestamp) {
        if let Some(tally) = self.failures.iter_mut().find(|tally| tally.kind == kind) {
            tally.count = tally.count.saturating_add(1);
            tally.last_at = wall;
        } else {
            self.failures.push(FailureTally { kind, count: 1, first_at: wall, last_at: wall });
        }
    }

    /// Remembers a launch until it is told.
    pub(super) fn launched(&mut self, launch: &Launch) {
        self.launches.push(launch.clone());
        // The launch that tells is not among those told.
        let over = self.launches.len().saturating_sub(LAUNCHES_MAX + 1);
        self.launches.drain(..over);
        self.launches_dropped = self.launches_dropped.saturating_add(u32::try_from(over).unwrap_or(u32::MAX));
    }

    /// Untold launches other than the one that tells.
    pub(super) fn launches_beside(&self, launch: &Launch) -> Vec<Launch> {
        let mut launches: Vec<_> =
            self.launches.iter().filter(|other| other.launch_id != launch.launch_id).cloned().collect();
        let over = launches.len().saturating_sub(LAUNCHES_MAX);
        launches.drain(..over);
        launches
    }

    /// The cloud has acknowledged `request`.
    pub(super) fn told(&mut self, request: &AuthorizeRequest) {
        for told in &request.failures {
            if let Some(tally) = self.failures.iter_mut().find(|tally| tally.kind == told.kind) {
                tally.count = tally.count.saturating_sub(told.count);
                tally.first_at = tally.last_at;
            }
        }
        self.failures.retain(|tally| tally.count > 0);
        self.launches.retain(|launch| {
            launch.launch_id != request.launch.launch_id
                && request.launches.iter().all(|told| told.launch_id != launch.launch_id)
        });
        self.launches_dropped = self.launches_dropped.saturating_sub(request.launches_dropped);
    }
}
