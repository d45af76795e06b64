//! An activation without a window: what has come of a code by now, read from the snapshot.
//! Pure; whoever gave the code waits, and prints what [`crate::spoken`] says of it.

use serde::{Deserialize, Serialize};

use crate::view::{ActivationError, Stage, Trouble, View};

/// What has come of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    Connected {
        partner: String,
        user: String,
    },
    /// The computer was connected before; the code was not used.
    Already {
        partner: String,
        user: String,
    },
    /// Nothing is kept of the code.
    Refused {
        error: ActivationError,
    },
    /// The code is kept and tried again by itself whenever the program runs.
    Kept {
        error: Option<ActivationError>,
    },
}

impl Outcome {
    /// For who starts the program from a script.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Connected { .. } => 0,
            Self::Refused { .. } => 1,
            Self::Kept { .. } => 2,
            Self::Already { .. } => 3,
        }
    }

    /// Whether waiting may still bring another one.
    #[must_use]
    pub fn is_last(&self) -> bool {
        !matches!(self, Self::Kept { .. })
    }
}

/// What stands in the way of a code, before one is given; none where one may be.
#[must_use]
pub fn before(view: &View) -> Option<Outcome> {
    let (partner, user) = connected(view)?;
    Some(Outcome::Already { partner, user })
}

/// What has come of a code that was given.
#[must_use]
pub fn outcome(view: &View) -> Outcome {
    if let Some((partner, user)) = connected(view) {
        return Outcome::Connected { partner, user };
    }
    match view.stage {
        Stage::NotActivated { error: Some(error), .. } if !goes_on_by_itself(error) => Outcome::Refused { error },
        Stage::NotActivated { error, .. } => Outcome::Kept { error },
        Stage::Starting | Stage::Activating { .. } | Stage::Active => Outcome::Kept { error: None },
    }
}

/// A computer that lost its connection for good may be given a code, as one that never had any.
fn connected(view: &View) -> Option<(String, String)> {
    let lost = |trouble: &Trouble| {
        matches!(
            trouble,
            Trouble::Disconnected | Trouble::KeyLost | Trouble::Reconnecting { .. } | Trouble::ReconnectionRefused
        )
    };
    let owner = view.owner.as_ref().filter(|_| view.stage == Stage::Active && !view.troubles.iter().any(lost))?;
    Some((owner.partner.clone(), owner.user.clone()))
}

fn goes_on_by_itself(error: ActivationError) -> bool {
    match error {
        ActivationError::SlowDown
        | ActivationError::Offline
        | ActivationError::Unavailable
        | ActivationError::Proxy
        | ActivationError::Tls
        | ActivationError::Clock
        | ActivationError::Keyring => true,
        ActivationError::CodeIncomplete
        | ActivationError::CodeMistyped
        | ActivationError::CodeUnknown
        | ActivationError::CodeUsed
        | ActivationError::CodeExpired
        | ActivationError::CodeRevoked
        | ActivationError::Refused
        | ActivationError::BadLink
        | ActivationError::BadServer => false,
    }
}
