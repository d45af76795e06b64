//! Activation codes: issued, withdrawn, and what state one is in.
//! The digits are shown once; the store holds their hash under the pepper.

use buhphone_protocol::{
    cabinet::{CodeState, IssuedCode, NewCode},
    code::{Code, RANDOM_DIGITS},
    error::ErrorCode,
    ids::{CodeId, DeviceId, UserId},
    letters::CodeStory,
};
use jiff::{Timestamp, ToSpan};
use qrcode::{QrCode, render::svg};
use rand::{RngExt, rand_core::UnwrapErr, rngs::SysRng};

use super::{Refusal, Result, Rules};
use crate::store::{CodeRecord, KeptCode, Staff, StoreError};

/// A visit is planned within a week.
const VALID_HOURS: i64 = 7 * 24;
/// Two codes of one number are rarer than a failing disk; three in a row are a fault.
pub(super) const DRAWS: usize = 3;

impl Rules {
    /// Issues a code for the user; an earlier one that was not used is withdrawn.
    pub async fn issue_code(&self, staff: &Staff, user_id: UserId) -> Result<NewCode> {
        let record = self.new_code(staff, user_id).await?;
        for _ in 0..DRAWS {
            let code = draw();
            let hash = self.settings.pepper.hash(&code);
            match self.store.issue_code(staff.partner_id, &record, &hash, staff.staff_id).await {
                Err(StoreError::Exists("code")) => {}
                issued => {
                    issued?;
                    return self.shown(&record, &code, record.issued_at);
                }
            }
        }
        Err(no_free_code())
    }

    /// The computer goes to a colleague: it is disconnected, and the colleague has a code to type there.
    ///
    /// # Errors
    /// `Conflict` with `user_id` when it is theirs already.
    pub async fn hand_over(&self, staff: &Staff, device_id: DeviceId, user_id: UserId) -> Result<NewCode> {
        let record = self.new_code(staff, user_id).await?;
        let editor = self.editor(staff);
        for _ in 0..DRAWS {
            let code = draw();
            let hash = self.settings.pepper.hash(&code);
            let given =
                self.store.hand_over(staff.partner_id, device_id, &record, &hash, staff.staff_id, &editor).await;
            match given {
                Err(StoreError::Exists("code")) => {}
                given => {
                    given?;
                    // Its stream learns that it may hear no more.
                    self.live.wake_device(staff.partner_id, device_id);
                    return self.shown(&record, &code, record.issued_at);
                }
            }
        }
        Err(no_free_code())
    }

    /// A code to be issued for somebody who may have one.
    async fn new_code(&self, staff: &Staff, user_id: UserId) -> Result<CodeRecord> {
        let user = self.store.user(staff.partner_id, user_id).await?;
        if user.archived {
            return Err(Refusal::new(ErrorCode::UserArchived, "the user is archived; bring them back first"));
        }
        if user.erased {
            return Err(Refusal::new(ErrorCode::Conflict, "this person's data were erased"));
        }
        Ok(self.code_record(staff, user_id))
    }

    pub(super) fn code_record(&self, staff: &Staff, user_id: UserId) -> CodeRecord {
        let now = self.now();
        CodeRecord {
            code_id: CodeId::generate(),
            user_id,
            issued_by: staff.name.clone(),
            issued_at: now,
            expires_at: now.checked_add(VALID_HOURS.hours()).unwrap_or(now),
            revoked_at: None,
            used_at: None,
        }
    }

    /// Withdraws a code. One that was used stays used.
    pub async fn revoke_code(&self, staff: &Staff, code_id: CodeId) -> Result<()> {
        Ok(self.store.revoke_code(staff.partner_id, code_id, self.now()).await?)
    }

    fn shown(&self, record: &CodeRecord, code: &Code, now: Timestamp) -> Result<NewCode> {
        let link = self.code_link(code);
        let qr = QrCode::new(&link).map_err(|error| {
            tracing::error!(%error, "the public URL does not fit a QR code");
            Refusal::new(ErrorCode::Unavailable, "the cloud's public address does not fit a QR code")
        })?;
        let qr_svg = qr.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
        let issued = issued(record, CodeStory::default(), now);
        Ok(NewCode { issued, code: code.grouped(), link, qr_svg })
    }

    /// Where programs and browsers reach the cloud, without a slash at its end.
    pub(super) fn cloud(&self) -> &str {
        self.settings.public_url.as_str().trim_end_matches('/')
    }

    /// What opens the program with the code.
    pub(super) fn code_link(&self, code: &Code) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code.digits())
            .append_pair("cloud", self.cloud())
            .finish();
        format!("buhphone://connect?{query}")
    }
}

/// The code as the cabinet shows it.
pub(super) fn kept(code: KeptCode, now: Timestamp) -> IssuedCode {
    issued(&code.record, code.story, now)
}

fn issued(record: &CodeRecord, story: CodeStory, now: Timestamp) -> IssuedCode {
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
        story,
    }
}

pub(super) fn no_free_code() -> Refusal {
    Refusal::new(ErrorCode::Unavailable, "no free code was found; ask again")
}

pub(super) fn draw() -> Code {
    Code::from_random(UnwrapErr(SysRng).random_range(0..10_u64.pow(RANDOM_DIGITS as u32)))
}
