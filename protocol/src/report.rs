//! «Статистика подключения пользователей»: `GET /api/cabinet/v1/report`.
//!
//! Query: `from`, `to` (civil dates of the partner's zone, both ends included),
//! `authorized` (`all|yes|no`), `search`, `sort`, `descending`, `page`; and, as for
//! every list of the cabinet, `page_size` (50 unless told, at most 200).

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{ClientId, UserId},
    telemetry::FailureKind,
};

/// What to print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReportQuery {
    #[ts(type = "string")]
    pub from: Date,
    #[ts(type = "string")]
    pub to: Date,
    #[serde(default)]
    pub authorized: Filter,
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub sort: Column,
    #[serde(default)]
    pub descending: bool,
    #[serde(default = "first")]
    pub page: u32,
}

fn first() -> u32 {
    1
}

/// «Авторизация в отчетном периоде»: Все / Да / Нет.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    #[default]
    All,
    Yes,
    No,
}

/// Columns a report sorts by. Ties always fall back to the default order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// «Пользователь 1С» (Нет first), then client, surname, name, patronymic.
    #[default]
    Default,
    ItsUntil,
    Uses1c,
    Category,
    LastAuthorization,
    Authorized,
    Client,
    User,
    Reason,
    LastContact,
}

/// A page of the report with the totals of all its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Report {
    pub rows: Vec<ReportRow>,
    /// Rows the filter and the search leave, on all pages.
    pub total: u32,
    /// Of the users the search leaves, whatever the filter: authorized in the period.
    pub authorized: u32,
    /// Likewise, not authorized in the period.
    pub not_authorized: u32,
    pub page: u32,
    pub page_size: u32,
    /// IANA zone the period and the printed dates are in.
    pub zone: String,
    /// The cloud's time at which the report is true.
    #[ts(type = "string")]
    pub made_at: Timestamp,
}

/// One user. Texts are printed exactly as 1С prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReportRow {
    pub user_id: UserId,
    pub client_id: ClientId,
    /// «Дата»: end of the 1С:ИТС contract, `2015`, `31.12.2015` or empty.
    pub its_until: String,
    /// «Пользователь 1С».
    pub uses_1c: bool,
    /// «Категория Пользователя».
    pub category: String,
    /// «Дата последней авторизации»: `03.09.2013 4:03:05`, or empty. The last one
    /// ever up to now, inside the period or not.
    pub last_authorization: String,
    /// «Авторизация в отчетный период».
    pub authorized: bool,
    pub client: String,
    pub user: String,
    pub reason: Option<LikelyReason>,
    /// The last time staff dealt with the user, printed as above, or empty.
    pub last_contact: String,
}

/// Why the user did not authorize in the period, as the evidence says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LikelyReason {
    /// No code was ever issued.
    NotInvited,
    /// A code is waiting to be typed.
    CodeNotUsed,
    /// The last code expired or was withdrawn unused.
    CodeLapsed,
    /// Staff disconnected the computer and no other is connected.
    Disconnected,
    /// The program was uninstalled, and no other computer is connected.
    Removed,
    /// The user is archived.
    Archived,
    /// A computer was connected only after the period.
    ConnectedLater,
    /// The program was started but could not reach the cloud.
    Unreachable { failure: Option<FailureKind> },
    /// The program is not started with the computer.
    AutostartOff,
    /// A person switched the start with the computer off.
    AutostartOffByPerson,
    /// A policy of the client's administrator forbids the start with the computer.
    AutostartForbidden,
    /// Nothing was heard: the computer is off, or the program was removed without a word.
    Silent,
}
