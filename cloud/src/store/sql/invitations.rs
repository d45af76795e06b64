//! Codes by the hundred: whom they go to, issued together, named again by their ids, opened.

use std::collections::HashMap;

use async_trait::async_trait;
use buhphone_protocol::{
    ids::{ClientId, CodeId, LetterId, PartnerId, StaffId, UserId},
    letters::{CodeLetter, CodeStory, LetterState, LetterWords, WhySkipped},
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore, codes, letters,
    row::{self, Columns, blob, micros},
    text, users,
};
use crate::store::{
    Addressee, CodeRecord, DueLetter, Invitations, IssuedOrNot, Listing, NamedCode, NewLetter, OpenedRecord, Posted,
    Result, StoreError,
};

/// What a code's story is read from, with [`STORY_JOINS`].
pub(super) const STORY: &str = "k.opened_at, k.tries, k.tried_at, COALESCE(kd.computer, '') AS used_on,
    l.recipient, l.state AS letter_state, l.state_at AS letter_at, l.error AS letter_error";

/// The computer and the last letter of the code `k`.
pub(super) const STORY_JOINS: &str = "
    LEFT JOIN devices kd ON kd.partner_id = k.partner_id AND kd.device_id = k.device_id
    LEFT JOIN letters l ON l.partner_id = k.partner_id AND l.letter_id =
        (SELECT letter_id FROM letters WHERE partner_id = k.partner_id AND code_id = k.code_id
         ORDER BY made_at DESC, letter_id DESC LIMIT 1)";

/// An addressee, of `u` and their client `c`.
const ADDRESSEE: &str = "u.user_id, u.surname, u.name, u.patronymic, u.email, c.name AS client";

#[async_trait]
impl Invitations for SqlStore {
    async fn user_ids(
        &self,
        partner_id: PartnerId,
        client_id: Option<ClientId>,
        listing: &Listing,
        limit: u32,
    ) -> Result<Vec<UserId>> {
        users::ids(self, partner_id, client_id, listing, limit).await
    }

    async fn issue_codes(
        &self,
        partner_id: PartnerId,
        codes: &[(CodeRecord, Vec<u8>)],
        issued_by: StaffId,
        replace: bool,
    ) -> Result<Vec<IssuedOrNot>> {
        issue(self, partner_id, codes, issued_by, replace).await
    }

    async fn named_codes(&self, partner_id: PartnerId, code_ids: &[CodeId]) -> Result<Vec<NamedCode>> {
        named(self, partner_id, code_ids).await
    }

    async fn open_code(&self, code_hash: &[u8], at: Timestamp) -> Result<Option<OpenedRecord>> {
        open(self, code_hash, at).await
    }

    async fn post_letters(&self, partner_id: PartnerId, new: &[NewLetter], at: Timestamp) -> Result<()> {
        letters::post(self, partner_id, new, at).await
    }

    async fn take_letters(&self, at: Timestamp, back_at: Timestamp, limit: u32) -> Result<Vec<DueLetter>> {
        letters::take(self, at, back_at, limit).await
    }

    async fn settle_letter(
        &self,
        partner_id: PartnerId,
        letter_id: LetterId,
        posted: &Posted,
        at: Timestamp,
    ) -> Result<()> {
        letters::settle(self, partner_id, letter_id, posted, at).await
    }

    async fn letter_words(&self, partner_id: PartnerId) -> Result<Option<LetterWords>> {
        letters::words(self, partner_id).await
    }

    async fn set_letter_words(&self, partner_id: PartnerId, words: &LetterWords) -> Result<()> {
        letters::set_words(self, partner_id, words).await
    }
}

async fn issue(
    store: &SqlStore,
    partner_id: PartnerId,
    codes: &[(CodeRecord, Vec<u8>)],
    issued_by: StaffId,
    replace: bool,
) -> Result<Vec<IssuedOrNot>> {
    let mut tx = store.writing().await?;
    // In the order that authorizations hold users in, so that neither waits for the other in a circle.
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by_key(|&place| codes[place].0.user_id);
    let mut outcomes = Vec::with_capacity(codes.len());
    for place in order {
        let (record, hash) = &codes[place];
        let held = hold(store, &mut tx, partner_id, record).await?;
        let to = addressee(&held)?;
        let skipped = if held.instant_or_none("erased_at")?.is_some() {
            Some(WhySkipped::Erased)
        } else if held.instant_or_none("archived_at")?.is_some() {
            Some(WhySkipped::Archived)
        } else if !replace && held.count("active")? > 0 {
            Some(WhySkipped::HasCode)
        } else {
            None
        };
        let key = held.text("full_name_key")?;
        outcomes.push((
            key,
            match skipped {
                Some(why) => IssuedOrNot::Skipped(to, why),
                None => {
                    codes::issue_in(&mut tx, store.dialect, partner_id, record, hash, issued_by).await?;
                    IssuedOrNot::Issued(place, to)
                }
            },
        ));
    }
    tx.commit().await?;
    outcomes.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// The user of a code to be, held from here on, with the codes that could still be used.
async fn hold(
    store: &SqlStore,
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    record: &CodeRecord,
) -> Result<AnyRow> {
    sqlx::query(AssertSqlSafe(format!(
        "SELECT {ADDRESSEE}, u.full_name_key, u.archived_at, u.erased_at,
                (SELECT COUNT(*) FROM codes k WHERE k.partner_id = $1 AND k.user_id = $2 AND k.used_at IS NULL
                 AND k.revoked_at IS NULL AND k.expires_at > $3) AS active
         FROM users u JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
         WHERE u.partner_id = $1 AND u.user_id = $2{}",
        store.dialect.lock_of("u")
    )))
    .bind(blob(partner_id.0))
    .bind(blob(record.user_id.0))
    .bind(micros(record.issued_at))
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound("user_id"))
}

async fn named(store: &SqlStore, partner_id: PartnerId, code_ids: &[CodeId]) -> Result<Vec<NamedCode>> {
    let mut tx = store.reading().await?;
    let sql = format!(
        "SELECT k.*, COALESCE(s.name, '') AS issued_by_name, {ADDRESSEE} FROM codes k
         JOIN users u ON u.partner_id = k.partner_id AND u.user_id = k.user_id
         JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
         LEFT JOIN staff s ON s.partner_id = k.partner_id AND s.staff_id = k.issued_by
         WHERE k.partner_id = $1 AND k.code_id = $2"
    );
    let mut found: HashMap<CodeId, NamedCode> = HashMap::with_capacity(code_ids.len());
    for code_id in code_ids {
        let row = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(blob(partner_id.0))
            .bind(blob(code_id.0))
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(StoreError::NotFound("code_id"))?;
        let code_hash = sqlx::Row::try_get(&row, "code_hash")?;
        found.insert(*code_id, NamedCode { record: codes::record(&row)?, code_hash, to: addressee(&row)? });
    }
    code_ids.iter().map(|id| found.get(id).cloned().ok_or(StoreError::NotFound("code_id"))).collect()
}

async fn open(store: &SqlStore, code_hash: &[u8], at: Timestamp) -> Result<Option<OpenedRecord>> {
    let mut tx = store.writing().await?;
    let row = sqlx::query(
        "SELECT k.*, COALESCE(s.name, '') AS issued_by_name, u.archived_at AS user_archived_at,
                p.name AS partner, p.phone AS partner_phone, p.zone, p.machine_salt
         FROM codes k
         JOIN users u ON u.partner_id = k.partner_id AND u.user_id = k.user_id
         JOIN partners p ON p.partner_id = k.partner_id
         LEFT JOIN staff s ON s.partner_id = k.partner_id AND s.staff_id = k.issued_by
         WHERE k.code_hash = $1",
    )
    .bind(code_hash)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let record = codes::record(&row)?;
    if row.instant_or_none("opened_at")?.is_none() {
        sqlx::query("UPDATE codes SET opened_at = COALESCE(opened_at, $2) WHERE code_hash = $1")
            .bind(code_hash)
            .bind(micros(at))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    let user_archived = row.instant_or_none("user_archived_at")?.is_some();
    Ok(Some(OpenedRecord { partner: row::partner(&row)?, record, user_archived }))
}

fn addressee(row: &AnyRow) -> Result<Addressee> {
    let (surname, name, patronymic) = (row.text("surname")?, row.text("name")?, row.text("patronymic")?);
    Ok(Addressee {
        user_id: UserId(row.id("user_id")?),
        user: text::full_name(&surname, &name, &patronymic),
        name,
        patronymic,
        client: row.text("client")?,
        email: row.text("email")?,
    })
}

/// Reads a story from the columns of [`STORY`].
pub(super) fn story(row: &AnyRow) -> Result<CodeStory> {
    let letter = match row.word_or_none::<LetterState>("letter_state")? {
        None => None,
        Some(state) => Some(CodeLetter {
            to: row.text("recipient")?,
            state,
            at: row.instant("letter_at")?,
            error: row.text("letter_error")?,
        }),
    };
    Ok(CodeStory {
        letter,
        opened_at: row.instant_or_none("opened_at")?,
        tries: row.count("tries")?,
        tried_at: row.instant_or_none("tried_at")?,
        computer: row.text("used_on")?,
    })
}
