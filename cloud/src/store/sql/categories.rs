//! The partner's own list of service packages. Names are unique without case and ё; the order
//! is the partner's, by name until there is one.

use buhphone_protocol::{
    cabinet::Category,
    ids::{CategoryId, PartnerId, UserId},
    register::{CategoryRow, EditAction},
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::{
    SqlStore,
    edits::{self, Changes},
    row::{Columns, blob, micros, refused, touched},
    text,
};
use crate::store::{Editor, Result, StoreError};

/// In the partner's order; those archived are not offered.
pub(super) async fn all(store: &SqlStore, partner_id: PartnerId) -> Result<Vec<Category>> {
    let rows = sqlx::query(
        "SELECT category_id, name FROM categories WHERE partner_id = $1 AND archived_at IS NULL
         ORDER BY position, name_key",
    )
    .bind(blob(partner_id.0))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| Ok(Category { category_id: CategoryId(row.id("category_id")?), name: row.text("name")? }))
        .collect()
}

pub(super) async fn rows(store: &SqlStore, partner_id: PartnerId) -> Result<Vec<CategoryRow>> {
    let rows = sqlx::query(
        "SELECT g.category_id, g.name, g.archived_at,
                (SELECT COUNT(*) FROM users u WHERE u.partner_id = $1 AND u.category_id = g.category_id
                 AND u.archived_at IS NULL) AS users
         FROM categories g WHERE g.partner_id = $1
         ORDER BY CASE WHEN g.archived_at IS NULL THEN 0 ELSE 1 END, g.position, g.name_key",
    )
    .bind(blob(partner_id.0))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(CategoryRow {
                category_id: CategoryId(row.id("category_id")?),
                name: row.text("name")?,
                archived: row.instant_or_none("archived_at")?.is_some(),
                users: row.count("users")?,
            })
        })
        .collect()
}

/// Behind the others, once these have an order.
pub(super) async fn create(store: &SqlStore, partner_id: PartnerId, category: &Category) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query(
        "INSERT INTO categories (partner_id, category_id, name, name_key, position)
         SELECT $1, $2, $3, $4, CASE WHEN COALESCE(MAX(position), 0) > 0 THEN MAX(position) + 1 ELSE 0 END
         FROM categories WHERE partner_id = $1",
    )
    .bind(blob(partner_id.0))
    .bind(blob(category.category_id.0))
    .bind(&category.name)
    .bind(text::key(&category.name))
    .execute(&mut *tx)
    .await
    .map_err(refused("name", "partner_id"))?;
    Ok(tx.commit().await?)
}

pub(super) async fn rename(store: &SqlStore, partner_id: PartnerId, category_id: CategoryId, name: &str) -> Result<()> {
    let mut tx = store.writing().await?;
    let renamed =
        sqlx::query("UPDATE categories SET name = $3, name_key = $4 WHERE partner_id = $1 AND category_id = $2")
            .bind(blob(partner_id.0))
            .bind(blob(category_id.0))
            .bind(name)
            .bind(text::key(name))
            .execute(&mut *tx)
            .await
            .map_err(refused("name", "partner_id"))?;
    touched(renamed.rows_affected(), "category_id")?;
    Ok(tx.commit().await?)
}

pub(super) async fn order(store: &SqlStore, partner_id: PartnerId, order: &[CategoryId]) -> Result<()> {
    let mut tx = store.writing().await?;
    // Out of the way of all that are placed now; they keep their order among themselves.
    sqlx::query("UPDATE categories SET position = position + $2 WHERE partner_id = $1")
        .bind(blob(partner_id.0))
        .bind(i64::try_from(order.len() + 1).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
    for (place, category_id) in (1_i64..).zip(order) {
        let placed = sqlx::query("UPDATE categories SET position = $3 WHERE partner_id = $1 AND category_id = $2")
            .bind(blob(partner_id.0))
            .bind(blob(category_id.0))
            .bind(place)
            .execute(&mut *tx)
            .await?;
        touched(placed.rows_affected(), "category_id")?;
    }
    Ok(tx.commit().await?)
}

/// One archived already keeps its instant.
pub(super) async fn archive(
    store: &SqlStore,
    partner_id: PartnerId,
    category_id: CategoryId,
    archived_at: Option<Timestamp>,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let changed = sqlx::query(
        "UPDATE categories SET archived_at = CASE WHEN $3 IS NULL THEN NULL ELSE COALESCE(archived_at, $3) END
         WHERE partner_id = $1 AND category_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(category_id.0))
    .bind(archived_at.map(micros))
    .execute(&mut *tx)
    .await?;
    touched(changed.rows_affected(), "category_id")?;
    Ok(tx.commit().await?)
}

pub(super) async fn merge(
    store: &SqlStore,
    partner_id: PartnerId,
    category_id: CategoryId,
    into: CategoryId,
    editor: &Editor,
) -> Result<u32> {
    if category_id == into {
        return Err(StoreError::Exists("category_id"));
    }
    let mut tx = store.writing().await?;
    let (before, after) = (name(&mut tx, partner_id, category_id).await?, name(&mut tx, partner_id, into).await?);
    // In the order that authorizations hold them in.
    let users = sqlx::query(AssertSqlSafe(format!(
        "SELECT user_id FROM users WHERE partner_id = $1 AND category_id = $2 ORDER BY user_id{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(category_id.0))
    .fetch_all(&mut *tx)
    .await?;
    let changes = Changes::one("category", before, after);
    for user in &users {
        let user_id = UserId(user.id("user_id")?);
        edits::record(&mut tx, partner_id, user_id.0, editor, EditAction::Changed, &changes).await?;
    }
    sqlx::query("UPDATE users SET category_id = $3 WHERE partner_id = $1 AND category_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(category_id.0))
        .bind(blob(into.0))
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM categories WHERE partner_id = $1 AND category_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(category_id.0))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(u32::try_from(users.len()).unwrap_or(u32::MAX))
}

/// The name of a category that is the partner's.
pub(super) async fn name(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    category_id: CategoryId,
) -> Result<String> {
    sqlx::query("SELECT name FROM categories WHERE partner_id = $1 AND category_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(category_id.0))
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(StoreError::NotFound("category_id"))?
        .text("name")
}
