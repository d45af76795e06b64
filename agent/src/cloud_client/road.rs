//! Looks at the way to the cloud with a connection of its own, so that every step of it is seen
//! anew: the proxy, the certificate and who issued it, an answer that only the cloud gives, its time.

use std::sync::{Arc, Mutex, PoisonError};

use buhphone_protocol::{authorization::STANDING_PATH, error::ErrorCode, telemetry::FailureKind};
use rustls::pki_types::CertificateDer;
use url::Url;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

use super::{CloudClient, Told, at, failure};
use crate::{
    ports::CallError,
    self_check::{Failure, Road, Tls},
};

/// Who issued the certificate seen last, whether it held or not.
#[derive(Clone, Debug, Default)]
pub(super) struct Issuer(Arc<Mutex<Option<String>>>);

impl Issuer {
    pub(super) fn note(&self, certificate: &CertificateDer<'_>) {
        let named = X509Certificate::from_der(certificate).ok().map(|(_, read)| named(read.issuer()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = named;
    }

    fn seen(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `Let's Encrypt, R11`.
fn named(name: &X509Name<'_>) -> String {
    let mut parts: Vec<&str> =
        name.iter_organization().chain(name.iter_common_name()).filter_map(|part| part.as_str().ok()).collect();
    parts.dedup();
    if parts.is_empty() { name.to_string() } else { parts.join(", ") }
}

impl CloudClient {
    pub(super) async fn look_at_road(&self) -> Road {
        let address = self.target().address;
        let (failure, clock_ahead_s, issuer) = match self.reach(&address).await {
            Ok((ahead, issuer)) => (None, ahead, issuer),
            Err((error, issuer)) => (Some(told(error)), None, issuer),
        };
        let refused = matches!(&failure, Some(Failure { kind: FailureKind::Tls | FailureKind::Clock, .. }));
        let tls = match issuer.seen() {
            _ if address.scheme() != "https" => Tls::Plain,
            Some(authority) if refused => Tls::Refused { authority },
            Some(authority) => Tls::Trusted { authority },
            None => Tls::Unseen,
        };
        Road { failure, proxy: self.proxies.in_use(&address), tls, clock_ahead_s }
    }

    /// How far the computer's clock is ahead, told by an answer that only the cloud gives: its refusal of a call without a signature.
    async fn reach(&self, address: &Url) -> Result<(Option<i64>, Issuer), (CallError, Issuer)> {
        let issuer = Issuer::default();
        let http = match self.transport.client(self.clock.clone(), self.cloud_time.clone(), issuer.clone()) {
            Ok(http) => http,
            Err(error) => {
                let detail = error.to_string();
                return Err((CallError::Unreached { failure: FailureKind::Other, detail }, issuer));
            }
        };
        let sent = http.get(at(address, STANDING_PATH, None)).send().await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Err((failure::unanswered(&error, &self.proxies), issuer)),
        };
        let Told { date, wall } = Told::by(response.headers(), self.clock.now().wall);
        match self.read::<serde_json::Value>(response).await {
            Ok(_) | Err(CallError::Vault(_)) => {}
            Err(CallError::Refused { code, .. }) if code != ErrorCode::Unavailable => {}
            Err(error) => return Err((error, issuer)),
        }
        Ok((date.map(|date| wall.duration_since(date).as_secs()), issuer))
    }
}

fn told(error: CallError) -> Failure {
    match error {
        CallError::Unreached { failure, detail } => Failure { kind: failure, detail },
        error => Failure { kind: FailureKind::Unavailable, detail: error.to_string() },
    }
}
