//! Launches as they are told: each once, whoever tells it again.

use std::collections::BTreeMap;

use buhphone_protocol::{
    ids::{DeviceId, PartnerId, UserId},
    telemetry::Launch,
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::{
    Dialect,
    row::{blob, micros, word},
    rows,
};
use crate::store::Result;

/// A launch as a device of the user told it.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) partner_id: PartnerId,
    pub(super) device_id: DeviceId,
    pub(super) user_id: UserId,
    pub(super) computer: &'a str,
    pub(super) launch: &'a Launch,
    pub(super) authorized: bool,
    pub(super) at: Timestamp,
}

/// Writes them as if they were told one after another: the first tells what a launch
/// was, and one that authorized stays so.
pub(super) async fn tell(tx: &mut Transaction<'static, Any>, dialect: Dialect, told: &[Told<'_>]) -> Result<()> {
    // By their key, which is also the order in which two nodes would wait for each other.
    let mut launches = BTreeMap::new();
    for told in told {
        let key = (told.partner_id, told.device_id, told.launch.launch_id);
        launches.entry(key).or_insert(*told).authorized |= told.authorized;
    }
    let launches: Vec<Told<'_>> = launches.into_values().collect();
    for part in rows::parts(&launches) {
        let sql = format!(
            "INSERT INTO launches (partner_id, device_id, launch_id, user_id, computer, origin, started_at, told_at,
                                   authorized)
             VALUES {} ON CONFLICT (partner_id, device_id, launch_id)
             DO UPDATE SET authorized = excluded.authorized WHERE excluded.authorized AND NOT launches.authorized",
            rows::values(dialect, part.len(), 9)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for told in part {
            query = query
                .bind(blob(told.partner_id.0))
                .bind(blob(told.device_id.0))
                .bind(blob(told.launch.launch_id.0))
                .bind(blob(told.user_id.0))
                .bind(told.computer)
                .bind(word(told.launch.origin)?)
                .bind(micros(told.launch.started_at))
                .bind(micros(told.at))
                .bind(told.authorized);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
