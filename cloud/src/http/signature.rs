//! Verifies a device's signature (RFC 9421) with the key it names, before anything is asked of the store.
//! Whose the key is, and whether it may call, is the rules'.

use axum::http::{HeaderMap, request::Parts};
use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_protocol::{
    error::ErrorCode,
    key::PublicKey,
    signature::{ALGORITHM, COVERED, LABEL, NONCE_BYTES, TOLERANCE_S},
};
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, HttpSignatureParams, PublicKey as VerifyingKey,
    VerifyingKey as _,
    message_component::{HttpMessageComponent, HttpMessageComponentId},
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::rules::{Refusal, Result};

/// More than a nonce of any honest program.
const NONCE_BYTES_MAX: usize = 64;
/// Our headers take a third of it; parsing more is work for nobody.
const HEADER_MAX: usize = 1024;

/// A call that the owner of `key` signed, lately.
#[derive(Debug)]
pub struct Signed {
    pub key: PublicKey,
    pub nonce: Vec<u8>,
    /// Seconds since 1970.
    pub created: i64,
}

/// # Errors
/// `SignatureInvalid`, or `SignatureStale` when only the time is wrong.
pub fn verify(parts: &Parts, body: &[u8], now: Timestamp) -> Result<Signed> {
    let (signature, input) = (header(&parts.headers, "signature")?, header(&parts.headers, "signature-input")?);
    let given = HttpSignatureHeaders::try_parse(&signature, &input)
        .map_err(|_| invalid("the signature headers do not parse"))?
        .swap_remove(LABEL)
        .ok_or_else(|| invalid("there is no signature of our label"))?;
    let params = given.signature_params();
    let covered = demanded(params)?;

    let digest = header(&parts.headers, "content-digest")?;
    check_digest(&digest, body)?;
    let lines = covered
        .iter()
        .map(|id| HttpMessageComponent::try_from((id, [value(parts, &digest, &id.to_string())?].as_slice())).ok())
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| invalid("the signature covers what is not there"))?;
    let base =
        HttpSignatureBase::try_new(&lines, params).map_err(|_| invalid("the signature covers what is not there"))?;

    let key = params.keyid.as_deref().unwrap_or_default();
    let bytes = BASE64_STANDARD.decode(key).ok().filter(|bytes| bytes.len() == 32);
    let bytes = bytes.ok_or_else(|| invalid("keyid is no Ed25519 key in base64"))?;
    let verifying = VerifyingKey::from_bytes(&AlgorithmName::Ed25519, &bytes)
        .map_err(|_| invalid("keyid is no Ed25519 key in base64"))?;
    // Not `verify_signature_headers`: it would judge `expires` by a clock that is not the cloud's.
    let signature = BASE64_STANDARD.decode(given.signature().to_string()).unwrap_or_default();
    verifying.verify(&base.as_bytes(), &signature).map_err(|_| invalid("the signature does not verify"))?;

    let nonce = params.nonce.as_deref().and_then(|nonce| BASE64_STANDARD.decode(nonce).ok());
    let nonce = nonce
        .filter(|nonce| (NONCE_BYTES..=NONCE_BYTES_MAX).contains(&nonce.len()))
        .ok_or_else(|| invalid("the nonce is not 16 random bytes in base64"))?;
    let created = i64::try_from(params.created.unwrap_or_default()).map_err(|_| stale())?;
    let expired = params.expires.is_some_and(|expires| i64::try_from(expires).is_ok_and(|at| at < now.as_second()));
    if expired || now.as_second().abs_diff(created) > TOLERANCE_S.unsigned_abs() {
        return Err(stale());
    }
    Ok(Signed { key: PublicKey(BASE64_STANDARD.encode(bytes)), nonce, created })
}

/// The covered components, if nothing that has to be signed is missing.
fn demanded(params: &HttpSignatureParams) -> Result<&[HttpMessageComponentId]> {
    let covered = &params.covered_components;
    let names: Vec<String> = covered.iter().map(ToString::to_string).collect();
    if let Some(missing) = COVERED.iter().find(|name| !names.iter().any(|covered| *covered == format!("\"{name}\""))) {
        return Err(invalid(format!("the signature does not cover {missing}")));
    }
    if params.alg.as_deref() != Some(ALGORITHM) {
        return Err(invalid("the signature's alg is not ed25519"));
    }
    if params.created.is_none() || params.nonce.is_none() || params.keyid.is_none() {
        return Err(invalid("the signature lacks created, nonce or keyid"));
    }
    Ok(covered)
}

/// What the call has for a component; more than is demanded may be covered by nobody's program.
fn value(parts: &Parts, digest: &str, component: &str) -> Option<String> {
    match component.trim_matches('"') {
        "@method" => Some(parts.method.as_str().to_owned()),
        "@path" => Some(parts.uri.path().to_owned()),
        "@query" => Some(format!("?{}", parts.uri.query().unwrap_or_default())),
        "content-digest" => Some(digest.to_owned()),
        _ => None,
    }
}

/// The digest of RFC 9530 is the body's.
fn check_digest(digest: &str, body: &[u8]) -> Result<()> {
    let parsed: sfv::Dictionary =
        sfv::Parser::new(digest).parse().map_err(|_| invalid("content-digest does not parse"))?;
    let Some(sfv::ListEntry::Item(sfv::Item { bare_item: sfv::BareItem::ByteSequence(told), .. })) =
        parsed.get("sha-256")
    else {
        return Err(invalid("content-digest holds no sha-256"));
    };
    let is = Sha256::digest(body);
    if bool::from(told.as_slice().ct_eq(is.as_slice())) {
        Ok(())
    } else {
        Err(invalid("content-digest is not the body's"))
    }
}

fn header(headers: &HeaderMap, name: &'static str) -> Result<String> {
    let lines: Vec<&str> =
        headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default().trim()).collect();
    let joined = lines.join(", ");
    if joined.is_empty() || joined.len() > HEADER_MAX {
        return Err(invalid(format!("the header {name} is missing, too long or not ASCII")));
    }
    Ok(joined)
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::SignatureInvalid, message)
}

fn stale() -> Refusal {
    Refusal::new(ErrorCode::SignatureStale, "signed too long ago, or in the future; see the header Date")
}
