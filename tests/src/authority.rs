//! A private authority and the certificates it signs, true and false ones. The program trusts it
//! by the system's own means: a file of authorities named in its environment.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

/// What public authorities give today, at most.
const VALID: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Old enough for every clock that is right, young enough to hold for weeks.
const AGE: SignedDuration = SignedDuration::from_hours(24);

/// Signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    /// One that nobody knows yet.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// Writes it where a computer keeps the authorities it trusts; returns the file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_under(&self, home: &Path) -> Result<PathBuf> {
        let file = home.join("authorities.pem");
        std::fs::write(&file, &self.pem).with_context(|| file.display().to_string())?;
        Ok(file)
    }

    /// A certificate for `name` that holds now.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn certificate(&self, name: &str) -> Result<TlsAcceptor> {
        self.certificate_of(name, now() - AGE)
    }

    /// A certificate for `name` that nobody renewed in time.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn expired_certificate(&self, name: &str) -> Result<TlsAcceptor> {
        self.certificate_of(name, now() - VALID - AGE)
    }

    fn certificate_of(&self, name: &str, from: Timestamp) -> Result<TlsAcceptor> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.not_before = day(from)?;
        params.not_after = day(from + VALID)?;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

#[expect(clippy::disallowed_methods, reason = "certificates hold by the true time, as the system's own do")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn day(at: Timestamp) -> Result<time::OffsetDateTime> {
    let date = at.to_zoned_datetime(TimeZone::UTC).date();
    Ok(date_time_ymd(date.year().into(), u8::try_from(date.month())?, u8::try_from(date.day())?))
}
