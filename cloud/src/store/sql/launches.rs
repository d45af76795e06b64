//! Launches as they are told: each once, whoever tells it again.

use buhphone_protocol::{
    ids::{DeviceId, PartnerId, UserId},
    telemetry::Launch,
};
use jiff::Timestamp;
use sqlx::{Any, Transaction};

use super::row::{blob, micros, word};
use crate::store::Result;

/// Whose launches are told.
pub(super) struct Owner<'a> {
    pub(super) partner_id: PartnerId,
    pub(super) device_id: DeviceId,
    pub(super) user_id: UserId,
    pub(super) computer: &'a str,
}

/// One that authorized stays so.
pub(super) async fn tell(
    tx: &mut Transaction<'static, Any>,
    owner: &Owner<'_>,
    launch: &Launch,
    authorized: bool,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO launches (partner_id, device_id, launch_id, user_id, computer, origin, started_at, told_at,
                               authorized)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (partner_id, device_id, launch_id)
         DO UPDATE SET authorized = excluded.authorized WHERE excluded.authorized AND NOT launches.authorized",
    )
    .bind(blob(owner.partner_id.0))
    .bind(blob(owner.device_id.0))
    .bind(blob(launch.launch_id.0))
    .bind(blob(owner.user_id.0))
    .bind(owner.computer)
    .bind(word(launch.origin)?)
    .bind(micros(launch.started_at))
    .bind(micros(at))
    .bind(authorized)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
