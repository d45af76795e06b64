//! A device of its own: a key, and calls signed with it, rightly or with one thing wrong.
//! Written against RFC 9421 and the protocol's constants, not against the program.

use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_cloud::secret;
use buhphone_protocol::{
    activation, authorization,
    ids::{AuthorizationId, LaunchId, RequestId},
    live::{EVENTS_PATH, OUTBOX_PATH},
};
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureParams, PublicKey, SecretKey,
    message_component::{HttpMessageComponent, HttpMessageComponentId},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    app::{Answer, Cabinet, TestApp, User},
    conversation::opening,
    listening::Stream,
};

mod activate;
mod authorize;
mod events;
mod outbox;
mod reconnect;
mod remove;
mod signatures;
mod standing;

pub(crate) struct Device {
    secret: SecretKey,
}

/// What a signature says; each part can be made wrong.
pub(crate) struct Signing {
    pub(crate) covered: Vec<&'static str>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) digest: String,
    pub(crate) created: Option<i64>,
    pub(crate) expires: Option<i64>,
    pub(crate) nonce: Option<String>,
    pub(crate) alg: Option<String>,
    pub(crate) keyid: Option<String>,
    pub(crate) label: &'static str,
}

impl Device {
    pub(crate) fn new() -> Self {
        Self { secret: SecretKey::from_bytes(&AlgorithmName::Ed25519, &secret::random::<32>()).unwrap() }
    }

    pub(crate) fn key(&self) -> String {
        let PublicKey::Ed25519(public) = self.secret.public_key() else { panic!("made as Ed25519") };
        BASE64_STANDARD.encode(public.as_ref())
    }

    pub(crate) fn signing(&self, app: &TestApp, method: &Method, path: &str, body: &[u8]) -> Signing {
        Signing {
            covered: vec!["@method", "@path", "@query", "content-digest"],
            method: method.to_string(),
            path: path.to_owned(),
            query: "?".to_owned(),
            digest: format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(body))),
            created: Some(app.operator.now().as_second()),
            expires: None,
            nonce: Some(BASE64_STANDARD.encode(secret::random::<16>())),
            alg: Some("ed25519".to_owned()),
            keyid: Some(self.key()),
            label: "buhphone",
        }
    }

    /// The headers `Signature` and `Signature-Input`.
    pub(crate) fn sign(&self, signing: &Signing) -> (String, String) {
        let ids: Vec<HttpMessageComponentId> =
            signing.covered.iter().map(|name| format!("\"{name}\"").as_str().try_into().unwrap()).collect();
        let lines: Vec<HttpMessageComponent> = ids
            .iter()
            .zip(&signing.covered)
            .map(|(id, name)| {
                let value = match *name {
                    "@method" => signing.method.clone(),
                    "@path" => signing.path.clone(),
                    "@query" => signing.query.clone(),
                    "content-digest" => signing.digest.clone(),
                    other => panic!("{other}"),
                };
                HttpMessageComponent::try_from((id, [value].as_slice())).unwrap()
            })
            .collect();
        let params = HttpSignatureParams {
            created: signing.created.map(|at| at.try_into().unwrap()),
            expires: signing.expires.map(|at| at.try_into().unwrap()),
            nonce: signing.nonce.clone(),
            alg: signing.alg.clone(),
            keyid: signing.keyid.clone(),
            covered_components: ids,
            ..HttpSignatureParams::default()
        };
        let base = HttpSignatureBase::try_new(&lines, &params).unwrap();
        let headers = base.build_signature_headers(&self.secret, Some(signing.label)).unwrap();
        (headers.signature_header_value(), headers.signature_input_header_value())
    }

    /// A call signed as `signing` says.
    pub(crate) fn request(
        &self,
        app: &TestApp,
        method: Method,
        path: &str,
        body: Vec<u8>,
        signing: &Signing,
    ) -> RequestBuilder {
        let (signature, input) = self.sign(signing);
        let request = app.http.request(method, format!("{}{path}", app.url));
        request
            .header("content-type", "application/json")
            .header("content-digest", &signing.digest)
            .header("signature", signature)
            .header("signature-input", input)
            .body(body)
    }

    pub(crate) async fn send(&self, app: &TestApp, method: Method, path: &str, body: Vec<u8>) -> Answer {
        let signing = self.signing(app, &method, path, &body);
        Answer::of(self.request(app, method, path, body, &signing)).await
    }

    pub(crate) async fn activate(&self, app: &TestApp, code: &str) -> Answer {
        self.post(app, activation::PATH, &self.activation(code)).await
    }

    pub(crate) async fn authorize(&self, app: &TestApp) -> Answer {
        self.post(app, authorization::PATH, &intent()).await
    }

    pub(crate) async fn standing(&self, app: &TestApp) -> Answer {
        self.send(app, Method::GET, authorization::STANDING_PATH, Vec::new()).await
    }

    pub(crate) async fn post(&self, app: &TestApp, path: &str, body: &Value) -> Answer {
        self.send(app, Method::POST, path, body.to_string().into_bytes()).await
    }

    /// A device of a new user of the partner.
    pub(crate) async fn connected(app: &TestApp, cabinet: &Cabinet<'_>) -> (Self, User) {
        let (device, user) = (Self::new(), cabinet.with_user().await);
        device.activate(app, &cabinet.with_code(&user.id).await).await.json();
        (device, user)
    }

    pub(crate) async fn outbox(&self, app: &TestApp, items: &[Value]) -> Answer {
        self.post(app, OUTBOX_PATH, &json!({"items": items})).await
    }

    /// A signed reading with a query, `?` included.
    pub(crate) fn get(&self, app: &TestApp, path: &str, query: &str) -> RequestBuilder {
        let mut signing = self.signing(app, &Method::GET, path, b"");
        if !query.is_empty() {
            signing.query = query.to_owned();
        }
        self.request(app, Method::GET, &format!("{path}{query}"), Vec::new(), &signing)
    }

    pub(crate) fn poll_request(&self, app: &TestApp, after: u64, wait: u32) -> RequestBuilder {
        self.get(app, EVENTS_PATH, &format!("?after={after}&wait={wait}"))
    }

    pub(crate) async fn poll(&self, app: &TestApp, after: u64, wait: u32) -> Answer {
        Answer::of(self.poll_request(app, after, wait)).await
    }

    pub(crate) async fn stream(&self, app: &TestApp, query: &str) -> Stream {
        Stream::open(self.get(app, EVENTS_PATH, query).header("accept", "text/event-stream")).await
    }

    /// As a client that comes back by itself.
    pub(crate) async fn resume(&self, app: &TestApp, last: u64) -> Stream {
        let call = self.get(app, EVENTS_PATH, "?after=0").header("accept", "text/event-stream");
        Stream::open(call.header("last-event-id", last)).await
    }

    /// All changes from the first to the last.
    pub(crate) async fn history(&self, app: &TestApp) -> Vec<Value> {
        let mut changes = Vec::new();
        loop {
            let events = self.poll(app, changes.len().try_into().unwrap(), 0).await.json();
            let events = events["events"].as_array().unwrap();
            if events.is_empty() {
                return changes;
            }
            for event in events {
                assert_eq!(event["seq"], json!(changes.len() + 1));
                changes.push(event["change"].clone());
            }
        }
    }

    /// The first event whose change is what is waited for.
    pub(crate) async fn until(&self, app: &TestApp, wanted: impl Fn(&Value) -> bool) -> Value {
        self.stream(app, "?after=0").await.until(|event| wanted(&event["change"])).await.data
    }

    /// A test request of the user.
    pub(crate) async fn trial(&self, app: &TestApp) -> RequestId {
        let request_id = RequestId::generate();
        self.outbox(app, &[opening(request_id, "trial", "").1]).await.accepted();
        request_id
    }

    pub(crate) fn activation(&self, code: &str) -> Value {
        json!({"code": code, "key": self.key(), "launch": launch("person"), "computer": computer()})
    }
}

/// A new intent to authorize.
pub(crate) fn intent() -> Value {
    json!({
        "authorization_id": AuthorizationId::generate(), "launch": launch("login"), "trigger": "launch",
        "attended": "yes", "computer": computer(), "autostart": "on",
    })
}

pub(crate) fn launch(origin: &str) -> Value {
    json!({"launch_id": LaunchId::generate(), "origin": origin, "started_at": "2026-11-23T05:59:58Z"})
}

pub(crate) fn computer() -> Value {
    json!({"name": "БУХ-01", "system": "Windows 11 23H2", "program": "0.1.0", "zone": "Europe/Moscow"})
}
