//! Whether a person is at the computer: an unlocked session with input since the partner's day
//! began. What the system cannot tell is unknown, and unknown holds nothing up.

use std::time::Duration;

use buhphone_protocol::telemetry::Attended;
use jiff::{SignedDuration, Timestamp};

use super::cloud_time::later;
use crate::ports::Presence;

#[derive(Clone, Debug)]
pub(super) struct Attendance {
    unlocked: Attended,
    /// The last input of a person, by the cloud's clock.
    input: Option<Timestamp>,
    /// Monotonic.
    resumed_at: Option<Duration>,
}

impl Attendance {
    pub(super) fn unknown() -> Self {
        Self { unlocked: Attended::Unknown, input: None, resumed_at: None }
    }

    pub(super) fn resumed(&mut self, now: Duration) {
        self.resumed_at = Some(now);
    }

    /// Takes in what the system tells at `now`, when the cloud's clock shows `cloud`.
    pub(super) fn observe(&mut self, presence: Presence, now: Duration, cloud: Timestamp) {
        self.unlocked = presence.unlocked;
        let Some(idle) = presence.idle else {
            self.input = None;
            return;
        };
        // Idle time does not count sleep everywhere: input from before it must not look fresh after.
        let before_sleep =
            self.resumed_at.is_some_and(|resumed| now.checked_sub(idle).is_none_or(|input| input <= resumed));
        if !before_sleep || self.input.is_none() {
            let idle = SignedDuration::try_from(idle).unwrap_or(SignedDuration::MAX);
            self.input = Some(cloud.saturating_sub(idle).unwrap_or(Timestamp::MIN));
        }
    }

    /// The cloud told that its clock is `by` ahead of what was thought.
    pub(super) fn correct(&mut self, by: SignedDuration) {
        self.input = self.input.map(|input| later(input, by));
    }

    pub(super) fn attended(&self, day_start: Timestamp) -> Attended {
        match (self.unlocked, self.input) {
            (Attended::No, _) => Attended::No,
            (_, Some(input)) if input < day_start => Attended::No,
            (unlocked, Some(_)) => unlocked,
            (_, None) => Attended::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "2026-11-23T21:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn seen(unlocked: Attended, idle_s: Option<u64>) -> Attended {
        let mut attendance = Attendance::unknown();
        let presence = Presence { unlocked, idle: idle_s.map(Duration::from_secs) };
        attendance.observe(presence, Duration::from_secs(10), at("2026-11-23T22:00:00Z"));
        attendance.attended(at(DAY))
    }

    #[test]
    fn is_an_unlocked_session_with_input_since_the_day_began() {
        assert_eq!(seen(Attended::Yes, Some(3599)), Attended::Yes);
        assert_eq!(seen(Attended::Yes, Some(3601)), Attended::No);
        assert_eq!(seen(Attended::No, Some(1)), Attended::No);
        assert_eq!(seen(Attended::Yes, None), Attended::Unknown);
        assert_eq!(seen(Attended::Unknown, Some(1)), Attended::Unknown);
        assert_eq!(seen(Attended::Unknown, Some(3601)), Attended::No);
    }

    #[test]
    fn a_computer_woken_by_the_network_has_no_fresh_input() {
        let mut attendance = Attendance::unknown();
        let idle = |s| Presence { unlocked: Attended::Yes, idle: Some(Duration::from_secs(s)) };
        attendance.observe(idle(5), Duration::from_secs(1000), at("2026-11-23T15:00:00Z"));
        attendance.resumed(Duration::from_secs(1020));
        attendance.observe(idle(25), Duration::from_secs(1020), at("2026-11-24T00:00:00Z"));
        assert_eq!(attendance.attended(at(DAY)), Attended::No);
        attendance.observe(idle(2), Duration::from_secs(1050), at("2026-11-24T00:00:30Z"));
        assert_eq!(attendance.attended(at(DAY)), Attended::Yes);
    }
}
