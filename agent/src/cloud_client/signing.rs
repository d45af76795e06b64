//! Signs a call by HTTP Message Signatures (RFC 9421) over what the protocol says.
//! The key is the vault's business: it is lent for the signing and never leaves it.

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use buhphone_protocol::{key::PublicKey, signature};
use httpsig::prelude::{
    AlgorithmName, HttpSigError, HttpSignatureBase, HttpSignatureParams, SecretKey,
    message_component::HttpMessageComponent,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::ports::VaultError;

/// Signs with a key it does not give away.
#[async_trait]
pub trait Signer: Send + Sync {
    /// The signature of `call` by the key kept under `name`.
    async fn sign(&self, name: &str, call: Unsigned) -> Result<Signed, VaultError>;
}

/// All that a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// Upper case.
    pub method: &'static str,
    pub path: String,
    /// Without the question mark; empty for none.
    pub query: String,
    /// `sha-256=:…:` of the body, see [`content_digest`].
    pub content_digest: String,
    /// By the cloud's clock, as far as it is known.
    pub created: Timestamp,
    pub nonce: [u8; signature::NONCE_BYTES],
}

/// The headers of a signed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub signature: String,
    pub signature_input: String,
}

/// The `Content-Digest` header of a body (RFC 9530); an empty body has one too.
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

/// The public half as the wire has it.
#[must_use]
pub fn public_key(secret: &SecretKey) -> PublicKey {
    let httpsig::prelude::PublicKey::Ed25519(public) = secret.public_key() else {
        unreachable!("only Ed25519 keys are made");
    };
    PublicKey(STANDARD.encode(public.as_ref()))
}

impl Unsigned {
    /// Called by whoever holds the key.
    ///
    /// # Errors
    /// When a component cannot stand in a signature; none of ours is such.
    pub fn sign(&self, secret: &SecretKey) -> Result<Signed, HttpSigError> {
        let lines = signature::COVERED
            .map(|component| format!("\"{component}\": {}", self.value(component)))
            .iter()
            .map(|line| HttpMessageComponent::try_from(line.as_str()))
            .collect::<Result<Vec<_>, _>>()?;
        let params = HttpSignatureParams {
            created: Some(u64::try_from(self.created.as_second()).unwrap_or(0)),
            nonce: Some(STANDARD.encode(self.nonce)),
            alg: Some(AlgorithmName::Ed25519.to_string()),
            keyid: Some(public_key(secret).0),
            covered_components: lines.iter().map(|line| line.id.clone()).collect(),
            ..HttpSignatureParams::default()
        };
        let headers =
            HttpSignatureBase::try_new(&lines, &params)?.build_signature_headers(secret, Some(signature::LABEL))?;
        Ok(Signed {
            signature: headers.signature_header_value(),
            signature_input: headers.signature_input_header_value(),
        })
    }

    fn value(&self, component: &str) -> String {
        match component {
            "@method" => self.method.to_owned(),
            "@path" => self.path.clone(),
            "@query" => format!("?{}", self.query),
            "content-digest" => self.content_digest.clone(),
            other => unreachable!("the protocol covers a component nobody knows: {other}"),
        }
    }
}
