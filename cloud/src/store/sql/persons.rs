//! One person's data: taken out whole, or erased on the person's demand.
//!
//! Erasing takes what tells who somebody is and what they wrote, in every table that
//! holds any. The rows stay, with their dates: what was counted is counted the same.

use buhphone_protocol::{
    ids::{DeviceId, PartnerId, UserId},
    register::{Conversation, EditAction},
};
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::{
    SqlStore, cards, codes,
    edits::{self, Changes},
    messages, requests,
    row::{Columns, blob, micros},
    text,
};
use crate::store::{Editor, Erased, PersonRecord, Result, StoreError};

/// In place of the surname of somebody whose data were erased. The cabinet words it itself.
const NOBODY: &str = "—";

/// What is emptied of one user ($2), by table. A table that comes to hold anything personal
/// belongs here.
const EMPTIED: [&str; 9] = [
    "UPDATE devices SET computer = '', system = '', zone = NULL, machine = NULL WHERE partner_id = $1 AND user_id = $2",
    "UPDATE reconnections SET computer = '', system = '', zone = NULL, machine = NULL
     WHERE partner_id = $1 AND user_id = $2",
    "UPDATE authorizations SET computer = '' WHERE partner_id = $1 AND user_id = $2",
    "UPDATE launches SET computer = '' WHERE partner_id = $1 AND user_id = $2",
    "UPDATE failures SET computer = '' WHERE partner_id = $1 AND user_id = $2",
    "UPDATE messages SET text = '', text_key = '' WHERE partner_id = $1 AND user_id = $2",
    "UPDATE requests SET phone = NULL, phone_key = '', last_text = '' WHERE partner_id = $1 AND user_id = $2",
    "UPDATE letters SET recipient = '', error = '', content = NULL,
            state = CASE WHEN state = 'waiting' THEN 'withdrawn' ELSE state END
     WHERE partner_id = $1 AND user_id = $2",
    "UPDATE requests SET state = 'closed' WHERE partner_id = $1 AND user_id = $2",
];

pub(super) async fn erase(store: &SqlStore, partner_id: PartnerId, user_id: UserId, editor: &Editor) -> Result<Erased> {
    let mut tx = store.writing().await?;
    let before = sqlx::query(AssertSqlSafe(format!(
        "SELECT erased_at FROM users WHERE partner_id = $1 AND user_id = $2{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::NotFound("user_id"))?;
    if before.instant_or_none("erased_at")?.is_some() {
        return Ok(Erased::Already);
    }
    sqlx::query(
        "UPDATE users SET surname = $3, name = '', patronymic = '', full_name_key = $4, search_key = $4, email = '',
                          phone = '', erased_at = $5
         WHERE partner_id = $1 AND user_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(NOBODY)
    .bind(text::key(NOBODY))
    .bind(micros(editor.at))
    .execute(&mut *tx)
    .await?;
    let devices = disconnect_all(&mut tx, partner_id, user_id, editor).await?;
    codes::revoke_of_user(&mut tx, partner_id, user_id, editor.at).await?;
    for statement in EMPTIED {
        sqlx::query(statement).bind(blob(partner_id.0)).bind(blob(user_id.0)).execute(&mut *tx).await?;
    }
    edits::forget(&mut tx, partner_id, user_id.0).await?;
    edits::record(&mut tx, partner_id, user_id.0, editor, EditAction::Erased, &Changes::default()).await?;
    tx.commit().await?;
    Ok(Erased::Done { devices })
}

async fn disconnect_all(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    user_id: UserId,
    editor: &Editor,
) -> Result<Vec<DeviceId>> {
    let rows = sqlx::query(
        "UPDATE devices SET disconnected_at = $3 WHERE partner_id = $1 AND user_id = $2 AND disconnected_at IS NULL
         RETURNING device_id",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(micros(editor.at))
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| row.id("device_id").map(DeviceId)).collect()
}

pub(super) async fn read(store: &SqlStore, partner_id: PartnerId, user_id: UserId) -> Result<PersonRecord> {
    let mut tx = store.reading().await?;
    let registered = sqlx::query("SELECT created_at FROM users WHERE partner_id = $1 AND user_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NotFound("user_id"))?;
    let history = cards::all_of(&mut tx, partner_id, user_id, u32::MAX).await?;
    let heads = sqlx::query(
        "SELECT request_id, kind, state, opened_at, phone FROM requests WHERE partner_id = $1 AND user_id = $2
         ORDER BY opened_at, request_id",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .fetch_all(&mut *tx)
    .await?;
    let mut conversations = Vec::with_capacity(heads.len());
    for head in &heads {
        let request = requests::head(head)?;
        let messages = messages::of_request(&mut tx, partner_id, request.request_id).await?;
        conversations.push(Conversation { request, messages });
    }
    Ok(PersonRecord {
        registered_at: registered.instant("created_at")?,
        edits: history.edits,
        codes: history.codes,
        devices: history.devices,
        authorizations: history.authorizations,
        launches: history.launches,
        failures: history.failures,
        requests: conversations,
    })
}
