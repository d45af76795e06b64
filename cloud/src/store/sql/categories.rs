//! The partner's own list of service packages. Names are unique without case and ё.

use buhphone_protocol::{
    cabinet::Category,
    ids::{CategoryId, PartnerId},
};

use super::{
    SqlStore,
    row::{Columns, blob, refused},
    text,
};
use crate::store::Result;

/// By name.
pub(super) async fn all(store: &SqlStore, partner_id: PartnerId) -> Result<Vec<Category>> {
    let rows = sqlx::query("SELECT category_id, name FROM categories WHERE partner_id = $1 ORDER BY name_key")
        .bind(blob(partner_id.0))
        .fetch_all(&store.readers)
        .await?;
    rows.iter()
        .map(|row| Ok(Category { category_id: CategoryId(row.id("category_id")?), name: row.text("name")? }))
        .collect()
}

pub(super) async fn create(store: &SqlStore, partner_id: PartnerId, category: &Category) -> Result<()> {
    let mut tx = store.writing().await?;
    sqlx::query("INSERT INTO categories (partner_id, category_id, name, name_key) VALUES ($1, $2, $3, $4)")
        .bind(blob(partner_id.0))
        .bind(blob(category.category_id.0))
        .bind(&category.name)
        .bind(text::key(&category.name))
        .execute(&mut *tx)
        .await
        .map_err(refused("name", "partner_id"))?;
    Ok(tx.commit().await?)
}
