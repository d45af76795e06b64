//! Visits as the cabinet shows them. Their steps are told by programs, or seen by the
//! cloud itself when a code is used and a computer first authorizes.

use buhphone_protocol::{cabinet::Page, ids::CodeId, visit::Visit};

use super::{Result, Rules, registering::page};
use crate::store::Staff;

impl Rules {
    pub async fn visits(&self, staff: &Staff, wanted_page: u32, page_size: u32) -> Result<Page<Visit>> {
        let (page, page_size) = page(wanted_page, page_size)?;
        Ok(self.store.visits(staff.partner_id, page, page_size).await?)
    }

    /// The visit of a code, also of one not used yet.
    pub async fn visit(&self, staff: &Staff, code_id: CodeId) -> Result<Visit> {
        Ok(self.store.visit(staff.partner_id, code_id).await?)
    }
}
