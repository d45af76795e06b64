//! The calls against real listeners: what is signed, what is learned of time, and why there was no answer.

#[path = "support/answering.rs"]
mod answering;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use answering::{Answering, answer, certificate};
use async_trait::async_trait;
use buhphone_agent::{
    clock::built_at,
    cloud_client::{
        CloudClient, Transport,
        signing::{Signed, Signer, Unsigned, content_digest, public_key},
    },
    ports::{CallError, Clock, Cloud, Now, VaultError},
};
use buhphone_protocol::{
    authorization::AuthorizeRequest,
    error::ErrorCode,
    ids::{AuthorizationId, DeviceId, LaunchId},
    reconnection::{ReconnectRequest, Reconnection},
    telemetry::{Attended, Autostart, Computer, FailureKind, Launch, Origin, Trigger},
};
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, SecretKey, VerifyingKey,
    message_component::HttpMessageComponent,
};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpListener;
use url::Url;

const STANDING: &str = r#"{"partner":{"name":"Партнёр","phone":"","zone":"Europe/Moscow","machine_salt":"00"},
    "client":"ООО «Ромашка»","user":"Иванова","last_authorization":null,"contract_ended":false,
    "now":"2026-11-23T06:00:12Z","due_in":54000}"#;

struct WallAt(Timestamp);

impl Clock for WallAt {
    fn now(&self) -> Now {
        Now { wall: self.0, monotonic: Duration::ZERO }
    }
}

/// Holds its key in memory, and remembers under which names it was asked for.
struct Pocket {
    key: SecretKey,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Signer for Pocket {
    async fn sign(&self, name: &str, call: Unsigned) -> Result<Signed, VaultError> {
        self.asked.lock().expect("nobody panicked").push(name.to_owned());
        if name.is_empty() {
            return Err(VaultError::NoKey);
        }
        Ok(call.sign(&self.key).expect("it signs"))
    }
}

fn key() -> SecretKey {
    SecretKey::from_bytes(&AlgorithmName::Ed25519, &[7; 32]).expect("32 bytes are a key")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn client(address: &Url, wall: Timestamp, transport: Transport) -> CloudClient {
    let signer = Arc::new(Pocket { key: key(), asked: Mutex::default() });
    let client = CloudClient::new(address.clone(), signer, Arc::new(WallAt(wall)), transport).expect("it is made");
    client.use_key("device");
    client
}

fn trusting(root: CertificateDer<'static>) -> Transport {
    Transport { extra_roots: vec![root], proxy: None }
}

async fn ask(address: &Url) -> Result<(), CallError> {
    client(address, built_at(), Transport::default()).standing().await.map(|_| ())
}

/// The kind of failure when the cloud's place answers so.
async fn failure(answered: String) -> FailureKind {
    let cloud = Answering::start(vec![answered], None).await;
    kind(ask(&cloud.address).await)
}

fn kind(result: Result<(), CallError>) -> FailureKind {
    match result {
        Err(CallError::Unreached { failure, .. }) => failure,
        other => panic!("the call was answered: {other:?}"),
    }
}

fn authorization() -> AuthorizeRequest {
    let zero = "00000000-0000-7000-8000-000000000000".parse().expect("a UUID");
    AuthorizeRequest {
        authorization_id: AuthorizationId(zero),
        launch: Launch { launch_id: LaunchId(zero), origin: Origin::Login, started_at: Timestamp::UNIX_EPOCH },
        trigger: Trigger::Launch,
        attended: Attended::Unknown,
        computer: Computer {
            name: "БУХ-1".to_owned(),
            system: "Debian GNU/Linux 12".to_owned(),
            program: "0.1.0".to_owned(),
            zone: None,
            machine: None,
        },
        autostart: Autostart::On,
        failures: Vec::new(),
        launches: Vec::new(),
        launches_dropped: 0,
        echo: None,
    }
}

#[tokio::test]
async fn every_call_is_signed_over_what_the_protocol_says() {
    let authorized = format!(
        r#"{{"authorization_id":"00000000-0000-7000-8000-000000000000","authorized_at":"2026-11-23T06:00:12Z",
            "echo":"e","standing":{STANDING}}}"#
    );
    let cloud = Answering::start(vec![answer("200 OK", "", &authorized), answer("200 OK", "", STANDING)], None).await;
    let wall = at("2026-11-23T06:00:00Z");
    let client = client(&cloud.address, wall, Transport::default());
    client.authorize(&authorization()).await.expect("it is answered");
    client.standing().await.expect("it is answered");

    let taken = cloud.taken();
    assert_eq!(taken[0].line, "POST /api/device/v1/authorize");
    assert_eq!(taken[1].line, "GET /api/device/v1/standing");
    assert_eq!(serde_json::from_slice::<AuthorizeRequest>(&taken[0].body).expect("it reads"), authorization());
    let mut nonces = Vec::new();
    for (call, (method, path)) in
        taken.iter().zip([("POST", "/api/device/v1/authorize"), ("GET", "/api/device/v1/standing")])
    {
        let digest = call.header("content-digest");
        assert_eq!(digest, content_digest(&call.body));
        let headers = HttpSignatureHeaders::try_parse(call.header("signature"), call.header("signature-input"))
            .expect("they parse");
        let given = &headers["buhphone"];
        let params = given.signature_params();
        assert_eq!(params.keyid.as_deref(), Some(public_key(&key()).0.as_str()));
        assert_eq!(params.alg.as_deref(), Some("ed25519"));
        assert_eq!(params.created, Some(wall.as_second().try_into().expect("it is after 1970")));
        nonces.push(params.nonce.clone().expect("there is one"));
        let lines = [("@method", method), ("@path", path), ("@query", "?"), ("content-digest", digest)]
            .map(|(name, value)| format!("\"{name}\": {value}"))
            .map(|line| HttpMessageComponent::try_from(line.as_str()).expect("it is a component"));
        let base = HttpSignatureBase::try_new(&lines, params).expect("it covers these in this order");
        base.verify_signature_headers(&key().public_key(), given).expect("the signature holds");
        assert!(key().public_key().verify(b"something else", &[0; 64]).is_err());
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn a_wish_to_be_let_in_is_signed_by_the_new_key_alone_and_told_in_every_state() {
    let approved = format!(r#"{{"state":"approved","standing":{STANDING}}}"#);
    let answers = [
        r#"{"state":"waiting","ask_again_in":10}"#,
        &approved,
        r#"{"state":"refused"}"#,
        r#"{"state":"asked_elsewhere","of":"a newer cloud"}"#,
        STANDING,
    ];
    let cloud = Answering::start(answers.map(|body| answer("200 OK", "", body)).to_vec(), None).await;
    let signer = Arc::new(Pocket { key: key(), asked: Mutex::default() });
    let wall = Arc::new(WallAt(built_at()));
    let client =
        CloudClient::new(cloud.address.clone(), signer.clone(), wall, Transport::default()).expect("it is made");
    client.use_key("old");
    let AuthorizeRequest { launch, computer, .. } = authorization();
    let device_id = DeviceId("00000000-0000-7000-8000-000000000001".parse().expect("a UUID"));
    let request = ReconnectRequest { device_id, key: public_key(&key()), launch, computer };
    let standing = serde_json::from_str(STANDING).expect("it reads");
    for told in [
        Reconnection::Waiting { ask_again_in: 10 },
        Reconnection::Approved { standing },
        Reconnection::Refused,
        Reconnection::Unknown,
    ] {
        assert_eq!(client.reconnect("new", &request).await, Ok(told));
    }
    client.standing().await.expect("it is answered");
    assert_eq!(*signer.asked.lock().expect("nobody panicked"), ["new", "new", "new", "new", "old"]);
    let taken = cloud.taken();
    assert_eq!(taken[0].line, "POST /api/device/v1/reconnect");
    assert_eq!(serde_json::from_slice::<ReconnectRequest>(&taken[0].body).expect("it reads"), request);
}

#[tokio::test]
async fn a_new_key_that_is_not_there_is_told_and_nothing_is_sent() {
    let cloud = Answering::start(vec![answer("200 OK", "", STANDING)], None).await;
    let client = client(&cloud.address, built_at(), Transport::default());
    let AuthorizeRequest { launch, computer, .. } = authorization();
    let device_id = DeviceId("00000000-0000-7000-8000-000000000001".parse().expect("a UUID"));
    let request = ReconnectRequest { device_id, key: public_key(&key()), launch, computer };
    assert_eq!(client.reconnect("", &request).await, Err(CallError::Vault(VaultError::NoKey)));
    assert!(cloud.taken().is_empty());
}

#[tokio::test]
async fn a_stale_signature_is_corrected_by_the_clouds_time_and_tried_once_more() {
    let stale = |date: &str| {
        let body = r#"{"code":"signature_stale","message":"signed too long ago"}"#;
        answer("401 Unauthorized", &format!("date: {date}\r\ncontent-type: application/json\r\n"), body)
    };
    let date = "Mon, 23 Nov 2026 06:00:12 GMT";
    let cloud = Answering::start(vec![stale(date), answer("200 OK", "", STANDING)], None).await;
    let behind = client(&cloud.address, at("2009-01-01T00:00:00Z"), Transport::default());
    behind.standing().await.expect("the second attempt is answered");
    behind.standing().await.expect("and what was learned stays");

    let created = |n: usize| {
        let taken = &cloud.taken()[n];
        let headers = HttpSignatureHeaders::try_parse(taken.header("signature"), taken.header("signature-input"));
        headers.expect("they parse")["buhphone"].signature_params().created.expect("there is one")
    };
    let told = u64::try_from(at("2026-11-23T06:00:12Z").as_second()).expect("it is after 1970");
    assert_eq!([created(1), created(2)], [told, told]);

    let stubborn = Answering::start(vec![stale(date)], None).await;
    let refused = client(&stubborn.address, at("2009-01-01T00:00:00Z"), Transport::default()).standing().await;
    assert!(matches!(refused, Err(CallError::Refused { code: ErrorCode::SignatureStale, .. })), "{refused:?}");
    assert_eq!(stubborn.taken().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_told_with_its_code_and_when_to_come_back() {
    let cloud = Answering::start(
        vec![
            answer("429 Too Many Requests", "retry-after: 40\r\n", r#"{"code":"slow_down","message":"too many"}"#),
            answer(
                "429 Too Many Requests",
                "date: Mon, 23 Nov 2026 06:00:12 GMT\r\nretry-after: Mon, 23 Nov 2026 06:01:12 GMT\r\n",
                r#"{"code":"from_the_future","message":"new"}"#,
            ),
        ],
        None,
    )
    .await;
    let client = client(&cloud.address, built_at(), Transport::default());
    let refused = |code, message: &str, seconds| {
        let (message, retry_after) = (message.to_owned(), Some(Duration::from_secs(seconds)));
        CallError::Refused { code, message, retry_after }
    };
    assert_eq!(client.standing().await, Err(refused(ErrorCode::SlowDown, "too many", 40)));
    assert_eq!(client.standing().await, Err(refused(ErrorCode::Unknown, "new", 60)));
}

#[tokio::test]
async fn a_key_that_is_not_there_is_told_and_nothing_is_sent() {
    let cloud = Answering::start(vec![answer("200 OK", "", STANDING)], None).await;
    let client = client(&cloud.address, built_at(), Transport::default());
    client.use_key("");
    assert_eq!(client.standing().await, Err(CallError::Vault(VaultError::NoKey)));
    assert!(cloud.taken().is_empty());
}

#[tokio::test]
async fn a_cloud_that_cannot_answer_now_is_unavailable() {
    let busy = r#"{"code":"invalid","message":"the database does not answer"}"#;
    let cloud = Answering::start(vec![answer("503 Service Unavailable", "retry-after: 5\r\n", busy)], None).await;
    let (code, retry_after) = (ErrorCode::Unavailable, Some(Duration::from_secs(5)));
    let refused = CallError::Refused { code, message: "the database does not answer".to_owned(), retry_after };
    assert_eq!(ask(&cloud.address).await, Err(refused));

    let gateway = Answering::start(
        vec![answer("502 Bad Gateway", "", "<html>nginx</html>"), answer("503 Busy", "retry-after: 40\r\n", "nginx")],
        None,
    )
    .await;
    for (message, retry_after) in
        [("502 Bad Gateway", None), ("503 Service Unavailable", Some(Duration::from_secs(40)))]
    {
        let message = format!("the answer was {message}");
        assert_eq!(ask(&gateway.address).await, Err(CallError::Refused { code, message, retry_after }));
    }
}

#[tokio::test]
async fn whoever_answers_in_the_clouds_place_is_a_proxy() {
    let page = "<html>Войдите в сеть</html>";
    assert_eq!(failure(answer("200 OK", "content-type: text/html\r\n", page)).await, FailureKind::Proxy);
    assert_eq!(failure(answer("302 Found", "location: http://login.example/\r\n", "")).await, FailureKind::Proxy);
    assert_eq!(failure(answer("407 Proxy Authentication Required", "", page)).await, FailureKind::Proxy);
    assert_eq!(failure(answer("403 Forbidden", "content-type: text/html\r\n", page)).await, FailureKind::Proxy);
    let endless = "x".repeat(2 * 1024 * 1024);
    assert_eq!(failure(answer("200 OK", "", &endless)).await, FailureKind::Proxy);
    assert_eq!(failure(answer("200 OK", "", r#"{"somebody":"else's JSON"}"#)).await, FailureKind::Other);
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_is_a_proxy_over_tls_too() {
    for refusal in ["407 Proxy Authentication Required", "403 Forbidden"] {
        let proxy = Answering::start(vec![answer(refusal, "", "")], None).await;
        let transport = Transport { extra_roots: Vec::new(), proxy: Some(proxy.address.clone()) };
        let cloud = Url::parse("https://cloud.example/").expect("it is an address");
        let result = client(&cloud, built_at(), transport).standing().await.map(|_| ());
        assert_eq!(kind(result), FailureKind::Proxy);
        assert_eq!(proxy.taken()[0].line, "CONNECT cloud.example:443");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_or_shows_a_page_is_a_proxy_too() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port is free").local_addr().expect("it is bound");
    let nobody = Url::parse(&format!("http://{free}/")).expect("it is an address");
    let page =
        Answering::start(vec![answer("200 OK", "content-type: text/html\r\n", "<html>Нельзя</html>")], None).await;
    for proxy in [nobody, page.address.clone()] {
        for cloud in ["https://cloud.example/", "http://cloud.example/"] {
            let transport = Transport { extra_roots: Vec::new(), proxy: Some(proxy.clone()) };
            let cloud = Url::parse(cloud).expect("it is an address");
            let result = client(&cloud, built_at(), transport).standing().await.map(|_| ());
            assert_eq!(kind(result), FailureKind::Proxy, "{cloud} through {proxy}");
        }
    }
}

#[tokio::test]
async fn whoever_speaks_no_tls_stands_in_the_clouds_place() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let cloud = format!("https://{}/", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("it is called");
        let page = answer("302 Found", "location: http://login.example/\r\n", "");
        tokio::io::AsyncWriteExt::write_all(&mut stream, page.as_bytes()).await.expect("it takes it");
    });
    assert_eq!(kind(ask(&Url::parse(&cloud).expect("it is an address")).await), FailureKind::Proxy);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_dns() {
    let nowhere = Url::parse("https://no-such-cloud.invalid/").expect("it is an address");
    assert_eq!(kind(ask(&nowhere).await), FailureKind::Dns);
}

#[tokio::test]
async fn a_port_nobody_listens_on_is_connect() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port is free").local_addr().expect("it is bound");
    let nobody = Url::parse(&format!("http://{free}/")).expect("it is an address");
    assert_eq!(kind(ask(&nobody).await), FailureKind::Connect);
}

/// Not as where nobody was reached: the cloud may have taken the call.
#[tokio::test]
async fn an_answer_that_is_cut_or_never_begins_is_a_timeout() {
    assert_eq!(failure("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"part".to_owned()).await, FailureKind::Timeout);
    assert_eq!(failure(String::new()).await, FailureKind::Timeout);
}

/// Time is tokio's own: it runs ahead as soon as everybody only waits.
#[tokio::test(start_paused = true)]
async fn a_cloud_that_keeps_silent_is_a_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let silent = Url::parse(&format!("http://{}/", listener.local_addr().expect("it is bound"))).expect("an address");
    let asked = tokio::spawn(async move { ask(&silent).await });
    let held = listener.accept().await.expect("it is called");
    assert_eq!(kind(asked.await.expect("it ends")), FailureKind::Timeout);
    drop(held);
}

#[tokio::test]
async fn a_computer_of_2009_is_answered_over_tls() {
    let (root, tls) = certificate(built_at() - jiff::SignedDuration::from_hours(24));
    let cloud = Answering::start(vec![answer("200 OK", "", STANDING)], Some(tls)).await;
    let y2009 = client(&cloud.address, at("2009-01-01T00:00:00Z"), trusting(root));
    assert!(y2009.standing().await.is_ok());
}

#[tokio::test]
async fn a_program_older_than_the_certificate_trusts_the_time_it_remembers() {
    let a_year_later = built_at() + jiff::SignedDuration::from_hours(365 * 24);
    let (root, tls) = certificate(a_year_later - jiff::SignedDuration::from_hours(30 * 24));
    let cloud = Answering::start(vec![answer("200 OK", "", STANDING)], Some(tls)).await;
    let y2009 = client(&cloud.address, at("2009-01-01T00:00:00Z"), trusting(root));
    assert_eq!(kind(y2009.standing().await.map(|_| ())), FailureKind::Clock);

    y2009.remember_time(a_year_later);
    assert!(y2009.standing().await.is_ok());
}

#[tokio::test]
async fn a_clock_far_ahead_is_the_clocks_fault() {
    let (root, tls) = certificate(built_at() - jiff::SignedDuration::from_hours(24));
    let cloud = Answering::start(vec![answer("200 OK", "", STANDING)], Some(tls)).await;
    let y2050 = client(&cloud.address, at("2050-01-01T00:00:00Z"), trusting(root));
    assert_eq!(kind(y2050.standing().await.map(|_| ())), FailureKind::Clock);
    assert!(cloud.taken().is_empty());
}

#[tokio::test]
async fn an_authority_nobody_knows_is_tls() {
    let (_, tls) = certificate(built_at() - jiff::SignedDuration::from_hours(24));
    let (another, _) = certificate(built_at());
    let cloud = Answering::start(vec![answer("200 OK", "", STANDING)], Some(tls)).await;
    let suspicious = client(&cloud.address, built_at(), trusting(another));
    assert_eq!(kind(suspicious.standing().await.map(|_| ())), FailureKind::Tls);
}
