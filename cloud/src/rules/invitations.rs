//! Codes by the hundred: issued together, printed as cards, opened from a letter or a card.
//!
//! The cloud does not keep the digits: whoever was shown them says them again to have
//! them printed or mailed, and they must hash to what was issued.

use buhphone_protocol::{
    code::Code,
    error::ErrorCode,
    ids::{CodeId, UserId},
    letters::{
        CODES_MAX, CONNECT_PAGE, CodeOf, CodePage, IssueCodes, IssuedCodes, OpenedCode, ShownCodes, SkippedUser,
    },
};
use subtle::ConstantTimeEq;

use super::{
    Refusal, Result, Rules,
    codes::{DRAWS, draw, no_free_code},
    day, fields,
};
use crate::{
    print::{self, Card},
    store::{CodeRecord, IssuedOrNot, Listing, NamedCode, Staff, StoreError},
};

/// Longer than any form a code is typed in.
const TYPED_MAX: usize = 64;

impl Rules {
    /// Issues codes to all who are named or found, in one transaction.
    pub async fn issue_codes(&self, staff: &Staff, asked: IssueCodes) -> Result<IssuedCodes> {
        let users = self.whom(staff, &asked).await?;
        for _ in 0..DRAWS {
            let drawn: Vec<(CodeRecord, Code)> =
                users.iter().map(|user_id| (self.code_record(staff, *user_id), draw())).collect();
            let hashed: Vec<(CodeRecord, Vec<u8>)> =
                drawn.iter().map(|(record, code)| (record.clone(), self.settings.pepper.hash(code))).collect();
            match self.store.issue_codes(staff.partner_id, &hashed, staff.staff_id, asked.replace).await {
                Err(StoreError::Exists("code")) => {}
                outcomes => return Ok(told(outcomes?, &drawn)),
            }
        }
        Err(no_free_code())
    }

    async fn whom(&self, staff: &Staff, asked: &IssueCodes) -> Result<Vec<UserId>> {
        let Some(found) = &asked.found else {
            let mut users = asked.user_ids.clone();
            users.sort_unstable();
            users.dedup();
            return bounded("user_ids", users);
        };
        let listing =
            Listing { search: fields::search(&found.search)?, code: found.code, now: self.now(), ..Listing::default() };
        let limit = u32::try_from(CODES_MAX).unwrap_or(u32::MAX) + 1;
        bounded("found", self.store.user_ids(staff.partner_id, found.client_id, &listing, limit).await?)
    }

    /// One card a code, four on a page.
    pub async fn code_cards(&self, staff: &Staff, shown: ShownCodes) -> Result<Vec<u8>> {
        let partner = self.store.partner(staff.partner_id).await?;
        let mut cards = Vec::new();
        for (code, named) in self.named_codes(staff, shown).await? {
            cards.push(Card {
                user: named.to.user,
                client: named.to.client,
                code: code.grouped(),
                page: self.code_page_link(&code),
                until: day::told(&partner.zone, named.record.expires_at),
            });
        }
        let program = self.settings.program_url.as_ref().map(ToString::to_string);
        let printing = move || print::cards(&partner.name, &partner.phone, program.as_deref(), &cards);
        // A thousand pictures take a second of a processor.
        let printed = tokio::task::spawn_blocking(printing).await.map_err(|error| error.to_string());
        printed.and_then(|printed| printed).map_err(|error| {
            tracing::error!(%error, "cards cannot be printed");
            Refusal::new(ErrorCode::Unavailable, "the cards cannot be printed")
        })
    }

    /// The codes with their digits, each of which is right and could be used now.
    pub(super) async fn named_codes(&self, staff: &Staff, shown: ShownCodes) -> Result<Vec<(Code, NamedCode)>> {
        let codes = bounded("codes", shown.codes)?;
        let ids: Vec<CodeId> = codes.iter().map(|code| code.code_id).collect();
        let named = self.store.named_codes(staff.partner_id, &ids).await?;
        let now = self.now();
        codes
            .iter()
            .zip(named)
            .enumerate()
            .map(|(place, (shown, named))| {
                let wrong = |what: &'static str| Refusal::invalid(format!("codes[{place}]"), what);
                let code = Code::parse(&shown.code).map_err(|_| wrong("this is no code"))?;
                let same: bool = self.settings.pepper.hash(&code).ct_eq(&named.code_hash).into();
                if !same {
                    return Err(wrong("these are not the digits that were issued"));
                }
                let NamedCode { record, .. } = &named;
                if record.used_at.is_some() || record.revoked_at.is_some() || record.expires_at <= now {
                    return Err(wrong("the code could not be used any more"));
                }
                Ok((code, named))
            })
            .collect()
    }

    /// Somebody opened the page behind a letter or a card. Wrong digits cost as with an activation.
    ///
    /// # Errors
    /// As [`Rules::activate`](Rules::activate) for a code that could not be used.
    pub async fn open_code(&self, opened: &OpenedCode, address: &str) -> Result<CodePage> {
        let attempt = self.code_guesses.attempt(address.to_owned(), String::new()).await?;
        let code = match Code::parse(&opened.code) {
            Ok(code) if opened.code.len() <= TYPED_MAX => code,
            _ => {
                attempt.failed();
                return Err(Refusal::invalid("code", "a code has twelve digits"));
            }
        };
        let now = self.now();
        let Some(found) = self.store.open_code(&self.settings.pepper.hash(&code), now).await? else {
            attempt.failed();
            return Err(Refusal::new(ErrorCode::CodeUnknown, "there is no such code"));
        };
        drop(attempt);
        self.live.wake_staff(found.partner.partner_id);
        let refuse = |code, message: &'static str| Err(Refusal::new(code, message));
        if found.record.revoked_at.is_some() {
            return refuse(ErrorCode::CodeRevoked, "the partner withdrew the code");
        }
        if found.record.used_at.is_some() {
            return refuse(ErrorCode::CodeUsed, "the code was used already");
        }
        if found.record.expires_at <= now {
            return refuse(ErrorCode::CodeExpired, "the code has expired");
        }
        if found.user_archived {
            return refuse(ErrorCode::UserArchived, "the partner archived this user");
        }
        Ok(CodePage {
            zone: found.partner.zone.iana_name().unwrap_or("UTC").to_owned(),
            partner: found.partner.name,
            phone: found.partner.phone,
            expires_at: found.record.expires_at,
            link: self.code_link(&code),
            program_url: self.settings.program_url.as_ref().map(ToString::to_string),
        })
    }

    /// The page of a code. Its digits are behind `#`, which no server and no log of one sees.
    pub(super) fn code_page_link(&self, code: &Code) -> String {
        format!("{}{CONNECT_PAGE}#{}", self.cloud(), code.digits())
    }
}

fn told(outcomes: Vec<IssuedOrNot>, drawn: &[(CodeRecord, Code)]) -> IssuedCodes {
    let mut issued = Vec::new();
    let mut skipped = Vec::new();
    for outcome in outcomes {
        match outcome {
            IssuedOrNot::Issued(place, to) => {
                let (record, code) = &drawn[place];
                issued.push(CodeOf {
                    code_id: record.code_id,
                    user_id: to.user_id,
                    user: to.user,
                    client: to.client,
                    email: to.email,
                    code: code.grouped(),
                    expires_at: record.expires_at,
                });
            }
            IssuedOrNot::Skipped(to, why) => {
                skipped.push(SkippedUser { user_id: to.user_id, user: to.user, client: to.client, why });
            }
        }
    }
    IssuedCodes { issued, skipped }
}

/// One at least, and no more than are done at once.
fn bounded<T>(field: &'static str, things: Vec<T>) -> Result<Vec<T>> {
    if things.is_empty() {
        return Err(Refusal::invalid(field, "nobody is named or found"));
    }
    if things.len() > CODES_MAX {
        return Err(Refusal::invalid(field, format!("at most {CODES_MAX} are done at once")));
    }
    Ok(things)
}
