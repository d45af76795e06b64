//! Receipts: how far the messages of one side got with the other.
//!
//! An instant once written stays; whatever tells nothing new writes nothing. The
//! other side learns it by an event: the programs of what staff received and read,
//! the cabinets of what the user did, the user's other computers of what was read.

use buhphone_protocol::{
    conversation::Seq,
    ids::{MessageId, PartnerId, RequestId, UserId},
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};

use super::{
    SqlStore,
    events::{Journal, number},
    requests,
    row::{Columns, blob, micros},
};
use crate::store::{Result, StoreError};

pub(super) async fn delivered_to_user(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    up_to: Seq,
    at: Timestamp,
) -> Result<bool> {
    // Told after every event, mostly with nothing new: writers need not wait for that.
    let news = sqlx::query(
        "SELECT 1 FROM messages WHERE partner_id = $1 AND user_id = $2 AND seq <= $3
           AND author <> 'user' AND delivered_at IS NULL LIMIT 1",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(number(up_to))
    .fetch_optional(&store.readers)
    .await?;
    if news.is_none() {
        return Ok(false);
    }
    let mut tx = store.writing().await?;
    let mut journal = Journal::open(store, &mut tx, partner_id, user_id, at).await?;
    let rows = sqlx::query(
        "UPDATE messages SET delivered_at = $4 WHERE partner_id = $1 AND user_id = $2 AND seq <= $3
           AND author <> 'user' AND delivered_at IS NULL RETURNING request_id, message_id, place",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(number(up_to))
    .bind(micros(at))
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    for (request_id, _) in furthest(&rows)? {
        let (_, request) = requests::owned(&mut tx, partner_id, request_id).await?;
        journal.live_request(request_id, request.kind, None);
    }
    journal.close(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

pub(super) async fn read_by_user(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    request_id: RequestId,
    up_to: MessageId,
    at: Timestamp,
) -> Result<bool> {
    let mut tx = store.writing().await?;
    let (owner, _) = requests::owned(&mut tx, partner_id, request_id).await?;
    if owner != user_id {
        return Err(StoreError::NotFound("request_id"));
    }
    let mut journal = Journal::open(store, &mut tx, partner_id, user_id, at).await?;
    let news = read(&mut tx, &mut journal, request_id, up_to, false).await?;
    journal.close(&mut tx).await?;
    tx.commit().await?;
    Ok(news)
}

pub(super) async fn read_by_staff(
    store: &SqlStore,
    partner_id: PartnerId,
    request_id: RequestId,
    up_to: MessageId,
    at: Timestamp,
) -> Result<Option<UserId>> {
    let mut tx = store.writing().await?;
    let (user_id, _) = requests::owned(&mut tx, partner_id, request_id).await?;
    let mut journal = Journal::open(store, &mut tx, partner_id, user_id, at).await?;
    let news = read(&mut tx, &mut journal, request_id, up_to, true).await?;
    journal.close(&mut tx).await?;
    tx.commit().await?;
    Ok(news.then_some(user_id))
}

pub(super) async fn delivered_to_staff(
    store: &SqlStore,
    partner_id: PartnerId,
    up_to: Seq,
    at: Timestamp,
) -> Result<Vec<UserId>> {
    let counters = sqlx::query("SELECT event_seq, received_seq FROM partners WHERE partner_id = $1")
        .bind(blob(partner_id.0))
        .fetch_optional(&store.readers)
        .await?
        .ok_or(StoreError::NotFound("partner_id"))?;
    let received = counters.number("received_seq")?;
    let up_to = up_to.min(counters.number("event_seq")?);
    if up_to <= received {
        return Ok(Vec::new());
    }
    let mut tx = store.writing().await?;
    // In one order, so that two cabinets do not hold what the other waits for.
    let users = sqlx::query(
        "SELECT DISTINCT user_id FROM live_events
         WHERE partner_id = $1 AND seq > $2 AND seq <= $3 AND message_id IS NOT NULL ORDER BY user_id",
    )
    .bind(blob(partner_id.0))
    .bind(number(received))
    .bind(number(up_to))
    .fetch_all(&mut *tx)
    .await?;
    let mut told = Vec::new();
    for user in &users {
        let user_id = UserId(user.id("user_id")?);
        let mut journal = Journal::open(store, &mut tx, partner_id, user_id, at).await?;
        let rows = sqlx::query(
            "UPDATE messages SET delivered_at = $5
             WHERE partner_id = $1 AND user_id = $2 AND author = 'user' AND delivered_at IS NULL
               AND message_id IN (SELECT message_id FROM live_events
                                  WHERE partner_id = $1 AND user_id = $2 AND seq > $3 AND seq <= $4)
             RETURNING request_id, message_id, place",
        )
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .bind(number(received))
        .bind(number(up_to))
        .bind(micros(at))
        .fetch_all(&mut *tx)
        .await?;
        for (request_id, message_id) in furthest(&rows)? {
            journal.receipt(&mut tx, request_id, message_id, true, false).await?;
        }
        if !rows.is_empty() {
            told.push(user_id);
        }
        journal.close(&mut tx).await?;
    }
    sqlx::query("UPDATE partners SET received_seq = $2 WHERE partner_id = $1 AND received_seq < $2")
        .bind(blob(partner_id.0))
        .bind(number(up_to))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(told)
}

/// Marks one side's messages up to a place as read, and so as delivered; whether any was not.
async fn read(
    tx: &mut Transaction<'static, Any>,
    journal: &mut Journal,
    request_id: RequestId,
    up_to: MessageId,
    of_user: bool,
) -> Result<bool> {
    let place: i64 =
        sqlx::query("SELECT place FROM messages WHERE partner_id = $1 AND message_id = $2 AND request_id = $3")
            .bind(blob(journal.partner_id.0))
            .bind(blob(up_to.0))
            .bind(blob(request_id.0))
            .fetch_optional(&mut **tx)
            .await?
            .ok_or(StoreError::NotFound("message_id"))?
            .try_get("place")?;
    let side = if of_user { "author = 'user'" } else { "author <> 'user'" };
    let changed = sqlx::query(AssertSqlSafe(format!(
        "UPDATE messages SET read_at = $4, delivered_at = COALESCE(delivered_at, $4)
         WHERE partner_id = $1 AND request_id = $2 AND place <= $3 AND {side} AND read_at IS NULL"
    )))
    .bind(blob(journal.partner_id.0))
    .bind(blob(request_id.0))
    .bind(place)
    .bind(micros(journal.at))
    .execute(&mut **tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    let (_, request) = requests::owned(tx, journal.partner_id, request_id).await?;
    journal.receipt(tx, request_id, up_to, of_user, true).await?;
    journal.live_request(request_id, request.kind, None);
    Ok(true)
}

/// Each request with the last of its messages among the rows.
fn furthest(rows: &[AnyRow]) -> Result<Vec<(RequestId, MessageId)>> {
    let mut found: Vec<(RequestId, i64, MessageId)> = Vec::new();
    for row in rows {
        let (request_id, place): (_, i64) = (RequestId(row.id("request_id")?), row.try_get("place")?);
        let message_id = MessageId(row.id("message_id")?);
        match found.iter_mut().find(|(request, ..)| *request == request_id) {
            Some(further) if further.1 < place => *further = (request_id, place, message_id),
            Some(_) => {}
            None => found.push((request_id, place, message_id)),
        }
    }
    Ok(found.into_iter().map(|(request_id, _, message_id)| (request_id, message_id)).collect())
}
