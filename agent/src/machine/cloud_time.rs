//! What the cloud's clock shows now, as far as the computer's two clocks can tell: a bracket.
//! The monotonic clock may have slept, the wall clock may have been set; where they agree the
//! bracket is a point, where they do not it is honest, and the cloud is asked.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ports::Now;

/// A gap between two ticks that is a sleep: three ticks missed, more than a busy disk makes.
const GAP: SignedDuration = SignedDuration::from_secs(90);

/// The clocks may disagree by this much between two readings and still be one: steps of time
/// synchronisation stay below it.
const AGREE: SignedDuration = SignedDuration::from_secs(5);

/// The cloud's time and the wall clock's at one moment: what survives a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) cloud: Timestamp,
    pub(super) wall: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CloudTime {
    /// The cloud's clock shows at least this.
    pub(super) low: Timestamp,
    /// And at most this, unless `set_back`.
    pub(super) high: Timestamp,
    /// The wall clock went backwards since the cloud was heard: there may be no upper bound.
    pub(super) set_back: bool,
}

impl CloudTime {
    /// As the cloud has just told, in an answer to a call sent at `sent`.
    pub(super) fn told(cloud: Timestamp, sent: Now, now: Now) -> Self {
        // An answer that waited through a sleep is as old as the sleep.
        let (least, most) = elapsed(sent, now);
        let age = if most.max(least) > GAP { most.max(least) } else { SignedDuration::ZERO };
        Self { low: cloud, high: later(cloud, age), set_back: false }
    }

    /// From what was known when the process before this one last heard the cloud.
    pub(super) fn remembered(seen: Seen, now: Now) -> Self {
        let elapsed = now.wall.duration_since(seen.wall);
        Self {
            low: seen.cloud,
            high: later(seen.cloud, elapsed.max(SignedDuration::ZERO)),
            set_back: elapsed < SignedDuration::ZERO,
        }
    }

    /// Lets the time between two readings pass.
    pub(super) fn pass(&mut self, before: Now, now: Now) {
        let (monotonic, wall) = elapsed(before, now);
        self.low = later(self.low, monotonic);
        let agree = (wall - monotonic).abs() <= AGREE;
        self.high = later(self.high, if agree { monotonic } else { wall.max(monotonic) });
        self.set_back |= wall < SignedDuration::ZERO && (wall - monotonic).abs() > GAP;
    }
}

/// Whether the computer slept between two readings, or its clock was set: one cannot be told
/// from the other where the monotonic clock sleeps too.
pub(super) fn is_gap(before: Now, now: Now) -> bool {
    let (monotonic, wall) = elapsed(before, now);
    monotonic > GAP || wall > GAP
}

/// What either clock says has passed: monotonic, wall.
pub(super) fn elapsed(before: Now, now: Now) -> (SignedDuration, SignedDuration) {
    let monotonic = now.monotonic.saturating_sub(before.monotonic);
    (SignedDuration::try_from(monotonic).unwrap_or(SignedDuration::MAX), now.wall.duration_since(before.wall))
}

/// `at` moved by `by`, or the end of time.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn reading(wall: &str, monotonic: u64) -> Now {
        Now { wall: wall.parse().unwrap(), monotonic: Duration::from_secs(monotonic) }
    }

    fn bracket(before: Now, now: Now) -> (String, String, bool) {
        let mut time = CloudTime::told("2026-11-23T06:00:00Z".parse().unwrap(), before, before);
        time.pass(before, now);
        (time.low.to_string(), time.high.to_string(), time.set_back)
    }

    #[test]
    fn is_a_point_while_both_clocks_agree() {
        let (low, high, set_back) = bracket(reading("2009-01-01T00:00:00Z", 5), reading("2009-01-01T00:00:32Z", 35));
        assert_eq!((low.as_str(), high.as_str(), set_back), ("2026-11-23T06:00:30Z", "2026-11-23T06:00:30Z", false));
    }

    #[test]
    fn is_a_bracket_after_a_sleep_that_only_the_wall_clock_counted() {
        let (low, high, set_back) = bracket(reading("2026-11-23T06:00:00Z", 5), reading("2026-11-23T14:00:00Z", 35));
        assert_eq!((low.as_str(), high.as_str(), set_back), ("2026-11-23T06:00:30Z", "2026-11-23T14:00:00Z", false));
    }

    #[test]
    fn has_no_upper_bound_once_the_clock_was_set_back() {
        let (low, high, set_back) = bracket(reading("2026-11-23T06:00:00Z", 5), reading("2009-01-01T00:00:00Z", 35));
        assert_eq!((low.as_str(), high.as_str(), set_back), ("2026-11-23T06:00:30Z", "2026-11-23T06:00:30Z", true));
    }

    #[test]
    fn an_answer_that_waited_through_a_sleep_is_as_old_as_the_sleep() {
        let cloud = "2026-11-23T18:00:00Z".parse().unwrap();
        let time = CloudTime::told(cloud, reading("2026-11-23T18:00:00Z", 5), reading("2026-11-24T06:00:00Z", 8));
        assert_eq!(time.high.to_string(), "2026-11-24T06:00:00Z");
        assert_eq!(time.low, cloud);
    }
}
