//! Values between Rust and a row, both ways, for both databases.
//!
//! Enumerations are stored as the wire's words, so that their names live once.

use buhphone_protocol::{
    date::ItsUntil,
    ids::{PartnerId, StaffId},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize, de::IntoDeserializer};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

use crate::store::{Partner, Result, Staff, StoreError};

/// An identifier as stored.
pub(super) fn blob(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

/// An instant as stored.
pub(super) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// An instant as it reads back.
pub(super) fn stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// A unit variant as the wire's word.
pub(super) fn word<T: Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(StoreError::Damaged(format!("no word: {other:?}"))),
    }
}

/// Fails as `Exists(unique)` or `NotFound(reference)` where the database says so.
pub(super) fn refused(unique: &'static str, reference: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match error.as_database_error() {
        Some(refusal) if refusal.is_unique_violation() => StoreError::Exists(unique),
        Some(refusal) if refusal.is_foreign_key_violation() => StoreError::NotFound(reference),
        _ => error.into(),
    }
}

/// A write that touched nothing had nothing to write to.
pub(super) fn touched(rows: u64, what: &'static str) -> Result<()> {
    if rows == 0 { Err(StoreError::NotFound(what)) } else { Ok(()) }
}

/// Reading one column by its name.
pub(super) trait Columns {
    fn id(&self, column: &str) -> Result<Uuid>;
    fn id_or_none(&self, column: &str) -> Result<Option<Uuid>>;
    fn text(&self, column: &str) -> Result<String>;
    fn text_or_none(&self, column: &str) -> Result<Option<String>>;
    fn instant(&self, column: &str) -> Result<Timestamp>;
    fn instant_or_none(&self, column: &str) -> Result<Option<Timestamp>>;
    /// A boolean of PostgreSQL, 0 or 1 of SQLite.
    fn flag(&self, column: &str) -> Result<bool>;
    fn count(&self, column: &str) -> Result<u32>;
    fn number(&self, column: &str) -> Result<u64>;
    fn word<T: for<'de> Deserialize<'de>>(&self, column: &str) -> Result<T>;
    fn word_or_none<T: for<'de> Deserialize<'de>>(&self, column: &str) -> Result<Option<T>>;
    fn its_until(&self, column: &str) -> Result<Option<ItsUntil>>;
}

impl Columns for AnyRow {
    fn id(&self, column: &str) -> Result<Uuid> {
        let bytes: Vec<u8> = self.try_get(column)?;
        Uuid::from_slice(&bytes).map_err(damaged(column))
    }

    fn id_or_none(&self, column: &str) -> Result<Option<Uuid>> {
        let bytes: Option<Vec<u8>> = self.try_get(column)?;
        bytes.map(|bytes| Uuid::from_slice(&bytes)).transpose().map_err(damaged(column))
    }

    fn text(&self, column: &str) -> Result<String> {
        Ok(self.try_get(column)?)
    }

    fn text_or_none(&self, column: &str) -> Result<Option<String>> {
        Ok(self.try_get(column)?)
    }

    fn instant(&self, column: &str) -> Result<Timestamp> {
        Timestamp::from_microsecond(self.try_get(column)?).map_err(damaged(column))
    }

    fn instant_or_none(&self, column: &str) -> Result<Option<Timestamp>> {
        let micros: Option<i64> = self.try_get(column)?;
        micros.map(Timestamp::from_microsecond).transpose().map_err(damaged(column))
    }

    fn flag(&self, column: &str) -> Result<bool> {
        match self.try_get::<bool, _>(column) {
            Ok(flag) => Ok(flag),
            Err(_) => Ok(self.try_get::<i64, _>(column)? != 0),
        }
    }

    fn count(&self, column: &str) -> Result<u32> {
        u32::try_from(self.try_get::<i64, _>(column)?).map_err(damaged(column))
    }

    fn number(&self, column: &str) -> Result<u64> {
        u64::try_from(self.try_get::<i64, _>(column)?).map_err(damaged(column))
    }

    fn word<T: for<'de> Deserialize<'de>>(&self, column: &str) -> Result<T> {
        parse(column, &self.text(column)?)
    }

    fn word_or_none<T: for<'de> Deserialize<'de>>(&self, column: &str) -> Result<Option<T>> {
        self.text_or_none(column)?.map(|word| parse(column, &word)).transpose()
    }

    fn its_until(&self, column: &str) -> Result<Option<ItsUntil>> {
        self.text_or_none(column)?.map(|text| text.parse()).transpose().map_err(damaged(column))
    }
}

/// Reads a partner from the columns of `partners`, its name as `partner`.
pub(super) fn partner(row: &AnyRow) -> Result<Partner> {
    Ok(Partner {
        partner_id: PartnerId(row.id("partner_id")?),
        name: row.text("partner")?,
        phone: row.text("partner_phone")?,
        zone: TimeZone::get(&row.text("zone")?).map_err(damaged("zone"))?,
        machine_salt: row.text("machine_salt")?,
    })
}

/// Reads a member of staff from the columns of `staff`.
pub(super) fn staff(row: &AnyRow) -> Result<Staff> {
    Ok(Staff {
        staff_id: StaffId(row.id("staff_id")?),
        partner_id: PartnerId(row.id("partner_id")?),
        name: row.text("name")?,
        email: row.text("email")?,
        role: row.word("role")?,
        password_hash: row.text("password_hash")?,
    })
}

fn parse<T: for<'de> Deserialize<'de>>(column: &str, word: &str) -> Result<T> {
    let word: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
    T::deserialize(word).map_err(damaged(column))
}

pub(super) fn damaged<E: std::fmt::Display>(column: &str) -> impl FnOnce(E) -> StoreError {
    move |error| StoreError::Damaged(format!("{column}: {error}"))
}
