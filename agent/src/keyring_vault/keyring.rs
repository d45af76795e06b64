//! Asks the system's keyring, on whatever thread it is called, for as long as that takes.
//! Tells «not ready» from «no such key»: only an unlocked keyring is believed when it says it has none.

#[cfg(target_os = "linux")]
mod lock;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use httpsig::prelude::{AlgorithmName, SecretKey};
use keyring::{Entry, Error};
use keyring_core::CredentialStore;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::ports::VaultError;

/// Bytes of an Ed25519 seed.
const SEED_BYTES: usize = 32;

pub(super) struct Keyring {
    service: String,
    /// Read by who waits for an answer.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there the keyring is a part of the system"))]
    keeper: Keeper,
    /// Opened when first needed, and again after it failed: a keyring may start after us.
    store: Option<Arc<CredentialStore>>,
    /// A person was asked to unlock it and has not.
    #[cfg(target_os = "linux")]
    asked: bool,
}

/// Who is being asked, as the system names them; none where it names nobody.
pub(super) type Keeper = Arc<Mutex<Option<String>>>;

/// The secret half: the seed of an Ed25519 key. Wiped when dropped, never printed.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(super) struct Seed([u8; SEED_BYTES]);

/// When a person may be asked to unlock the keyring.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// A person is connecting the program right now.
    Now,
    /// Nobody may be looking, and nobody wants the question every minute.
    OnceAProcess,
}

impl Keyring {
    pub(super) fn new(service: &str, keeper: Keeper) -> Self {
        Self {
            service: service.to_owned(),
            keeper,
            store: None,
            #[cfg(target_os = "linux")]
            asked: false,
        }
    }

    pub(super) fn read(&mut self, name: &str) -> Result<Seed, VaultError> {
        self.unlocked(Ask::OnceAProcess)?;
        let text = Zeroizing::new(self.with_entry(name, Entry::get_secret)?);
        Seed::from_text(&text).ok_or_else(|| {
            // Somebody else's secret under our name: not a key, and not ours to overwrite silently.
            tracing::error!("the secret kept under the key's name is not a key");
            VaultError::NoKey
        })
    }

    pub(super) fn read_or_make(&mut self, name: &str) -> Result<Seed, VaultError> {
        self.unlocked(Ask::Now)?;
        match self.read(name) {
            Err(VaultError::NoKey) => {}
            result => return result,
        }
        let seed = Seed::random();
        let text = seed.to_text();
        self.with_entry(name, |entry| entry.set_secret(text.as_bytes()))?;
        match self.read(name) {
            Ok(kept) if kept == seed => Ok(kept),
            Ok(_) | Err(VaultError::NoKey) => Err(VaultError::NotReady("it did not keep the key".to_owned())),
            Err(error) => Err(error),
        }
    }

    pub(super) fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.unlocked(Ask::OnceAProcess)?;
        match self.with_entry(name, Entry::delete_credential) {
            Err(VaultError::NoKey) => Ok(()),
            result => result,
        }
    }

    /// Asks once more over a new connection if the keyring was restarted meanwhile.
    fn with_entry<T>(&mut self, name: &str, ask: impl Fn(&Entry) -> Result<T, Error>) -> Result<T, VaultError> {
        let reopened = self.store.is_none();
        match self.entry(name).and_then(|entry| ask(&entry)) {
            Err(Error::PlatformFailure(_)) if !reopened => {
                self.store = None;
                self.entry(name).and_then(|entry| ask(&entry)).map_err(told)
            }
            result => result.map_err(told),
        }
    }

    fn entry(&mut self, name: &str) -> Result<Entry, Error> {
        let store = match &self.store {
            Some(store) => store,
            None => self.store.insert(open()?),
        };
        Ok(Entry { inner: store.build(&self.service, name, modifiers().as_ref())? })
    }

    /// Holds when the keyring is unlocked now; may have asked a person to unlock it.
    #[cfg(target_os = "linux")]
    fn unlocked(&mut self, ask: Ask) -> Result<(), VaultError> {
        *self.keeper.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = lock::keeper();
        let asked = std::mem::replace(&mut self.asked, true);
        lock::unlock(ask == Ask::Now || !asked)?;
        self.asked = false;
        Ok(())
    }

    /// The system unlocks its keyring with the session.
    #[cfg(not(target_os = "linux"))]
    fn unlocked(&mut self, _ask: Ask) -> Result<(), VaultError> {
        Ok(())
    }
}

/// Whether somebody else keeps the secrets now than whom `asked` names: an answer that has not
/// come will not come any more.
#[cfg(target_os = "linux")]
pub(super) fn is_replaced(asked: &Keeper) -> bool {
    let asked = asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    lock::keeper().is_some_and(|now| asked.is_some_and(|asked| asked != now))
}

/// There the keyring is a part of the system.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_replaced(_asked: &Keeper) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn open() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(windows)]
fn open() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "linux")]
fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
    Some(HashMap::from([("label", "Бухфон")]))
}

/// `Local`: the default would roam with the account to other computers.
#[cfg(windows)]
fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
    Some(HashMap::from([("persistence", "Local")]))
}

fn told(error: Error) -> VaultError {
    match error {
        Error::NoEntry => VaultError::NoKey,
        // Some variants carry the secret; their text does not, their Debug does.
        other => VaultError::NotReady(other.to_string()),
    }
}

impl Seed {
    fn random() -> Self {
        Self(rand::random())
    }

    fn from_text(text: &[u8]) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
        bytes.as_slice().try_into().ok().map(Self)
    }

    fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0))
    }

    /// Wiped by its own crate when dropped.
    pub(super) fn key(&self) -> Result<SecretKey, VaultError> {
        SecretKey::from_bytes(&AlgorithmName::Ed25519, &self.0)
            .map_err(|error| VaultError::NotReady(format!("the key does not read: {error}")))
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Seed::random()), "Seed(…)");
    }

    #[test]
    fn a_seed_reads_back_and_nothing_else_does() {
        let seed = Seed::random();
        assert_eq!(Seed::from_text(seed.to_text().as_bytes()), Some(seed));
        assert_eq!(Seed::from_text(b"AAAA"), None);
        assert_eq!(Seed::from_text("пароль".as_bytes()), None);
    }
}
