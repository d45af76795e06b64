//! Calls the cloud's device routes over HTTP: signs each, reads each answer, and tells
//! honestly why there was none. Learns the cloud's time from every answer.
//! Decides neither when to call nor what a refusal means.

mod failure;
mod road;
pub mod signing;
pub mod stream;
mod tls;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use buhphone_protocol::{
    activation::{self, ActivateRequest, Activated},
    authorization::{self, AuthorizeRequest, Authorized},
    conversation::Seq,
    error::{ErrorCode, WireError},
    live::{self, Events, Outbox, OutboxRecorded},
    reconnection::{self, ReconnectRequest, Reconnection},
    removal::{self, RemoveRequest, Removed},
    signature,
    standing::Standing,
    telemetry::FailureKind,
};
use futures::stream::BoxStream;
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER},
};
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

use self::{
    failure::Proxies,
    road::Issuer,
    signing::{Signer, Unsigned, content_digest},
};
use crate::{
    clock::CloudTime,
    ports::{CallError, Clock, Cloud, Heard},
    self_check::Road,
};

/// An office proxy answers within seconds or not at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Slower than any answer of the cloud, faster than a person's patience.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// Two of the signs of life a stream brings, and a late third.
const STREAM_SILENCE: Duration = Duration::from_secs(40);
/// A page of fifty of the longest letters is below it; keeps a stranger in the cloud's place from filling the memory.
const ANSWER_MAX: usize = 32 * 1024 * 1024;

/// How calls travel, where that differs from the system's own settings.
#[derive(Clone, Debug, Default)]
pub struct Transport {
    /// Authorities trusted besides the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Instead of the system's proxy.
    pub proxy: Option<Url>,
}

impl Transport {
    /// A client for calls that are answered whole.
    fn client(
        &self,
        clock: Arc<dyn Clock>,
        cloud_time: CloudTime,
        issuer: Issuer,
    ) -> Result<reqwest::Client, TransportError> {
        Ok(self.builder(clock, cloud_time, issuer)?.timeout(TOTAL_TIMEOUT).build()?)
    }

    fn builder(
        &self,
        clock: Arc<dyn Clock>,
        cloud_time: CloudTime,
        issuer: Issuer,
    ) -> Result<reqwest::ClientBuilder, TransportError> {
        let tls = tls::config(clock, cloud_time, self.extra_roots.clone(), issuer)?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_TIMEOUT)
            // The cloud never redirects; who does stands in its place.
            .redirect(reqwest::redirect::Policy::none())
            // A connection kept over a night's sleep is dead without knowing it, and calls are few.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("buhphone/", env!("CARGO_PKG_VERSION")));
        Ok(match &self.proxy {
            Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy.clone())?),
            None => builder,
        })
    }
}

pub struct CloudClient {
    http: reqwest::Client,
    /// Without a limit on how long an answer takes, only on how long it brings nothing.
    streams: reqwest::Client,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    cloud_time: CloudTime,
    target: Mutex<Target>,
    proxies: Proxies,
    transport: Transport,
}

#[derive(Clone)]
struct Target {
    address: Url,
    key: String,
}

/// What is sent, before it is signed.
struct Call<'a> {
    method: Method,
    path: &'static str,
    query: Option<String>,
    body: &'a [u8],
    /// Signs instead of the key in use.
    key: Option<&'a str>,
}

impl<'a> Call<'a> {
    fn get(path: &'static str) -> Self {
        Self { method: Method::GET, path, query: None, body: &[], key: None }
    }

    fn post(path: &'static str, body: &'a [u8]) -> Self {
        Self { method: Method::POST, path, query: None, body, key: None }
    }
}

impl CloudClient {
    /// Calls go to `address`, signed with no key until one is named.
    ///
    /// # Errors
    /// When the system offers no certificate authorities, or the transport's settings do not hold.
    pub fn new(
        address: Url,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
        transport: Transport,
    ) -> Result<Self, TransportError> {
        let cloud_time = CloudTime::unknown();
        let http = transport.client(clock.clone(), cloud_time.clone(), Issuer::default())?;
        let streams = transport.builder(clock.clone(), cloud_time.clone(), Issuer::default())?;
        let streams = streams.read_timeout(STREAM_SILENCE).build()?;
        let proxies = Proxies::new(transport.proxy.as_ref());
        let target = Mutex::new(Target { address, key: String::new() });
        Ok(Self { http, streams, signer, clock, cloud_time, target, proxies, transport })
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, CallError> {
        match self.ask_once(&call).await {
            Err(error) if is_mended_by_signing_anew(&error) => self.ask_once(&call).await.map_err(repeated),
            result => result,
        }
    }

    async fn ask_once<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, CallError> {
        let request = self.signed(&self.http, call).await?;
        let response = request.send().await.map_err(|error| failure::unanswered(&error, &self.proxies))?;
        self.read(response).await
    }

    async fn open_once(&self, call: &Call<'_>) -> Result<Response, CallError> {
        let request = self.signed(&self.streams, call).await?.header(ACCEPT, stream::CONTENT);
        let response = request.send().await.map_err(|error| failure::unanswered(&error, &self.proxies))?;
        if stream::is_stream(&response) {
            return Ok(response);
        }
        let stranger = stream::stranger(&response);
        Err(self.read::<serde_json::Value>(response).await.err().unwrap_or(stranger))
    }

    async fn signed(&self, http: &reqwest::Client, call: &Call<'_>) -> Result<RequestBuilder, CallError> {
        let target = self.target();
        let url = at(&target.address, call.path, call.query.as_deref());
        let unsigned = Unsigned {
            method: if call.method == Method::GET { "GET" } else { "POST" },
            path: url.path().to_owned(),
            query: url.query().unwrap_or_default().to_owned(),
            content_digest: content_digest(call.body),
            created: self.cloud_time.corrected(self.clock.now().wall),
            nonce: rand::random::<[u8; signature::NONCE_BYTES]>(),
        };
        let digest = unsigned.content_digest.clone();
        let signed = self.signer.sign(call.key.unwrap_or(&target.key), unsigned).await?;
        let mut request = http
            .request(call.method.clone(), url)
            .header("content-digest", digest)
            .header("signature-input", signed.signature_input)
            .header("signature", signed.signature);
        if !call.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json").body(call.body.to_vec());
        }
        Ok(request)
    }

    async fn read<T: DeserializeOwned>(&self, mut response: Response) -> Result<T, CallError> {
        let (status, headers) = (response.status(), response.headers().clone());
        let told = Told::by(&headers, self.clock.now().wall);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure::broken(&error))? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(in_the_clouds_place(status, &headers, "the answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            let Ok(answer) = serde_json::from_slice::<serde_json::Value>(&body) else {
                return Err(in_the_clouds_place(status, &headers, "not JSON"));
            };
            return match serde_json::from_value(answer) {
                Ok(answer) => {
                    self.learn(&told);
                    Ok(answer)
                }
                Err(error) => Err(CallError::Unreached {
                    failure: FailureKind::Other,
                    detail: format!("the answer does not read: {error}"),
                }),
            };
        }
        let error = serde_json::from_slice::<WireError>(&body);
        if error.is_ok() {
            self.learn(&told);
        }
        match error {
            Ok(WireError { code, message, .. }) => {
                // Whatever a broken server calls it, the same request may be repeated.
                let code = if status.is_server_error() { ErrorCode::Unavailable } else { code };
                Err(CallError::Refused { code, message, retry_after: retry_after(&headers, &told) })
            }
            // The cloud's own gateway, when there is nobody behind it: its wish to be left alone is the cloud's.
            Err(_) if status.is_server_error() => Err(CallError::Refused {
                code: ErrorCode::Unavailable,
                message: format!("the answer was {status}"),
                retry_after: retry_after(&headers, &told),
            }),
            Err(_) => Err(in_the_clouds_place(status, &headers, "not an error of the cloud")),
        }
    }

    fn learn(&self, told: &Told) {
        if let Some(date) = told.date {
            self.cloud_time.learn(date, told.wall);
        }
    }

    fn target(&self) -> Target {
        self.target.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Cloud for CloudClient {
    fn use_address(&self, address: Url) {
        self.target.lock().unwrap_or_else(PoisonError::into_inner).address = address;
    }

    fn use_key(&self, name: &str) {
        name.clone_into(&mut self.target.lock().unwrap_or_else(PoisonError::into_inner).key);
    }

    fn remember_time(&self, seen: Timestamp) {
        self.cloud_time.remember(seen);
    }

    async fn activate(&self, request: &ActivateRequest) -> Result<Activated, CallError> {
        self.ask(Call::post(activation::PATH, &json(request))).await
    }

    async fn authorize(&self, request: &AuthorizeRequest) -> Result<Authorized, CallError> {
        self.ask(Call::post(authorization::PATH, &json(request))).await
    }

    async fn standing(&self) -> Result<Standing, CallError> {
        self.ask(Call::get(authorization::STANDING_PATH)).await
    }

    async fn reconnect(&self, key_name: &str, request: &ReconnectRequest) -> Result<Reconnection, CallError> {
        self.ask(Call { key: Some(key_name), ..Call::post(reconnection::PATH, &json(request)) }).await
    }

    async fn road(&self) -> Road {
        self.look_at_road().await
    }

    async fn remove(&self) -> Result<Removed, CallError> {
        self.ask(Call::post(removal::PATH, &json(&RemoveRequest {}))).await
    }

    async fn send(&self, outbox: &Outbox) -> Result<OutboxRecorded, CallError> {
        self.ask(Call::post(live::OUTBOX_PATH, &json(outbox))).await
    }

    async fn poll(&self, after: Seq, wait: Duration) -> Result<Events, CallError> {
        let query = Some(format!("after={after}&wait={}", wait.as_secs()));
        let Page { events, last } = self.ask(Call { query, ..Call::get(live::EVENTS_PATH) }).await?;
        Ok(Events { events: events.into_iter().map(stream::event).collect::<Result<_, _>>()?, last })
    }

    async fn listen(&self, after: Seq) -> Result<BoxStream<'static, Result<Heard, CallError>>, CallError> {
        let call = Call { query: Some(format!("after={after}")), ..Call::get(live::EVENTS_PATH) };
        let response = match self.open_once(&call).await {
            Err(error) if is_mended_by_signing_anew(&error) => self.open_once(&call).await.map_err(repeated)?,
            result => result?,
        };
        Ok(stream::read(response))
    }
}

/// The answer has just corrected the clock; or a proxy sent the call twice and brought the
/// answer to the second. Whatever the first one did, repeating it under a new nonce does no more.
fn is_mended_by_signing_anew(error: &CallError) -> bool {
    matches!(error, CallError::Refused { code: ErrorCode::SignatureStale | ErrorCode::SignatureReplayed, .. })
}

/// A proxy that repeats every call is no refusal of the cloud's: it is tried again later.
fn repeated(error: CallError) -> CallError {
    match error {
        CallError::Refused { code: ErrorCode::SignatureReplayed, message, .. } => {
            CallError::Unreached { failure: FailureKind::Proxy, detail: message }
        }
        error => error,
    }
}

/// The calls cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("the system's certificate authorities could not be read: {0}")]
    Authorities(#[from] rustls::Error),
    #[error("the connection's settings do not hold: {0}")]
    Settings(#[from] reqwest::Error),
}

/// Events, each read by itself.
#[derive(Deserialize)]
struct Page {
    events: Vec<serde_json::Value>,
    last: Seq,
}

/// What an answer says of time.
struct Told {
    date: Option<Timestamp>,
    /// The computer's clock when it came.
    wall: Timestamp,
}

impl Told {
    fn by(headers: &HeaderMap, wall: Timestamp) -> Self {
        Self { date: header(headers, DATE.as_str()).and_then(http_date), wall }
    }
}

/// The route under the cloud's address, which may have a path of its own.
fn at(address: &Url, path: &str, query: Option<&str>) -> Url {
    let mut url = address.clone();
    url.set_path(&format!("{}{path}", address.path().trim_end_matches('/')));
    url.set_query(query);
    url.set_fragment(None);
    url
}

fn json(request: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(request).expect("wire types have text keys only, so they serialize")
}

fn in_the_clouds_place(status: StatusCode, headers: &HeaderMap, why: &str) -> CallError {
    let content_type = header(headers, CONTENT_TYPE.as_str()).unwrap_or("nothing said of its type");
    CallError::Unreached {
        failure: FailureKind::Proxy,
        detail: format!("somebody answered in the cloud's place: {status}, {content_type}: {why}"),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// Seconds, or a date by the answer's own clock.
fn retry_after(headers: &HeaderMap, told: &Told) -> Option<Duration> {
    let text = header(headers, RETRY_AFTER.as_str())?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = http_date(text)?.duration_since(told.date?);
    Some(wait.try_into().unwrap_or(Duration::ZERO))
}
