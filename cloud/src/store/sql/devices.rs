//! Devices: whose a key is, and ending it. A key is one device in the whole cloud.

use std::collections::HashMap;

use buhphone_protocol::{
    ids::{DeviceId, PartnerId, StaffId, UserId},
    key::PublicKey,
    register::EditAction,
    telemetry::Computer,
};
use jiff::Timestamp;
use sqlx::{Any, AnyPool, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    Dialect, SqlStore, codes,
    edits::{self, Changes},
    lines,
    row::{self, Columns, blob, micros, touched},
    rows, text, users,
};
use crate::store::{CodeRecord, DeviceRecord, Editor, OwnerRecord, Result, StoreError};

/// Whether it was made: not if the key is a device already.
pub(super) async fn create(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    device_id: DeviceId,
    user_id: UserId,
    key: &PublicKey,
    computer: &Computer,
    at: Timestamp,
) -> Result<bool> {
    let made = sqlx::query(
        "INSERT INTO devices (partner_id, device_id, user_id, public_key, computer, system, program, zone, machine,
                              activated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (public_key) DO NOTHING",
    )
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .bind(blob(user_id.0))
    .bind(&key.0)
    .bind(&computer.name)
    .bind(&computer.system)
    .bind(&computer.program)
    .bind(&computer.zone)
    .bind(&computer.machine)
    .bind(micros(at))
    .execute(&mut **tx)
    .await?;
    Ok(made.rows_affected() == 1)
}

pub(super) async fn has_key(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    device_id: DeviceId,
    key: &PublicKey,
) -> Result<bool> {
    let found =
        sqlx::query("SELECT device_id FROM devices WHERE partner_id = $1 AND device_id = $2 AND public_key = $3")
            .bind(blob(partner_id.0))
            .bind(blob(device_id.0))
            .bind(&key.0)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(found.is_some())
}

/// The devices of the keys, each in its place: read after every one of them was asked for.
pub(super) async fn by_keys(
    readers: AnyPool,
    dialect: Dialect,
    keys: Vec<PublicKey>,
) -> Vec<Result<Option<DeviceRecord>>> {
    match known(&readers, dialect, &keys).await {
        Ok(known) => keys.iter().map(|key| known.get(key).cloned().transpose()).collect(),
        Err(error) => keys.iter().map(|_| Err(error.clone())).collect(),
    }
}

/// What is known of each key that is there. One row that does not read back is no fault of the others.
async fn known(
    readers: &AnyPool,
    dialect: Dialect,
    keys: &[PublicKey],
) -> Result<HashMap<PublicKey, Result<DeviceRecord>>> {
    let mut known = HashMap::with_capacity(keys.len());
    for part in rows::parts(&rows::padded(keys)) {
        let sql = format!(
            "SELECT d.public_key, d.partner_id, d.device_id, d.user_id, d.disconnected_at, u.archived_at
             FROM (VALUES {}) AS asked CROSS JOIN devices d CROSS JOIN users u
             WHERE d.public_key = asked.column1 AND u.partner_id = d.partner_id AND u.user_id = d.user_id",
            rows::values(dialect, part.len(), 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for key in part {
            query = query.bind(&key.0);
        }
        for row in query.fetch_all(readers).await? {
            let key = PublicKey(row.text("public_key")?);
            known.insert(key.clone(), record(&row, key));
        }
    }
    Ok(known)
}

fn record(row: &AnyRow, key: PublicKey) -> Result<DeviceRecord> {
    Ok(DeviceRecord {
        partner_id: PartnerId(row.id("partner_id")?),
        device_id: DeviceId(row.id("device_id")?),
        user_id: UserId(row.id("user_id")?),
        key,
        disconnected: row.instant_or_none("disconnected_at")?.is_some(),
        user_archived: row.instant_or_none("archived_at")?.is_some(),
    })
}

pub(super) async fn owner(store: &SqlStore, partner_id: PartnerId, device_id: DeviceId) -> Result<OwnerRecord> {
    let row = sqlx::query(
        "SELECT p.partner_id, p.name AS partner, p.phone AS partner_phone, p.zone, p.machine_salt,
                c.name AS client, u.surname, u.name, u.patronymic, u.its_until, u.last_authorization_at,
                u.phone, l.name AS line, l.hours, l.answer_open, l.answer_closed, l.promise_minutes
         FROM devices d
         JOIN users u ON u.partner_id = d.partner_id AND u.user_id = d.user_id
         JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
         JOIN partners p ON p.partner_id = d.partner_id
         LEFT JOIN lines l ON l.partner_id = d.partner_id
         WHERE d.partner_id = $1 AND d.device_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .fetch_optional(&store.readers)
    .await?
    .ok_or(StoreError::NotFound("device_id"))?;
    Ok(OwnerRecord {
        partner: row::partner(&row)?,
        client: row.text("client")?,
        user: text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?),
        its_until: row.its_until("its_until")?,
        last_authorization: row.instant_or_none("last_authorization_at")?,
        phone: row.text("phone")?,
        line: lines::read(&row)?,
    })
}

/// One disconnected already keeps its instant.
pub(super) async fn disconnect(
    store: &SqlStore,
    partner_id: PartnerId,
    device_id: DeviceId,
    at: Timestamp,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let changed = sqlx::query(
        "UPDATE devices SET disconnected_at = COALESCE(disconnected_at, $3) WHERE partner_id = $1 AND device_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .bind(micros(at))
    .execute(&mut *tx)
    .await?;
    touched(changed.rows_affected(), "device_id")?;
    Ok(tx.commit().await?)
}

/// The colleague's code is issued in the same transaction; the computer's own rows stay as they are.
pub(super) async fn hand_over(
    store: &SqlStore,
    partner_id: PartnerId,
    device_id: DeviceId,
    code: &CodeRecord,
    code_hash: &[u8],
    issued_by: StaffId,
    editor: &Editor,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let device = sqlx::query(AssertSqlSafe(format!(
        "SELECT user_id, computer FROM devices WHERE partner_id = $1 AND device_id = $2{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::NotFound("device_id"))?;
    let (user_id, computer) = (UserId(device.id("user_id")?), device.text("computer")?);
    if user_id == code.user_id {
        return Err(StoreError::Exists("user_id"));
    }
    codes::issue_in(&mut tx, store.dialect, partner_id, code, code_hash, issued_by).await?;
    sqlx::query(
        "UPDATE devices SET disconnected_at = COALESCE(disconnected_at, $3) WHERE partner_id = $1 AND device_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .bind(micros(editor.at))
    .execute(&mut *tx)
    .await?;
    let (from, to) =
        (users::name(&mut tx, partner_id, user_id).await?, users::name(&mut tx, partner_id, code.user_id).await?);
    let given = Changes::one("computer", computer.clone(), to);
    edits::record(&mut tx, partner_id, user_id.0, editor, EditAction::HandedOver, &given).await?;
    let taken = Changes::one("computer_of", from, computer);
    edits::record(&mut tx, partner_id, code.user_id.0, editor, EditAction::HandedOver, &taken).await?;
    Ok(tx.commit().await?)
}
