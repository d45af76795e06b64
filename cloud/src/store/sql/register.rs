//! Which file does which operation of the register.

use async_trait::async_trait;
use buhphone_protocol::{
    ids::{CategoryId, ClientId, DeviceId, PartnerId, StaffId, UserId},
    register::{CategoryRow, Edit},
};
use jiff::Timestamp;

use super::{SqlStore, categories, clients, devices, persons};
use crate::store::{CodeRecord, Editor, Erased, PersonRecord, Register, Result};

#[async_trait]
impl Register for SqlStore {
    async fn client_edits(&self, partner_id: PartnerId, client_id: ClientId) -> Result<Vec<Edit>> {
        clients::edits(self, partner_id, client_id).await
    }

    async fn category_rows(&self, partner_id: PartnerId) -> Result<Vec<CategoryRow>> {
        categories::rows(self, partner_id).await
    }

    async fn rename_category(&self, partner_id: PartnerId, category_id: CategoryId, name: &str) -> Result<()> {
        categories::rename(self, partner_id, category_id, name).await
    }

    async fn order_categories(&self, partner_id: PartnerId, order: &[CategoryId]) -> Result<()> {
        categories::order(self, partner_id, order).await
    }

    async fn archive_category(
        &self,
        partner_id: PartnerId,
        category_id: CategoryId,
        archived_at: Option<Timestamp>,
    ) -> Result<()> {
        categories::archive(self, partner_id, category_id, archived_at).await
    }

    async fn merge_category(
        &self,
        partner_id: PartnerId,
        category_id: CategoryId,
        into: CategoryId,
        editor: &Editor,
    ) -> Result<u32> {
        categories::merge(self, partner_id, category_id, into, editor).await
    }

    async fn hand_over(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        code: &CodeRecord,
        code_hash: &[u8],
        issued_by: StaffId,
        editor: &Editor,
    ) -> Result<()> {
        devices::hand_over(self, partner_id, device_id, code, code_hash, issued_by, editor).await
    }

    async fn erase_user(&self, partner_id: PartnerId, user_id: UserId, editor: &Editor) -> Result<Erased> {
        persons::erase(self, partner_id, user_id, editor).await
    }

    async fn person(&self, partner_id: PartnerId, user_id: UserId) -> Result<PersonRecord> {
        persons::read(self, partner_id, user_id).await
    }
}
