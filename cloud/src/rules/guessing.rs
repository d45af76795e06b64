//! Guessing is slowed, and only guessing: a failed attempt charges its key and everybody's
//! common budget, a right one charges nothing.
//!
//! Attempts of one key are made one after another. Past its budget each waits, in order,
//! for the budget to grow by one, so that an office behind one address gets through
//! slowly instead of being locked out by whoever guesses from it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use tokio::sync::OwnedMutexGuard;

use super::{Refusal, Result};
use crate::settings::{Allowance, Limits};

/// Keys remembered before those that never failed are forgotten.
const SWEEP_AT: usize = 10_000;
/// And before those that failed and are no longer in debt are.
const FORGET_AT: usize = 100_000;

/// Who answers to the common budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wide {
    /// Whoever tries.
    Everybody,
    /// Whose key failed before: guessing from all over the world slows no honest newcomer.
    WhoFailed,
}

pub(super) struct Guessing {
    narrow: Budget,
    wide: Budget,
    wide_for: Wide,
    wait: Duration,
}

/// Leave to make one attempt, and with it the place at the head of the key's queue.
pub(super) struct Attempt<'a> {
    guessing: &'a Guessing,
    narrow: (String, Arc<Account>, OwnedMutexGuard<()>),
    wide: String,
}

struct Budget {
    limiter: DefaultKeyedRateLimiter<String>,
    accounts: Mutex<HashMap<String, Arc<Account>>>,
    waiters: usize,
}

#[derive(Default)]
struct Account {
    /// Fair: first come, first served.
    queue: Arc<tokio::sync::Mutex<()>>,
    /// The last failure was more than the budget held.
    debt: AtomicBool,
    /// Any attempt failed.
    failed: AtomicBool,
}

impl Guessing {
    pub(super) fn new(narrow: Allowance, wide: Allowance, wide_for: Wide, limits: &Limits) -> Self {
        Self {
            narrow: Budget::new(narrow, limits.waiters),
            // The wide key is many people's; how many of them wait is bounded by the narrow ones.
            wide: Budget::new(wide, usize::MAX),
            wide_for,
            wait: limits.wait,
        }
    }

    /// Waits for a turn, within bounds.
    ///
    /// # Errors
    /// [`SlowDown`](buhphone_protocol::error::ErrorCode::SlowDown): too many wait, or the turn is too far.
    pub(super) async fn attempt(&self, narrow: String, wide: String) -> Result<Attempt<'_>> {
        let turn = async {
            let (account, place) = self.narrow.turn(&narrow, self.wait).await?;
            if self.wide_for == Wide::Everybody || account.failed.load(Ordering::Acquire) {
                drop(self.wide.turn(&wide, self.wait).await?);
            }
            Ok(Attempt { guessing: self, narrow: (narrow, account, place), wide })
        };
        tokio::time::timeout(self.wait, turn).await.unwrap_or_else(|_| Err(Refusal::slow_down(self.wait)))
    }
}

impl Attempt<'_> {
    /// The attempt was a wrong guess.
    pub(super) fn failed(self) {
        let Guessing { narrow, wide, .. } = self.guessing;
        narrow.charge(&self.narrow.0, &self.narrow.1);
        wide.charge(&self.wide, &wide.account(&self.wide));
    }
}

impl Budget {
    fn new(allowance: Allowance, waiters: usize) -> Self {
        let quota = Quota::with_period(allowance.period).expect("a period has a length").allow_burst(allowance.burst);
        Self { limiter: RateLimiter::keyed(quota), accounts: Mutex::default(), waiters }
    }

    fn account(&self, key: &str) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= SWEEP_AT {
            self.limiter.retain_recent();
            let full = accounts.len() >= FORGET_AT;
            accounts.retain(|_, account| {
                let failed = account.failed.load(Ordering::Acquire) && !full;
                failed || account.debt.load(Ordering::Acquire) || Arc::strong_count(account) > 1
            });
        }
        accounts.entry(key.to_owned()).or_default().clone()
    }

    async fn turn(&self, key: &str, wait: Duration) -> Result<(Arc<Account>, OwnedMutexGuard<()>)> {
        let account = self.account(key);
        // One is the map's, one is ours, the rest wait or make their attempt.
        if account.debt.load(Ordering::Acquire) && Arc::strong_count(&account) - 2 > self.waiters {
            return Err(Refusal::slow_down(wait));
        }
        let place = account.queue.clone().lock_owned().await;
        while account.debt.load(Ordering::Acquire) {
            match self.limiter.check_key(&key.to_owned()) {
                Ok(()) => account.debt.store(false, Ordering::Release),
                Err(not_until) => {
                    let left = not_until.wait_time_from(DefaultClock::default().now());
                    if left > wait {
                        return Err(Refusal::slow_down(left));
                    }
                    tokio::time::sleep(left).await;
                }
            }
        }
        Ok((account, place))
    }

    fn charge(&self, key: &str, account: &Account) {
        account.failed.store(true, Ordering::Release);
        if self.limiter.check_key(&key.to_owned()).is_err() {
            account.debt.store(true, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOREVER: Duration = Duration::from_secs(3600);

    fn guessing(narrow: Allowance, waiters: usize) -> Guessing {
        let limits = Limits { waiters, ..Limits::default() };
        Guessing::new(narrow, Allowance::new(1000, FOREVER), Wide::Everybody, &limits)
    }

    async fn fail(guessing: &Guessing, key: &str) -> Result<()> {
        guessing.attempt(key.to_owned(), String::new()).await?.failed();
        Ok(())
    }

    #[tokio::test]
    async fn charges_failures_only() {
        let guessing = guessing(Allowance::new(2, FOREVER), 16);
        for _ in 0..100 {
            guessing.attempt("office".to_owned(), String::new()).await.unwrap();
        }
        for _ in 0..3 {
            fail(&guessing, "office").await.unwrap();
        }
        assert!(fail(&guessing, "office").await.unwrap_err().retry_after.unwrap() > Duration::from_secs(3000));
        fail(&guessing, "another").await.unwrap();
    }

    #[tokio::test]
    async fn lets_everybody_through_in_order_past_the_budget() {
        let guessing = Arc::new(guessing(Allowance::new(1, Duration::from_millis(5)), 16));
        for _ in 0..20 {
            fail(&guessing, "office").await.unwrap();
        }
        guessing.attempt("office".to_owned(), String::new()).await.unwrap();
    }

    #[tokio::test]
    async fn bounds_those_who_wait() {
        let guessing = guessing(Allowance::new(1, Duration::from_secs(9)), 1);
        fail(&guessing, "office").await.unwrap();
        fail(&guessing, "office").await.unwrap();
        let attempt = || guessing.attempt("office".to_owned(), String::new());
        let (mut first, mut second) = (Box::pin(attempt()), Box::pin(attempt()));
        assert!(futures::poll!(&mut first).is_pending());
        assert!(futures::poll!(&mut second).is_pending());
        assert!(attempt().await.is_err());
    }

    #[tokio::test]
    async fn slows_who_failed_when_everybody_guesses() {
        let common = |wide_for| {
            Guessing::new(Allowance::new(9, FOREVER), Allowance::new(2, FOREVER), wide_for, &Limits::default())
        };
        for wide_for in [Wide::WhoFailed, Wide::Everybody] {
            let guessing = common(wide_for);
            for key in ["one", "two", "three"] {
                fail(&guessing, key).await.unwrap();
            }
            assert!(fail(&guessing, "one").await.is_err());
            assert_eq!(fail(&guessing, "newcomer").await.is_ok(), wide_for == Wide::WhoFailed);
        }
    }
}
