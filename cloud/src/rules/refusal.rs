//! Why a rule said no, in the wire's words: a code somebody acts on, a sentence, the field at fault.
//! Its status in HTTP is decided there.

use std::{borrow::Cow, time::Duration};

use buhphone_protocol::error::{ErrorCode, WireError};

use crate::store::StoreError;

pub type Result<T> = std::result::Result<T, Refusal>;

#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub code: ErrorCode,
    pub message: Cow<'static, str>,
    pub field: Option<Cow<'static, str>>,
    /// With [`ErrorCode::SlowDown`]: when to come back.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), field: None, retry_after: None }
    }

    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.into()), ..Self::new(ErrorCode::Invalid, message) }
    }

    /// The request as a whole does not parse.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Invalid, message)
    }

    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "nothing is here, or it is not yours")
    }

    #[must_use]
    pub fn forbidden(message: &'static str) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    #[must_use]
    pub fn slow_down(retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(ErrorCode::SlowDown, "too many attempts; come back later") }
    }

    #[must_use]
    pub fn wire(&self) -> WireError {
        WireError {
            code: self.code,
            message: self.message.clone().into_owned(),
            field: self.field.clone().map(Cow::into_owned),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            // The store names the reference at fault; the thing asked for itself has no field.
            StoreError::NotFound(field @ ("category_id" | "client_id")) => {
                Self { field: Some(field.into()), ..Self::not_found() }
            }
            StoreError::NotFound(_) => Self::not_found(),
            StoreError::Exists(field) => Self {
                field: Some(field.into()),
                ..Self::new(ErrorCode::Conflict, format!("this {field} exists already"))
            },
            // Whose key it is may say more than that; come again.
            StoreError::KeyEnded => Self::new(ErrorCode::Unavailable, "the computer was changed meanwhile"),
            StoreError::Database(_) | StoreError::Damaged(_) => {
                tracing::error!(%error, "an operation of the store failed");
                Self::new(ErrorCode::Unavailable, "the cloud cannot answer now; nothing was changed")
            }
        }
    }
}
