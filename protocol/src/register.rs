//! The register's own conversations, under the cabinet's prefix: what was edited by whom, the
//! partner's list of categories, a computer handed to a colleague, a person's data taken out or erased.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    cabinet::{AuthorizationRow, Device, FailureRow, IssuedCode, LaunchRow, User},
    conversation::{Message, Request},
    ids::{CategoryId, UserId},
};

/// One change of a client or a user, as it was made. `GET /clients/{client_id}/edits`; a user's are on its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Edit {
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Name of who did it, as it was then.
    pub by: String,
    pub action: EditAction,
    /// Field by field; none where nothing but the action is to be told.
    pub changes: Vec<FieldChange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EditAction {
    Changed,
    Archived,
    Restored,
    /// A computer went to a colleague: `computer` was here, and is that person's.
    HandedOver,
    /// Everything personal was erased on the person's demand.
    Erased,
    #[serde(other)]
    Unknown,
}

/// A field by its name on the wire, and what it held: a category by its name, a flag as `true` or `false`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldChange {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// A row of `GET /categories/list`: the partner's list as it is kept, archived ones last.
///
/// `PUT /categories/{id}` renames it by a draft; `POST` and `DELETE /categories/{id}/archive`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CategoryRow {
    pub category_id: CategoryId,
    pub name: String,
    /// Not offered for new users; those that have it keep it.
    pub archived: bool,
    /// Users not archived that have it.
    pub users: u32,
}

/// Body of `PUT /categories/order`: all of them, as they shall stand. Any that is left out follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CategoryOrder {
    pub category_ids: Vec<CategoryId>,
}

/// Body of `POST /categories/{id}/merge`: its users get this one instead, and it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MergeInto {
    pub category_id: CategoryId,
}

/// Body of `POST /devices/{device_id}/hand-over`: disconnects the computer and issues a code to the
/// colleague, who types it there; all that was done with it stays with whoever did it.
/// Answered as `POST /users/{user_id}/codes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HandOver {
    pub user_id: UserId,
}

/// Body of `POST /users/{user_id}/erase`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Erase {
    /// The person's surname, typed by whoever erases.
    pub surname: String,
}

/// `GET /users/{user_id}/export`: all that is kept of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonData {
    pub exported_at: Timestamp,
    /// The company that answers for the data.
    pub partner: String,
    pub user: User,
    pub registered_at: Timestamp,
    pub edits: Vec<Edit>,
    pub codes: Vec<IssuedCode>,
    pub devices: Vec<Device>,
    pub authorizations: Vec<AuthorizationRow>,
    pub launches: Vec<LaunchRow>,
    pub failures: Vec<FailureRow>,
    pub requests: Vec<Conversation>,
}

/// A request with all its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    pub request: Request,
    pub messages: Vec<Message>,
}
