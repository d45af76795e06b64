//! Reconnections: whoever asks for a computer or decides about it holds the computer's row,
//! so that of two keys one waits, and of two members of staff one decides.

use async_trait::async_trait;
use buhphone_protocol::{
    desk::LiveAbout,
    ids::{ClientId, DeviceId, PartnerId, ReconnectionId, StaffId, UserId},
    key::PublicKey,
    reconnection::ReconnectionRow,
    telemetry::Computer,
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore,
    events::{self, Live},
    row::{Columns, blob, micros, refused, stored, word},
    text,
};
use crate::store::{Asked, Decided, Reconnections, Result, StoreError, WaitingWish};

/// Decided wishes kept of one computer, besides the last that was approved: those who asked
/// lately are answered, and who decided what is known for longer than anybody asks.
const DECIDED_KEPT: i64 = 20;

#[async_trait]
impl Reconnections for SqlStore {
    async fn ask_reconnection(
        &self,
        device_id: DeviceId,
        key: &PublicKey,
        computer: &Computer,
        at: Timestamp,
    ) -> Result<Asked> {
        let mut tx = self.writing().await?;
        let Some(device) = DeviceRow::held_by_id(self, &mut tx, device_id).await? else { return Ok(Asked::Unknown) };
        if device.disconnected {
            return Ok(Asked::Disconnected);
        }
        if user_archived(&mut tx, device.partner_id, device.user_id).await? {
            return Ok(Asked::UserArchived);
        }
        if device.key == *key {
            return Ok(Asked::Approved);
        }
        if key_is_a_devices(&mut tx, key).await? {
            return Ok(Asked::KeyTaken);
        }
        let DeviceRow { partner_id, user_id, .. } = device;
        if let Some(wish) = wish_of_key(&mut tx, partner_id, device_id, key).await? {
            // One approved before, whose key is the computer's no more, is as good as refused.
            return Ok(match wish.word::<State>("state")? {
                State::Waiting if device.has_its_key_since(wish.instant("asked_at")?) => Asked::Refused,
                State::Waiting => Asked::Waiting(WaitingWish {
                    partner_id,
                    reconnection_id: ReconnectionId(wish.id("reconnection_id")?),
                    asked_at: wish.instant("asked_at")?,
                    first: false,
                    replaced: false,
                }),
                State::Approved | State::Refused => Asked::Refused,
            });
        }

        let replaced = sqlx::query(
            "UPDATE reconnections SET state = 'refused', decided_at = $3
             WHERE partner_id = $1 AND device_id = $2 AND state = 'waiting'",
        )
        .bind(blob(partner_id.0))
        .bind(blob(device_id.0))
        .bind(micros(at))
        .execute(&mut *tx)
        .await?
        .rows_affected()
            > 0;
        let reconnection_id = ReconnectionId::generate();
        let written = sqlx::query(
            "INSERT INTO reconnections (partner_id, reconnection_id, device_id, user_id, public_key, computer, system,
                                        program, zone, machine, asked_at, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting')",
        )
        .bind(blob(partner_id.0))
        .bind(blob(reconnection_id.0))
        .bind(blob(device_id.0))
        .bind(blob(user_id.0))
        .bind(&key.0)
        .bind(&computer.name)
        .bind(&computer.system)
        .bind(&computer.program)
        .bind(&computer.zone)
        .bind(&computer.machine)
        .bind(micros(at))
        .execute(&mut *tx)
        .await
        .map_err(refused("key", "device_id"));
        match written {
            // It waits for another computer: the same key cannot be two.
            Err(StoreError::Exists(_)) => return Ok(Asked::KeyTaken),
            written => written.map(drop)?,
        }
        forget_old(&mut tx, partner_id, device_id).await?;
        tell(&mut tx, partner_id, reconnection_id, user_id, true, at).await?;
        tx.commit().await?;
        Ok(Asked::Waiting(WaitingWish { partner_id, reconnection_id, asked_at: stored(at), first: true, replaced }))
    }

    async fn waiting_reconnections(&self, partner_id: PartnerId, limit: u32) -> Result<Vec<ReconnectionRow>> {
        let rows = sqlx::query(
            "SELECT r.reconnection_id, r.user_id, r.device_id, r.computer, r.system, r.program, r.machine, r.asked_at,
                    d.computer AS known_as, d.machine AS known_machine, d.last_authorization_at,
                    u.surname, u.name, u.patronymic, u.client_id, c.name AS client
             FROM reconnections r
             JOIN devices d ON d.partner_id = r.partner_id AND d.device_id = r.device_id
             JOIN users u ON u.partner_id = r.partner_id AND u.user_id = r.user_id
             JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
             WHERE r.partner_id = $1 AND r.state = 'waiting' AND d.disconnected_at IS NULL AND u.archived_at IS NULL
               AND (d.last_authorization_at IS NULL OR d.last_authorization_at <= r.asked_at)
             ORDER BY r.asked_at, r.reconnection_id LIMIT $2",
        )
        .bind(blob(partner_id.0))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(row).collect()
    }

    async fn decide_reconnection(
        &self,
        partner_id: PartnerId,
        reconnection_id: ReconnectionId,
        approve: bool,
        decided_by: StaffId,
        at: Timestamp,
    ) -> Result<Decided> {
        let mut tx = self.writing().await?;
        let device_id = DeviceId(wish(&mut tx, partner_id, reconnection_id).await?.id("device_id")?);
        let device = DeviceRow::held(self, &mut tx, partner_id, device_id).await?;
        // Read again: the computer's row was waited for.
        let wish = wish(&mut tx, partner_id, reconnection_id).await?;
        let wanted = if approve { State::Approved } else { State::Refused };
        match wish.word::<State>("state")? {
            State::Waiting => {}
            // A place taken by a later wish was refused by nobody.
            state if state == wanted && wish.id_or_none("decided_by")?.is_some() => {
                return Ok(Decided::Done { device_id, first: false });
            }
            _ => return Ok(Decided::Otherwise),
        }
        let key = PublicKey(wish.text("public_key")?);
        let mut decision = Decided::Done { device_id, first: true };
        if approve {
            if device.disconnected {
                return Ok(Decided::Disconnected);
            }
            if user_archived(&mut tx, partner_id, device.user_id).await? {
                return Ok(Decided::UserArchived);
            }
            if device.has_its_key_since(wish.instant("asked_at")?) {
                decision = Decided::KeyFound;
            } else if key_is_a_devices(&mut tx, &key).await? {
                decision = Decided::KeyTaken;
            } else {
                set_key(&mut tx, partner_id, device_id, &key).await?;
            }
        }
        let state = if matches!(decision, Decided::Done { .. }) { wanted } else { State::Refused };
        settle(&mut tx, partner_id, reconnection_id, state, decided_by, at).await?;
        forget_old(&mut tx, partner_id, device_id).await?;
        tell(&mut tx, partner_id, reconnection_id, device.user_id, false, at).await?;
        tx.commit().await?;
        Ok(decision)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Waiting,
    Approved,
    Refused,
}

/// A computer while it is asked for or decided about.
struct DeviceRow {
    partner_id: PartnerId,
    user_id: UserId,
    key: PublicKey,
    disconnected: bool,
    last_authorization: Option<Timestamp>,
}

impl DeviceRow {
    /// It authorized after it had asked, so the key that it missed is there.
    fn has_its_key_since(&self, asked_at: Timestamp) -> bool {
        self.last_authorization.is_some_and(|at| at > asked_at)
    }

    async fn held_by_id(
        store: &SqlStore,
        tx: &mut Transaction<'static, Any>,
        device_id: DeviceId,
    ) -> Result<Option<Self>> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT partner_id, user_id, public_key, disconnected_at, last_authorization_at FROM devices WHERE device_id = $1{}",
            store.dialect.lock()
        )))
        .bind(blob(device_id.0))
        .fetch_optional(&mut **tx)
        .await?;
        row.as_ref().map(Self::read).transpose()
    }

    async fn held(
        store: &SqlStore,
        tx: &mut Transaction<'static, Any>,
        partner_id: PartnerId,
        device_id: DeviceId,
    ) -> Result<Self> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT partner_id, user_id, public_key, disconnected_at, last_authorization_at FROM devices
             WHERE partner_id = $1 AND device_id = $2{}",
            store.dialect.lock()
        )))
        .bind(blob(partner_id.0))
        .bind(blob(device_id.0))
        .fetch_one(&mut **tx)
        .await?;
        Self::read(&row)
    }

    fn read(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            partner_id: PartnerId(row.id("partner_id")?),
            user_id: UserId(row.id("user_id")?),
            key: PublicKey(row.text("public_key")?),
            disconnected: row.instant_or_none("disconnected_at")?.is_some(),
            last_authorization: row.instant_or_none("last_authorization_at")?,
        })
    }
}

async fn user_archived(tx: &mut Transaction<'static, Any>, partner_id: PartnerId, user_id: UserId) -> Result<bool> {
    let user = sqlx::query("SELECT archived_at FROM users WHERE partner_id = $1 AND user_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_one(&mut **tx)
        .await?;
    Ok(user.instant_or_none("archived_at")?.is_some())
}

async fn key_is_a_devices(tx: &mut Transaction<'static, Any>, key: &PublicKey) -> Result<bool> {
    let found = sqlx::query("SELECT device_id FROM devices WHERE public_key = $1").bind(&key.0);
    Ok(found.fetch_optional(&mut **tx).await?.is_some())
}

/// The key's last wish for the computer.
async fn wish_of_key(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    device_id: DeviceId,
    key: &PublicKey,
) -> Result<Option<AnyRow>> {
    let wish = sqlx::query(
        "SELECT reconnection_id, asked_at, state FROM reconnections
         WHERE partner_id = $1 AND device_id = $2 AND public_key = $3
         ORDER BY asked_at DESC, reconnection_id DESC LIMIT 1",
    )
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .bind(&key.0);
    Ok(wish.fetch_optional(&mut **tx).await?)
}

async fn wish(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    reconnection_id: ReconnectionId,
) -> Result<AnyRow> {
    sqlx::query(
        "SELECT device_id, public_key, asked_at, state, decided_by FROM reconnections
         WHERE partner_id = $1 AND reconnection_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(reconnection_id.0))
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound("reconnection_id"))
}

/// Only the key: the echo stays, since a lost key is no copied disk.
async fn set_key(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    device_id: DeviceId,
    key: &PublicKey,
) -> Result<()> {
    sqlx::query("UPDATE devices SET public_key = $3 WHERE partner_id = $1 AND device_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(device_id.0))
        .bind(&key.0)
        .execute(&mut **tx)
        .await
        .map_err(refused("key", "device_id"))?;
    Ok(())
}

async fn settle(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    reconnection_id: ReconnectionId,
    state: State,
    decided_by: StaffId,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE reconnections SET state = $3, decided_at = $4, decided_by = $5
         WHERE partner_id = $1 AND reconnection_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(reconnection_id.0))
    .bind(word(state)?)
    .bind(micros(at))
    .bind(blob(decided_by.0))
    .execute(&mut **tx)
    .await
    .map_err(refused("reconnection_id", "staff_id"))?;
    Ok(())
}

/// However often a computer asks, its wishes take a bounded place.
async fn forget_old(tx: &mut Transaction<'static, Any>, partner_id: PartnerId, device_id: DeviceId) -> Result<()> {
    sqlx::query(
        "DELETE FROM reconnections
         WHERE partner_id = $1 AND device_id = $2 AND state <> 'waiting'
           AND reconnection_id NOT IN (SELECT reconnection_id FROM reconnections
                WHERE partner_id = $1 AND device_id = $2 AND state <> 'waiting'
                ORDER BY decided_at DESC, reconnection_id DESC LIMIT $3)
           AND reconnection_id NOT IN (SELECT reconnection_id FROM reconnections
                WHERE partner_id = $1 AND device_id = $2 AND state = 'approved'
                ORDER BY decided_at DESC, reconnection_id DESC LIMIT 1)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .bind(DECIDED_KEPT)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn tell(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    reconnection_id: ReconnectionId,
    user_id: UserId,
    asked: bool,
    at: Timestamp,
) -> Result<()> {
    let about = LiveAbout::Reconnection { reconnection_id, user_id, asked };
    events::append_live(tx, partner_id, &[Live { about, message_id: None }], at).await
}

fn row(row: &AnyRow) -> Result<ReconnectionRow> {
    let (told, known) = (row.text_or_none("machine")?, row.text_or_none("known_machine")?);
    Ok(ReconnectionRow {
        reconnection_id: ReconnectionId(row.id("reconnection_id")?),
        user_id: UserId(row.id("user_id")?),
        user: text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?),
        client_id: ClientId(row.id("client_id")?),
        client: row.text("client")?,
        device_id: DeviceId(row.id("device_id")?),
        known_as: row.text("known_as")?,
        computer: row.text("computer")?,
        system: row.text("system")?,
        program: row.text("program")?,
        // Hex digits, in whichever case each program wrote them.
        same_machine: told.zip(known).map(|(told, known)| told.eq_ignore_ascii_case(&known)),
        last_authorization: row.instant_or_none("last_authorization_at")?,
        asked_at: row.instant("asked_at")?,
    })
}
