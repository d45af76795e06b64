//! The live link's two ways, and when each is taken. A stream is the better one; an office
//! proxy that holds it back, or cuts it again and again, is given a long poll instead, and
//! the stream is tried anew an hour later. Decides and is pure; the loop beside it listens.

use std::time::Duration;

use rand::{Rng, RngExt};

/// The cloud says something at once when a stream is opened; a minute later nobody waits any more.
const FIRST_SIGN: Duration = Duration::from_secs(20);

/// Two of the cloud's signs of life and a late third.
const NEXT_SIGN: Duration = Duration::from_secs(40);

/// Proxies that cut streams do it after half a minute; a network that just broke seldom thrice so soon.
const CUT_SOON: Duration = Duration::from_secs(35);
const CUTS_MAX: u32 = 3;

/// Offices change their proxies seldom, and a laptop goes home within hours.
const POLL_FOR: Duration = Duration::from_secs(60 * 60);

/// The first pause: whoever waits for an answer looks at the screen.
const PAUSE_FIRST: Duration = Duration::from_secs(1);

/// The longest while nobody answers at all. The link is what finds a cloud that was away, and
/// authorizations follow it at once: with this and the jitter everybody is back within 20 s.
/// Of ten thousand programs 625 a second come back then, of a hundred thousand 6,250, evenly,
/// since half an hour of jitter leaves none in step; a node serves several thousand. While the
/// cloud is away this costs it nothing, and a computer without a network one look-up in 16 s
/// and no write to its disk.
const PAUSE_UNREACHED: Duration = Duration::from_secs(16);

/// The longest while somebody answers that the cloud does not: it is there and has too much to
/// do, and what it asks for itself is waited for besides.
const PAUSE_REFUSED: Duration = Duration::from_secs(60);

/// A cloud that is started anew cuts every stream in one moment; the first pause after a cut
/// spreads them, two thousand a second of ten thousand.
const CUT_SPREAD: Duration = Duration::from_secs(5);

/// A poll that brings nothing is held for much longer; a proxy that answers in the cloud's
/// place must not be asked without a pause.
const NOTHING_SOON: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Stream,
    Poll,
}

/// How a turn on the link ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A poll was answered.
    Answered,
    /// An open stream ended.
    Cut,
    /// A stream brought nothing by its deadline.
    Silent,
    /// Nobody was there.
    Unreached,
    /// The cloud, or somebody in its place, refused; or was too slow.
    Failed,
}

/// All times are monotonic.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link {
    poll_until: Option<Duration>,
    /// Streams cut soon, in a row.
    cuts: u32,
    failures: u32,
    opened_at: Duration,
    heard_at: Option<Duration>,
}

impl Link {
    /// A turn begins.
    pub fn begin(&mut self, now: Duration) -> Way {
        (self.opened_at, self.heard_at) = (now, None);
        self.poll_until = self.poll_until.filter(|until| now < *until);
        if self.poll_until.is_some() { Way::Poll } else { Way::Stream }
    }

    /// An event came, or down a stream a sign of life.
    pub fn heard(&mut self, now: Duration) {
        self.heard_at = Some(now);
        self.failures = 0;
    }

    /// When a stream that brings nothing is given up.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.heard_at.map_or(self.opened_at + FIRST_SIGN, |at| at + NEXT_SIGN)
    }

    /// The turn ended; how long to wait before the next.
    pub fn ended(&mut self, end: End, now: Duration, rng: &mut impl Rng) -> Duration {
        match end {
            End::Answered if self.heard_at.is_some() || now.saturating_sub(self.opened_at) >= NOTHING_SOON => {
                self.failures = 0;
                return Duration::ZERO;
            }
            End::Silent => return self.poll(now),
            End::Cut if now.saturating_sub(self.opened_at) < CUT_SOON => {
                self.cuts += 1;
                if self.cuts >= CUTS_MAX {
                    return self.poll(now);
                }
            }
            End::Cut => self.cuts = 0,
            End::Answered | End::Unreached | End::Failed => {}
        }
        if end == End::Cut && self.failures == 0 {
            self.failures = 1;
            return CUT_SPREAD.mul_f64(rng.random_range(0.0..1.0));
        }
        let longest = if end == End::Unreached { PAUSE_UNREACHED } else { PAUSE_REFUSED };
        let pause = PAUSE_FIRST.saturating_mul(1 << self.failures.min(6)).min(longest);
        self.failures = self.failures.saturating_add(1);
        pause.mul_f64(rng.random_range(0.75..1.25))
    }

    /// Something says that the cloud may be reached now.
    pub fn hinted(&mut self) {
        self.failures = 0;
    }

    fn poll(&mut self, now: Duration) -> Duration {
        self.poll_until = Some(now + POLL_FOR);
        self.cuts = 0;
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_stream_held_back_on_the_way_gives_way_to_polls_for_an_hour() {
        let (mut link, mut rng) = (Link::default(), StdRng::from_seed([7; 32]));
        assert_eq!((link.begin(s(100)), link.deadline()), (Way::Stream, s(120)));
        assert_eq!(link.ended(End::Silent, s(120), &mut rng), Duration::ZERO);
        assert_eq!(link.begin(s(120)), Way::Poll);
        assert_eq!(link.ended(End::Answered, s(145), &mut rng), Duration::ZERO);
        assert_eq!(link.begin(s(3719)), Way::Poll);
        assert_eq!(link.begin(s(3720)), Way::Stream);
        link.heard(s(3721));
        assert_eq!(link.deadline(), s(3761));
    }

    #[test]
    fn the_third_cut_in_a_row_is_the_last() {
        let (mut link, mut rng) = (Link::default(), StdRng::from_seed([7; 32]));
        let mut turn = |link: &mut Link, at: u64, lasts: u64| {
            let way = link.begin(s(at));
            link.heard(s(at));
            link.ended(End::Cut, s(at + lasts), &mut rng);
            way
        };
        assert_eq!(turn(&mut link, 0, 30), Way::Stream);
        assert_eq!(turn(&mut link, 40, 30), Way::Stream);
        assert_eq!(turn(&mut link, 80, 300), Way::Stream, "a long one begins the count anew");
        for at in [400, 440, 480] {
            assert_eq!(turn(&mut link, at, 30), Way::Stream);
        }
        assert_eq!(turn(&mut link, 520, 30), Way::Poll);
    }

    #[test]
    fn failures_slow_it_down_to_a_minute_and_a_hint_hurries_it() {
        let (mut link, mut rng) = (Link::default(), StdRng::from_seed([7; 32]));
        let mut fail = |link: &mut Link| {
            link.begin(s(0));
            link.ended(End::Failed, s(0), &mut rng)
        };
        let pauses: Vec<_> = (0..12).map(|_| fail(&mut link)).collect();
        assert!(pauses[0] < s(2) && pauses[..6].is_sorted(), "{pauses:?}");
        assert!(pauses[8..].iter().all(|pause| (s(45)..s(75)).contains(pause)), "{pauses:?}");
        link.hinted();
        assert!(fail(&mut link) < s(2));
    }

    #[test]
    fn a_cloud_that_is_away_is_looked_for_every_20_seconds_and_never_in_step() {
        let (mut link, mut rng) = (Link::default(), StdRng::from_seed([7; 32]));
        let mut miss = |link: &mut Link| {
            link.begin(s(0));
            link.ended(End::Unreached, s(0), &mut rng)
        };
        let pauses: Vec<_> = (0..100).map(|_| miss(&mut link)).collect();
        assert!(pauses[0] < s(2) && pauses[..4].is_sorted(), "{pauses:?}");
        assert!(pauses[5..].iter().all(|pause| (s(12)..=s(20)).contains(pause)), "{pauses:?}");
        assert!(pauses[5..].windows(2).all(|two| two[0] != two[1]), "{pauses:?}");
    }

    #[test]
    fn a_cut_that_everybody_suffers_is_no_reason_to_come_back_together() {
        let mut rng = StdRng::from_seed([7; 32]);
        let mut cut = || {
            let mut link = Link::default();
            link.begin(s(0));
            link.heard(s(600));
            link.ended(End::Cut, s(600), &mut rng)
        };
        let pauses: Vec<_> = (0..1000).map(|_| cut()).collect();
        for second in 1..5 {
            let came = pauses.iter().filter(|pause| (s(second - 1)..s(second)).contains(*pause)).count();
            assert!((150..300).contains(&came), "{came} of 1000 in second {second}");
        }
    }

    #[test]
    fn empty_answers_that_come_too_soon_are_slowed_down_like_failures() {
        let (mut link, mut rng) = (Link::default(), StdRng::from_seed([7; 32]));
        let mut poll = |link: &mut Link, brings: bool, lasts: u64| {
            link.begin(s(0));
            if brings {
                link.heard(s(0));
            }
            link.ended(End::Answered, s(lasts), &mut rng)
        };
        assert_eq!([poll(&mut link, true, 0), poll(&mut link, false, 25)], [Duration::ZERO; 2]);
        assert!(poll(&mut link, false, 0) < poll(&mut link, false, 0));
    }
}
