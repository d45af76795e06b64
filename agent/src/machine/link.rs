//! `buhphone://connect?code=…&cloud=…`: what a link may bring in. It names a code and perhaps
//! an address; both are shown to the person before anything is connected.

use buhphone_protocol::code::{Code, CodeError};
use url::{Host, Url};

use crate::view::ActivationError;

/// A code, and an address if the link brought one, for a person to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) code: Code,
    pub(super) cloud: Option<Url>,
}

pub(super) fn read(link: &str) -> Result<Offer, ActivationError> {
    let url = Url::parse(link.trim()).map_err(|_| ActivationError::BadLink)?;
    if url.scheme() != "buhphone" || url.host_str() != Some("connect") || !matches!(url.path(), "" | "/") {
        return Err(ActivationError::BadLink);
    }
    let mut code = None;
    let mut cloud = None;
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "code" => code = Some(read_code(&value)?),
            "cloud" => cloud = Some(read_cloud(&value).ok_or(ActivationError::BadLink)?),
            _ => {}
        }
    }
    Ok(Offer { code: code.ok_or(ActivationError::BadLink)?, cloud })
}

pub(super) fn read_code(text: &str) -> Result<Code, ActivationError> {
    Code::parse(text).map_err(|error| match error {
        CodeError::NotDigits | CodeError::Length(_) => ActivationError::CodeIncomplete,
        CodeError::Mistyped => ActivationError::CodeMistyped,
    })
}

/// An address is believed over TLS, or on this very computer.
pub(super) fn read_cloud(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let trusted = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    (trusted && url.username().is_empty() && url.password().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> String {
        Code::from_random(48_210_937_552).digits()
    }

    #[test]
    fn a_link_brings_a_code_and_perhaps_an_address() {
        let code = code();
        for (link, cloud) in [
            (format!("buhphone://connect?code={code}"), None),
            (format!("buhphone://connect/?cloud=https%3A%2F%2Fb.example%2F&code={code}"), Some("https://b.example/")),
            (format!("buhphone://connect?code={code}&cloud=http://127.0.0.1:8780"), Some("http://127.0.0.1:8780/")),
            (format!("buhphone://connect?code={code}&cloud=http://[::1]:1&later=1"), Some("http://[::1]:1/")),
        ] {
            let offer = read(&link).unwrap();
            assert_eq!((offer.code.digits(), offer.cloud.as_ref().map(Url::as_str)), (code.clone(), cloud), "{link}");
        }
    }

    #[test]
    fn refuses_what_is_not_ours() {
        let code = code();
        for link in [
            String::new(),
            "buhphone://".to_owned(),
            "buhphone://connect".to_owned(),
            format!("https://connect?code={code}"),
            format!("buhphone://other?code={code}"),
            format!("buhphone://connect/deeper?code={code}"),
            format!("buhphone://connect?code={code}&cloud=http://b.example"),
            format!("buhphone://connect?code={code}&cloud=http://localhost.example"),
            format!("buhphone://connect?code={code}&cloud=https://name:word@b.example"),
            format!("buhphone://connect?code={code}&cloud=javascript:alert(1)"),
            format!("buhphone://connect?code={code}&cloud=file:///etc/passwd"),
        ] {
            assert_eq!(read(&link), Err(ActivationError::BadLink), "{link}");
        }
        assert_eq!(read("buhphone://connect?code=12"), Err(ActivationError::CodeIncomplete));
    }
}
