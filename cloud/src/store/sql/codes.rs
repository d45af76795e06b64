//! Activation codes: issued one at a time, used once, by one key.
//!
//! Whoever decides about a code holds its row, so that of two computers typing
//! the same digits at the same moment one is bound and the other refused.

use buhphone_protocol::{
    ids::{ClientId, CodeId, DeviceId, PartnerId, StaffId, UserId},
    key::PublicKey,
    telemetry::{Computer, Launch},
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    Dialect, SqlStore, devices,
    launches::{self, Told},
    row::{Columns, blob, micros, refused},
    visits,
};
use crate::store::{Binding, CodeRecord, Result, StoreError};

pub(super) async fn issue(
    store: &SqlStore,
    partner_id: PartnerId,
    code: &CodeRecord,
    code_hash: &[u8],
    issued_by: StaffId,
) -> Result<()> {
    let mut tx = store.writing().await?;
    issue_in(&mut tx, store.dialect, partner_id, code, code_hash, issued_by).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn issue_in(
    tx: &mut Transaction<'static, Any>,
    dialect: Dialect,
    partner_id: PartnerId,
    code: &CodeRecord,
    code_hash: &[u8],
    issued_by: StaffId,
) -> Result<()> {
    // Held, so that two members of staff issuing at once leave one active code.
    sqlx::query(AssertSqlSafe(format!(
        "SELECT user_id FROM users WHERE partner_id = $1 AND user_id = $2 AND erased_at IS NULL{}",
        dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(code.user_id.0))
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound("user_id"))?;
    revoke_of_user(tx, partner_id, code.user_id, code.issued_at).await?;
    sqlx::query(
        "INSERT INTO codes (partner_id, code_id, user_id, code_hash, issued_by, issued_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(code.code_id.0))
    .bind(blob(code.user_id.0))
    .bind(code_hash)
    .bind(blob(issued_by.0))
    .bind(micros(code.issued_at))
    .bind(micros(code.expires_at))
    .execute(&mut **tx)
    .await
    .map_err(refused("code", "staff_id"))?;
    Ok(())
}

/// A code that was used or revoked already stays as it is.
pub(super) async fn revoke(store: &SqlStore, partner_id: PartnerId, code_id: CodeId, at: Timestamp) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query("SELECT code_id FROM codes WHERE partner_id = $1 AND code_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(code_id.0))
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NotFound("code_id"))?;
    sqlx::query(
        "UPDATE codes SET revoked_at = $3
         WHERE partner_id = $1 AND code_id = $2 AND used_at IS NULL AND revoked_at IS NULL",
    )
    .bind(blob(partner_id.0))
    .bind(blob(code_id.0))
    .bind(micros(at))
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Revokes what could still be used at `at`; an expired code stays expired.
pub(super) async fn revoke_of_user(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    user_id: UserId,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE codes SET revoked_at = $3
         WHERE partner_id = $1 AND user_id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(micros(at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Likewise, of all users of a client.
pub(super) async fn revoke_of_client(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    client_id: ClientId,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE codes SET revoked_at = $3
         WHERE partner_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3
           AND user_id IN (SELECT user_id FROM users WHERE partner_id = $1 AND client_id = $2)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(client_id.0))
    .bind(micros(at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn bind(
    store: &SqlStore,
    code_hash: &[u8],
    key: &PublicKey,
    device_id: DeviceId,
    launch: &Launch,
    computer: &Computer,
    at: Timestamp,
) -> Result<Binding> {
    let mut tx = store.writing().await?;
    let code = sqlx::query(AssertSqlSafe(format!(
        "SELECT partner_id, code_id, user_id, expires_at, revoked_at, used_at, device_id
         FROM codes WHERE code_hash = $1{}",
        store.dialect.lock()
    )))
    .bind(code_hash)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(code) = code else { return Ok(Binding::Unknown) };
    let partner_id = PartnerId(code.id("partner_id")?);
    let (user_id, code_id) = (UserId(code.id("user_id")?), CodeId(code.id("code_id")?));

    let tried = (partner_id, code_id, at);
    if code.instant_or_none("revoked_at")?.is_some() {
        return refuse(tx, tried, Binding::Revoked).await;
    }
    if code.instant_or_none("used_at")?.is_some() {
        let device_id = DeviceId(code.id("device_id")?);
        if devices::has_key(&mut tx, partner_id, device_id, key).await? {
            return Ok(Binding::Bound { partner_id, device_id, code_id });
        }
        return refuse(tx, tried, Binding::UsedByAnotherKey).await;
    }
    if code.instant("expires_at")? <= at {
        return refuse(tx, tried, Binding::Expired).await;
    }
    let user = sqlx::query("SELECT archived_at FROM users WHERE partner_id = $1 AND user_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_one(&mut *tx)
        .await?;
    if user.instant_or_none("archived_at")?.is_some() {
        return refuse(tx, tried, Binding::UserArchived).await;
    }

    if !devices::create(&mut tx, partner_id, device_id, user_id, key, computer, at).await? {
        return refuse(tx, tried, Binding::KeyTaken).await;
    }
    sqlx::query("UPDATE codes SET used_at = $3, device_id = $4 WHERE partner_id = $1 AND code_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(code_id.0))
        .bind(micros(at))
        .bind(blob(device_id.0))
        .execute(&mut *tx)
        .await?;
    let told = Told { partner_id, device_id, user_id, computer: &computer.name, launch, authorized: false, at };
    launches::tell(&mut tx, store.dialect, &[told]).await?;
    visits::begin(&mut tx, partner_id, CodeId(code.id("code_id")?), device_id, at).await?;
    tx.commit().await?;
    Ok(Binding::Bound { partner_id, device_id, code_id })
}

/// The attempt is counted on its code.
async fn refuse(
    mut tx: Transaction<'static, Any>,
    (partner_id, code_id, at): (PartnerId, CodeId, Timestamp),
    refusal: Binding,
) -> Result<Binding> {
    sqlx::query("UPDATE codes SET tries = tries + 1, tried_at = $3 WHERE partner_id = $1 AND code_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(code_id.0))
        .bind(micros(at))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(refusal)
}

/// Reads a code from the columns of `codes`, its issuer's name as `issued_by_name`.
pub(super) fn record(row: &AnyRow) -> Result<CodeRecord> {
    Ok(CodeRecord {
        code_id: CodeId(row.id("code_id")?),
        user_id: UserId(row.id("user_id")?),
        issued_by: row.text("issued_by_name")?,
        issued_at: row.instant("issued_at")?,
        expires_at: row.instant("expires_at")?,
        revoked_at: row.instant_or_none("revoked_at")?,
        used_at: row.instant_or_none("used_at")?,
    })
}
