//! Partners and their staff. A password's hash comes in ready; ending the
//! sessions of whoever got a new one happens here, in the same transaction.

use buhphone_protocol::ids::{PartnerId, StaffId};
use jiff::Timestamp;

use super::{
    SqlStore,
    row::{self, blob, micros, refused, touched, word},
    text,
};
use crate::store::{Partner, Result, Staff, StoreError};

pub(super) async fn create(store: &SqlStore, partner: &Partner, at: Timestamp) -> Result<()> {
    let zone = partner.zone.iana_name().ok_or_else(|| StoreError::Damaged("zone: not of the IANA database".into()))?;
    let mut tx = store.writing().await?;
    sqlx::query(
        "INSERT INTO partners (partner_id, name, phone, zone, machine_salt, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(blob(partner.partner_id.0))
    .bind(&partner.name)
    .bind(&partner.phone)
    .bind(zone)
    .bind(&partner.machine_salt)
    .bind(micros(at))
    .execute(&mut *tx)
    .await
    .map_err(refused("partner_id", "partner_id"))?;
    Ok(tx.commit().await?)
}

pub(super) async fn one(store: &SqlStore, partner_id: PartnerId) -> Result<Partner> {
    let row = sqlx::query(
        "SELECT partner_id, name AS partner, phone AS partner_phone, zone, machine_salt
         FROM partners WHERE partner_id = $1",
    )
    .bind(blob(partner_id.0))
    .fetch_optional(&store.readers)
    .await?;
    row::partner(&row.ok_or(StoreError::NotFound("partner_id"))?)
}

/// In the order they were made.
pub(super) async fn all(store: &SqlStore) -> Result<Vec<Partner>> {
    let rows = sqlx::query(
        "SELECT partner_id, name AS partner, phone AS partner_phone, zone, machine_salt
         FROM partners ORDER BY created_at, partner_id",
    )
    .fetch_all(&store.readers)
    .await?;
    rows.iter().map(row::partner).collect()
}

pub(super) async fn create_staff(store: &SqlStore, staff: &Staff, at: Timestamp) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query(
        "INSERT INTO staff (partner_id, staff_id, name, name_key, email, role, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(blob(staff.partner_id.0))
    .bind(blob(staff.staff_id.0))
    .bind(&staff.name)
    .bind(text::key(&staff.name))
    .bind(&staff.email)
    .bind(word(staff.role)?)
    .bind(&staff.password_hash)
    .bind(micros(at))
    .execute(&mut *tx)
    .await
    .map_err(refused("email", "partner_id"))?;
    Ok(tx.commit().await?)
}

/// By name.
pub(super) async fn staff(store: &SqlStore, partner_id: PartnerId) -> Result<Vec<Staff>> {
    let rows = sqlx::query("SELECT * FROM staff WHERE partner_id = $1 ORDER BY name_key, staff_id")
        .bind(blob(partner_id.0))
        .fetch_all(&store.readers)
        .await?;
    rows.iter().map(row::staff).collect()
}

pub(super) async fn staff_by_email(store: &SqlStore, email: &str) -> Result<Option<Staff>> {
    let row = sqlx::query("SELECT * FROM staff WHERE email = $1").bind(email).fetch_optional(&store.readers).await?;
    row.as_ref().map(row::staff).transpose()
}

pub(super) async fn set_password(
    store: &SqlStore,
    partner_id: PartnerId,
    staff_id: StaffId,
    password_hash: &str,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let changed = sqlx::query("UPDATE staff SET password_hash = $3 WHERE partner_id = $1 AND staff_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(staff_id.0))
        .bind(password_hash)
        .execute(&mut *tx)
        .await?;
    touched(changed.rows_affected(), "staff_id")?;
    sqlx::query("DELETE FROM sessions WHERE partner_id = $1 AND staff_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(staff_id.0))
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}
