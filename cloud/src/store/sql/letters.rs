//! The post: letters that wait, are taken to be sent, and are settled. What is in them is
//! sealed, and goes out of the database with the last attempt.

use buhphone_protocol::{
    ids::{LetterId, PartnerId},
    letters::LetterWords,
};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row};

use super::{
    Dialect, SqlStore,
    row::{Columns, blob, micros, refused},
};
use crate::store::{DueLetter, NewLetter, Posted, Result};

pub(super) async fn post(store: &SqlStore, partner_id: PartnerId, letters: &[NewLetter], at: Timestamp) -> Result<()> {
    let mut tx = store.writing().await?;
    for letter in letters {
        if let Some(code_id) = letter.code_id {
            sqlx::query(
                "UPDATE letters SET state = 'withdrawn', state_at = $3, content = NULL
                 WHERE partner_id = $1 AND code_id = $2 AND state = 'waiting'",
            )
            .bind(blob(partner_id.0))
            .bind(blob(code_id.0))
            .bind(micros(at))
            .execute(&mut *tx)
            .await?;
        }
        sqlx::query(
            "INSERT INTO letters (partner_id, letter_id, user_id, code_id, recipient, content, state, made_at, state_at,
                                  due_at, until)
             VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $7, $7, $8)",
        )
        .bind(blob(partner_id.0))
        .bind(blob(letter.letter_id.0))
        .bind(letter.user_id.map(|id| blob(id.0)))
        .bind(letter.code_id.map(|id| blob(id.0)))
        .bind(&letter.recipient)
        .bind(&letter.content)
        .bind(micros(at))
        .bind(micros(letter.until))
        .execute(&mut *tx)
        .await
        .map_err(refused("letter_id", "code_id"))?;
    }
    Ok(tx.commit().await?)
}

/// Another node that looks at the same moment takes others.
pub(super) async fn take(store: &SqlStore, at: Timestamp, back_at: Timestamp, limit: u32) -> Result<Vec<DueLetter>> {
    let skipping = match store.dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE OF l SKIP LOCKED",
    };
    let mut tx = store.writing().await?;
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT l.partner_id, l.letter_id, l.recipient, l.content, l.made_at, l.until, l.attempts,
                k.code_id, k.used_at, k.revoked_at, k.expires_at
         FROM letters l LEFT JOIN codes k ON k.partner_id = l.partner_id AND k.code_id = l.code_id
         WHERE l.state = 'waiting' AND l.due_at <= $1 ORDER BY l.due_at, l.letter_id LIMIT $2{skipping}"
    )))
    .bind(micros(at))
    .bind(i64::from(limit))
    .fetch_all(&mut *tx)
    .await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in &rows {
        let (partner_id, letter_id) = (PartnerId(row.id("partner_id")?), LetterId(row.id("letter_id")?));
        sqlx::query("UPDATE letters SET due_at = $3, attempts = attempts + 1 WHERE partner_id = $1 AND letter_id = $2")
            .bind(blob(partner_id.0))
            .bind(blob(letter_id.0))
            .bind(micros(back_at))
            .execute(&mut *tx)
            .await?;
        let ended = row.instant_or_none("used_at")?.or(row.instant_or_none("revoked_at")?).is_some();
        let expired = row.instant_or_none("expires_at")?.is_some_and(|expires_at| expires_at <= at);
        taken.push(DueLetter {
            partner_id,
            letter_id,
            recipient: row.text("recipient")?,
            content: row.try_get("content")?,
            made_at: row.instant("made_at")?,
            until: row.instant("until")?,
            attempts: row.count("attempts")? + 1,
            stale: ended || expired,
        });
    }
    tx.commit().await?;
    Ok(taken)
}

pub(super) async fn settle(
    store: &SqlStore,
    partner_id: PartnerId,
    letter_id: LetterId,
    posted: &Posted,
    at: Timestamp,
) -> Result<()> {
    let (state, due_at, error) = match posted {
        Posted::Sent => ("sent", at, ""),
        Posted::Later { due_at, error } => ("waiting", *due_at, error.as_str()),
        Posted::Failed { error } => ("failed", at, error.as_str()),
        Posted::Withdrawn => ("withdrawn", at, ""),
    };
    let mut tx = store.writing().await?;
    sqlx::query(
        "UPDATE letters SET state = $3, error = $4, due_at = $5,
                state_at = CASE WHEN $3 = 'waiting' THEN state_at ELSE $6 END,
                content = CASE WHEN $3 = 'waiting' THEN content END
         WHERE partner_id = $1 AND letter_id = $2 AND state = 'waiting'",
    )
    .bind(blob(partner_id.0))
    .bind(blob(letter_id.0))
    .bind(state)
    .bind(error)
    .bind(micros(due_at))
    .bind(micros(at))
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

pub(super) async fn words(store: &SqlStore, partner_id: PartnerId) -> Result<Option<LetterWords>> {
    let row = sqlx::query("SELECT subject, text FROM letter_words WHERE partner_id = $1")
        .bind(blob(partner_id.0))
        .fetch_optional(&store.readers)
        .await?;
    row.map(|row| Ok(LetterWords { subject: row.text("subject")?, text: row.text("text")? })).transpose()
}

pub(super) async fn set_words(store: &SqlStore, partner_id: PartnerId, words: &LetterWords) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query(
        "INSERT INTO letter_words (partner_id, subject, text) VALUES ($1, $2, $3)
         ON CONFLICT (partner_id) DO UPDATE SET subject = excluded.subject, text = excluded.text",
    )
    .bind(blob(partner_id.0))
    .bind(&words.subject)
    .bind(&words.text)
    .execute(&mut *tx)
    .await
    .map_err(refused("partner_id", "partner_id"))?;
    Ok(tx.commit().await?)
}
