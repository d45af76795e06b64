//! The partner's line: as it was set, or as every partner's begins.

use buhphone_protocol::{
    desk::{DayHours, LineSettings},
    ids::PartnerId,
};
use sqlx::any::AnyRow;

use super::{
    SqlStore,
    row::{Columns, blob, damaged, refused},
};
use crate::store::{Result, StoreError};

/// Minutes that the line's first words promise.
const PROMISE: u32 = 15;

pub(super) async fn one(store: &SqlStore, partner_id: PartnerId) -> Result<LineSettings> {
    let row = sqlx::query(
        "SELECT l.name AS line, l.hours, l.answer_open, l.answer_closed, l.promise_minutes
         FROM partners p LEFT JOIN lines l ON l.partner_id = p.partner_id WHERE p.partner_id = $1",
    )
    .bind(blob(partner_id.0))
    .fetch_optional(&store.readers)
    .await?;
    read(&row.ok_or(StoreError::NotFound("partner_id"))?)
}

pub(super) async fn set(store: &SqlStore, partner_id: PartnerId, line: &LineSettings) -> Result<()> {
    let hours = serde_json::to_string(&line.hours).map_err(damaged("hours"))?;
    let mut tx = store.writing().await?;
    sqlx::query(
        "INSERT INTO lines (partner_id, name, hours, answer_open, answer_closed, promise_minutes)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (partner_id) DO UPDATE SET name = excluded.name, hours = excluded.hours,
            answer_open = excluded.answer_open, answer_closed = excluded.answer_closed,
            promise_minutes = excluded.promise_minutes",
    )
    .bind(blob(partner_id.0))
    .bind(&line.name)
    .bind(hours)
    .bind(&line.answer_open)
    .bind(&line.answer_closed)
    .bind(i64::from(line.promise_minutes))
    .execute(&mut *tx)
    .await
    .map_err(refused("partner_id", "partner_id"))?;
    Ok(tx.commit().await?)
}

/// Reads a line from the columns of `lines`, its name as `line`; nulls are a line never set.
pub(super) fn read(row: &AnyRow) -> Result<LineSettings> {
    let Some(name) = row.text_or_none("line")? else { return Ok(first()) };
    Ok(LineSettings {
        name,
        hours: serde_json::from_str(&row.text("hours")?).map_err(damaged("hours"))?,
        answer_open: row.text("answer_open")?,
        answer_closed: row.text("answer_closed")?,
        promise_minutes: row.count("promise_minutes")?,
    })
}

fn first() -> LineSettings {
    let day = |weekday| DayHours { weekday, from: "09:00".into(), to: "18:00".into() };
    LineSettings {
        name: "Линия консультаций".into(),
        hours: (1..=5).map(day).collect(),
        answer_open: format!("Обращение получено. Ответим в течение {PROMISE} минут."),
        answer_closed: format!(
            "Обращение получено. Сейчас мы не работаем. Ответим в течение {PROMISE} минут после начала рабочего дня."
        ),
        promise_minutes: PROMISE,
    }
}
