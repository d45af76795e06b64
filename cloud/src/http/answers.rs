//! Refusals as HTTP: the status follows from the code.
//! Says nothing that the refusal does not; causes stay in the log.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use buhphone_protocol::error::ErrorCode;

use crate::rules::Refusal;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut answer = (status(self.code), Json(self.wire())).into_response();
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Invalid => StatusCode::BAD_REQUEST,
        ErrorCode::NotFound | ErrorCode::CodeUnknown => StatusCode::NOT_FOUND,
        ErrorCode::Conflict | ErrorCode::CodeUsed => StatusCode::CONFLICT,
        ErrorCode::CodeExpired | ErrorCode::CodeRevoked => StatusCode::GONE,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::SignedOut
        | ErrorCode::WrongPassword
        | ErrorCode::SignatureInvalid
        | ErrorCode::SignatureStale
        | ErrorCode::SignatureReplayed
        | ErrorCode::DeviceUnknown => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden | ErrorCode::DeviceDisconnected | ErrorCode::UserArchived => StatusCode::FORBIDDEN,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
