//! Clients: registering, listing, archiving with all their users.
//!
//! A user archived before the client stays archived when the client comes back:
//! those archived with it bear the client's own instant.

use buhphone_protocol::{
    cabinet::{Client, Page},
    ids::{ClientId, PartnerId},
    register::{Edit, EditAction},
};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, any::AnyRow};

use super::{
    SqlStore, codes,
    edits::{self, Changes},
    offset,
    row::{Columns, blob, micros, refused},
    text,
};
use crate::store::{ClientFields, Editor, Listing, Result, StoreError};

/// A client with the size of what is under it, from rows named `chosen`.
macro_rules! with_sizes {
    ($chosen:literal) => {
        concat!(
            $chosen,
            " SELECT chosen.*,
                (SELECT COUNT(*) FROM users u
                 WHERE u.partner_id = $1 AND u.client_id = chosen.client_id AND u.archived_at IS NULL) AS users,
                (SELECT COUNT(*) FROM users u
                 WHERE u.partner_id = $1 AND u.client_id = chosen.client_id AND u.archived_at IS NULL
                   AND EXISTS (SELECT 1 FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id
                               AND d.disconnected_at IS NULL AND d.removed_at IS NULL)) AS connected
              FROM chosen ORDER BY name_key, client_id"
        )
    };
}

/// By name.
pub(super) async fn list(store: &SqlStore, partner_id: PartnerId, listing: &Listing) -> Result<Page<Client>> {
    let pattern = text::pattern(&listing.search);
    let mut tx = store.reading().await?;
    let total: i64 = sqlx::query_scalar(
        r"SELECT COUNT(*) FROM clients
          WHERE partner_id = $1 AND (archived_at IS NOT NULL) = $2
            AND (name_key LIKE $3 ESCAPE '\' OR COALESCE(inn, '') LIKE $3 ESCAPE '\')",
    )
    .bind(blob(partner_id.0))
    .bind(listing.archived)
    .bind(&pattern)
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query(with_sizes!(
        r"WITH chosen AS (
            SELECT client_id, name, name_key, inn, archived_at FROM clients
            WHERE partner_id = $1 AND (archived_at IS NOT NULL) = $2
              AND (name_key LIKE $3 ESCAPE '\' OR COALESCE(inn, '') LIKE $3 ESCAPE '\')
            ORDER BY name_key, client_id LIMIT $4 OFFSET $5)"
    ))
    .bind(blob(partner_id.0))
    .bind(listing.archived)
    .bind(&pattern)
    .bind(i64::from(listing.page_size))
    .bind(offset(listing.page, listing.page_size))
    .fetch_all(&mut *tx)
    .await?;
    Ok(Page {
        rows: rows.iter().map(read).collect::<Result<_>>()?,
        total: u32::try_from(total).unwrap_or(u32::MAX),
        page: listing.page.max(1),
        page_size: listing.page_size,
    })
}

pub(super) async fn one(store: &SqlStore, partner_id: PartnerId, client_id: ClientId) -> Result<Client> {
    let row = sqlx::query(with_sizes!(
        "WITH chosen AS (
            SELECT client_id, name, name_key, inn, archived_at FROM clients WHERE partner_id = $1 AND client_id = $2)"
    ))
    .bind(blob(partner_id.0))
    .bind(blob(client_id.0))
    .fetch_optional(&store.readers)
    .await?;
    read(&row.ok_or(StoreError::NotFound("client_id"))?)
}

pub(super) async fn create(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: ClientId,
    fields: &ClientFields,
    at: Timestamp,
) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query(
        "INSERT INTO clients (partner_id, client_id, name, name_key, inn, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(client_id.0))
    .bind(&fields.name)
    .bind(text::key(&fields.name))
    .bind(fields.inn.as_ref().map(ToString::to_string))
    .bind(micros(at))
    .execute(&mut *tx)
    .await
    .map_err(refused("inn", "partner_id"))?;
    Ok(tx.commit().await?)
}

pub(super) async fn update(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: ClientId,
    fields: &ClientFields,
    editor: &Editor,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let before = sqlx::query(AssertSqlSafe(format!(
        "SELECT name, inn FROM clients WHERE partner_id = $1 AND client_id = $2{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(client_id.0))
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::NotFound("client_id"))?;
    let inn = fields.inn.as_ref().map(ToString::to_string);
    let mut changes = Changes::default();
    changes.field("name", before.text("name")?, &fields.name);
    changes.field("inn", before.text_or_none("inn")?.unwrap_or_default(), inn.clone().unwrap_or_default());
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query("UPDATE clients SET name = $3, name_key = $4, inn = $5 WHERE partner_id = $1 AND client_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(client_id.0))
        .bind(&fields.name)
        .bind(text::key(&fields.name))
        .bind(inn)
        .execute(&mut *tx)
        .await
        .map_err(refused("inn", "client_id"))?;
    edits::record(&mut tx, partner_id, client_id.0, editor, EditAction::Changed, &changes).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn edits(store: &SqlStore, partner_id: PartnerId, client_id: ClientId) -> Result<Vec<Edit>> {
    let mut tx = store.reading().await?;
    sqlx::query("SELECT client_id FROM clients WHERE partner_id = $1 AND client_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(client_id.0))
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NotFound("client_id"))?;
    edits::of(&mut tx, partner_id, client_id.0, edits::SHOWN).await
}

pub(super) async fn archive(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: ClientId,
    archive: bool,
    editor: &Editor,
) -> Result<()> {
    let archived_at = archive.then_some(editor.at);
    let mut tx = store.writing().await?;
    let before = sqlx::query(AssertSqlSafe(format!(
        "SELECT archived_at FROM clients WHERE partner_id = $1 AND client_id = $2{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(client_id.0))
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::NotFound("client_id"))?
    .instant_or_none("archived_at")?;
    if before.is_some() == archived_at.is_some() {
        return Ok(());
    }

    // In the order that authorizations hold them in, so that neither waits for the other in a circle.
    sqlx::query(AssertSqlSafe(format!(
        "SELECT user_id FROM users WHERE partner_id = $1 AND client_id = $2 ORDER BY user_id{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(client_id.0))
    .fetch_all(&mut *tx)
    .await?;
    let users = match archived_at {
        Some(_) => "UPDATE users SET archived_at = $3 WHERE partner_id = $1 AND client_id = $2 AND archived_at IS NULL",
        None => "UPDATE users SET archived_at = NULL WHERE partner_id = $1 AND client_id = $2 AND archived_at = $3",
    };
    sqlx::query(users)
        .bind(blob(partner_id.0))
        .bind(blob(client_id.0))
        .bind(archived_at.or(before).map(micros))
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE clients SET archived_at = $3 WHERE partner_id = $1 AND client_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(client_id.0))
        .bind(archived_at.map(micros))
        .execute(&mut *tx)
        .await?;
    if archive {
        codes::revoke_of_client(&mut tx, partner_id, client_id, editor.at).await?;
    }
    // Of the users it is not told one by one: their client's history says it.
    let action = if archive { EditAction::Archived } else { EditAction::Restored };
    edits::record(&mut tx, partner_id, client_id.0, editor, action, &Changes::default()).await?;
    Ok(tx.commit().await?)
}

fn read(row: &AnyRow) -> Result<Client> {
    let inn = row.text_or_none("inn")?.map(|inn| inn.parse()).transpose();
    Ok(Client {
        client_id: ClientId(row.id("client_id")?),
        name: row.text("name")?,
        inn: inn.map_err(|error| StoreError::Damaged(format!("inn: {error}")))?,
        archived: row.instant_or_none("archived_at")?.is_some(),
        users: row.count("users")?,
        connected: row.count("connected")?,
    })
}
