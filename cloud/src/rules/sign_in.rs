//! Staff sign in with a password and stay signed in by a session's token.
//! The token is 32 random bytes, known to the store by its hash only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use buhphone_protocol::{
    cabinet::{Session, SignIn},
    error::ErrorCode,
};
use jiff::ToSpan;
use sha2::{Digest, Sha256};

use super::{Refusal, Result, Rules, day, passwords};
use crate::{secret, store::Staff};

/// A working day with its evening.
pub const SESSION_HOURS: i64 = 12;

/// What the cookie holds. Its Debug is redacted.
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Rules {
    /// # Errors
    /// `WrongPassword` for an unknown e-mail as for a wrong password; `SlowDown` past the allowance.
    pub async fn sign_in(&self, given: SignIn, address: &str) -> Result<(Session, Token)> {
        let email = given.email.trim().to_lowercase();
        if email.is_empty() || email.len() > 254 || email.contains('\0') {
            return Err(Refusal::invalid("email", "email is empty or too long"));
        }
        if given.password.is_empty() || given.password.len() > 4 * passwords::LONGEST {
            return Err(Refusal::invalid("password", "password is empty or too long"));
        }
        let attempt = self.sign_in_guesses.attempt(format!("{address} {email}"), address.to_owned()).await?;
        let staff = self.store.staff_by_email(&email).await?;
        let password_hash = staff.as_ref().map(|staff| staff.password_hash.clone());
        let fits = self.passwords.verify(given.password, password_hash).await?;
        let Some(staff) = staff.filter(|_| fits) else {
            attempt.failed();
            return Err(Refusal::new(ErrorCode::WrongPassword, "the e-mail or the password is wrong"));
        };
        drop(attempt);

        let token = Token(BASE64_URL_SAFE_NO_PAD.encode(secret::random::<32>()));
        let now = self.now();
        let expires_at = now.checked_add(SESSION_HOURS.hours()).unwrap_or(now);
        self.store.open_session(staff.partner_id, staff.staff_id, &token_hash(&token.0), now, expires_at).await?;
        Ok((self.session(&staff).await?, token))
    }

    /// Whose the token is.
    ///
    /// # Errors
    /// `SignedOut`: the session ended, or never was.
    pub async fn signed_in(&self, token: &str) -> Result<Staff> {
        let staff = self.store.session(&token_hash(token), self.now()).await?;
        staff.ok_or_else(signed_out)
    }

    pub async fn session(&self, staff: &Staff) -> Result<Session> {
        let partner = self.store.partner(staff.partner_id).await?;
        let now = self.now();
        Ok(Session {
            staff_id: staff.staff_id,
            name: staff.name.clone(),
            email: staff.email.clone(),
            role: staff.role,
            partner_id: partner.partner_id,
            partner: partner.name,
            zone: partner.zone.iana_name().unwrap_or("UTC").to_owned(),
            now,
            today: day::today(&partner.zone, now).to_string(),
            program_url: self.settings.program_url.as_ref().map(ToString::to_string),
            partner_phone: partner.phone,
            last_change: self.last_live(staff).await?,
            mail: self.settings.mail.is_some(),
        })
    }

    pub async fn sign_out(&self, token: &str) -> Result<()> {
        Ok(self.store.close_session(&token_hash(token)).await?)
    }
}

#[must_use]
pub(crate) fn signed_out() -> Refusal {
    Refusal::new(ErrorCode::SignedOut, "sign in first")
}

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
