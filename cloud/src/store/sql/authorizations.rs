//! Authorizations: written once, with what was told; a user's date only grows.

use buhphone_protocol::{
    ids::{DeviceId, PartnerId, UserId},
    telemetry::FailureTally,
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};

use super::{
    SqlStore,
    launches::{self, Owner},
    row::{Columns, blob, micros, stored, word},
    visits,
};
use crate::store::{NewAuthorization, Result, StoreError, Written};

pub(super) async fn authorize(
    store: &SqlStore,
    partner_id: PartnerId,
    device_id: DeviceId,
    new: &NewAuthorization,
    at: Timestamp,
) -> Result<Written> {
    let mut tx = store.writing().await?;
    // Held, so that the echo is exchanged by one authorization at a time.
    let device = sqlx::query(AssertSqlSafe(format!(
        "SELECT user_id, echo_next, echo_presented, last_authorization_at FROM devices WHERE partner_id = $1 AND device_id = $2{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::NotFound("device_id"))?;
    let user_id = UserId(device.id("user_id")?);
    let owner = Owner { partner_id, device_id, user_id, computer: &new.computer.name };

    if !insert(&mut tx, &owner, new, at).await? {
        return written_before(&mut tx, partner_id, device_id, new).await;
    }
    launches::tell(&mut tx, &owner, &new.launch, true, at).await?;
    for launch in &new.launches {
        launches::tell(&mut tx, &owner, launch, false, at).await?;
    }
    for (place, failure) in (0_i64..).zip(&new.failures) {
        insert_failure(&mut tx, &owner, new, place, failure, at).await?;
    }
    update_device(&mut tx, &owner, new, is_cloned(&device, new)?, at).await?;
    sqlx::query(
        "UPDATE users SET last_authorization_at = $3
         WHERE partner_id = $1 AND user_id = $2 AND (last_authorization_at IS NULL OR last_authorization_at < $3)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(micros(at))
    .execute(&mut *tx)
    .await?;
    if device.instant_or_none("last_authorization_at")?.is_none() {
        visits::authorized(&mut tx, partner_id, device_id, at).await?;
    }
    tx.commit().await?;
    Ok(Written { authorized_at: stored(at), echo: new.next_echo.clone(), first: true })
}

/// Whether it was written: not if the id is there already.
async fn insert(
    tx: &mut Transaction<'static, Any>,
    owner: &Owner<'_>,
    new: &NewAuthorization,
    at: Timestamp,
) -> Result<bool> {
    let written = sqlx::query(
        "INSERT INTO authorizations (partner_id, authorization_id, user_id, device_id, authorized_at, launch_id,
                                     cause, attended, computer, launches_dropped, echo)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (partner_id, authorization_id) DO NOTHING",
    )
    .bind(blob(owner.partner_id.0))
    .bind(blob(new.authorization_id.0))
    .bind(blob(owner.user_id.0))
    .bind(blob(owner.device_id.0))
    .bind(micros(at))
    .bind(blob(new.launch.launch_id.0))
    .bind(word(new.trigger)?)
    .bind(word(new.attended)?)
    .bind(owner.computer)
    .bind(i64::from(new.launches_dropped))
    .bind(&new.next_echo)
    .execute(&mut **tx)
    .await?;
    Ok(written.rows_affected() == 1)
}

async fn written_before(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    device_id: DeviceId,
    new: &NewAuthorization,
) -> Result<Written> {
    let row = sqlx::query(
        "SELECT device_id, authorized_at, echo FROM authorizations WHERE partner_id = $1 AND authorization_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(new.authorization_id.0))
    .fetch_one(&mut **tx)
    .await?;
    if row.id("device_id")? != device_id.0 {
        return Err(StoreError::Exists("authorization_id"));
    }
    Ok(Written { authorized_at: row.instant("authorized_at")?, echo: row.text("echo")?, first: false })
}

async fn insert_failure(
    tx: &mut Transaction<'static, Any>,
    owner: &Owner<'_>,
    new: &NewAuthorization,
    place: i64,
    failure: &FailureTally,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO failures (partner_id, authorization_id, place, user_id, device_id, computer, kind, attempts,
                               first_at, last_at, told_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(blob(owner.partner_id.0))
    .bind(blob(new.authorization_id.0))
    .bind(place)
    .bind(blob(owner.user_id.0))
    .bind(blob(owner.device_id.0))
    .bind(owner.computer)
    .bind(word(failure.kind)?)
    .bind(i64::from(failure.count))
    .bind(micros(failure.first_at))
    .bind(micros(failure.last_at))
    .bind(micros(at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The device as it told itself to be. What it presented is kept beside the next
/// value: if this answer is lost it presents the same again, while of two copies
/// one always comes with a value that the other has used up.
async fn update_device(
    tx: &mut Transaction<'static, Any>,
    owner: &Owner<'_>,
    new: &NewAuthorization,
    cloned: bool,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE devices SET computer = $3, system = $4, program = $5, zone = $6, machine = $7, autostart = $8,
                echo_next = $9, echo_presented = $10, cloned_at = COALESCE(cloned_at, $11),
                last_authorization_at =
                    CASE WHEN last_authorization_at > $12 THEN last_authorization_at ELSE $12 END
         WHERE partner_id = $1 AND device_id = $2",
    )
    .bind(blob(owner.partner_id.0))
    .bind(blob(owner.device_id.0))
    .bind(&new.computer.name)
    .bind(&new.computer.system)
    .bind(&new.computer.program)
    .bind(&new.computer.zone)
    .bind(&new.computer.machine)
    .bind(word(new.autostart)?)
    .bind(&new.next_echo)
    .bind(&new.echo)
    .bind(cloned.then(|| micros(at)))
    .bind(micros(at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A device that was given a value comes with it, or with the one before.
fn is_cloned(device: &AnyRow, new: &NewAuthorization) -> Result<bool> {
    let next: Option<String> = device.try_get("echo_next")?;
    let presented: Option<String> = device.try_get("echo_presented")?;
    Ok(next.is_some() && new.echo != next && new.echo != presented)
}
