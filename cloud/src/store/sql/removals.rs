//! Removals: the word of a program that is being uninstalled, kept with its device.

use async_trait::async_trait;
use buhphone_protocol::{
    ids::{DeviceId, PartnerId},
    key::PublicKey,
};
use jiff::Timestamp;

use super::{
    SqlStore,
    row::{Columns, blob, micros},
};
use crate::store::{Removals, Result, StoreError};

#[async_trait]
impl Removals for SqlStore {
    async fn remove_device(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        signed_by: &PublicKey,
        at: Timestamp,
    ) -> Result<Timestamp> {
        let mut tx = self.writing().await?;
        let marked = sqlx::query(
            "UPDATE devices SET removed_at = COALESCE(removed_at, $4)
             WHERE partner_id = $1 AND device_id = $2 AND public_key = $3 AND disconnected_at IS NULL",
        )
        .bind(blob(partner_id.0))
        .bind(blob(device_id.0))
        .bind(&signed_by.0)
        .bind(micros(at))
        .execute(&mut *tx)
        .await?;
        let row = sqlx::query("SELECT removed_at FROM devices WHERE partner_id = $1 AND device_id = $2")
            .bind(blob(partner_id.0))
            .bind(blob(device_id.0))
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(StoreError::NotFound("device_id"))?;
        if marked.rows_affected() == 0 {
            return Err(StoreError::KeyEnded);
        }
        let removed_at = row.instant("removed_at")?;
        tx.commit().await?;
        Ok(removed_at)
    }
}
