//! The computer's clocks, and what the cloud's answers taught about time.
//! The only file that reads a clock; what follows from time is decided elsewhere.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use crate::ports::{Clock, Now};

/// The real clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Now {
        Now { wall: Timestamp::now(), monotonic: self.started.elapsed() }
    }
}

/// When the program was built.
#[must_use]
pub fn built_at() -> Timestamp {
    env!("BUHPHONE_BUILT_AT").parse().ok().and_then(|s| Timestamp::from_second(s).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The last time the cloud told, and how far the computer's clock is from it.
/// Shared by the driver, which remembers it across starts, and the calls, which learn it.
#[derive(Clone, Debug)]
pub struct CloudTime(Arc<Readings>);

#[derive(Debug)]
struct Readings {
    /// Milliseconds since 1970; `NEVER` before the first answer.
    last_seen: AtomicI64,
    /// Cloud minus wall, milliseconds.
    ahead: AtomicI64,
}

const NEVER: i64 = i64::MIN;

impl CloudTime {
    #[must_use]
    pub fn unknown() -> Self {
        Self(Arc::new(Readings { last_seen: AtomicI64::new(NEVER), ahead: AtomicI64::new(0) }))
    }

    /// The latest of what was remembered and what is known. Says nothing of the wall clock.
    pub fn remember(&self, seen: Timestamp) {
        self.0.last_seen.fetch_max(seen.as_millisecond(), Ordering::Relaxed);
    }

    /// An answer said `cloud` while the computer's clock stood at `wall`.
    pub fn learn(&self, cloud: Timestamp, wall: Timestamp) {
        self.remember(cloud);
        self.0.ahead.store(cloud.as_millisecond() - wall.as_millisecond(), Ordering::Relaxed);
    }

    /// None before the first answer.
    #[must_use]
    pub fn last_seen(&self) -> Option<Timestamp> {
        match self.0.last_seen.load(Ordering::Relaxed) {
            NEVER => None,
            seen => Timestamp::from_millisecond(seen).ok(),
        }
    }

    /// The cloud's time when the computer's clock stands at `wall`; `wall` itself before the first answer.
    #[must_use]
    pub fn corrected(&self, wall: Timestamp) -> Timestamp {
        wall.saturating_add(SignedDuration::from_millis(self.0.ahead.load(Ordering::Relaxed))).unwrap_or(wall)
    }
}

/// The driver's way to wait, so that it too takes its time from here.
pub(crate) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}
