//! Activation codes: issued, withdrawn, and what state one is in.
//! The digits are shown once; the store holds their hash under the pepper.

use buhphone_protocol::{
    cabinet::{CodeState, IssuedCode, NewCode},
    code::{Code, RANDOM_DIGITS},
    error::ErrorCode,
    ids::{CodeId, UserId},
};
use jiff::{Timestamp, ToSpan};
use qrcode::{QrCode, render::svg};
use rand::{RngExt, rand_core::UnwrapErr, rngs::SysRng};

use super::{Refusal, Result, Rules};
use crate::store::{CodeRecord, Staff, StoreError};

/// A visit is planned within a week.
const VALID_HOURS: i64 = 7 * 24;
/// Two codes of one number are rarer than a failing disk; three in a row are a fault.
const DRAWS: usize = 3;

impl Rules {
    /// Issues a code for the user; an earlier one that was not used is withdrawn.
    pub async fn issue_code(&self, staff: &Staff, user_id: UserId) -> Result<NewCode> {
        let now = self.now();
        if self.store.user(staff.partner_id, user_id).await?.archived {
            return Err(Refusal::new(ErrorCode::UserArchived, "the user is archived; bring them back first"));
        }
        let record = CodeRecord {
            code_id: CodeId::generate(),
            user_id,
            issued_by: staff.name.clone(),
            issued_at: now,
            expires_at: now.checked_add(VALID_HOURS.hours()).unwrap_or(now),
            revoked_at: None,
            used_at: None,
        };
        for _ in 0..DRAWS {
            let code = draw();
            let hash = self.settings.pepper.hash(&code);
            match self.store.issue_code(staff.partner_id, &record, &hash, staff.staff_id).await {
                Err(StoreError::Exists("code")) => {}
                issued => {
                    issued?;
                    return self.shown(&record, &code, now);
                }
            }
        }
        Err(Refusal::new(ErrorCode::Unavailable, "no free code was found; ask again"))
    }

    /// Withdraws a code. One that was used stays used.
    pub async fn revoke_code(&self, staff: &Staff, code_id: CodeId) -> Result<()> {
        Ok(self.store.revoke_code(staff.partner_id, code_id, self.now()).await?)
    }

    fn shown(&self, record: &CodeRecord, code: &Code, now: Timestamp) -> Result<NewCode> {
        let cloud = self.settings.public_url.as_str().trim_end_matches('/');
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code.digits())
            .append_pair("cloud", cloud)
            .finish();
        let link = format!("buhphone://connect?{query}");
        let qr = QrCode::new(&link).map_err(|error| {
            tracing::error!(%error, "the public URL does not fit a QR code");
            Refusal::new(ErrorCode::Unavailable, "the cloud's public address does not fit a QR code")
        })?;
        let qr_svg = qr.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
        Ok(NewCode { issued: issued(record, now), code: code.grouped(), link, qr_svg })
    }
}

/// The record as the cabinet shows it.
#[must_use]
pub(super) fn issued(record: &CodeRecord, now: Timestamp) -> IssuedCode {
    let state = if record.used_at.is_some() {
        CodeState::Used
    } else if record.revoked_at.is_some() {
        CodeState::Revoked
    } else if record.expires_at <= now {
        CodeState::Expired
    } else {
        CodeState::Active
    };
    IssuedCode {
        code_id: record.code_id,
        state,
        issued_by: record.issued_by.clone(),
        issued_at: record.issued_at,
        expires_at: record.expires_at,
        used_at: record.used_at,
    }
}

fn draw() -> Code {
    Code::from_random(UnwrapErr(SysRng).random_range(0..10_u64.pow(RANDOM_DIGITS as u32)))
}
