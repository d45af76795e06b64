//! Typed identifiers: one type per thing, so that one cannot be passed for another.
//! All are UUIDs; those made here are version 7, so that they sort by time of making.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier (UUID version 7).
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// The tenant.
    PartnerId,
    /// An organisation served by a partner.
    ClientId,
    /// A person at a client; a row of the report.
    UserId,
    /// A service package of the partner's own list.
    CategoryId,
    /// A member of the partner's staff.
    StaffId,
    /// One installation in one system account.
    DeviceId,
    /// One issued activation code (the record, not its digits).
    CodeId,
    /// One start of the program's process.
    LaunchId,
    /// One intent to authorize, kept across retries and restarts.
    AuthorizationId,
    /// A conversation of a user with the line.
    RequestId,
    /// One message, made by its sender.
    MessageId,
    /// A wish of a computer to be known by a new key.
    ReconnectionId,
    /// A letter in the post.
    LetterId,
}
