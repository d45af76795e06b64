//! A listener in the cloud's place: takes each call down, and answers as told, over TCP or TLS.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};
use url::Url;

/// A call as it came.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// `POST /api/device/v1/authorize`.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Taken {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        &found.unwrap_or_else(|| panic!("{name} is not among {:?}", self.headers)).1
    }
}

pub(crate) struct Answering {
    pub(crate) address: Url,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Answering {
    /// Answers the calls with `answers` in turn, the last one for ever after.
    pub(crate) async fn start(answers: Vec<String>, tls: Option<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = Url::parse(&format!("{scheme}://localhost:{port}/")).expect("it is an address");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        tokio::spawn(serve(listener, acceptor, answers, taken.clone()));
        Self { address, taken }
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("nobody panicked").clone()
    }
}

/// An HTTP answer, with `headers` each ended by a line's end.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// An authority, and a certificate of it for `localhost` that holds for 90 days from `from`.
pub(crate) fn certificate(from: Timestamp) -> (CertificateDer<'static>, ServerConfig) {
    let day = |at: Timestamp| {
        let date = at.strftime("%Y %m %d").to_string();
        let mut parts = date.split(' ').map(|part| part.parse::<i32>().expect("a number"));
        let mut next = || parts.next().expect("three parts");
        date_time_ymd(next(), next().try_into().expect("a month"), next().try_into().expect("a day"))
    };
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let root = authority.self_signed(&authority_key).expect("it signs").der().clone();
    let issuer = Issuer::new(authority, authority_key);

    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("it is a name");
    params.not_before = day(from);
    params.not_after = day(from + jiff::SignedDuration::from_hours(90 * 24));
    let key = KeyPair::generate().expect("a key");
    let leaf = params.signed_by(&key, &issuer).expect("it signs").der().clone();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("it has them")
        .with_no_client_auth()
        .with_single_cert(vec![leaf], PrivateKeyDer::try_from(key.serialize_der()).expect("it is a key"))
        .expect("they belong together");
    (root, config)
}

async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    answers: Vec<String>,
    taken: Arc<Mutex<Vec<Taken>>>,
) {
    for n in 0.. {
        let (stream, _) = listener.accept().await.expect("it listens");
        let answer = &answers[n.min(answers.len() - 1)];
        match &acceptor {
            None => converse(stream, answer, &taken).await,
            Some(acceptor) => {
                // A client that refuses the certificate hangs up here.
                if let Ok(stream) = acceptor.accept(stream).await {
                    converse(stream, answer, &taken).await;
                }
            }
        }
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str, taken: &Mutex<Vec<Taken>>) {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).expect("a head is text");
    let mut lines = text.lines();
    let line = lines.next().expect("a request line").rsplit_once(' ').expect("it ends in a version").0.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(0, |(_, value)| value.parse().expect("a number"));
    while bytes.len() < head + 4 + length {
        stream.read_buf(&mut bytes).await.expect("the body comes");
    }
    let body = bytes[head + 4..].to_vec();
    taken.lock().expect("nobody panicked").push(Taken { line, headers, body });
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
