//! Requests into types: bodies, queries and ids, bounded, with refusals that name the field.
//! Checks shapes and sizes only; what a value may be is the rules'.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, Uri, header, request::Parts},
};
use buhphone_protocol::{error::ErrorCode, live::OUTBOX_BYTES_MAX};
use serde::de::DeserializeOwned;

use crate::rules::{Refusal, Result};

/// The largest honest body, a hundred launches, takes a fifth of it.
pub(super) const BODY_MAX: usize = 64 * 1024;
/// [`BODY_MAX`] over the slowest line of an office; a larger body is waited for in proportion.
const BODY_WAIT: Duration = Duration::from_secs(15);

/// A body that holds a long letter or many short ones.
pub(super) const LONG: usize = OUTBOX_BYTES_MAX;

/// A body of JSON of at most `MAX` bytes.
pub(super) struct Json<T, const MAX: usize = BODY_MAX>(pub(super) T);

/// A query; parameters nobody knows are ignored.
pub(super) struct Query<T>(pub(super) T);

/// The id in a path. What is no id is nobody's.
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned, const MAX: usize> FromRequest<S> for Json<T, MAX> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        parse(&parts.headers, &read(body, MAX).await?).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        query(&parts.uri).map(Self)
    }
}

impl<S: Send + Sync, T: std::str::FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Refusal::not_found())?;
        path.0.parse().map(Self).map_err(|_| Refusal::not_found())
    }
}

pub(super) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T> {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(query)).map_err(|error| at(&error))
}

/// The whole body, within the limit of size and time.
pub(super) async fn read(body: Body, max: usize) -> Result<Bytes> {
    let wait = BODY_WAIT * u32::try_from(max.div_ceil(BODY_MAX)).unwrap_or(u32::MAX);
    let whole = tokio::time::timeout(wait, to_bytes(body, max)).await;
    match whole {
        Err(_) => Err(Refusal::malformed("the body did not arrive in time")),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if too_long(&error) => {
            Err(Refusal::new(ErrorCode::TooLarge, format!("the body is larger than {max} bytes")))
        }
        Ok(Err(_)) => Err(Refusal::malformed("the body did not arrive whole")),
    }
}

/// The body as JSON of its declared type.
pub(super) fn parse<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T> {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::malformed("the content type is not application/json"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| at(&error))?;
    json.end().map_err(|error| Refusal::malformed(format!("the body goes on after its end: {error}")))?;
    Ok(parsed)
}

fn at<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> Refusal {
    let (path, cause) = (error.path().to_string(), error.inner());
    // A missing field is found at its parent; the cause names it.
    let missing = cause.to_string().split_once("missing field `").and_then(|(_, rest)| {
        let (name, _) = rest.split_once('`')?;
        Some(if path == "." { name.to_owned() } else { format!("{path}.{name}") })
    });
    match missing {
        Some(field) => Refusal::invalid(field.clone(), format!("{field} is missing")),
        None if path == "." || path == "?" => Refusal::malformed(format!("the request does not parse: {cause}")),
        None => Refusal::invalid(path.clone(), format!("{path}: {cause}")),
    }
}

fn too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
}
