//! What the operator sets. Read where the program starts; passed to the rest as values.
//! Limits are settings so that a test can make them small.

use std::{num::NonZeroU32, time::Duration};

use url::Url;

use crate::{mail::Smtp, secret::Pepper};

/// One small read a partner each time.
const WATCH_EVERY: Duration = Duration::from_secs(3);

/// One small read; a letter of this node's own is sent at once.
const POST_EVERY: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct Settings {
    /// Where programs and browsers reach the cloud; goes into links and decides `Secure` of the cookie.
    pub public_url: Url,
    pub pepper: Pepper,
    pub limits: Limits,
    /// Proxies in front of the cloud, each of which appends to `X-Forwarded-For`; 0 when
    /// clients connect directly, and the header is a claim of theirs.
    pub trusted_proxies: usize,
    /// Where the program is downloaded; shown on the page of a code.
    pub program_url: Option<Url>,
    /// What another node wrote is found in so long: a person waiting for an answer hardly notices.
    pub watch_every: Duration,
    /// Through which letters are sent; without it none are.
    pub mail: Option<Smtp>,
    /// Letters that are due once more, or are another node's, are looked for so often.
    pub post_every: Duration,
}

impl Settings {
    #[must_use]
    pub fn new(public_url: Url, pepper: Pepper) -> Self {
        Self {
            public_url,
            pepper,
            limits: Limits::default(),
            trusted_proxies: 0,
            program_url: None,
            watch_every: WATCH_EVERY,
            mail: None,
            post_every: POST_EVERY,
        }
    }
}

/// How much guessing and how many calls are tolerated.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Failed codes of one address: an office on one line mistypes for an afternoon
    /// before it is slowed to one attempt in three seconds.
    pub codes_of_address: Allowance,
    /// Failed codes of everybody, past which addresses that failed before wait for one
    /// another. A month of it is under one chance in ten of hitting one of ten thousand
    /// active codes, however many addresses guess.
    pub codes_of_all: Allowance,
    /// Wishes of one address to connect anew that were wrong: of no computer, or in the
    /// place of another key's. An office has as many computers as it has.
    pub reconnections_of_address: Allowance,
    /// And of everybody, as with codes.
    pub reconnections_of_all: Allowance,
    /// Failed sign-ins as one person from one address.
    pub sign_ins_of_person: Allowance,
    /// Failed sign-ins of one address as anybody.
    pub sign_ins_of_address: Allowance,
    /// Longest wait for one's turn: less than any client's own timeout.
    pub wait: Duration,
    /// Attempts of one address that may wait.
    pub waiters: usize,
    /// Passwords hashed at once; each takes 19 MiB.
    pub passwords_at_once: usize,
    /// Calls of one device in the window of a signature. A program makes a few a day.
    pub calls_of_device: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            codes_of_address: Allowance::new(20, Duration::from_secs(3)),
            codes_of_all: Allowance::new(300, Duration::from_secs(3)),
            reconnections_of_address: Allowance::new(20, Duration::from_secs(3)),
            reconnections_of_all: Allowance::new(300, Duration::from_secs(3)),
            sign_ins_of_person: Allowance::new(10, Duration::from_secs(3)),
            sign_ins_of_address: Allowance::new(50, Duration::from_secs(1)),
            wait: Duration::from_secs(10),
            waiters: 16,
            passwords_at_once: 4,
            calls_of_device: 1000,
        }
    }
}

/// So many failures at once, and one more each `period`.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub burst: NonZeroU32,
    pub period: Duration,
}

impl Allowance {
    /// # Panics
    /// If `burst` or `period` is zero.
    #[must_use]
    pub const fn new(burst: u32, period: Duration) -> Self {
        assert!(!period.is_zero(), "a period has a length");
        match NonZeroU32::new(burst) {
            Some(burst) => Self { burst, period },
            None => panic!("a burst holds one at least"),
        }
    }
}
