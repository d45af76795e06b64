//! Messages: requests opened and continued, each written once by its sender's id.

use buhphone_protocol::{
    conversation::{Author, Message, Request, RequestKind, RequestState},
    ids::{DeviceId, MessageId, PartnerId, RequestId, StaffId, UserId},
};
use jiff::Timestamp;
use sqlx::{Any, Transaction, any::AnyRow};

use super::{
    SqlStore,
    events::{Journal, number},
    requests,
    row::{Columns, blob, micros, stored},
    text, visits,
};
use crate::store::{NewMessage, NewRequest, Recorded, Result, StoreError, Writer};

/// Characters of a message's beginning shown in the list of requests.
const SHOWN: usize = 200;

/// Characters of a message's beginning that a search looks in: a long one is a pasted
/// file, and would be stored twice.
const SEARCHED: usize = 1_000;

/// A message to write at a place of its request.
struct Draft<'a> {
    request_id: RequestId,
    message_id: MessageId,
    place: i64,
    author: &'a Author,
    staff_id: Option<StaffId>,
    text: &'a str,
}

pub(super) async fn open(store: &SqlStore, partner_id: PartnerId, new: &NewRequest, at: Timestamp) -> Result<Recorded> {
    let mut tx = store.writing().await?;
    let mut journal = Journal::open(store, &mut tx, partner_id, new.user_id, at).await?;
    let author = author(&mut tx, partner_id, new.user_id, new.writer).await?;
    let request = Request {
        request_id: new.request_id,
        kind: new.kind,
        state: if author == Author::User { RequestState::Waiting } else { RequestState::Answered },
        opened_at: stored(at),
        phone: new.phone.clone(),
    };
    let places = if new.answer.is_some() { 2 } else { 1 };
    if !requests::insert(&mut tx, &journal, &request, places, &beginning(&new.text)).await? {
        return recorded(&mut tx, partner_id, new.user_id, new.request_id, new.message_id, &author).await;
    }

    journal.request(&mut tx, new.request_id, request.state).await?;
    let draft = Draft {
        request_id: new.request_id,
        message_id: new.message_id,
        place: 1,
        author: &author,
        staff_id: new.writer.staff_id(),
        text: &new.text,
    };
    let message = insert(&mut tx, &mut journal, &draft).await?;
    if let Some(answer) = &new.answer {
        let line = Author::Line { name: answer.name.clone() };
        let (message_id, text) = (answer.message_id, answer.text.as_str());
        let answer = Draft { message_id, place: 2, author: &line, staff_id: None, text, ..draft };
        insert(&mut tx, &mut journal, &answer).await?;
    }
    journal.live_request(new.request_id, new.kind, from_user(&message));
    if let (Writer::User { device_id, .. }, RequestKind::Trial) = (new.writer, new.kind)
        && let Some(code_id) = visits::test_request(&mut tx, partner_id, device_id, new.request_id).await?
    {
        journal.live_visit(code_id);
    }
    if is_contact(&author, new.kind) {
        journal.talked();
    }
    journal.close(&mut tx).await?;
    tx.commit().await?;
    Ok(Recorded { first: true, user_id: new.user_id, request, message })
}

pub(super) async fn say(store: &SqlStore, partner_id: PartnerId, new: &NewMessage, at: Timestamp) -> Result<Recorded> {
    let mut tx = store.writing().await?;
    let (user_id, _) = requests::owned(&mut tx, partner_id, new.request_id).await?;
    if matches!(new.writer, Writer::User { user_id: writer, .. } if writer != user_id) {
        return Err(StoreError::NotFound("request_id"));
    }
    let mut journal = Journal::open(store, &mut tx, partner_id, user_id, at).await?;
    let author = author(&mut tx, partner_id, user_id, new.writer).await?;
    if by_id(&mut tx, partner_id, new.message_id).await?.is_some() {
        return recorded(&mut tx, partner_id, user_id, new.request_id, new.message_id, &author).await;
    }

    // Again, now that nobody else writes to it.
    let (_, mut request) = requests::owned(&mut tx, partner_id, new.request_id).await?;
    let state = if author == Author::User { RequestState::Waiting } else { RequestState::Answered };
    if request.state != state {
        request.state = state;
        journal.request(&mut tx, new.request_id, state).await?;
    }
    let place = requests::grow(&mut tx, &journal, &request, &beginning(&new.text)).await?;
    let draft = Draft {
        request_id: new.request_id,
        message_id: new.message_id,
        place,
        author: &author,
        staff_id: new.writer.staff_id(),
        text: &new.text,
    };
    let message = insert(&mut tx, &mut journal, &draft).await?;
    journal.live_request(new.request_id, request.kind, from_user(&message));
    if author != Author::User
        && let Some(code_id) = visits::answered(&mut tx, partner_id, new.request_id, at).await?
    {
        journal.live_visit(code_id);
    }
    if is_contact(&author, request.kind) {
        journal.talked();
    }
    journal.close(&mut tx).await?;
    tx.commit().await?;
    Ok(Recorded { first: true, user_id, request, message })
}

/// All of a request, oldest first.
pub(super) async fn of_request(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    request_id: RequestId,
) -> Result<Vec<Message>> {
    let rows = sqlx::query("SELECT * FROM messages WHERE partner_id = $1 AND request_id = $2 ORDER BY place")
        .bind(blob(partner_id.0))
        .bind(blob(request_id.0))
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(read).collect()
}

/// Reads a message from the columns of `messages`.
pub(super) fn read(row: &AnyRow) -> Result<Message> {
    let name = row.text("author_name")?;
    Ok(Message {
        message_id: MessageId(row.id("message_id")?),
        request_id: RequestId(row.id("request_id")?),
        author: match row.text("author")?.as_str() {
            "user" => Author::User,
            "staff" => Author::Staff { name },
            "line" => Author::Line { name },
            other => return Err(StoreError::Damaged(format!("author: {other}"))),
        },
        text: row.text("text")?,
        recorded_at: row.instant("recorded_at")?,
        delivered_at: row.instant_or_none("delivered_at")?,
        read_at: row.instant_or_none("read_at")?,
    })
}

impl Writer {
    fn staff_id(self) -> Option<StaffId> {
        match self {
            Self::User { .. } => None,
            Self::Staff { staff_id } => Some(staff_id),
        }
    }
}

/// What a trial shows is that the way works, not that anybody talked.
fn is_contact(author: &Author, kind: RequestKind) -> bool {
    *author != Author::User || kind != RequestKind::Trial
}

fn from_user(message: &Message) -> Option<MessageId> {
    (message.author == Author::User).then_some(message.message_id)
}

fn beginning(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// Who the writer is, if they may write to this user's conversations at all.
async fn author(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    user_id: UserId,
    writer: Writer,
) -> Result<Author> {
    match writer {
        Writer::User { user_id: writer, device_id } => {
            if writer != user_id {
                return Err(StoreError::NotFound("user_id"));
            }
            of_device(tx, partner_id, user_id, device_id).await?;
            Ok(Author::User)
        }
        Writer::Staff { staff_id } => {
            let row = sqlx::query("SELECT name FROM staff WHERE partner_id = $1 AND staff_id = $2")
                .bind(blob(partner_id.0))
                .bind(blob(staff_id.0))
                .fetch_optional(&mut **tx)
                .await?;
            Ok(Author::Staff { name: row.ok_or(StoreError::NotFound("staff_id"))?.text("name")? })
        }
    }
}

async fn of_device(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    user_id: UserId,
    device_id: DeviceId,
) -> Result<()> {
    sqlx::query("SELECT device_id FROM devices WHERE partner_id = $1 AND device_id = $2 AND user_id = $3")
        .bind(blob(partner_id.0))
        .bind(blob(device_id.0))
        .bind(blob(user_id.0))
        .fetch_optional(&mut **tx)
        .await?
        .map(drop)
        .ok_or(StoreError::NotFound("device_id"))
}

async fn by_id(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    message_id: MessageId,
) -> Result<Option<AnyRow>> {
    Ok(sqlx::query("SELECT * FROM messages WHERE partner_id = $1 AND message_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(message_id.0))
        .fetch_optional(&mut **tx)
        .await?)
}

/// What an earlier call recorded under these ids, if it was the same one.
async fn recorded(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    user_id: UserId,
    request_id: RequestId,
    message_id: MessageId,
    author: &Author,
) -> Result<Recorded> {
    let (owner, request) = requests::owned(tx, partner_id, request_id).await?;
    if owner != user_id {
        return Err(StoreError::Exists("request_id"));
    }
    let row = by_id(tx, partner_id, message_id).await?.ok_or(StoreError::Exists("request_id"))?;
    let message = read(&row)?;
    let same_side = std::mem::discriminant(&message.author) == std::mem::discriminant(author);
    if message.request_id != request_id || !same_side {
        return Err(StoreError::Exists("message_id"));
    }
    Ok(Recorded { first: false, user_id, request, message })
}

async fn insert(tx: &mut Transaction<'static, Any>, journal: &mut Journal, draft: &Draft<'_>) -> Result<Message> {
    let seq = journal.message(tx, draft.request_id, draft.message_id).await?;
    let (author, name) = match draft.author {
        Author::User => ("user", ""),
        Author::Staff { name } => ("staff", name.as_str()),
        Author::Line { name } => ("line", name.as_str()),
    };
    let searched: String = draft.text.chars().take(SEARCHED).collect();
    let written = sqlx::query(
        "INSERT INTO messages (partner_id, message_id, request_id, place, user_id, seq, author, author_name, staff_id,
                               text, text_key, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (partner_id, message_id) DO NOTHING",
    )
    .bind(blob(journal.partner_id.0))
    .bind(blob(draft.message_id.0))
    .bind(blob(draft.request_id.0))
    .bind(draft.place)
    .bind(blob(journal.user_id.0))
    .bind(number(seq))
    .bind(author)
    .bind(name)
    .bind(draft.staff_id.map(|id| blob(id.0)))
    .bind(draft.text)
    .bind(text::key(&searched))
    .bind(micros(journal.at))
    .execute(&mut **tx)
    .await?;
    if written.rows_affected() == 0 {
        return Err(StoreError::Exists("message_id"));
    }
    Ok(Message {
        message_id: draft.message_id,
        request_id: draft.request_id,
        author: draft.author.clone(),
        text: draft.text.to_owned(),
        recorded_at: stored(journal.at),
        delivered_at: None,
        read_at: None,
    })
}
