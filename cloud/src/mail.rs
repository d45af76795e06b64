//! Letters to a mail server, by SMTP. What the server says decides whether a letter is
//! worth another attempt; when that is, is the rules'.

use std::time::{Duration, SystemTime};

use buhphone_protocol::ids::LetterId;
use jiff::Timestamp;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use url::Url;

/// A server that is busy may take minutes (RFC 5321 allows five); letters of others wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// The operator's mail server, and the address letters come from. Its Debug is redacted.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

/// Why mail cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    #[error("the mail server's address must be smtps://HOST, smtp://HOST or smtp://HOST?tls=none")]
    Server,
    #[error("the mail server's user has no password: give a file of it")]
    Password,
    #[error("the address that letters come from is no address")]
    From,
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// A letter to one person.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The same however often it is sent, so that a mail server may know it again.
    pub id: LetterId,
    pub made_at: Timestamp,
    pub to: String,
    /// Shown as the sender.
    pub from: String,
    /// Empty for none.
    pub reply_to: String,
    pub subject: String,
    pub text: String,
}

/// Why a letter was not taken, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Put off, or nobody answered.
    #[error("put off: {0}")]
    Later(String),
    /// Refused for good.
    #[error("refused: {0}")]
    Never(String),
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Smtp {
    /// `server` is `smtps://USER@HOST:PORT` (TLS at once), `smtp://…` (STARTTLS demanded), or the
    /// latter with `?tls=none` for a server on the same computer.
    ///
    /// # Errors
    /// See [`SetUpError`]. Nothing is connected yet.
    pub fn new(server: &str, password: Option<String>, from: &str) -> Result<Self, SetUpError> {
        let url: Url = server.parse().map_err(|_| SetUpError::Server)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SetUpError::Server)?;
        let plain = url.query_pairs().any(|(name, value)| name == "tls" && value == "none");
        let (tls, usual) = match (url.scheme(), plain) {
            ("smtps", false) => (Tls::Wrapper(TlsParameters::new(host.to_owned())?), 465),
            ("smtp", false) => (Tls::Required(TlsParameters::new(host.to_owned())?), 587),
            ("smtp", true) => (Tls::None, 25),
            _ => return Err(SetUpError::Server),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(url.port().unwrap_or(usual))
            .tls(tls)
            .timeout(Some(PATIENCE));
        if !url.username().is_empty() {
            let user = percent(url.username());
            let password = url.password().map(percent).or(password).ok_or(SetUpError::Password)?;
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: transport.build(), from: from.trim().parse().map_err(|_| SetUpError::From)? })
    }

    /// # Errors
    /// See [`SendError`].
    pub async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let message = self.message(letter).map_err(SendError::Never)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(SendError::Never(told(&error))),
            Err(error) => Err(SendError::Later(told(&error))),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to: Address = letter.to.parse().map_err(|_| format!("{} is no address", letter.to))?;
        let made_at = u64::try_from(letter.made_at.as_second()).unwrap_or_default();
        let mut message = Message::builder()
            .from(Mailbox::new(Some(letter.from.clone()), self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(made_at))
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.domain())))
            .header(ContentType::TEXT_PLAIN);
        if let Ok(reply_to) = letter.reply_to.parse() {
            message = message.reply_to(Mailbox::new(None, reply_to));
        }
        message.body(letter.text.clone()).map_err(|error| error.to_string())
    }
}

/// The innermost cause says it best: the server's answer, or why nobody answered.
fn told(error: &lettre::transport::smtp::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match error.status() {
        Some(code) => format!("{code} {cause}"),
        None => cause.to_string(),
    }
}

/// A part of an address as it is meant.
fn percent(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn says_what_is_wrong_with_the_settings() {
        let set_up = |server: &str, password: Option<&str>, from: &str| {
            Smtp::new(server, password.map(str::to_owned), from).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(set_up("smtp://localhost:2525?tls=none", None, "cloud@example.ru"), Ok(()));
        assert_eq!(set_up("smtp://user%40example.ru@localhost?tls=none", Some("x"), "cloud@example.ru"), Ok(()));
        for server in ["", "localhost", "http://localhost", "smtps://", "smtps://localhost?tls=none"] {
            assert!(set_up(server, None, "cloud@example.ru").unwrap_err().contains("address must be"), "{server}");
        }
        assert!(set_up("smtp://user@localhost?tls=none", None, "a@b.ru").unwrap_err().contains("password"));
        assert!(set_up("smtp://localhost?tls=none", None, "cloud").unwrap_err().contains("no address"));
    }

    #[tokio::test]
    async fn keeps_the_password_out_of_debug() {
        let smtp = Smtp::new("smtp://user:hush@localhost?tls=none", None, "cloud@example.ru").unwrap();
        assert!(!format!("{smtp:?}").contains("hush"));
    }
}
