//! The cabinet's wire: what the partner's staff see and do, under `/api/cabinet/v1`.
//!
//! The session is an HttpOnly cookie; the tenant is the session's, never a parameter.
//! Every change is sent as JSON with the header [`CSRF_HEADER`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    conversation::Seq,
    date::ItsUntil,
    ids::{CategoryId, ClientId, CodeId, DeviceId, PartnerId, StaffId, UserId},
    inn::Inn,
    letters::{CodeStory, UserCode},
    register::Edit,
    telemetry::{Attended, Autostart, FailureKind, Origin, Trigger},
};

pub const PREFIX: &str = "/api/cabinet/v1";

/// Demanded on every change: a form of another site cannot set it.
pub const CSRF_HEADER: &str = "x-buhphone";

/// `POST /session`.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("email", &self.email).finish_non_exhaustive()
    }
}

/// `GET /session`, and the answer to a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Session {
    pub staff_id: StaffId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub partner_id: PartnerId,
    pub partner: String,
    /// IANA zone of the partner's days; all dates of the cabinet are in it.
    pub zone: String,
    /// The cloud's time.
    #[ts(type = "string")]
    pub now: Timestamp,
    /// The partner's civil date now: `2026-11-23`.
    pub today: String,
    /// Where the program is downloaded, if the operator set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub program_url: Option<String>,
    /// The partner's telephone, as its clients see it; may be empty.
    #[serde(default)]
    pub partner_phone: String,
    /// The partner's last change: what a page asks for from now on it follows from here, and misses nothing.
    #[serde(default)]
    #[ts(type = "number")]
    pub last_change: Seq,
    /// The cloud can send letters.
    #[serde(default)]
    pub mail: bool,
}

/// What a member of staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Administrator,
    ClientManager,
    Specialist,
}

/// `GET /categories`, `POST /categories`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Category {
    pub category_id: CategoryId,
    pub name: String,
}

/// Body of `POST /categories`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CategoryDraft {
    pub name: String,
}

/// Body of `POST /clients` and `PUT /clients/{client_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientDraft {
    /// 1–200 characters.
    pub name: String,
    /// Ten or twelve digits with their control digits; empty text for none.
    #[serde(default)]
    pub inn: String,
}

/// A client with the size of what is under it. `GET /clients?search=&archived=&page=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Client {
    pub client_id: ClientId,
    pub name: String,
    pub inn: Option<Inn>,
    pub archived: bool,
    /// Users not archived.
    pub users: u32,
    /// Of these, users with a connected computer.
    pub connected: u32,
}

/// Body of `POST /clients/{client_id}/users` and `PUT /users/{user_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserDraft {
    /// 1–100 characters.
    pub surname: String,
    /// 0–100 characters, as is the patronymic.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub patronymic: String,
    pub category_id: CategoryId,
    /// «Пользователь 1С».
    pub uses_1c: bool,
    /// `2015`, `31.12.2015`, `2015-12-31`, or empty.
    #[serde(default)]
    pub its_until: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub phone: String,
}

/// A row of `GET /users?search=&client_id=&archived=&code=&page=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct User {
    pub user_id: UserId,
    pub client_id: ClientId,
    pub client: String,
    pub surname: String,
    pub name: String,
    pub patronymic: String,
    pub category_id: CategoryId,
    pub category: String,
    pub uses_1c: bool,
    #[ts(type = "string | null")]
    pub its_until: Option<ItsUntil>,
    pub email: String,
    pub phone: String,
    pub archived: bool,
    /// Everything personal was erased on the person's demand; the row stays for the counts.
    #[serde(default)]
    pub erased: bool,
    /// Computers connected now.
    pub devices: u32,
    #[ts(type = "string | null")]
    pub last_authorization: Option<Timestamp>,
    /// The newest code, if there ever was one.
    #[serde(default)]
    pub code: Option<UserCode>,
}

/// One page of a list. Pages count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Rows of all pages.
    pub total: u32,
    pub page: u32,
    pub page_size: u32,
}

/// `GET /users/{user_id}`: the user's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserCard {
    pub user: User,
    pub codes: Vec<IssuedCode>,
    pub devices: Vec<Device>,
    /// Newest first, at most fifty.
    pub authorizations: Vec<AuthorizationRow>,
    /// Newest first, at most fifty.
    pub launches: Vec<LaunchRow>,
    /// Failures told with the last authorization of each computer.
    pub failures: Vec<FailureRow>,
    /// What was changed of the user and by whom, newest first, at most fifty.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// A code's record; its digits are shown once, when it is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IssuedCode {
    pub code_id: CodeId,
    pub state: CodeState,
    /// Name of who issued it; empty if the person is gone.
    pub issued_by: String,
    #[ts(type = "string")]
    pub issued_at: Timestamp,
    #[ts(type = "string")]
    pub expires_at: Timestamp,
    #[ts(type = "string | null")]
    pub used_at: Option<Timestamp>,
    #[serde(default)]
    pub story: CodeStory,
}

/// Whether a code still lets somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    Active,
    Used,
    Expired,
    Revoked,
}

/// Answer to `POST /users/{user_id}/codes`. `DELETE /codes/{code_id}` withdraws it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NewCode {
    pub issued: IssuedCode,
    /// `4821-0937-5526`; cannot be shown again.
    pub code: String,
    /// `buhphone://connect?code=…&cloud=…`: opens the program.
    pub link: String,
    /// The link as a QR picture, SVG.
    pub qr_svg: String,
}

impl std::fmt::Debug for NewCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewCode").field("issued", &self.issued).finish_non_exhaustive()
    }
}

/// A computer of the user. `DELETE /devices/{device_id}` disconnects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Device {
    pub device_id: DeviceId,
    pub computer: String,
    pub system: String,
    pub program: String,
    pub autostart: Autostart,
    #[ts(type = "string")]
    pub activated_at: Timestamp,
    #[ts(type = "string | null")]
    pub last_authorization: Option<Timestamp>,
    #[ts(type = "string | null")]
    pub disconnected_at: Option<Timestamp>,
    /// The program was uninstalled there, and has not been heard since.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub removed_at: Option<Timestamp>,
    /// A copied disk or a restored backup was noticed.
    #[ts(type = "string | null")]
    pub cloned_at: Option<Timestamp>,
    /// When a key was last approved in place of a lost one.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub reconnected_at: Option<Timestamp>,
    /// Name of who approved it.
    #[serde(default)]
    pub reconnected_by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuthorizationRow {
    #[ts(type = "string")]
    pub at: Timestamp,
    pub computer: String,
    pub trigger: Trigger,
    pub attended: Attended,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LaunchRow {
    /// By the computer's clock.
    #[ts(type = "string")]
    pub started_at: Timestamp,
    /// By the cloud's: when it was told.
    #[ts(type = "string")]
    pub told_at: Timestamp,
    pub computer: String,
    pub origin: Origin,
    /// It authorized. Otherwise it could not reach the cloud.
    pub authorized: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FailureRow {
    pub computer: String,
    pub kind: FailureKind,
    pub count: u32,
    #[ts(type = "string")]
    pub first_at: Timestamp,
    #[ts(type = "string")]
    pub last_at: Timestamp,
}
