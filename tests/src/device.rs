//! A connected computer: its key, and calls signed with it as the program signs them.

use anyhow::{Result, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_cloud::{
    clock::{Clock as _, SystemClock},
    secret,
};
use buhphone_protocol::{
    ids::{RequestId, UserId},
    key,
    signature::{ALGORITHM, COVERED, LABEL},
};
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, HttpSignatureParams, PublicKey, SecretKey,
    VerifyingKey as _,
    message_component::{HttpMessageComponent, HttpMessageComponentId},
};
use sha2::{Digest, Sha256};

pub struct Device {
    secret: SecretKey,
    pub user_id: UserId,
    /// Its one conversation.
    pub request_id: RequestId,
}

impl Device {
    /// A computer of the user, not connected yet.
    ///
    /// # Errors
    /// When the system has no random bytes that make a key.
    pub fn new(user_id: UserId) -> Result<Self> {
        let secret = SecretKey::from_bytes(&AlgorithmName::Ed25519, &secret::random::<32>())?;
        Ok(Self { secret, user_id, request_id: RequestId::generate() })
    }

    /// What a program in its place signs with.
    #[must_use]
    pub fn secret(&self) -> &SecretKey {
        &self.secret
    }

    /// The public half of its key, as the cloud knows it.
    ///
    /// # Errors
    /// Never: it was made as Ed25519.
    pub fn key(&self) -> Result<key::PublicKey> {
        let PublicKey::Ed25519(public) = self.secret.public_key() else { bail!("made as Ed25519") };
        Ok(key::PublicKey(BASE64_STANDARD.encode(public.as_ref())))
    }

    /// The headers that sign a call; `query` has its `?`.
    ///
    /// # Errors
    /// When the call cannot be written as what is signed.
    pub fn headers(&self, method: &str, path: &str, query: &str, body: &[u8]) -> Result<[(&'static str, String); 3]> {
        let digest = digest(body);
        let (ids, lines) = covered(method, path, query, &digest)?;
        let params = HttpSignatureParams {
            created: Some(SystemClock.now().as_second().try_into()?),
            nonce: Some(BASE64_STANDARD.encode(secret::random::<16>())),
            alg: Some(ALGORITHM.to_owned()),
            keyid: Some(self.key()?.0),
            covered_components: ids,
            ..HttpSignatureParams::default()
        };
        let base = HttpSignatureBase::try_new(&lines, &params)?;
        let headers = base.build_signature_headers(&self.secret, Some(LABEL))?;
        Ok([
            ("content-digest", digest),
            ("signature", headers.signature_header_value()),
            ("signature-input", headers.signature_input_header_value()),
        ])
    }
}

/// The owner of the named key signed this call: what a server checks without knowing anybody.
///
/// # Errors
/// When it did not.
pub fn verify(method: &str, path: &str, body: &[u8], signature: &str, input: &str) -> Result<()> {
    let Some(given) = HttpSignatureHeaders::try_parse(signature, input)?.swap_remove(LABEL) else {
        bail!("no signature of our label")
    };
    let (_, lines) = covered(method, path, "?", &digest(body))?;
    let base = HttpSignatureBase::try_new(&lines, given.signature_params())?;
    let key = BASE64_STANDARD.decode(given.signature_params().keyid.as_deref().unwrap_or_default())?;
    let signature = BASE64_STANDARD.decode(given.signature().to_string())?;
    Ok(PublicKey::from_bytes(&AlgorithmName::Ed25519, &key)?.verify(&base.as_bytes(), &signature)?)
}

fn digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(body)))
}

type Covered = (Vec<HttpMessageComponentId>, Vec<HttpMessageComponent>);

fn covered(method: &str, path: &str, query: &str, digest: &str) -> Result<Covered> {
    let (mut ids, mut lines) = (Vec::new(), Vec::new());
    for (name, value) in COVERED.into_iter().zip([method, path, query, digest]) {
        let id = HttpMessageComponentId::try_from(format!("\"{name}\"").as_str())?;
        lines.push(HttpMessageComponent::try_from((&id, [value.to_owned()].as_slice()))?);
        ids.push(id);
    }
    Ok((ids, lines))
}
