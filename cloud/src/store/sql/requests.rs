//! Requests: their heads, the list staff work from, the card of one, and the counts.

use buhphone_protocol::{
    cabinet::Page,
    conversation::{Request, RequestState},
    desk::{RequestCounts, RequestRow},
    ids::{CodeId, PartnerId, RequestId, UserId},
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore,
    events::Journal,
    messages, offset,
    row::{Columns, blob, micros, refused, word},
    text, users,
};
use crate::store::{KindFilter, RequestListing, RequestRecord, Result, Settled, StateFilter, StoreError};

/// The requests in question; the user is $2, the search $3.
const FROM: &str = r"FROM requests r
    JOIN users u ON u.partner_id = r.partner_id AND u.user_id = r.user_id
    JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
    WHERE r.partner_id = $1 AND ($2 IS NULL OR r.user_id = $2)
      AND ($3 = '%' OR u.search_key LIKE $3 ESCAPE '\' OR c.name_key LIKE $3 ESCAPE '\'
           OR COALESCE(c.inn, '') LIKE $3 ESCAPE '\' OR r.phone_key LIKE $3 ESCAPE '\'
           OR EXISTS (SELECT 1 FROM messages m WHERE m.partner_id = $1 AND m.request_id = r.request_id
                      AND m.text_key LIKE $3 ESCAPE '\'))";

pub(super) async fn list(
    store: &SqlStore,
    partner_id: PartnerId,
    listing: &RequestListing,
) -> Result<Page<RequestRow>> {
    let pattern = text::pattern(&listing.search);
    let (state, kind) = (state_filter(listing.state), kind_filter(listing.kind));
    let mut tx = store.reading().await?;
    let total: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) {FROM} {state} {kind}")))
        .bind(blob(partner_id.0))
        .bind(listing.user_id.map(|id| blob(id.0)))
        .bind(&pattern)
        .fetch_one(&mut *tx)
        .await?;
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT r.request_id, r.user_id, r.kind, r.state, r.opened_at, r.phone, r.last_at, r.last_text,
                u.surname, u.name, u.patronymic, c.name AS client,
                (SELECT COUNT(*) FROM messages m WHERE m.partner_id = $1 AND m.request_id = r.request_id
                 AND m.author = 'user' AND m.read_at IS NULL) AS unread,
                (SELECT COUNT(*) FROM messages m WHERE m.partner_id = $1 AND m.request_id = r.request_id
                 AND m.author = 'staff' AND m.delivered_at IS NULL) AS undelivered
         {FROM} {state} {kind} ORDER BY r.last_at DESC, r.request_id DESC LIMIT $4 OFFSET $5"
    )))
    .bind(blob(partner_id.0))
    .bind(listing.user_id.map(|id| blob(id.0)))
    .bind(&pattern)
    .bind(i64::from(listing.page_size))
    .bind(offset(listing.page, listing.page_size))
    .fetch_all(&mut *tx)
    .await?;
    Ok(Page {
        rows: rows.iter().map(row).collect::<Result<_>>()?,
        total: u32::try_from(total).unwrap_or(u32::MAX),
        page: listing.page.max(1),
        page_size: listing.page_size,
    })
}

pub(super) async fn one(store: &SqlStore, partner_id: PartnerId, request_id: RequestId) -> Result<RequestRecord> {
    let mut tx = store.reading().await?;
    let (user_id, request) = owned(&mut tx, partner_id, request_id).await?;
    let visit = sqlx::query("SELECT code_id FROM visits WHERE partner_id = $1 AND request_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(request_id.0))
        .fetch_optional(&mut *tx)
        .await?;
    let messages = messages::of_request(&mut tx, partner_id, request_id).await?;
    drop(tx);
    Ok(RequestRecord {
        request,
        user: users::one(store, partner_id, user_id).await?,
        messages,
        visit: visit.map(|row| row.id("code_id").map(CodeId)).transpose()?,
    })
}

pub(super) async fn counts(store: &SqlStore, partner_id: PartnerId) -> Result<RequestCounts> {
    let mut tx = store.reading().await?;
    let waiting = sqlx::query(
        "SELECT COUNT(CASE WHEN kind <> 'trial' THEN 1 END) AS of_real,
                COUNT(CASE WHEN kind = 'trial' THEN 1 END) AS of_trial
         FROM requests WHERE partner_id = $1 AND state = 'waiting'",
    )
    .bind(blob(partner_id.0))
    .fetch_one(&mut *tx)
    .await?;
    let unread = sqlx::query(
        "SELECT COUNT(CASE WHEN r.kind <> 'trial' THEN 1 END) AS of_real,
                COUNT(CASE WHEN r.kind = 'trial' THEN 1 END) AS of_trial
         FROM messages m JOIN requests r ON r.partner_id = m.partner_id AND r.request_id = m.request_id
         WHERE m.partner_id = $1 AND m.author = 'user' AND m.read_at IS NULL",
    )
    .bind(blob(partner_id.0))
    .fetch_one(&mut *tx)
    .await?;
    Ok(RequestCounts {
        waiting: waiting.count("of_real")?,
        waiting_trial: waiting.count("of_trial")?,
        unread: unread.count("of_real")?,
        unread_trial: unread.count("of_trial")?,
    })
}

pub(super) async fn close(
    store: &SqlStore,
    partner_id: PartnerId,
    request_id: RequestId,
    closed: bool,
    at: Timestamp,
) -> Result<Settled> {
    let mut tx = store.writing().await?;
    let (user_id, _) = owned(&mut tx, partner_id, request_id).await?;
    let mut journal = Journal::open(store, &mut tx, partner_id, user_id, at).await?;
    // Again, now that nobody else writes to it.
    let (_, mut request) = owned(&mut tx, partner_id, request_id).await?;
    if (request.state == RequestState::Closed) == closed {
        return Ok(Settled { changed: false, user_id, request });
    }
    request.state = if closed { RequestState::Closed } else { RequestState::Waiting };
    sqlx::query("UPDATE requests SET state = $3 WHERE partner_id = $1 AND request_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(request_id.0))
        .bind(word(request.state)?)
        .execute(&mut *tx)
        .await?;
    journal.request(&mut tx, request_id, request.state).await?;
    journal.live_request(request_id, request.kind, None);
    journal.close(&mut tx).await?;
    tx.commit().await?;
    Ok(Settled { changed: true, user_id, request })
}

/// Whether it was written: not if the id is there already.
pub(super) async fn insert(
    tx: &mut Transaction<'static, Any>,
    journal: &Journal,
    request: &Request,
    messages: i64,
    last_text: &str,
) -> Result<bool> {
    let phone = request.phone.as_deref().unwrap_or_default();
    let written = sqlx::query(
        "INSERT INTO requests (partner_id, request_id, user_id, kind, state, opened_at, phone, phone_key, messages,
                               last_at, last_text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $6, $10)
         ON CONFLICT (partner_id, request_id) DO NOTHING",
    )
    .bind(blob(journal.partner_id.0))
    .bind(blob(request.request_id.0))
    .bind(blob(journal.user_id.0))
    .bind(word(request.kind)?)
    .bind(word(request.state)?)
    .bind(micros(journal.at))
    .bind(&request.phone)
    .bind(text::searchable(&[], "", phone))
    .bind(messages)
    .bind(last_text)
    .execute(&mut **tx)
    .await
    .map_err(refused("request_id", "user_id"))?;
    Ok(written.rows_affected() == 1)
}

/// Makes room for one more message: its place. The state becomes the request's.
pub(super) async fn grow(
    tx: &mut Transaction<'static, Any>,
    journal: &Journal,
    request: &Request,
    last_text: &str,
) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "UPDATE requests SET messages = messages + 1, state = $3, last_at = $4, last_text = $5
         WHERE partner_id = $1 AND request_id = $2 RETURNING messages",
    )
    .bind(blob(journal.partner_id.0))
    .bind(blob(request.request_id.0))
    .bind(word(request.state)?)
    .bind(micros(journal.at))
    .bind(last_text)
    .fetch_one(&mut **tx)
    .await?)
}

/// The request and whose it is.
pub(super) async fn owned(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    request_id: RequestId,
) -> Result<(UserId, Request)> {
    let row = sqlx::query(
        "SELECT request_id, user_id, kind, state, opened_at, phone
         FROM requests WHERE partner_id = $1 AND request_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(request_id.0))
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound("request_id"))?;
    Ok((UserId(row.id("user_id")?), head(&row)?))
}

/// Reads a request from the columns of `requests`.
pub(super) fn head(row: &AnyRow) -> Result<Request> {
    Ok(Request {
        request_id: RequestId(row.id("request_id")?),
        kind: row.word("kind")?,
        state: row.word("state")?,
        opened_at: row.instant("opened_at")?,
        phone: row.text_or_none("phone")?,
    })
}

fn row(row: &AnyRow) -> Result<RequestRow> {
    Ok(RequestRow {
        request: head(row)?,
        user_id: UserId(row.id("user_id")?),
        user: text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?),
        client: row.text("client")?,
        last_text: row.text("last_text")?,
        last_at: row.instant("last_at")?,
        unread: row.count("unread")?,
        undelivered: row.count("undelivered")?,
    })
}

fn state_filter(state: StateFilter) -> &'static str {
    match state {
        StateFilter::All => "",
        StateFilter::Open => "AND r.state <> 'closed'",
        StateFilter::Waiting => "AND r.state = 'waiting'",
        StateFilter::Answered => "AND r.state = 'answered'",
        StateFilter::Closed => "AND r.state = 'closed'",
    }
}

fn kind_filter(kind: KindFilter) -> &'static str {
    match kind {
        KindFilter::All => "",
        KindFilter::Real => "AND r.kind <> 'trial'",
        KindFilter::Trial => "AND r.kind = 'trial'",
    }
}
