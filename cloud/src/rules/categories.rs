//! The partner's own list of categories: added, renamed, put in order, archived, merged.
//! It is the partner's list, so whoever registers users may keep it.

use buhphone_protocol::{
    cabinet::{Category, CategoryDraft},
    ids::CategoryId,
    register::{CategoryOrder, CategoryRow},
};

use super::{Refusal, Result, Rules, fields, may_register};
use crate::store::Staff;

/// More categories than any price list has.
const CATEGORIES_MAX: usize = 500;

impl Rules {
    /// Those offered, in the partner's order.
    pub async fn categories(&self, staff: &Staff) -> Result<Vec<Category>> {
        Ok(self.store.categories(staff.partner_id).await?)
    }

    /// All of them, with how many users have each.
    pub async fn category_rows(&self, staff: &Staff) -> Result<Vec<CategoryRow>> {
        Ok(self.store.category_rows(staff.partner_id).await?)
    }

    pub async fn create_category(&self, staff: &Staff, draft: CategoryDraft) -> Result<Category> {
        may_register(staff)?;
        let name = fields::required("name", &draft.name, 200)?;
        let category = Category { category_id: CategoryId::generate(), name };
        self.store.create_category(staff.partner_id, &category).await?;
        Ok(category)
    }

    pub async fn rename_category(&self, staff: &Staff, category_id: CategoryId, draft: CategoryDraft) -> Result<()> {
        may_register(staff)?;
        let name = fields::required("name", &draft.name, 200)?;
        self.store.rename_category(staff.partner_id, category_id, &name).await.map_err(|error| in_path(error.into()))
    }

    pub async fn order_categories(&self, staff: &Staff, order: CategoryOrder) -> Result<()> {
        may_register(staff)?;
        let ids = order.category_ids;
        if ids.len() > CATEGORIES_MAX {
            return Err(Refusal::invalid("category_ids", format!("at most {CATEGORIES_MAX} are put in order")));
        }
        if ids.iter().collect::<std::collections::HashSet<_>>().len() < ids.len() {
            return Err(Refusal::invalid("category_ids", "a category is named twice"));
        }
        Ok(self.store.order_categories(staff.partner_id, &ids).await?)
    }

    /// Archives the category, or brings it back.
    pub async fn archive_category(&self, staff: &Staff, category_id: CategoryId, archive: bool) -> Result<()> {
        may_register(staff)?;
        let archived_at = archive.then(|| self.now());
        let archived = self.store.archive_category(staff.partner_id, category_id, archived_at).await;
        archived.map_err(|error| in_path(error.into()))
    }

    /// Its users get the other one, and it is gone.
    pub async fn merge_category(&self, staff: &Staff, category_id: CategoryId, into: CategoryId) -> Result<()> {
        may_register(staff)?;
        if category_id == into {
            return Err(Refusal::invalid("category_id", "a category is not merged into itself"));
        }
        self.store.merge_category(staff.partner_id, category_id, into, &self.editor(staff)).await?;
        Ok(())
    }
}

/// What is in the path is the thing asked for and no field.
fn in_path(refusal: Refusal) -> Refusal {
    if refusal.field.as_deref() == Some("category_id") { Refusal::not_found() } else { refusal }
}
