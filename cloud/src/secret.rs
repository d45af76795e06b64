//! The pepper: a secret that activation codes are hashed under, kept in a file
//! apart from the database, so that the database alone does not give codes away
//! (eleven random digits would fall to a search of a plain hash). Letters that wait
//! are sealed by a key made of it, because they hold such codes.

use std::{fs, io, io::Write, path::Path};

use buhphone_protocol::code::Code;
use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Aead, KeyInit as _, Payload},
};
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use sha2::Sha256;

const BYTES: usize = 32;
/// Of the sealing: long enough to be drawn for each letter.
const NONCE: usize = 24;

/// The key of the codes' hashes. Its Debug is redacted.
#[derive(Clone)]
pub struct Pepper([u8; BYTES]);

impl Pepper {
    #[must_use]
    pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads the file, or makes it, readable by its owner only, if there is none.
    ///
    /// # Errors
    /// The file cannot be read or made, or does not hold 32 bytes. It is never
    /// overwritten: the codes already issued depend on it.
    pub fn load(path: &Path) -> io::Result<Self> {
        match create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
        let bytes = fs::read(path)?;
        let bytes = bytes
            .try_into()
            .map_err(|bytes: Vec<u8>| io::Error::other(format!("it holds {} bytes instead of {BYTES}", bytes.len())))?;
        Ok(Self(bytes))
    }

    /// What the store knows a code by.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    #[must_use]
    pub fn hash(&self, code: &Code) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        mac.update(code.digits().as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// Seals what the database shall hold and not give away; `whose` has to be said to open it.
    ///
    /// # Panics
    /// Never: what is sealed fits in memory.
    #[must_use]
    pub fn seal(&self, whose: &[u8], content: &[u8]) -> Vec<u8> {
        let nonce = random::<NONCE>();
        let payload = Payload { msg: content, aad: whose };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).expect("it fits in memory");
        [nonce.as_slice(), &sealed].concat()
    }

    /// None if it was sealed by another key, for another, or was changed.
    #[must_use]
    pub fn open(&self, whose: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.cipher().decrypt(&(*nonce).into(), Payload { msg: sealed, aad: whose }).ok()
    }

    /// Under a key of its own: a hash of a code and what seals a letter have nothing in common.
    fn cipher(&self) -> XChaCha20Poly1305 {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        mac.update(b"letters");
        let key: [u8; BYTES] = mac.finalize().into_bytes().into();
        XChaCha20Poly1305::new(&key.into())
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(…)")
    }
}

fn create(path: &Path) -> io::Result<Pepper> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let bytes = random();
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(Pepper(bytes))
}

/// Bytes of the system's random generator.
///
/// # Panics
/// The system has none: nothing secret can be made then.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_the_file_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let code = Code::from_random(42);
        let first = Pepper::load(&path).unwrap().hash(&code);
        assert_eq!(Pepper::load(&path).unwrap().hash(&code), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn opens_what_it_sealed_for_the_same_and_nothing_else() {
        let (pepper, other) = (Pepper::from_bytes([7; 32]), Pepper::from_bytes([8; 32]));
        let mut sealed = pepper.seal(b"letter 1", "код 4821".as_bytes());
        assert!(!sealed.windows(4).any(|part| part == b"4821"));
        assert_ne!(sealed, pepper.seal(b"letter 1", "код 4821".as_bytes()));
        assert_eq!(pepper.open(b"letter 1", &sealed).as_deref(), Some("код 4821".as_bytes()));
        assert_eq!(pepper.open(b"letter 2", &sealed), None);
        assert_eq!(other.open(b"letter 1", &sealed), None);
        assert_eq!(pepper.open(b"letter 1", &sealed[..10]), None);
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(pepper.open(b"letter 1", &sealed), None);
    }

    #[test]
    fn refuses_a_damaged_file_and_leaves_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        fs::write(&path, b"short").unwrap();
        assert_eq!(Pepper::load(&path).unwrap_err().to_string(), "it holds 5 bytes instead of 32");
        assert_eq!(fs::read(&path).unwrap(), b"short");
    }
}
