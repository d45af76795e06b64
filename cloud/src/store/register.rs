//! The operations of keeping the register true: its edits, the list of categories, a computer
//! that goes to a colleague, a person who demands their data or its end.

use async_trait::async_trait;
use buhphone_protocol::{
    cabinet::{AuthorizationRow, Device, FailureRow, LaunchRow},
    ids::{CategoryId, ClientId, DeviceId, PartnerId, StaffId, UserId},
    register::{CategoryRow, Conversation, Edit},
};
use jiff::Timestamp;

use super::{CodeRecord, KeptCode, Result};

/// Who changes the register, and when. Written with every change, in its transaction.
#[derive(Clone, Debug)]
pub struct Editor {
    /// None where no member of staff does it.
    pub staff_id: Option<StaffId>,
    /// Kept as it is now, whatever becomes of the person.
    pub name: String,
    pub at: Timestamp,
}

/// All that is kept of one person, each newest first; requests and their messages oldest first.
#[derive(Clone, Debug)]
pub struct PersonRecord {
    pub registered_at: Timestamp,
    pub edits: Vec<Edit>,
    pub codes: Vec<KeptCode>,
    pub devices: Vec<Device>,
    pub authorizations: Vec<AuthorizationRow>,
    pub launches: Vec<LaunchRow>,
    pub failures: Vec<FailureRow>,
    pub requests: Vec<Conversation>,
}

/// What became of a person's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// These computers were disconnected with it.
    Done { devices: Vec<DeviceId> },
    /// It was done before.
    Already,
}

#[async_trait]
pub trait Register: Send + Sync {
    /// Newest first, at most fifty. `NotFound("client_id")`.
    async fn client_edits(&self, partner_id: PartnerId, client_id: ClientId) -> Result<Vec<Edit>>;

    /// In the partner's order, archived ones last.
    async fn category_rows(&self, partner_id: PartnerId) -> Result<Vec<CategoryRow>>;
    /// `NotFound("category_id")`, `Exists("name")`.
    async fn rename_category(&self, partner_id: PartnerId, category_id: CategoryId, name: &str) -> Result<()>;
    /// As listed; those left out follow as they stood. `NotFound("category_id")`.
    async fn order_categories(&self, partner_id: PartnerId, order: &[CategoryId]) -> Result<()>;
    /// Archives it or brings it back; its users keep it. `NotFound("category_id")`.
    async fn archive_category(
        &self,
        partner_id: PartnerId,
        category_id: CategoryId,
        archived_at: Option<Timestamp>,
    ) -> Result<()>;
    /// Its users get the other instead, each with an edit, and it is gone. How many.
    /// `NotFound("category_id")` when either is not there; `Exists("category_id")` when they are one.
    async fn merge_category(
        &self,
        partner_id: PartnerId,
        category_id: CategoryId,
        into: CategoryId,
        editor: &Editor,
    ) -> Result<u32>;

    /// Disconnects the computer and issues the code, to the colleague whose code it is. What was done
    /// with the computer stays with whoever did it.
    ///
    /// As `issue_code`, and `NotFound("device_id")`; `Exists("user_id")` when it is theirs already.
    async fn hand_over(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        code: &CodeRecord,
        code_hash: &[u8],
        issued_by: StaffId,
        editor: &Editor,
    ) -> Result<()>;

    /// Erases what tells who the person is and what they wrote, and disconnects their computers.
    /// The row stays with its category, client and dates, and so do all counts. `NotFound("user_id")`.
    async fn erase_user(&self, partner_id: PartnerId, user_id: UserId, editor: &Editor) -> Result<Erased>;
    /// `NotFound("user_id")`.
    async fn person(&self, partner_id: PartnerId, user_id: UserId) -> Result<PersonRecord>;
}
