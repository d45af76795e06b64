//! One trait of whole operations; each is one transaction, durable when it returns.
//!
//! The tenant is in every signature, so that a filter cannot be forgotten. Time
//! is passed in. What is allowed is decided in the rules; what must hold together
//! (a code is used once, a date never moves backwards) is decided here.

use std::sync::Arc;

use async_trait::async_trait;
use buhphone_protocol::{
    cabinet::{AuthorizationRow, Category, Client, Device, FailureRow, LaunchRow, Page, Role, User},
    date::ItsUntil,
    desk::LineSettings,
    ids::{AuthorizationId, CategoryId, ClientId, CodeId, DeviceId, PartnerId, StaffId, UserId},
    inn::Inn,
    key::PublicKey,
    letters::CodeFilter,
    register::Edit,
    report::{Column, Filter},
    telemetry::{Attended, Autostart, Computer, FailureKind, FailureTally, Launch, Trigger},
};
use jiff::{Timestamp, tz::TimeZone};

mod conversations;
mod invitations;
pub mod migrations;
mod reconnections;
mod register;
mod removals;
pub mod sql;
mod visits;

pub use conversations::{
    Conversations, KindFilter, LineAnswer, LiveEvents, NewMessage, NewRequest, Recorded, RequestListing, RequestRecord,
    Settled, StateFilter, Writer,
};
pub use invitations::{
    Addressee, DueLetter, Invitations, IssuedOrNot, KeptCode, NamedCode, NewLetter, OpenedRecord, Posted,
};
pub use reconnections::{Asked, Decided, Reconnections, WaitingWish};
pub use register::{Editor, Erased, PersonRecord, Register};
pub use removals::Removals;
pub use visits::Visits;

/// Copied, where several calls that were done together share it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing there, or it belongs to another partner.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// A unique thing exists already; holds the field.
    #[error("already exists: {0}")]
    Exists(&'static str),
    /// The database did not do it; nothing was written.
    #[error("the database did not answer: {0}")]
    Database(#[source] Arc<sqlx::Error>),
    /// A key that signed a call may not call for the device any more; nothing was written.
    #[error("the key may not call for the device")]
    KeyEnded,
    /// A stored value does not read back.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

#[derive(Clone, Debug)]
pub struct Partner {
    pub partner_id: PartnerId,
    pub name: String,
    pub phone: String,
    pub zone: TimeZone,
    /// Hex; for the machine ids of this partner's clients.
    pub machine_salt: String,
}

#[derive(Clone, Debug)]
pub struct Staff {
    pub staff_id: StaffId,
    pub partner_id: PartnerId,
    pub name: String,
    /// Lower case; unique in the cloud.
    pub email: String,
    pub role: Role,
    /// Argon2 hash in PHC form.
    pub password_hash: String,
}

/// A client's fields, checked.
#[derive(Clone, Debug)]
pub struct ClientFields {
    pub name: String,
    pub inn: Option<Inn>,
}

/// A user's fields, checked.
#[derive(Clone, Debug)]
pub struct UserFields {
    pub surname: String,
    pub name: String,
    pub patronymic: String,
    pub category_id: CategoryId,
    pub uses_1c: bool,
    pub its_until: Option<ItsUntil>,
    pub email: String,
    pub phone: String,
}

/// What to list, and which page (from 1).
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Case-insensitive part of a name, ИНН, e-mail or telephone (Cyrillic too); empty for all.
    pub search: String,
    /// The archived ones; otherwise the others.
    pub archived: bool,
    pub page: u32,
    pub page_size: u32,
    /// Users by how far their newest code got at `now`.
    pub code: Option<CodeFilter>,
    pub now: Timestamp,
}

/// A code as stored: its keyed hash, never its digits.
#[derive(Clone, Debug)]
pub struct CodeRecord {
    pub code_id: CodeId,
    pub user_id: UserId,
    pub issued_by: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
}

/// What presenting a code comes to, the first that holds of: unknown, revoked, used,
/// expired, user archived, key taken. Anything but `Bound` bound nothing: the attempt is
/// counted on its code, if there is such a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The key is bound now, or was bound by this very code before.
    Bound {
        partner_id: PartnerId,
        device_id: DeviceId,
        code_id: CodeId,
    },
    Unknown,
    UsedByAnotherKey,
    Expired,
    Revoked,
    UserArchived,
    /// The same key is a device already, by another code.
    KeyTaken,
}

/// A device as its calls need it.
#[derive(Clone, Debug)]
pub struct DeviceRecord {
    pub partner_id: PartnerId,
    pub device_id: DeviceId,
    pub user_id: UserId,
    pub key: PublicKey,
    pub disconnected: bool,
    pub user_archived: bool,
}

/// Whose a device is, for its standing.
#[derive(Clone, Debug)]
pub struct OwnerRecord {
    pub partner: Partner,
    pub client: String,
    pub user: String,
    pub its_until: Option<ItsUntil>,
    pub last_authorization: Option<Timestamp>,
    /// The user's telephone; may be empty.
    pub phone: String,
    pub line: LineSettings,
}

/// An authorization to write, with the telemetry that came with it.
#[derive(Clone, Debug)]
pub struct NewAuthorization {
    pub authorization_id: AuthorizationId,
    /// The key that signed the call, which has to be the device's still when it is written.
    /// None where no program called.
    pub signed_by: Option<PublicKey>,
    pub launch: Launch,
    pub trigger: Trigger,
    pub attended: Attended,
    pub computer: Computer,
    pub autostart: Autostart,
    pub failures: Vec<FailureTally>,
    pub launches: Vec<Launch>,
    pub launches_dropped: u32,
    /// What the device presented.
    pub echo: Option<String>,
    /// What it presents next time, if this is not a repetition.
    pub next_echo: String,
}

/// What is known after an authorization was written, now or by an earlier attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The cloud's time of the first attempt that was written.
    pub authorized_at: Timestamp,
    /// The value to answer: the same for every repetition.
    pub echo: String,
    /// This attempt wrote it.
    pub first: bool,
}

/// The report's selection: an interval of instants, half open, made of the partner's days.
#[derive(Clone, Debug)]
pub struct ReportSelection {
    pub from: Timestamp,
    pub until: Timestamp,
    pub authorized: Filter,
    pub search: String,
    pub sort: Column,
    pub descending: bool,
    pub page: u32,
    pub page_size: u32,
    /// For code expiry and «up to now».
    pub now: Timestamp,
}

#[derive(Clone, Debug)]
pub struct ReportPage {
    pub rows: Vec<ReportRecord>,
    pub total: u32,
    pub authorized: u32,
    pub not_authorized: u32,
}

/// One user of the report with the evidence the rules conclude a reason from.
#[derive(Clone, Debug)]
pub struct ReportRecord {
    pub user_id: UserId,
    pub client_id: ClientId,
    pub its_until: Option<ItsUntil>,
    pub uses_1c: bool,
    pub category: String,
    pub last_authorization: Option<Timestamp>,
    pub authorized: bool,
    pub client: String,
    pub user: String,
    pub evidence: Evidence,
    pub last_contact: Option<Timestamp>,
}

/// Facts about one user that explain a period without authorizations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub archived: bool,
    pub codes_issued: bool,
    /// A code that could still be used at `now`.
    pub code_active: bool,
    pub devices_ever: bool,
    /// A device neither disconnected nor removed.
    pub devices_connected: bool,
    /// A device whose program was uninstalled, not disconnected.
    pub devices_removed: bool,
    pub first_activated_at: Option<Timestamp>,
    /// A launch began in the period (by the computer's clock) and did not authorize.
    pub launched_in_period: bool,
    /// The commonest failure told that overlaps the period.
    pub failure_in_period: Option<FailureKind>,
    /// As last told by the user's connected computers; `On` if any of them says so.
    pub autostart: Option<Autostart>,
}

/// Everything the cabinet's card of a user shows.
#[derive(Clone, Debug)]
pub struct UserHistory {
    pub codes: Vec<KeptCode>,
    pub devices: Vec<Device>,
    pub authorizations: Vec<AuthorizationRow>,
    pub launches: Vec<LaunchRow>,
    pub failures: Vec<FailureRow>,
    pub edits: Vec<Edit>,
}

#[async_trait]
pub trait Store: Conversations + Visits + Reconnections + Register + Invitations + Removals {
    // Partners and staff.
    async fn create_partner(&self, partner: &Partner, at: Timestamp) -> Result<()>;
    async fn partner(&self, partner_id: PartnerId) -> Result<Partner>;
    /// For the operator's command line only.
    async fn partners(&self) -> Result<Vec<Partner>>;
    /// `Exists("email")`.
    async fn create_staff(&self, staff: &Staff, at: Timestamp) -> Result<()>;
    async fn staff(&self, partner_id: PartnerId) -> Result<Vec<Staff>>;
    /// The one question before a tenant is known: who signs in.
    async fn staff_by_email(&self, email: &str) -> Result<Option<Staff>>;
    /// Also ends all sessions of that member of staff.
    async fn set_password(&self, partner_id: PartnerId, staff_id: StaffId, password_hash: &str) -> Result<()>;

    // Sessions, by the hash of their token.
    async fn open_session(
        &self,
        partner_id: PartnerId,
        staff_id: StaffId,
        token_hash: &[u8],
        at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()>;
    async fn session(&self, token_hash: &[u8], at: Timestamp) -> Result<Option<Staff>>;
    async fn close_session(&self, token_hash: &[u8]) -> Result<()>;

    // Categories, clients, users.
    async fn categories(&self, partner_id: PartnerId) -> Result<Vec<Category>>;
    /// `Exists("name")` when the partner has one of that name, compared without case.
    async fn create_category(&self, partner_id: PartnerId, category: &Category) -> Result<()>;
    async fn clients(&self, partner_id: PartnerId, listing: &Listing) -> Result<Page<Client>>;
    async fn client(&self, partner_id: PartnerId, client_id: ClientId) -> Result<Client>;
    /// `Exists("inn")` when another client of the partner has that ИНН.
    async fn create_client(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        fields: &ClientFields,
        at: Timestamp,
    ) -> Result<()>;
    /// `NotFound("client_id")`, `Exists("inn")`. What is the same already is no edit.
    async fn update_client(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        fields: &ClientFields,
        editor: &Editor,
    ) -> Result<()>;
    /// Archives or brings back the client with its users; archiving revokes their active codes.
    /// Users archived before the client stay archived when it comes back.
    async fn archive_client(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        archive: bool,
        editor: &Editor,
    ) -> Result<()>;
    /// `client_id` narrows to one client.
    async fn users(&self, partner_id: PartnerId, client_id: Option<ClientId>, listing: &Listing) -> Result<Page<User>>;
    async fn user(&self, partner_id: PartnerId, user_id: UserId) -> Result<User>;
    async fn user_history(&self, partner_id: PartnerId, user_id: UserId) -> Result<UserHistory>;
    /// `NotFound("category_id")`, `NotFound("client_id")` when these are not the partner's.
    async fn create_user(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        user_id: UserId,
        fields: &UserFields,
        at: Timestamp,
    ) -> Result<()>;
    /// `NotFound("user_id")`, also of somebody whose data were erased; `NotFound("category_id")`.
    /// What is the same already is no edit.
    async fn update_user(
        &self,
        partner_id: PartnerId,
        user_id: UserId,
        fields: &UserFields,
        editor: &Editor,
    ) -> Result<()>;
    /// Archiving revokes the user's active code.
    async fn archive_user(&self, partner_id: PartnerId, user_id: UserId, archive: bool, editor: &Editor) -> Result<()>;

    // Codes and devices.
    /// Revokes the user's earlier active code: one user has one. `code.issued_by` is not
    /// read, its name is looked up. `NotFound("user_id")`, `NotFound("staff_id")` when
    /// these are not the partner's. `Exists("code")` when the hash is taken (the caller draws again).
    async fn issue_code(
        &self,
        partner_id: PartnerId,
        code: &CodeRecord,
        code_hash: &[u8],
        issued_by: StaffId,
    ) -> Result<()>;
    async fn revoke_code(&self, partner_id: PartnerId, code_id: CodeId, at: Timestamp) -> Result<()>;
    /// The one write before a tenant is known: the code tells whose it is. Uses the code once,
    /// and begins its visit.
    async fn bind(
        &self,
        code_hash: &[u8],
        key: &PublicKey,
        device_id: DeviceId,
        launch: &Launch,
        computer: &Computer,
        at: Timestamp,
    ) -> Result<Binding>;
    /// The one question of a signed call before a tenant is known.
    async fn device_by_key(&self, key: &PublicKey) -> Result<Option<DeviceRecord>>;
    async fn owner(&self, partner_id: PartnerId, device_id: DeviceId) -> Result<OwnerRecord>;
    async fn disconnect_device(&self, partner_id: PartnerId, device_id: DeviceId, at: Timestamp) -> Result<()>;

    // Authorizations.
    /// Writes the authorization with its telemetry, once by `authorization_id`; the
    /// user's date becomes the later of what it was and `at`. An id of another
    /// device is `Exists("authorization_id")`. A device that presents neither the value
    /// it was given last nor the one it presented last is marked as cloned. The first of a
    /// device is its visit's `Authorized`. `KeyEnded` if meanwhile the device has another key or
    /// was disconnected, or its user was archived. Answered with whose the device is, as the same transaction saw it.
    ///
    /// Those that are called at once are written together, each as if it were alone; one whose
    /// caller leaves may be written all the same.
    async fn authorize(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        new: &NewAuthorization,
        at: Timestamp,
    ) -> Result<(Written, OwnerRecord)>;

    /// The users not archived of clients not archived, with what the period holds of them.
    /// By [`Column::Reason`] they come in the order of `rules::reason::rank`, those who
    /// authorized first.
    async fn report(&self, partner_id: PartnerId, selection: &ReportSelection) -> Result<ReportPage>;
}
