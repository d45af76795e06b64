//! Tells why a call brought no answer, by walking the error to its source.
//! Each kind has its own sentence for the person and its own likely reason in the report.

use std::{error::Error, io};

use buhphone_protocol::telemetry::FailureKind;
use hyper_util::client::proxy::matcher::Matcher;
use rustls::CertificateError;
use url::Url;

use crate::{
    ports::CallError,
    self_check::{Proxy, ProxySettings},
};

/// Who stands on the way, so that its failures are told from the cloud's.
pub(super) enum Proxies {
    /// One for every call.
    Given(Url),
    /// As the system and the environment say, by the address called.
    System(Box<Matcher>),
}

impl Proxies {
    pub(super) fn new(given: Option<&Url>) -> Self {
        match given {
            Some(proxy) => Self::Given(proxy.clone()),
            None => Self::System(Box::new(Matcher::from_system())),
        }
    }

    fn stand_before(&self, address: Option<&Url>) -> bool {
        match self {
            Self::Given(_) => true,
            Self::System(matcher) => {
                let address: Option<hyper::Uri> = address.and_then(|address| address.as_str().parse().ok());
                address.is_some_and(|address| matcher.intercept(&address).is_some())
            }
        }
    }
}

impl Proxies {
    /// Who stands before `address`, and by whose word.
    pub(super) fn in_use(&self, address: &Url) -> Option<Proxy> {
        let matcher = match self {
            Self::Given(proxy) => {
                let address = named(proxy.scheme(), proxy.host_str()?, proxy.port());
                return Some(Proxy { address, whose: ProxySettings::Given });
            }
            Self::System(matcher) => matcher,
        };
        let called: hyper::Uri = address.as_str().parse().ok()?;
        let proxy = matcher.intercept(&called)?;
        let uri = proxy.uri();
        let is_of_environment = Matcher::from_env().intercept(&called).is_some_and(|other| other.uri() == uri);
        let whose = if is_of_environment { ProxySettings::Environment } else { ProxySettings::System };
        Some(Proxy { address: named(uri.scheme_str().unwrap_or("http"), uri.host()?, uri.port_u16()), whose })
    }
}

/// Without its user and password.
fn named(scheme: &str, host: &str, port: Option<u16>) -> String {
    port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
}

/// Why a call was not answered.
pub(super) fn unanswered(error: &reqwest::Error, proxies: &Proxies) -> CallError {
    let failure = match kind(error) {
        // With a proxy the cloud is never called directly: who cannot be reached, or found, is the proxy.
        FailureKind::Connect | FailureKind::Dns if proxies.stand_before(error.url()) && !is_offline(error) => {
            FailureKind::Proxy
        }
        kind => kind,
    };
    CallError::Unreached { failure, detail: chain(error) }
}

/// Why an answer that had begun did not end.
pub(super) fn broken(error: &reqwest::Error) -> CallError {
    CallError::Unreached { failure: kind(error), detail: chain(error) }
}

/// [`FailureKind::Connect`] only while nothing can have been received: what breaks later is
/// an answer that did not come.
fn kind(error: &reqwest::Error) -> FailureKind {
    if let Some(kind) = causes(error).find_map(tls) {
        return kind;
    }
    if causes(error).any(refused_by_proxy) {
        return FailureKind::Proxy;
    }
    if error.is_dns() {
        FailureKind::Dns
    } else if error.is_connect() {
        FailureKind::Connect
    } else if error.is_timeout() || causes(error).any(is_cut) {
        FailureKind::Timeout
    } else if causes(error).any(is_no_http) {
        FailureKind::Proxy
    } else {
        FailureKind::Other
    }
}

fn is_cut(cause: &(dyn Error + 'static)) -> bool {
    cause.is::<io::Error>() || cause.downcast_ref().is_some_and(hyper::Error::is_incomplete_message)
}

fn is_no_http(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref().is_some_and(hyper::Error::is_parse)
}

/// The computer itself has no way out.
fn is_offline(error: &reqwest::Error) -> bool {
    let kinds = [io::ErrorKind::NetworkUnreachable, io::ErrorKind::NetworkDown];
    causes(error).any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| kinds.contains(&error.kind())))
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
        // Whoever answered does not speak TLS at all.
        rustls::Error::InvalidMessage(_) => FailureKind::Proxy,
        _ => FailureKind::Tls,
    })
}

/// The tunnel's error type is private to hyper-util, so its text is all there is; a test holds it to that.
fn refused_by_proxy(cause: &(dyn Error + 'static)) -> bool {
    let text = cause.to_string();
    text.strip_prefix("tunnel error: ").is_some_and(|why| why != "failed to create underlying connection")
}
