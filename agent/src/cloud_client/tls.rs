//! TLS on a computer whose clock is often wrong: certificates are checked against the latest
//! of the wall clock, the last time the cloud told, and the moment the program was built.
//! So a dead battery's 2009 connects; a clock far ahead is refused, because nothing tells it from an expired certificate.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, UnixTime},
    time_provider::TimeProvider,
};
use rustls_platform_verifier::Verifier;

use super::road::Issuer;
use crate::{
    clock::{CloudTime, built_at},
    ports::Clock,
};

/// The system's authorities and `extra_roots`, by [`latest`] time. `issuer` hears of each certificate that is verified.
///
/// # Errors
/// When the system has no authorities at all, or an extra root does not parse.
pub(super) fn config(
    clock: Arc<dyn Clock>,
    cloud_time: CloudTime,
    extra_roots: Vec<CertificateDer<'static>>,
    issuer: Issuer,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Noting { verifier: Verifier::new_with_extra_roots(extra_roots, provider.clone())?, issuer };
    let config = ClientConfig::builder_with_details(provider, Arc::new(LatestTime { clock, cloud_time }))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

/// The system's verifier, with a note of what it was shown: the self-check tells whose a certificate is that was refused.
#[derive(Debug)]
struct Noting {
    verifier: Verifier,
    issuer: Issuer,
}

impl ServerCertVerifier for Noting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.issuer.note(end_entity);
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// The latest moment anybody vouches for.
fn latest(wall: Timestamp, cloud: Option<Timestamp>, built: Timestamp) -> Timestamp {
    wall.max(built).max(cloud.unwrap_or(built))
}

struct LatestTime {
    clock: Arc<dyn Clock>,
    cloud_time: CloudTime,
}

impl TimeProvider for LatestTime {
    fn current_time(&self) -> Option<UnixTime> {
        let now = latest(self.clock.now().wall, self.cloud_time.last_seen(), built_at());
        Some(UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.as_second()).ok()?)))
    }
}

impl std::fmt::Debug for LatestTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LatestTime").field("cloud_time", &self.cloud_time).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_battery_is_outvoted_by_the_build_and_the_cloud() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a timestamp");
        let (y2009, built, cloud, y2050) = (
            at("2009-01-01T00:00:00Z"),
            at("2026-11-01T00:00:00Z"),
            at("2027-03-01T00:00:00Z"),
            at("2050-01-01T00:00:00Z"),
        );

        assert_eq!(latest(y2009, None, built), built);
        assert_eq!(latest(y2009, Some(cloud), built), cloud);
        assert_eq!(latest(y2050, Some(cloud), built), y2050);
    }
}
