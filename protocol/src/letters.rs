//! How a code reaches its user: printed, mailed, opened from a letter; and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{ClientId, CodeId, UserId};

/// Most codes that are issued, printed or mailed at once.
pub const CODES_MAX: usize = 1_000;

/// `POST` with [`OpenedCode`]: the page that a letter or a card leads to tells that it was opened,
/// and asks what the code is. Answered with [`CodePage`]. Anybody may, as with an activation.
pub const OPENED_PATH: &str = "/api/open/v1/code";

/// Where a letter's link leads: the page reads the digits after `#`, which no server is told.
pub const CONNECT_PAGE: &str = "/connect";

/// What became of a code after it was issued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeStory {
    #[serde(default)]
    pub letter: Option<CodeLetter>,
    /// The page behind its letter or card was opened first.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub opened_at: Option<Timestamp>,
    /// Attempts to connect by it that were refused: on a second computer, after its end.
    #[serde(default)]
    pub tries: u32,
    /// The last of them.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub tried_at: Option<Timestamp>,
    /// The computer it was used on; empty before.
    #[serde(default)]
    pub computer: String,
}

/// The last letter with a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeLetter {
    /// The address; empty where it was erased.
    pub to: String,
    pub state: LetterState,
    /// When it came into this state.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// What the mail server answered last, in its own words; empty when nothing was wrong.
    pub error: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    /// On its way: the mail server has not taken it yet.
    Waiting,
    /// The mail server took it.
    Sent,
    /// It was refused for good.
    Failed,
    /// Its code was used or withdrawn before it went.
    Withdrawn,
    #[serde(other)]
    Unknown,
}

/// The newest code of a user, on the row of the list of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserCode {
    pub code_id: CodeId,
    #[ts(type = "string")]
    pub issued_at: Timestamp,
    #[ts(type = "string")]
    pub expires_at: Timestamp,
    #[ts(type = "string | null")]
    pub revoked_at: Option<Timestamp>,
    #[ts(type = "string | null")]
    pub used_at: Option<Timestamp>,
    pub story: CodeStory,
}

/// `GET /users?code=`: users by how far their newest code got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CodeFilter {
    /// No computer is connected and no code could connect one.
    Needed,
    /// None was ever issued.
    Never,
    /// It could be used now.
    Active,
    /// Likewise, and its letter was refused.
    Undelivered,
    Used,
    /// It ended unused.
    Expired,
    Revoked,
}

/// Body of `POST /codes`: who gets a code, at most [`CODES_MAX`]. Either `user_ids`, or all that `found` finds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IssueCodes {
    #[serde(default)]
    pub user_ids: Vec<UserId>,
    #[serde(default)]
    pub found: Option<FoundUsers>,
    /// Also those whose code could still be used: it is withdrawn.
    #[serde(default)]
    pub replace: bool,
}

/// As in `GET /users`; the archived never get one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundUsers {
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub client_id: Option<ClientId>,
    #[serde(default)]
    pub code: Option<CodeFilter>,
}

/// All of them in one transaction, in the order of names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IssuedCodes {
    pub issued: Vec<CodeOf>,
    pub skipped: Vec<SkippedUser>,
}

/// A code with whose it is; its digits are not shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeOf {
    pub code_id: CodeId,
    pub user_id: UserId,
    pub user: String,
    pub client: String,
    /// Empty: no letter can be sent.
    pub email: String,
    /// `4821-0937-5526`.
    pub code: String,
    #[ts(type = "string")]
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for CodeOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeOf").field("code_id", &self.code_id).field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SkippedUser {
    pub user_id: UserId,
    pub user: String,
    pub client: String,
    pub why: WhySkipped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WhySkipped {
    Archived,
    /// The person's data were erased.
    Erased,
    /// Their code could still be used, and was to be left.
    HasCode,
}

/// Body of `POST /codes/cards`, answered with one PDF, and of `POST /codes/letters`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShownCodes {
    pub codes: Vec<ShownCode>,
}

/// A code by its digits, which the cloud does not keep: whoever was shown them says them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShownCode {
    pub code_id: CodeId,
    pub code: String,
}

impl std::fmt::Debug for ShownCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownCode").field("code_id", &self.code_id).finish_non_exhaustive()
    }
}

/// Answer to `POST /codes/letters`. A letter that waits is sent by itself, and again if need be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LettersPosted {
    pub posted: u32,
    /// These have no address.
    pub without_address: Vec<UserId>,
}

/// `GET /letters`, `PUT /letters`: the partner's words around a code. In both are replaced
/// `{имя}`, `{клиент}`, `{код}`, `{ссылка}`, `{срок}`, `{партнёр}`, `{телефон}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LetterWords {
    /// 1–200 characters.
    pub subject: String,
    /// 1–5,000 characters, among them `{код}` or `{ссылка}`.
    pub text: String,
}

/// Body of [`OPENED_PATH`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenedCode {
    pub code: String,
}

impl std::fmt::Debug for OpenedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedCode(…)")
    }
}

/// What the page of a code shows beside its digits. What is no code, or no longer one, is refused as
/// an activation by it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodePage {
    pub partner: String,
    /// The partner's telephone; may be empty.
    pub phone: String,
    #[ts(type = "string")]
    pub expires_at: Timestamp,
    /// IANA zone of the partner's days.
    pub zone: String,
    /// Opens the program with the code.
    pub link: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub program_url: Option<String>,
}
