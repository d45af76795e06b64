//! Users: registering, listing, archiving. A user's date is written by the
//! authorizations only.

use buhphone_protocol::{
    cabinet::{Page, User},
    ids::{CategoryId, ClientId, PartnerId, UserId},
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore, codes, offset,
    row::{Columns, blob, micros, refused, touched},
    text,
};
use crate::store::{Listing, Result, StoreError, UserFields};

const SELECT: &str = "SELECT u.*, c.name AS client, g.name AS category,
        (SELECT COUNT(*) FROM devices d
         WHERE d.partner_id = u.partner_id AND d.user_id = u.user_id AND d.disconnected_at IS NULL) AS devices
     FROM users u
     JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
     JOIN categories g ON g.partner_id = u.partner_id AND g.category_id = u.category_id";

const MATCH: &str = r"u.partner_id = $1 AND (u.archived_at IS NOT NULL) = $2
    AND ($3 IS NULL OR u.client_id = $3)
    AND (u.search_key LIKE $4 ESCAPE '\' OR c.name_key LIKE $4 ESCAPE '\' OR COALESCE(c.inn, '') LIKE $4 ESCAPE '\')";

/// By surname, name, patronymic.
pub(super) async fn list(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: Option<ClientId>,
    listing: &Listing,
) -> Result<Page<User>> {
    let pattern = text::pattern(&listing.search);
    let mut tx = store.reading().await?;
    let total: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT COUNT(*) FROM users u
         JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id WHERE {MATCH}"
    )))
    .bind(blob(partner_id.0))
    .bind(listing.archived)
    .bind(client_id.map(|id| blob(id.0)))
    .bind(&pattern)
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query(AssertSqlSafe(format!(
        "{SELECT} WHERE {MATCH} ORDER BY u.full_name_key, u.user_id LIMIT $5 OFFSET $6"
    )))
    .bind(blob(partner_id.0))
    .bind(listing.archived)
    .bind(client_id.map(|id| blob(id.0)))
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

pub(super) async fn one(store: &SqlStore, partner_id: PartnerId, user_id: UserId) -> Result<User> {
    let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE u.partner_id = $1 AND u.user_id = $2")))
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_optional(&store.readers)
        .await?;
    read(&row.ok_or(StoreError::NotFound("user_id"))?)
}

pub(super) async fn create(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: ClientId,
    user_id: UserId,
    fields: &UserFields,
    at: Timestamp,
) -> Result<()> {
    let mut tx = store.writing().await?;
    category_of_partner(&mut tx, partner_id, fields.category_id).await?;
    sqlx::query(
        "INSERT INTO users (partner_id, user_id, category_id, surname, name, patronymic, full_name_key, search_key,
                            uses_1c, its_until, email, phone, client_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(blob(fields.category_id.0))
    .bind(&fields.surname)
    .bind(&fields.name)
    .bind(&fields.patronymic)
    .bind(full_name_key(fields))
    .bind(search_key(fields))
    .bind(fields.uses_1c)
    .bind(fields.its_until.map(|until| until.to_string()))
    .bind(&fields.email)
    .bind(&fields.phone)
    .bind(blob(client_id.0))
    .bind(micros(at))
    .execute(&mut *tx)
    .await
    .map_err(refused("user_id", "client_id"))?;
    Ok(tx.commit().await?)
}

pub(super) async fn update(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    fields: &UserFields,
) -> Result<()> {
    let mut tx = store.writing().await?;
    category_of_partner(&mut tx, partner_id, fields.category_id).await?;
    let changed = sqlx::query(
        "UPDATE users SET category_id = $3, surname = $4, name = $5, patronymic = $6, full_name_key = $7,
                          search_key = $8, uses_1c = $9, its_until = $10, email = $11, phone = $12
         WHERE partner_id = $1 AND user_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(blob(fields.category_id.0))
    .bind(&fields.surname)
    .bind(&fields.name)
    .bind(&fields.patronymic)
    .bind(full_name_key(fields))
    .bind(search_key(fields))
    .bind(fields.uses_1c)
    .bind(fields.its_until.map(|until| until.to_string()))
    .bind(&fields.email)
    .bind(&fields.phone)
    .execute(&mut *tx)
    .await?;
    touched(changed.rows_affected(), "user_id")?;
    Ok(tx.commit().await?)
}

/// One archived already keeps its instant, as one brought back already stays as it is.
pub(super) async fn archive(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    archived_at: Option<Timestamp>,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let changed = sqlx::query(
        "UPDATE users SET archived_at = CASE WHEN $3 IS NULL THEN NULL ELSE COALESCE(archived_at, $3) END
         WHERE partner_id = $1 AND user_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(archived_at.map(micros))
    .execute(&mut *tx)
    .await?;
    touched(changed.rows_affected(), "user_id")?;
    if let Some(at) = archived_at {
        codes::revoke_of_user(&mut tx, partner_id, user_id, at).await?;
    }
    Ok(tx.commit().await?)
}

async fn category_of_partner(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    category_id: CategoryId,
) -> Result<()> {
    let found = sqlx::query("SELECT 1 FROM categories WHERE partner_id = $1 AND category_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(category_id.0))
        .fetch_optional(&mut **tx)
        .await?;
    found.map(|_| ()).ok_or(StoreError::NotFound("category_id"))
}

fn full_name_key(fields: &UserFields) -> String {
    text::ordering(&[&fields.surname, &fields.name, &fields.patronymic])
}

fn search_key(fields: &UserFields) -> String {
    text::searchable(&[&fields.surname, &fields.name, &fields.patronymic], &fields.email, &fields.phone)
}

fn read(row: &AnyRow) -> Result<User> {
    Ok(User {
        user_id: UserId(row.id("user_id")?),
        client_id: ClientId(row.id("client_id")?),
        client: row.text("client")?,
        surname: row.text("surname")?,
        name: row.text("name")?,
        patronymic: row.text("patronymic")?,
        category_id: CategoryId(row.id("category_id")?),
        category: row.text("category")?,
        uses_1c: row.flag("uses_1c")?,
        its_until: row.its_until("its_until")?,
        email: row.text("email")?,
        phone: row.text("phone")?,
        archived: row.instant_or_none("archived_at")?.is_some(),
        devices: row.count("devices")?,
        last_authorization: row.instant_or_none("last_authorization_at")?,
    })
}
