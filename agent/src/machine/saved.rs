//! What survives a restart, as versioned JSON. Fields are only added, each with a default;
//! texts of every released version stay in the tests. A text of a newer version, or a damaged
//! one, is not read at all.

use buhphone_protocol::{
    authorization::AuthorizeRequest,
    ids::DeviceId,
    standing::Standing,
    telemetry::{FailureTally, Launch},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    activation::Enrolment, authorization::Refusal, cloud_time::Seen, conversations::Talk, day::PartnerDays,
    notices::Grave, reconnection::Wish, visit::Visit,
};
use crate::view::LanguageChoice;

pub(super) const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) version: u32,
    #[serde(default)]
    pub(super) language: LanguageChoice,
    /// From a link; none for the address built in.
    #[serde(default)]
    pub(super) cloud: Option<Url>,
    /// Given by an installer or an administrator, in place of the address built in.
    #[serde(default)]
    pub(super) server: Option<Url>,
    #[serde(default)]
    pub(super) device: Option<Device>,
    /// An activation that is not finished.
    #[serde(default)]
    pub(super) enrolment: Option<Enrolment>,
    /// Name of a key that was made and bound to nothing.
    #[serde(default)]
    pub(super) spare_key: Option<String>,
    #[serde(default)]
    pub(super) intent: Option<Intent>,
    /// Failed attempts the cloud has not been told of.
    #[serde(default)]
    pub(super) failures: Vec<FailureTally>,
    /// Launches the cloud has not been told of, oldest first.
    #[serde(default)]
    pub(super) launches: Vec<Launch>,
    #[serde(default)]
    pub(super) launches_dropped: u32,
    #[serde(default)]
    pub(super) last_sent: Option<LastSent>,
    /// We have switched the start with the computer on, so we may repair it.
    #[serde(default)]
    pub(super) autostart_set: bool,
    #[serde(default)]
    pub(super) refusal: Option<Refusal>,
    /// To be let in by a new key.
    #[serde(default)]
    pub(super) reconnection: Option<Wish>,
    /// Grave troubles the person was notified of.
    #[serde(default)]
    pub(super) notified: Vec<Grave>,
    #[serde(default)]
    pub(super) talk: Talk,
    /// The last one; none for a computer connected by an older program.
    #[serde(default)]
    pub(super) visit: Option<Visit>,
}

/// This computer as the cloud knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Device {
    pub(super) device_id: DeviceId,
    pub(super) key_name: String,
    /// As last told.
    pub(super) standing: Standing,
    /// The user's, over all computers. Never moves backwards.
    pub(super) last_authorization: Option<Timestamp>,
    /// The last one this computer made: decides whether it has one of the day.
    pub(super) own_authorization: Option<Timestamp>,
    pub(super) seen: Seen,
    pub(super) echo: Option<String>,
}

impl Device {
    /// By the cloud's clock: from then on this computer has no authorization of the day.
    pub(super) fn due(&self, days: &PartnerDays) -> Timestamp {
        self.own_authorization.map_or(self.seen.cloud, |at| days.end(at))
    }
}

/// An authorization asked for and not answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) request: AuthorizeRequest,
    /// By the cloud's clock, as well as it was known.
    pub(super) made_at: Timestamp,
    /// Likewise: the end of the day it was made for.
    pub(super) day_end: Timestamp,
    /// The cloud may have received `request`, so it is repeated as it is or not at all.
    pub(super) maybe_received: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LastSent {
    /// By the computer's clock.
    pub(super) at: Timestamp,
    pub(super) request: AuthorizeRequest,
    pub(super) answered: bool,
}

/// Why a saved text was not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("the state is of version {0}, newer than this program")]
    Newer(u32),
    #[error("the state does not parse")]
    Damaged,
}

impl Saved {
    pub(super) fn fresh() -> Self {
        Self {
            version: VERSION,
            language: LanguageChoice::default(),
            cloud: None,
            server: None,
            device: None,
            enrolment: None,
            spare_key: None,
            intent: None,
            failures: Vec::new(),
            launches: Vec::new(),
            launches_dropped: 0,
            last_sent: None,
            autostart_set: false,
            refusal: None,
            reconnection: None,
            notified: Vec::new(),
            talk: Talk::default(),
            visit: None,
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_str(text).map_err(|_| Unreadable::Damaged)?;
        if version > VERSION {
            return Err(Unreadable::Newer(version));
        }
        let saved: Self = serde_json::from_str(text).map_err(|_| Unreadable::Damaged)?;
        Ok(Self { version: VERSION, ..saved })
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("the state has only string keys")
    }
}
