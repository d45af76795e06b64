//! Where a device stands at the cloud: whose it is, and what the program shows of it.
//! Part of every answer, so that whatever the partner changed is seen at the next call.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::desk::LineCard;

/// Who the device belongs to and what holds for them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Standing {
    pub partner: PartnerCard,
    /// The client's name: `ООО «Ромашка»`.
    pub client: String,
    /// The user's full name.
    pub user: String,
    /// The maximum over all the user's computers, by the cloud's clock.
    #[ts(type = "string | null")]
    pub last_authorization: Option<Timestamp>,
    /// The 1С:ИТС contract is past its end. The user still authorizes and may still ask.
    pub contract_ended: bool,
    /// The cloud's time of this answer.
    #[ts(type = "string")]
    pub now: Timestamp,
    /// Seconds from `now` to the start of the partner's next day.
    pub due_in: u32,
    /// Where requests go; none from an older cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub line: Option<LineCard>,
    /// The user's registered telephone, offered for a callback; may be empty.
    #[serde(default)]
    pub phone: String,
}

/// The partner as its clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PartnerCard {
    pub name: String,
    /// As the partner wrote it; may be empty.
    pub phone: String,
    /// IANA zone that decides the partner's day: `Europe/Moscow`.
    pub zone: String,
    /// Salt of the partner's clients' machine ids, hex.
    pub machine_salt: String,
}
