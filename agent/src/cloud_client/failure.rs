//! Tells why a call brought no answer, by walking the error to its source.
//! Each kind has its own sentence for the person and its own likely reason in the report.

use std::{error::Error, io};

use buhphone_protocol::telemetry::FailureKind;
use rustls::CertificateError;

use crate::ports::CallError;

/// What kind of failure an error of the HTTP client is.
pub(super) fn unreached(error: &reqwest::Error) -> CallError {
    CallError::Unreached { failure: kind(error), detail: chain(error) }
}

fn kind(error: &reqwest::Error) -> FailureKind {
    if let Some(kind) = causes(error).find_map(tls) {
        return kind;
    }
    if causes(error).any(refused_by_proxy) {
        return FailureKind::Proxy;
    }
    if error.is_dns() {
        FailureKind::Dns
    } else if error.is_timeout() {
        FailureKind::Timeout
    } else if error.is_connect() || causes(error).any(<dyn Error>::is::<io::Error>) {
        FailureKind::Connect
    } else {
        FailureKind::Other
    }
}

/// The error and all its sources, in one line: what a log and a support specialist need.
fn chain(error: &reqwest::Error) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        // An io::Error that wraps another names the other's source as its own, and so would hide it.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn tls(cause: &(dyn Error + 'static)) -> Option<FailureKind> {
    Some(match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => FailureKind::Clock,
        _ => FailureKind::Tls,
    })
}

/// The tunnel's error type is private to hyper-util, so its text is all there is; a test holds it to that.
fn refused_by_proxy(cause: &(dyn Error + 'static)) -> bool {
    matches!(cause.to_string().as_str(), "tunnel error: proxy authorization required" | "tunnel error: unsuccessful")
}
