//! The cloud's time, which is the time of every authorization.
//! [`SystemClock`] is the only reader of the system's clock; tests pass a [`ManualClock`].

use std::sync::Mutex;

use jiff::{Timestamp, ToSpan};

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// In whole microseconds, as stores keep it, so that a time reads back as it was told.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Stands still until it is set.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    pub fn set(&self, now: Timestamp) {
        *self.lock() = now;
    }

    /// Moves by so many seconds, back if they are negative.
    ///
    /// # Panics
    /// Outside the years a timestamp can hold.
    pub fn advance(&self, seconds: i64) {
        let mut now = self.lock();
        *now = now.checked_add(seconds.seconds()).expect("a test stays within the calendar");
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}
