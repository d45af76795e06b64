//! Authorizations: written once, with what was told; a user's date only grows.
//!
//! Those that wait are written in one durable transaction, by statements of many rows.
//! What each comes to is decided in [`turns`], from the rows this transaction holds.

use std::{collections::HashMap, sync::Arc};

use buhphone_protocol::{
    desk::LineSettings,
    ids::{AuthorizationId, DeviceId, PartnerId, UserId},
    key::PublicKey,
    telemetry::FailureTally,
};
use jiff::Timestamp;
use sqlx::{Any, AnyPool, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    Dialect,
    launches::{self, Told},
    lines,
    row::{self, Columns, blob, micros, word},
    rows, text, visits,
};
use crate::store::{NewAuthorization, OwnerRecord, Partner, Result, StoreError, Written};

mod turns;

use turns::{AuthorizationKey, Before, ChangedDevice, DeviceKey, DeviceState, Turns, User};

/// Times that a batch is begun again when others held what it needed and it held what they did.
const DEADLOCKS: usize = 3;

/// An authorization that waits to be written.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) partner_id: PartnerId,
    pub(super) device_id: DeviceId,
    pub(super) new: NewAuthorization,
    pub(super) at: Timestamp,
}

pub(super) type Answer = (Written, OwnerRecord);

impl Call {
    fn device(&self) -> DeviceKey {
        (self.partner_id, self.device_id)
    }

    fn authorization(&self) -> AuthorizationKey {
        (self.partner_id, self.new.authorization_id)
    }
}

/// Writes the calls as if they came one after another, and answers each in its place.
pub(super) async fn authorize(batches: AnyPool, dialect: Dialect, calls: Vec<Call>) -> Vec<Result<Answer>> {
    match together(&batches, dialect, &calls).await {
        Ok(outcomes) => outcomes,
        // What the database refuses of one is no fault of the others.
        Err(error) if calls.len() > 1 && is_about_a_row(&error) => {
            let mut outcomes = Vec::with_capacity(calls.len());
            for call in &calls {
                let alone = together(&batches, dialect, std::slice::from_ref(call)).await;
                outcomes.push(alone.and_then(|mut one| one.pop().unwrap_or(Err(StoreError::NotFound("device_id")))));
            }
            outcomes
        }
        Err(error) => calls.iter().map(|_| Err(error.clone())).collect(),
    }
}

/// All of them or, with an error, none.
async fn together(batches: &AnyPool, dialect: Dialect, calls: &[Call]) -> Result<Vec<Result<Answer>>> {
    for _ in 0..DEADLOCKS {
        match attempt(batches, dialect, calls).await {
            Err(error) if is_deadlock(&error) => tracing::warn!("a batch of authorizations begins again: {error}"),
            done => return done,
        }
    }
    attempt(batches, dialect, calls).await
}

async fn attempt(batches: &AnyPool, dialect: Dialect, calls: &[Call]) -> Result<Vec<Result<Answer>>> {
    let mut tx = dialect.begin(batches).await?;
    let devices = devices(&mut tx, dialect, calls).await?;
    let partners = partners(&mut tx, dialect, &devices).await?;
    let mut turns = Turns::of(calls, devices);
    let mut before = before(&mut tx, dialect, &turns.ids()).await?;
    let new = turns.unwritten(&before);
    if insert(&mut tx, dialect, &new).await? < new.len() as u64 {
        // Of another device, through another node: a device's own are held with it.
        let ids: Vec<AuthorizationKey> = new.iter().map(|(call, _)| call.authorization()).collect();
        let now = self::before(&mut tx, dialect, &ids).await?;
        before.extend(now.into_iter().filter(|(id, written)| !turns.begins(id, written.device_id)));
    }
    let outcomes = turns.take(&before);

    let written: Vec<&Call> = turns.written().collect();
    launches::tell(&mut tx, dialect, &told_launches(&written, &turns)).await?;
    insert_failures(&mut tx, dialect, &written, &turns).await?;
    update_devices(&mut tx, dialect, &turns.changed_devices()).await?;
    update_users(&mut tx, dialect, &turns.changed_users()).await?;
    // The partner's row is the last that any transaction holds.
    for ((partner_id, device_id), at) in turns.first_ever() {
        visits::authorized(&mut tx, partner_id, device_id, at).await?;
    }
    tx.commit().await?;

    let answers = outcomes.into_iter().map(|outcome| {
        let outcome = outcome?;
        let owner = partners.get(&outcome.partner_id).ok_or(StoreError::NotFound("partner_id"))?;
        let (partner, line) = owner.clone();
        let user = outcome.user;
        let (client, its_until, phone) = (user.client.clone(), user.its_until, user.phone.clone());
        let last_authorization = outcome.last_authorization;
        let owner =
            OwnerRecord { partner, line, client, user: user.full_name.clone(), its_until, phone, last_authorization };
        Ok((outcome.written, owner))
    });
    Ok(answers.collect())
}

/// The devices of the calls that there are, held with their users until the commit, so
/// that the echo is exchanged by one authorization at a time. In one order of users
/// and in one statement, so that two nodes never wait for each other.
async fn devices(
    tx: &mut Transaction<'static, Any>,
    dialect: Dialect,
    calls: &[Call],
) -> Result<HashMap<DeviceKey, DeviceState>> {
    let mut asked: Vec<DeviceKey> = calls.iter().map(Call::device).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut devices = HashMap::with_capacity(asked.len());
    for part in rows::parts(&rows::padded(&asked)) {
        let sql = format!(
            "SELECT d.partner_id, d.device_id, d.user_id, d.public_key, d.disconnected_at, d.echo_next, d.echo_presented,
                    d.last_authorization_at, u.last_authorization_at AS of_user, u.archived_at, u.surname, u.name,
                    u.patronymic, u.its_until, u.phone, c.name AS client
             FROM (VALUES {}) AS asked CROSS JOIN devices d CROSS JOIN users u CROSS JOIN clients c
             WHERE d.partner_id = asked.column1 AND d.device_id = asked.column2
               AND u.partner_id = d.partner_id AND u.user_id = d.user_id
               AND c.partner_id = u.partner_id AND c.client_id = u.client_id
             ORDER BY d.partner_id, d.user_id, d.device_id{}",
            rows::values(dialect, part.len(), 2),
            dialect.lock_of("d, u")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (partner_id, device_id) in part {
            query = query.bind(blob(partner_id.0)).bind(blob(device_id.0));
        }
        for row in query.fetch_all(&mut **tx).await? {
            let state = device(&row)?;
            devices.insert((PartnerId(row.id("partner_id")?), DeviceId(row.id("device_id")?)), state);
        }
    }
    Ok(devices)
}

fn device(row: &AnyRow) -> Result<DeviceState> {
    Ok(DeviceState {
        user_id: UserId(row.id("user_id")?),
        key: PublicKey(row.text("public_key")?),
        may_call: row.instant_or_none("disconnected_at")?.is_none() && row.instant_or_none("archived_at")?.is_none(),
        echo_next: row.text_or_none("echo_next")?,
        echo_presented: row.text_or_none("echo_presented")?,
        last_authorization: row.instant_or_none("last_authorization_at")?,
        of_user: row.instant_or_none("of_user")?,
        user: Arc::new(User {
            full_name: text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?),
            its_until: row.its_until("its_until")?,
            phone: row.text("phone")?,
            client: row.text("client")?,
        }),
    })
}

type PartnerAndLine = (Partner, LineSettings);

/// The partners of the devices, with their lines.
async fn partners(
    tx: &mut Transaction<'static, Any>,
    dialect: Dialect,
    devices: &HashMap<DeviceKey, DeviceState>,
) -> Result<HashMap<PartnerId, PartnerAndLine>> {
    let mut asked: Vec<PartnerId> = devices.keys().map(|(partner_id, _)| *partner_id).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut partners = HashMap::with_capacity(asked.len());
    for part in rows::parts(&rows::padded(&asked)) {
        let sql = format!(
            "SELECT p.partner_id, p.name AS partner, p.phone AS partner_phone, p.zone, p.machine_salt,
                    l.name AS line, l.hours, l.answer_open, l.answer_closed, l.promise_minutes
             FROM partners p LEFT JOIN lines l ON l.partner_id = p.partner_id
             WHERE p.partner_id IN (VALUES {})",
            rows::values(dialect, part.len(), 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for partner_id in part {
            query = query.bind(blob(partner_id.0));
        }
        for row in query.fetch_all(&mut **tx).await? {
            partners.insert(PartnerId(row.id("partner_id")?), (row::partner(&row)?, lines::read(&row)?));
        }
    }
    Ok(partners)
}

/// How many were written: those whose ids are not there.
async fn insert(tx: &mut Transaction<'static, Any>, dialect: Dialect, new: &[(&Call, UserId)]) -> Result<u64> {
    let mut written = 0;
    for part in rows::parts(new) {
        let sql = format!(
            "INSERT INTO authorizations (partner_id, authorization_id, user_id, device_id, authorized_at, launch_id,
                                         cause, attended, computer, launches_dropped, echo)
             VALUES {} ON CONFLICT (partner_id, authorization_id) DO NOTHING",
            rows::values(dialect, part.len(), 11)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (call, user_id) in part {
            query = query
                .bind(blob(call.partner_id.0))
                .bind(blob(call.new.authorization_id.0))
                .bind(blob(user_id.0))
                .bind(blob(call.device_id.0))
                .bind(micros(call.at))
                .bind(blob(call.new.launch.launch_id.0))
                .bind(word(call.new.trigger)?)
                .bind(word(call.new.attended)?)
                .bind(&call.new.computer.name)
                .bind(i64::from(call.new.launches_dropped))
                .bind(&call.new.next_echo);
        }
        written += query.execute(&mut **tx).await?.rows_affected();
    }
    Ok(written)
}

/// What was written before, by whichever device.
async fn before(
    tx: &mut Transaction<'static, Any>,
    dialect: Dialect,
    asked: &[AuthorizationKey],
) -> Result<HashMap<AuthorizationKey, Before>> {
    let mut before = HashMap::with_capacity(asked.len());
    for part in rows::parts(&rows::padded(asked)) {
        let sql = format!(
            "SELECT a.partner_id, a.authorization_id, a.device_id, a.authorized_at, a.echo
             FROM (VALUES {}) AS asked CROSS JOIN authorizations a
             WHERE a.partner_id = asked.column1 AND a.authorization_id = asked.column2",
            rows::values(dialect, part.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (partner_id, authorization_id) in part {
            query = query.bind(blob(partner_id.0)).bind(blob(authorization_id.0));
        }
        for row in query.fetch_all(&mut **tx).await? {
            let key = (PartnerId(row.id("partner_id")?), AuthorizationId(row.id("authorization_id")?));
            let device_id = DeviceId(row.id("device_id")?);
            let (authorized_at, echo) = (row.instant("authorized_at")?, row.text("echo")?);
            before.insert(key, Before { device_id, authorized_at, echo });
        }
    }
    Ok(before)
}

/// Each launch with its authorization, those told besides after it.
fn told_launches<'a>(written: &[&'a Call], turns: &Turns<'_>) -> Vec<Told<'a>> {
    let told = written.iter().flat_map(|call| {
        let user_id = turns.user_of(call);
        let launches = std::iter::once((&call.new.launch, true)).chain(call.new.launches.iter().map(|l| (l, false)));
        launches.map(move |(launch, authorized)| Told {
            partner_id: call.partner_id,
            device_id: call.device_id,
            user_id,
            computer: &call.new.computer.name,
            launch,
            authorized,
            at: call.at,
        })
    });
    told.collect()
}

async fn insert_failures(
    tx: &mut Transaction<'static, Any>,
    dialect: Dialect,
    written: &[&Call],
    turns: &Turns<'_>,
) -> Result<()> {
    let failures: Vec<(&Call, i64, &FailureTally)> = written
        .iter()
        .flat_map(|call| (0_i64..).zip(&call.new.failures).map(|(place, failure)| (*call, place, failure)))
        .collect();
    for part in rows::parts(&failures) {
        let sql = format!(
            "INSERT INTO failures (partner_id, authorization_id, place, user_id, device_id, computer, kind, attempts,
                                   first_at, last_at, told_at)
             VALUES {}",
            rows::values(dialect, part.len(), 11)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (call, place, failure) in part {
            query = query
                .bind(blob(call.partner_id.0))
                .bind(blob(call.new.authorization_id.0))
                .bind(place)
                .bind(blob(turns.user_of(call).0))
                .bind(blob(call.device_id.0))
                .bind(&call.new.computer.name)
                .bind(word(failure.kind)?)
                .bind(i64::from(failure.count))
                .bind(micros(failure.first_at))
                .bind(micros(failure.last_at))
                .bind(micros(call.at));
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Each device as it told itself to be last, held since it was read. What it presented is
/// kept beside the next value: if this answer is lost it presents the same again, while of
/// two copies one always comes with a value that the other has used up.
async fn update_devices(
    tx: &mut Transaction<'static, Any>,
    dialect: Dialect,
    changed: &[ChangedDevice<'_>],
) -> Result<()> {
    for part in rows::parts(changed) {
        let sql = devices_changed(dialect, part.len());
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for changed in part {
            let new = changed.last;
            query = query
                .bind(blob(changed.key.0.0))
                .bind(blob(changed.key.1.0))
                .bind(&new.computer.name)
                .bind(&new.computer.system)
                .bind(&new.computer.program)
                .bind(&new.computer.zone)
                .bind(&new.computer.machine)
                .bind(word(new.autostart)?)
                .bind(&new.next_echo)
                .bind(&new.echo)
                .bind(changed.cloned_at.map(micros))
                .bind(micros(changed.last_authorization));
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

async fn update_users(
    tx: &mut Transaction<'static, Any>,
    dialect: Dialect,
    changed: &[(PartnerId, UserId, Timestamp)],
) -> Result<()> {
    for part in rows::parts(changed) {
        let sql = dates_grown(dialect, part.len());
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (partner_id, user_id, at) in part {
            query = query.bind(blob(partner_id.0)).bind(blob(user_id.0)).bind(micros(*at));
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

fn devices_changed(dialect: Dialect, rows: usize) -> String {
    format!(
        "UPDATE devices SET computer = told.column3, system = told.column4, program = told.column5,
                zone = told.column6, machine = told.column7, autostart = told.column8, echo_next = told.column9,
                echo_presented = told.column10, cloned_at = COALESCE(cloned_at, told.column11),
                last_authorization_at = told.column12,
                removed_at = CASE WHEN removed_at > told.column12 THEN removed_at END
         FROM (VALUES {}) AS told
         WHERE devices.partner_id = {} AND devices.device_id = {}",
        rows::values(dialect, rows, 12),
        rows::key(1),
        rows::key(2)
    )
}

fn dates_grown(dialect: Dialect, rows: usize) -> String {
    format!(
        "UPDATE users SET last_authorization_at = told.column3 FROM (VALUES {}) AS told
         WHERE users.partner_id = {} AND users.user_id = {}
           AND (users.last_authorization_at IS NULL OR users.last_authorization_at < told.column3)",
        rows::values(dialect, rows, 3),
        rows::key(1),
        rows::key(2)
    )
}

/// PostgreSQL ended one of those who waited in a circle; nothing of it was written.
fn is_deadlock(error: &StoreError) -> bool {
    refusal(error).is_some_and(|refusal| matches!(refusal.code().as_deref(), Some("40P01" | "40001")))
}

/// Not the connection's or the server's, so that the others may do better without it.
fn is_about_a_row(error: &StoreError) -> bool {
    matches!(error, StoreError::Damaged(_)) || refusal(error).is_some()
}

fn refusal(error: &StoreError) -> Option<&dyn sqlx::error::DatabaseError> {
    match error {
        StoreError::Database(error) => error.as_database_error(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;
    use crate::store::sql::SqlStore;

    #[tokio::test]
    async fn sqlite_finds_the_rows_of_a_batch_by_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("cloud.db").display());
        SqlStore::migrate(&url).await.unwrap();
        let store = SqlStore::open(&url).await.unwrap();
        for (sql, found) in [
            (devices_changed(Dialect::Sqlite, 16), "SEARCH devices USING PRIMARY KEY (partner_id=? AND device_id=?)"),
            (dates_grown(Dialect::Sqlite, 16), "SEARCH users USING PRIMARY KEY (partner_id=? AND user_id=?)"),
        ] {
            let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let plan = sqlx::query(explained).fetch_all(&store.writers).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
            assert!(steps.iter().any(|step| step == found), "{steps:#?}");
        }
    }
}
