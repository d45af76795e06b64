//! What the computer asks of a cloud, as the device routes have it. The signature is taken as
//! verified: `key` has signed the call, and `at` is the cloud's time.

use std::time::Duration;

use buhphone_agent::ports::CallError;
use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    authorization::{AuthorizeRequest, Authorized},
    conversation::{Event, Seq},
    error::ErrorCode,
    key::PublicKey,
    live::{Outbox, OutboxRecorded},
    reconnection::{ReconnectRequest, Reconnection},
    standing::Standing,
};
use jiff::Timestamp;

/// One cloud; several computers may hold it.
pub trait Cloud {
    /// # Errors
    /// The cloud refused, as in all of these.
    fn activate(&mut self, key: &PublicKey, request: &ActivateRequest, at: Timestamp) -> Result<Activated, CallError>;

    /// # Errors
    /// See [`Cloud::activate`].
    fn authorize(
        &mut self,
        key: &PublicKey,
        request: &AuthorizeRequest,
        at: Timestamp,
    ) -> Result<Authorized, CallError>;

    /// # Errors
    /// See [`Cloud::activate`].
    fn standing(&mut self, key: &PublicKey, at: Timestamp) -> Result<Standing, CallError>;

    /// A cloud older than reconnection has no such route.
    ///
    /// # Errors
    /// See [`Cloud::activate`].
    fn reconnect(
        &mut self,
        _key: &PublicKey,
        _request: &ReconnectRequest,
        _at: Timestamp,
    ) -> Result<Reconnection, CallError> {
        Err(refused(ErrorCode::NotFound, None))
    }

    /// # Errors
    /// See [`Cloud::activate`].
    fn record(&mut self, key: &PublicKey, outbox: &Outbox, at: Timestamp) -> Result<OutboxRecorded, CallError>;

    /// The user's events after a number, in order, at most `limit`. Asked at every moment
    /// of a link that is up, so it must be cheap where nothing happened.
    ///
    /// # Errors
    /// See [`Cloud::activate`].
    fn events(&mut self, key: &PublicKey, after: Seq, limit: usize, at: Timestamp) -> Result<Vec<Event>, CallError>;

    /// Whether the times it tells are its own; of who stands in its place they need not be.
    fn is_truthful(&self) -> bool {
        true
    }
}

/// The cloud's answer that it will not.
#[must_use]
pub fn refused(code: ErrorCode, retry_after: Option<Duration>) -> CallError {
    CallError::Refused { code, message: String::new(), retry_after }
}
