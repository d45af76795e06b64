//! The history of edits: who changed what of a client or a user, and what it was. Written in the
//! transaction of the change, so that neither is there without the other.

use buhphone_protocol::{
    ids::PartnerId,
    register::{Edit, EditAction, FieldChange},
};
use sqlx::{Any, Transaction, any::AnyRow};
use uuid::Uuid;

use super::row::{Columns, blob, damaged, micros, word};
use crate::store::{Editor, Result};

/// Shown on a card.
pub(super) const SHOWN: u32 = 50;

/// The fields that differ.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<FieldChange>);

impl Changes {
    /// Of one field that is told however it was.
    pub(super) fn one(field: &str, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self(vec![FieldChange { field: field.to_owned(), before: before.into(), after: after.into() }])
    }

    /// Adds the field if it differs.
    pub(super) fn field(&mut self, field: &str, before: impl Into<String>, after: impl Into<String>) {
        let (before, after) = (before.into(), after.into());
        if before != after {
            self.0.push(FieldChange { field: field.to_owned(), before, after });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes one edit of a client or a user.
pub(super) async fn record(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    subject_id: Uuid,
    editor: &Editor,
    action: EditAction,
    changes: &Changes,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO edits (partner_id, subject_id, edit_id, edited_at, edited_by, editor, action, changes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(subject_id))
    .bind(blob(Uuid::now_v7()))
    .bind(micros(editor.at))
    .bind(editor.staff_id.map(|id| blob(id.0)))
    .bind(&editor.name)
    .bind(word(action)?)
    .bind(serde_json::to_string(&changes.0).map_err(damaged("changes"))?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Newest first.
pub(super) async fn of(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    subject_id: Uuid,
    limit: u32,
) -> Result<Vec<Edit>> {
    let rows = sqlx::query(
        "SELECT edited_at, editor, action, changes FROM edits WHERE partner_id = $1 AND subject_id = $2
         ORDER BY edited_at DESC, edit_id DESC LIMIT $3",
    )
    .bind(blob(partner_id.0))
    .bind(blob(subject_id))
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(read).collect()
}

/// What was changed is told no more; that it was, by whom and when, stays.
pub(super) async fn forget(tx: &mut Transaction<'static, Any>, partner_id: PartnerId, subject_id: Uuid) -> Result<()> {
    sqlx::query("UPDATE edits SET changes = '[]' WHERE partner_id = $1 AND subject_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(subject_id))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Edit> {
    Ok(Edit {
        at: row.instant("edited_at")?,
        by: row.text("editor")?,
        action: row.word("action")?,
        changes: serde_json::from_str(&row.text("changes")?).map_err(damaged("changes"))?,
    })
}
