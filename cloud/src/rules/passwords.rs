//! Passwords: hashed by argon2id, never on the loop's threads, few at a time.
//! Says only whether one fits; what follows from that is the sign-in's.

use std::{sync::Arc, time::Duration};

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use buhphone_protocol::error::ErrorCode;
use tokio::sync::{OnceCell, Semaphore};

use super::{Refusal, Result};
use crate::secret;

/// Below this a password falls to a list of common ones.
const SHORTEST: usize = 10;
/// Longer ones are no safer, and hashing them costs us, not the guesser.
pub(super) const LONGEST: usize = 256;

/// A turn takes a tenth of a second: who waits so long stands behind a flood.
const TURN_WAIT: Duration = Duration::from_secs(10);

pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    /// Verified for unknown e-mails, so that time does not tell who has an account.
    dummy: OnceCell<String>,
}

impl Passwords {
    pub(super) fn new(at_once: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once)), dummy: OnceCell::new() }
    }

    pub(super) async fn hash(&self, password: String) -> Result<String> {
        if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
            let message = format!("a password has {SHORTEST} to {LONGEST} characters");
            return Err(Refusal::invalid("password", message));
        }
        self.aside(move || hash(&password)).await?
    }

    /// Whether the password fits; with no hash, takes as long and answers no.
    pub(super) async fn verify(&self, password: String, password_hash: Option<String>) -> Result<bool> {
        let dummy = async || self.aside(|| hash("the password of nobody")).await?;
        let known = password_hash.is_some();
        let password_hash = match password_hash {
            Some(password_hash) => password_hash,
            None => self.dummy.get_or_try_init(dummy).await?.clone(),
        };
        let fits = self
            .aside(move || Argon2::default().verify_password(password.as_bytes(), password_hash.as_str()).is_ok())
            .await?;
        Ok(fits && known)
    }

    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(TURN_WAIT, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Refusal::slow_down(TURN_WAIT))?.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|_| unavailable())
    }
}

/// A password nobody guesses and everybody can type once: 15 random bytes as twenty characters.
#[must_use]
pub fn generate() -> String {
    BASE64_STANDARD_NO_PAD.encode(secret::random::<15>()).replace(['+', '/'], "-")
}

fn hash(password: &str) -> Result<String> {
    let salt = secret::random::<16>();
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        unavailable()
    })?;
    Ok(hash.to_string())
}

fn unavailable() -> Refusal {
    Refusal::new(ErrorCode::Unavailable, "the cloud cannot check a password now")
}
