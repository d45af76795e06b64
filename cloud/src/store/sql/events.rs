//! The numbered records: of a user, for the programs, and of a partner, for its cabinets.
//!
//! Whoever writes to a user's record holds the user's row until the commit, and takes the
//! partner's numbers last: so numbers have no gaps, are seen in their order, and nobody
//! waits in a circle. Records name what they are about; messages are not copied.

use buhphone_protocol::{
    conversation::{Change, Event, RequestKind, RequestState, Seq},
    desk::{LiveAbout, LiveEvent},
    ids::{CodeId, MessageId, PartnerId, ReconnectionId, RequestId, UserId},
    live::Events,
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore, messages, requests,
    row::{Columns, blob, damaged, micros, word},
};
use crate::store::{LiveEvents, Result, StoreError};

/// A change of the partner, to be numbered.
pub(super) struct Live {
    pub(super) about: LiveAbout,
    /// The user's message that has just come in.
    pub(super) message_id: Option<MessageId>,
}

/// A row of a user's record; what does not belong to its kind is none.
#[derive(Default)]
struct Entry {
    request_id: Option<RequestId>,
    state: Option<RequestState>,
    message_id: Option<MessageId>,
    of_user: Option<bool>,
    read: Option<bool>,
}

/// A row of the partner's record; what does not belong to its kind is none.
#[derive(Default)]
struct LiveRow {
    kind: &'static str,
    request_id: Option<RequestId>,
    user_id: Option<UserId>,
    trial: Option<bool>,
    code_id: Option<CodeId>,
    reconnection_id: Option<ReconnectionId>,
    asked: Option<bool>,
}

impl LiveRow {
    fn of(about: &LiveAbout) -> Result<Self> {
        let row = match *about {
            LiveAbout::Request { request_id, user_id, trial, from_user: _ } => Self {
                kind: "request",
                request_id: Some(request_id),
                user_id: Some(user_id),
                trial: Some(trial),
                ..Self::default()
            },
            LiveAbout::Visit { code_id } => Self { kind: "visit", code_id: Some(code_id), ..Self::default() },
            LiveAbout::Reconnection { reconnection_id, user_id, asked } => Self {
                kind: "reconnection",
                reconnection_id: Some(reconnection_id),
                user_id: Some(user_id),
                asked: Some(asked),
                ..Self::default()
            },
            LiveAbout::Hello => return Err(StoreError::Damaged("a hello is not recorded".into())),
        };
        Ok(row)
    }
}

/// A user's record while it is written to.
pub(super) struct Journal {
    pub(super) partner_id: PartnerId,
    pub(super) user_id: UserId,
    pub(super) at: Timestamp,
    seq: Seq,
    talked: bool,
    live: Vec<Live>,
}

impl Journal {
    /// Holds the user's row.
    pub(super) async fn open(
        store: &SqlStore,
        tx: &mut Transaction<'static, Any>,
        partner_id: PartnerId,
        user_id: UserId,
        at: Timestamp,
    ) -> Result<Self> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT event_seq FROM users WHERE partner_id = $1 AND user_id = $2{}",
            store.dialect.lock()
        )))
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(StoreError::NotFound("user_id"))?;
        Ok(Self { partner_id, user_id, at, seq: row.number("event_seq")?, talked: false, live: Vec::new() })
    }

    /// The request is there, or its state is this now.
    pub(super) async fn request(
        &mut self,
        tx: &mut Transaction<'static, Any>,
        request_id: RequestId,
        state: RequestState,
    ) -> Result<()> {
        let entry = Entry { request_id: Some(request_id), state: Some(state), ..Entry::default() };
        self.add(tx, "request", &entry).await.map(drop)
    }

    /// The number of a message's event.
    pub(super) async fn message(
        &mut self,
        tx: &mut Transaction<'static, Any>,
        request_id: RequestId,
        message_id: MessageId,
    ) -> Result<Seq> {
        let entry = Entry { request_id: Some(request_id), message_id: Some(message_id), ..Entry::default() };
        self.add(tx, "message", &entry).await
    }

    pub(super) async fn receipt(
        &mut self,
        tx: &mut Transaction<'static, Any>,
        request_id: RequestId,
        up_to: MessageId,
        of_user: bool,
        read: bool,
    ) -> Result<()> {
        let entry = Entry {
            request_id: Some(request_id),
            message_id: Some(up_to),
            of_user: Some(of_user),
            read: Some(read),
            state: None,
        };
        self.add(tx, "receipt", &entry).await.map(drop)
    }

    /// For the cabinets: ask this request again. `from_user` is the user's message that came in.
    pub(super) fn live_request(&mut self, request_id: RequestId, kind: RequestKind, from_user: Option<MessageId>) {
        let about = LiveAbout::Request {
            request_id,
            user_id: self.user_id,
            from_user: from_user.is_some(),
            trial: kind == RequestKind::Trial,
        };
        self.live.push(Live { about, message_id: from_user });
    }

    pub(super) fn live_visit(&mut self, code_id: CodeId) {
        self.live.push(Live { about: LiveAbout::Visit { code_id }, message_id: None });
    }

    /// The user and the staff had to do with each other.
    pub(super) fn talked(&mut self) {
        self.talked = true;
    }

    /// Writes the counters; the commit is next.
    pub(super) async fn close(self, tx: &mut Transaction<'static, Any>) -> Result<()> {
        sqlx::query(
            "UPDATE users SET event_seq = $3, last_talk_at =
                CASE WHEN $4 AND (last_talk_at IS NULL OR last_talk_at < $5) THEN $5 ELSE last_talk_at END
             WHERE partner_id = $1 AND user_id = $2",
        )
        .bind(blob(self.partner_id.0))
        .bind(blob(self.user_id.0))
        .bind(number(self.seq))
        .bind(self.talked)
        .bind(micros(self.at))
        .execute(&mut **tx)
        .await?;
        append_live(tx, self.partner_id, &self.live, self.at).await
    }

    async fn add(&mut self, tx: &mut Transaction<'static, Any>, kind: &'static str, entry: &Entry) -> Result<Seq> {
        self.seq += 1;
        sqlx::query(
            "INSERT INTO events (partner_id, user_id, seq, kind, at, request_id, state, message_id, of_user, read)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(blob(self.partner_id.0))
        .bind(blob(self.user_id.0))
        .bind(number(self.seq))
        .bind(kind)
        .bind(micros(self.at))
        .bind(entry.request_id.map(|id| blob(id.0)))
        .bind(entry.state.map(word).transpose()?)
        .bind(entry.message_id.map(|id| blob(id.0)))
        .bind(entry.of_user)
        .bind(entry.read)
        .execute(&mut **tx)
        .await?;
        Ok(self.seq)
    }
}

/// Numbers changes of the partner. The last of a transaction: everyone waits for this row.
pub(super) async fn append_live(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    live: &[Live],
    at: Timestamp,
) -> Result<()> {
    if live.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(live.len()).map_err(damaged("event_seq"))?;
    let last: i64 =
        sqlx::query_scalar("UPDATE partners SET event_seq = event_seq + $2 WHERE partner_id = $1 RETURNING event_seq")
            .bind(blob(partner_id.0))
            .bind(count)
            .fetch_one(&mut **tx)
            .await?;
    for (seq, Live { about, message_id }) in (last - count + 1..).zip(live) {
        let row = LiveRow::of(about)?;
        sqlx::query(
            "INSERT INTO live_events (partner_id, seq, kind, at, request_id, user_id, message_id, trial, code_id,
                                      reconnection_id, asked)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(blob(partner_id.0))
        .bind(seq)
        .bind(row.kind)
        .bind(micros(at))
        .bind(row.request_id.map(|id| blob(id.0)))
        .bind(row.user_id.map(|id| blob(id.0)))
        .bind(message_id.map(|id| blob(id.0)))
        .bind(row.trial)
        .bind(row.code_id.map(|id| blob(id.0)))
        .bind(row.reconnection_id.map(|id| blob(id.0)))
        .bind(row.asked)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn standing_changed(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    at: Timestamp,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let mut journal = Journal::open(store, &mut tx, partner_id, user_id, at).await?;
    journal.add(&mut tx, "standing", &Entry::default()).await?;
    journal.close(&mut tx).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn after(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    after: Seq,
    limit: u32,
) -> Result<Events> {
    let rows = sqlx::query(
        "SELECT e.seq, e.kind AS event, e.at, e.request_id, e.message_id, e.of_user, e.read, e.state,
                r.kind, r.opened_at, r.phone,
                m.author, m.author_name, m.text, m.recorded_at, m.delivered_at, m.read_at
         FROM events e
         LEFT JOIN requests r ON r.partner_id = e.partner_id AND r.request_id = e.request_id AND e.kind = 'request'
         LEFT JOIN messages m ON m.partner_id = e.partner_id AND m.message_id = e.message_id AND e.kind = 'message'
         WHERE e.partner_id = $1 AND e.user_id = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(number(after))
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await?;
    let events: Vec<Event> = rows.iter().map(event).collect::<Result<_>>()?;
    let last = match events.last() {
        Some(event) if rows.len() < limit as usize => event.seq,
        _ => last(store, partner_id, user_id).await?,
    };
    Ok(Events { events, last })
}

pub(super) async fn last(store: &SqlStore, partner_id: PartnerId, user_id: UserId) -> Result<Seq> {
    sqlx::query("SELECT event_seq FROM users WHERE partner_id = $1 AND user_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_optional(&store.readers)
        .await?
        .ok_or(StoreError::NotFound("user_id"))?
        .number("event_seq")
}

pub(super) async fn live_after(store: &SqlStore, partner_id: PartnerId, after: Seq, limit: u32) -> Result<LiveEvents> {
    let rows = sqlx::query(
        "SELECT seq, kind, request_id, user_id, message_id, trial, code_id, reconnection_id, asked
         FROM live_events WHERE partner_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(blob(partner_id.0))
    .bind(number(after))
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await?;
    let events: Vec<LiveEvent> = rows.iter().map(live_event).collect::<Result<_>>()?;
    let last = match events.last() {
        Some(event) if rows.len() < limit as usize => event.seq,
        _ => last_live(store, partner_id).await?,
    };
    Ok(LiveEvents { events, last })
}

pub(super) async fn last_live(store: &SqlStore, partner_id: PartnerId) -> Result<Seq> {
    sqlx::query("SELECT event_seq FROM partners WHERE partner_id = $1")
        .bind(blob(partner_id.0))
        .fetch_optional(&store.readers)
        .await?
        .ok_or(StoreError::NotFound("partner_id"))?
        .number("event_seq")
}

/// A number as stored; one beyond all is after every event.
pub(super) fn number(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn event(row: &AnyRow) -> Result<Event> {
    let change = match row.text("event")?.as_str() {
        "request" => Change::Request { request: requests::head(row)? },
        "message" => Change::Message { message: messages::read(row)? },
        "receipt" => Change::Receipt {
            request_id: RequestId(row.id("request_id")?),
            up_to: MessageId(row.id("message_id")?),
            of_user: row.flag("of_user")?,
            at: row.instant("at")?,
            read: row.flag("read")?,
        },
        "standing" => Change::Standing,
        other => return Err(StoreError::Damaged(format!("events.kind: {other}"))),
    };
    Ok(Event { seq: row.number("seq")?, change })
}

fn live_event(row: &AnyRow) -> Result<LiveEvent> {
    let about = match row.text("kind")?.as_str() {
        "request" => LiveAbout::Request {
            request_id: RequestId(row.id("request_id")?),
            user_id: UserId(row.id("user_id")?),
            from_user: row.id_or_none("message_id")?.is_some(),
            trial: row.flag("trial")?,
        },
        "visit" => LiveAbout::Visit { code_id: CodeId(row.id("code_id")?) },
        "reconnection" => LiveAbout::Reconnection {
            reconnection_id: ReconnectionId(row.id("reconnection_id")?),
            user_id: UserId(row.id("user_id")?),
            asked: row.flag("asked")?,
        },
        other => return Err(StoreError::Damaged(format!("live_events.kind: {other}"))),
    };
    Ok(LiveEvent { seq: row.number("seq")?, about })
}
