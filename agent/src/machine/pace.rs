//! How fast failed attempts are repeated: slower each time, never in step with other
//! computers, and not before the cloud allows. What a person asks for does not wait.

use std::time::Duration;

use rand::{RngExt, rngs::StdRng};

/// How an attempt failed, as far as its repetition goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The network or the cloud: likely to be back in minutes.
    Network,
    /// The keyring: unlocked by a person within a minute of sitting down.
    Keyring,
    /// The cloud refused for a reason that time alone seldom mends.
    Refused,
}

impl Kind {
    /// The first delay and the longest.
    fn bounds(self) -> (Duration, Duration) {
        match self {
            Self::Network => (Duration::from_secs(5), Duration::from_secs(15 * 60)),
            Self::Keyring => (Duration::from_secs(5), Duration::from_secs(60)),
            Self::Refused => (Duration::from_secs(60), Duration::from_secs(60 * 60)),
        }
    }
}

/// A hint that things are better (network up, resume) repeats an attempt no sooner than this
/// after the last: a network that flaps must not become a storm.
const HINT_SPACING: Duration = Duration::from_secs(60);

/// A cloud found by the live link is asked no sooner than this after the last attempt, which is
/// as soon as a first failure is repeated: all are authorized seconds after it was found.
const FOUND_SPACING: Duration = Duration::from_secs(5);

/// Longest wait a cloud may ask for; a wrong header must not silence a computer for a year.
const HOLD_MAX: Duration = Duration::from_secs(60 * 60);

/// All times are monotonic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// Attempts failed in a row.
    pub(super) failures: u32,
    last_attempt: Duration,
    retry_at: Duration,
    /// The cloud asked for silence until then.
    hold: Duration,
}

impl Pace {
    /// The earliest time of the next attempt that nobody asked for.
    pub(super) fn next(&self) -> Duration {
        self.retry_at.max(self.hold)
    }

    pub(super) fn attempted(&mut self, now: Duration) {
        self.last_attempt = now;
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self { last_attempt: self.last_attempt, ..Self::default() };
    }

    /// Nothing more before this time.
    pub(super) fn rest_until(&mut self, at: Duration) {
        self.retry_at = self.retry_at.max(at);
    }

    pub(super) fn failed(&mut self, kind: Kind, retry_after: Option<Duration>, now: Duration, rng: &mut StdRng) {
        let (first, longest) = kind.bounds();
        let delay = first.saturating_mul(1 << self.failures.min(16)).min(longest);
        self.failures = self.failures.saturating_add(1);
        // Jitter comes after the cap, or the cap would eat it.
        self.retry_at = now + delay.mul_f64(rng.random_range(0.75..1.25));
        if let Some(wait) = retry_after {
            self.hold = now + wait.min(HOLD_MAX).mul_f64(rng.random_range(1.0..1.25));
        }
    }

    /// The cloud was reached another way, so nothing but its own wish for silence is waited for.
    pub(super) fn reached(&mut self) {
        self.retry_at = Duration::ZERO;
    }

    /// The live link found the cloud again. Not at once if that was tried just now: a link that
    /// comes and goes must not become a storm.
    pub(super) fn found(&mut self, now: Duration) {
        self.retry_at = self.retry_at.min(now.max(self.last_attempt + FOUND_SPACING));
    }

    /// A person looks, and the answer may have changed: at once, if that was not asked just now.
    pub(super) fn looked(&mut self, now: Duration) {
        self.retry_at = self.retry_at.min(now.max(self.last_attempt + HINT_SPACING));
    }

    /// Something says that an attempt may succeed now.
    pub(super) fn hinted(&mut self, now: Duration, rng: &mut StdRng) {
        let soon = now + Duration::from_secs_f64(rng.random_range(1.0..5.0));
        self.retry_at = self.retry_at.min(soon.max(self.last_attempt + HINT_SPACING));
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn slows_down_to_a_quarter_of_an_hour_and_stays_jittered_there() {
        let mut rng = StdRng::from_seed([7; 32]);
        let mut pace = Pace::default();
        let mut delays = Vec::new();
        for _ in 0..12 {
            pace.failed(Kind::Network, None, Duration::ZERO, &mut rng);
            delays.push(pace.next().as_secs());
        }
        assert!(delays[0] <= 6 && delays[..7].is_sorted(), "{delays:?}");
        assert!(delays[8..].iter().all(|delay| (675..1125).contains(delay)), "{delays:?}");
        assert!(delays[9] != delays[10], "{delays:?}");
    }

    #[test]
    fn a_hint_does_not_break_the_silence_the_cloud_asked_for() {
        let mut rng = StdRng::from_seed([7; 32]);
        let mut pace = Pace::default();
        pace.attempted(Duration::from_secs(100));
        let wait = Duration::from_secs(600);
        pace.failed(Kind::Network, Some(wait), Duration::from_secs(100), &mut rng);
        pace.hinted(Duration::from_secs(200), &mut rng);
        assert!(pace.next() >= Duration::from_secs(700));
    }

    #[test]
    fn a_cloud_found_again_is_asked_at_once_but_for_its_own_wish_and_the_last_attempt() {
        let s = Duration::from_secs;
        let mut rng = StdRng::from_seed([7; 32]);
        let mut pace = Pace { failures: 9, ..Pace::default() };
        pace.attempted(s(1000));
        pace.failed(Kind::Network, None, s(1000), &mut rng);
        let mut again = pace;
        again.found(s(1300));
        assert_eq!(again.next(), s(1300));
        pace.found(s(1001));
        assert_eq!(pace.next(), s(1005), "a link that comes and goes");
        pace.failed(Kind::Network, Some(s(600)), s(1005), &mut rng);
        pace.found(s(1100));
        assert!(pace.next() >= s(1605));
    }

    #[test]
    fn a_flapping_network_is_no_storm() {
        let mut rng = StdRng::from_seed([7; 32]);
        let mut pace = Pace { failures: 9, ..Pace::default() };
        pace.attempted(Duration::from_secs(1000));
        pace.failed(Kind::Network, None, Duration::from_secs(1000), &mut rng);
        pace.hinted(Duration::from_secs(1001), &mut rng);
        assert_eq!(pace.next(), Duration::from_secs(1060));
    }
}
