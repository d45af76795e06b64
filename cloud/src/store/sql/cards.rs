//! What the card of one user shows: codes, computers, authorizations, launches, failures, edits.

use buhphone_protocol::{
    cabinet::{AuthorizationRow, Device, FailureRow, LaunchRow},
    ids::{DeviceId, PartnerId, UserId},
    telemetry::Autostart,
};
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore, codes, edits, invitations,
    row::{Columns, blob},
};
use crate::store::{KeptCode, Result, StoreError, UserHistory};

pub(super) async fn history(store: &SqlStore, partner_id: PartnerId, user_id: UserId) -> Result<UserHistory> {
    let mut tx = store.reading().await?;
    if select(&mut tx, "SELECT user_id FROM users WHERE partner_id = $1 AND user_id = $2", partner_id, user_id)
        .await?
        .is_empty()
    {
        return Err(StoreError::NotFound("user_id"));
    }
    all_of(&mut tx, partner_id, user_id, edits::SHOWN).await
}

/// All newest first; authorizations, launches and edits at most `limit` of each.
pub(super) async fn all_of(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    user_id: UserId,
    limit: u32,
) -> Result<UserHistory> {
    let issued = format!(
        "SELECT k.code_id, k.user_id, k.issued_at, k.expires_at, k.revoked_at, k.used_at,
                COALESCE(s.name, '') AS issued_by_name, {} FROM codes k
         LEFT JOIN staff s ON s.partner_id = k.partner_id AND s.staff_id = k.issued_by {}
         WHERE k.partner_id = $1 AND k.user_id = $2 ORDER BY k.issued_at DESC, k.code_id DESC",
        invitations::STORY,
        invitations::STORY_JOINS
    );
    let devices = "SELECT d.*, r.decided_at AS reconnected_at, COALESCE(s.name, '') AS reconnected_by FROM devices d
        LEFT JOIN reconnections r ON r.partner_id = d.partner_id AND r.reconnection_id =
            (SELECT reconnection_id FROM reconnections
             WHERE partner_id = d.partner_id AND device_id = d.device_id AND state = 'approved'
             ORDER BY decided_at DESC, reconnection_id DESC LIMIT 1)
        LEFT JOIN staff s ON s.partner_id = r.partner_id AND s.staff_id = r.decided_by
        WHERE d.partner_id = $1 AND d.user_id = $2 ORDER BY d.activated_at DESC, d.device_id DESC";
    let authorizations = format!(
        "SELECT authorized_at, computer, cause, attended FROM authorizations
         WHERE partner_id = $1 AND user_id = $2 ORDER BY authorized_at DESC, authorization_id DESC LIMIT {limit}"
    );
    let launches = format!(
        "SELECT started_at, told_at, computer, origin, authorized FROM launches
         WHERE partner_id = $1 AND user_id = $2 ORDER BY told_at DESC, started_at DESC, launch_id DESC LIMIT {limit}"
    );
    let failures = "SELECT f.computer, f.kind, f.attempts, f.first_at, f.last_at FROM failures f
        JOIN devices d ON d.partner_id = f.partner_id AND d.device_id = f.device_id
                      AND d.last_authorization_at = f.told_at
        WHERE f.partner_id = $1 AND f.user_id = $2 ORDER BY f.told_at DESC, f.authorization_id, f.place";
    Ok(UserHistory {
        codes: all(&select(tx, &issued, partner_id, user_id).await?, code)?,
        devices: all(&select(tx, devices, partner_id, user_id).await?, device)?,
        authorizations: all(&select(tx, &authorizations, partner_id, user_id).await?, authorization)?,
        launches: all(&select(tx, &launches, partner_id, user_id).await?, launch)?,
        failures: all(&select(tx, failures, partner_id, user_id).await?, failure)?,
        edits: edits::of(tx, partner_id, user_id.0, limit).await?,
    })
}

async fn select(
    tx: &mut Transaction<'static, Any>,
    sql: &str,
    partner_id: PartnerId,
    user_id: UserId,
) -> Result<Vec<AnyRow>> {
    Ok(sqlx::query(AssertSqlSafe(sql.to_owned()))
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_all(&mut **tx)
        .await?)
}

fn all<T>(rows: &[AnyRow], read: fn(&AnyRow) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(read).collect()
}

fn code(row: &AnyRow) -> Result<KeptCode> {
    Ok(KeptCode { record: codes::record(row)?, story: invitations::story(row)? })
}

fn device(row: &AnyRow) -> Result<Device> {
    Ok(Device {
        device_id: DeviceId(row.id("device_id")?),
        computer: row.text("computer")?,
        system: row.text("system")?,
        program: row.text("program")?,
        autostart: row.word_or_none("autostart")?.unwrap_or(Autostart::Unknown),
        activated_at: row.instant("activated_at")?,
        last_authorization: row.instant_or_none("last_authorization_at")?,
        disconnected_at: row.instant_or_none("disconnected_at")?,
        removed_at: row.instant_or_none("removed_at")?,
        cloned_at: row.instant_or_none("cloned_at")?,
        reconnected_at: row.instant_or_none("reconnected_at")?,
        reconnected_by: row.text("reconnected_by")?,
    })
}

fn authorization(row: &AnyRow) -> Result<AuthorizationRow> {
    Ok(AuthorizationRow {
        at: row.instant("authorized_at")?,
        computer: row.text("computer")?,
        trigger: row.word("cause")?,
        attended: row.word("attended")?,
    })
}

fn launch(row: &AnyRow) -> Result<LaunchRow> {
    Ok(LaunchRow {
        started_at: row.instant("started_at")?,
        told_at: row.instant("told_at")?,
        computer: row.text("computer")?,
        origin: row.word("origin")?,
        authorized: row.flag("authorized")?,
    })
}

fn failure(row: &AnyRow) -> Result<FailureRow> {
    Ok(FailureRow {
        computer: row.text("computer")?,
        kind: row.word("kind")?,
        count: row.count("attempts")?,
        first_at: row.instant("first_at")?,
        last_at: row.instant("last_at")?,
    })
}
