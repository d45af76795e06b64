//! Registering clients and their users.
//! Checks what was typed; who may do it; answers the thing as it stands afterwards.

use buhphone_protocol::{
    cabinet::{Client, ClientDraft, Page, User, UserDraft},
    ids::{ClientId, UserId},
    letters::CodeFilter,
};

use super::{Refusal, Result, Rules, fields, may_register};
use crate::store::{ClientFields, Listing, Staff, UserFields};

pub const PAGE_SIZE: u32 = 50;
pub const PAGE_SIZE_MAX: u32 = 200;

/// Which page of which rows; pages count from 1.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub search: String,
    pub archived: bool,
    pub page: u32,
    pub page_size: u32,
    /// Of users: how far their newest code got.
    pub code: Option<CodeFilter>,
}

impl Rules {
    pub async fn clients(&self, staff: &Staff, wanted: Wanted) -> Result<Page<Client>> {
        Ok(self.store.clients(staff.partner_id, &self.listing(wanted)?).await?)
    }

    pub async fn client(&self, staff: &Staff, client_id: ClientId) -> Result<Client> {
        Ok(self.store.client(staff.partner_id, client_id).await?)
    }

    pub async fn create_client(&self, staff: &Staff, draft: ClientDraft) -> Result<Client> {
        may_register(staff)?;
        let (client_id, fields) = (ClientId::generate(), client_fields(&draft)?);
        self.store.create_client(staff.partner_id, client_id, &fields, self.now()).await?;
        self.client(staff, client_id).await
    }

    pub async fn update_client(&self, staff: &Staff, client_id: ClientId, draft: ClientDraft) -> Result<Client> {
        may_register(staff)?;
        let fields = client_fields(&draft)?;
        self.store.update_client(staff.partner_id, client_id, &fields, &self.editor(staff)).await?;
        self.client(staff, client_id).await
    }

    /// Archives the client, or brings it back.
    pub async fn archive_client(&self, staff: &Staff, client_id: ClientId, archive: bool) -> Result<Client> {
        may_register(staff)?;
        self.store.archive_client(staff.partner_id, client_id, archive, &self.editor(staff)).await?;
        // The streams of those archived end.
        self.live.wake_partner(staff.partner_id);
        self.client(staff, client_id).await
    }

    /// `client_id` narrows to one client.
    pub async fn users(&self, staff: &Staff, client_id: Option<ClientId>, wanted: Wanted) -> Result<Page<User>> {
        Ok(self.store.users(staff.partner_id, client_id, &self.listing(wanted)?).await?)
    }

    pub async fn create_user(&self, staff: &Staff, client_id: ClientId, draft: UserDraft) -> Result<User> {
        may_register(staff)?;
        let (user_id, fields) = (UserId::generate(), user_fields(&draft)?);
        self.store.create_user(staff.partner_id, client_id, user_id, &fields, self.now()).await.map_err(|error| {
            let refusal = Refusal::from(error);
            // The client is in the path, so that it is the thing asked for and no field.
            if refusal.field.as_deref() == Some("client_id") { Refusal::not_found() } else { refusal }
        })?;
        Ok(self.store.user(staff.partner_id, user_id).await?)
    }

    pub async fn update_user(&self, staff: &Staff, user_id: UserId, draft: UserDraft) -> Result<User> {
        may_register(staff)?;
        let editor = self.editor(staff);
        self.store.update_user(staff.partner_id, user_id, &user_fields(&draft)?, &editor).await?;
        // Their programs show the name and offer the telephone.
        self.store.standing_changed(staff.partner_id, user_id, editor.at).await?;
        self.live.wake_user(staff.partner_id, user_id);
        Ok(self.store.user(staff.partner_id, user_id).await?)
    }

    /// Archives the user, or brings it back.
    pub async fn archive_user(&self, staff: &Staff, user_id: UserId, archive: bool) -> Result<User> {
        may_register(staff)?;
        self.store.archive_user(staff.partner_id, user_id, archive, &self.editor(staff)).await?;
        self.live.wake_user(staff.partner_id, user_id);
        Ok(self.store.user(staff.partner_id, user_id).await?)
    }

    fn listing(&self, wanted: Wanted) -> Result<Listing> {
        let (page, page_size) = page(wanted.page, wanted.page_size)?;
        let search = fields::search(&wanted.search)?;
        Ok(Listing { search, archived: wanted.archived, page, page_size, code: wanted.code, now: self.now() })
    }
}

/// A page within bounds.
pub(super) fn page(page: u32, page_size: u32) -> Result<(u32, u32)> {
    // Past a million pages the row's number no longer fits what databases count in.
    if !(1..=1_000_000).contains(&page) {
        return Err(Refusal::invalid("page", "page counts from 1"));
    }
    if !(1..=PAGE_SIZE_MAX).contains(&page_size) {
        return Err(Refusal::invalid("page_size", format!("page_size is from 1 to {PAGE_SIZE_MAX}")));
    }
    Ok((page, page_size))
}

fn client_fields(draft: &ClientDraft) -> Result<ClientFields> {
    let inn = match draft.inn.trim() {
        "" => None,
        inn => Some(inn.parse().map_err(|error| Refusal::invalid("inn", format!("{error}")))?),
    };
    Ok(ClientFields { name: fields::required("name", &draft.name, 200)?, inn })
}

fn user_fields(draft: &UserDraft) -> Result<UserFields> {
    let its_until = match draft.its_until.trim() {
        "" => None,
        text => Some(text.parse().map_err(|error| Refusal::invalid("its_until", format!("{error}")))?),
    };
    Ok(UserFields {
        surname: fields::required("surname", &draft.surname, 100)?,
        name: fields::optional("name", &draft.name, 100)?,
        patronymic: fields::optional("patronymic", &draft.patronymic, 100)?,
        category_id: draft.category_id,
        uses_1c: draft.uses_1c,
        its_until,
        email: fields::email(&draft.email)?,
        phone: fields::phone(&draft.phone)?,
    })
}
