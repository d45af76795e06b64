//! Sessions of staff, found by the hash of their token. One that ended is
//! forgotten when the same person signs in again.

use buhphone_protocol::ids::{PartnerId, StaffId};
use jiff::Timestamp;

use super::{
    SqlStore,
    row::{self, blob, micros, refused},
};
use crate::store::{Result, Staff};

pub(super) async fn open(
    store: &SqlStore,
    partner_id: PartnerId,
    staff_id: StaffId,
    token_hash: &[u8],
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query("DELETE FROM sessions WHERE partner_id = $1 AND staff_id = $2 AND expires_at <= $3")
        .bind(blob(partner_id.0))
        .bind(blob(staff_id.0))
        .bind(micros(at))
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO sessions (partner_id, staff_id, token_hash, opened_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(staff_id.0))
    .bind(token_hash)
    .bind(micros(at))
    .bind(micros(expires_at))
    .execute(&mut *tx)
    .await
    .map_err(refused("token", "staff_id"))?;
    Ok(tx.commit().await?)
}

/// Whose session it is; none for one that ended.
pub(super) async fn staff(store: &SqlStore, token_hash: &[u8], at: Timestamp) -> Result<Option<Staff>> {
    let row = sqlx::query(
        "SELECT staff.* FROM sessions
         JOIN staff ON staff.partner_id = sessions.partner_id AND staff.staff_id = sessions.staff_id
         WHERE sessions.token_hash = $1 AND sessions.expires_at > $2",
    )
    .bind(token_hash)
    .bind(micros(at))
    .fetch_optional(&store.readers)
    .await?;
    row.as_ref().map(row::staff).transpose()
}

pub(super) async fn close(store: &SqlStore, token_hash: &[u8]) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}
