//! Keeps the device's key in the system's keyring, this computer's only, and signs with it.
//! The secret half is read for each use and wiped after it; it has no other home.
//! One thread asks the keyring, because a locked one may hang a call for as long as a person is away;
//! it is left to itself only when the keyring it waits for has been replaced by another.

mod keyring;

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use async_trait::async_trait;
use buhphone_protocol::key::PublicKey;
use tokio::sync::oneshot;

use self::keyring::{Keeper, Keyring, is_replaced};
use crate::{
    cloud_client::signing::{Signed, Signer, Unsigned, public_key},
    ports::{Vault, VaultError},
};

/// A keyring that is ready answers in milliseconds; longer than this is a person's prompt or a hang.
const PATIENCE: Duration = Duration::from_secs(10);

/// The service under which keys are kept, unless told otherwise.
pub const SERVICE: &str = "buhphone";

/// A handle of the one thread that asks the keyring. The thread ends with the handle.
pub struct KeyringVault {
    service: String,
    asker: Mutex<Asker>,
    patience: Duration,
}

/// The thread, as those see it who want something asked.
struct Asker {
    jobs: mpsc::Sender<Job>,
    keeper: Keeper,
    /// The last question was not answered in time.
    overdue: bool,
}

type Job = Box<dyn FnOnce(&mut Keyring) + Send>;

impl Asker {
    fn start(service: &str) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let keeper = Keeper::default();
        let mut keyring = Keyring::new(service, keeper.clone());
        thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            for job in queue {
                job(&mut keyring);
            }
        })?;
        Ok(Self { jobs, keeper, overdue: false })
    }
}

impl KeyringVault {
    /// Asks nothing yet.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(service: &str) -> io::Result<Self> {
        Ok(Self { service: service.to_owned(), asker: Mutex::new(Asker::start(service)?), patience: PATIENCE })
    }

    /// Waits this long for the keyring instead of the usual.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Keyring) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.leave_a_replaced_keyring().await;
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |keyring: &mut Keyring| {
            // Whoever asked has stopped waiting; asking now would only queue prompts.
            if !reply.is_closed() {
                let _ = reply.send(question(keyring));
            }
        });
        let jobs = self.asker().jobs.clone();
        jobs.send(job).map_err(|_| VaultError::NotReady("its thread is gone".to_owned()))?;
        let answered = tokio::time::timeout(self.patience, answer).await;
        self.asker().overdue = answered.is_err();
        match answered {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(VaultError::NotReady("its thread is gone".to_owned())),
            Err(_) => Err(VaultError::NotReady(format!("no answer in {} s", self.patience.as_secs_f32()))),
        }
    }

    /// Begins anew where the keyring that owes an answer is not the keyring any more.
    async fn leave_a_replaced_keyring(&self) {
        let keeper = {
            let asker = self.asker();
            if !asker.overdue {
                return;
            }
            asker.keeper.clone()
        };
        let replaced = tokio::task::spawn_blocking(move || is_replaced(&keeper)).await;
        if !replaced.unwrap_or(false) {
            return;
        }
        match Asker::start(&self.service) {
            Ok(asker) => {
                tracing::warn!("the keyring was replaced while it owed an answer; asking the new one");
                *self.asker() = asker;
            }
            Err(error) => tracing::error!(%error, "the new keyring cannot be asked"),
        }
    }

    fn asker(&self) -> MutexGuard<'_, Asker> {
        self.asker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Vault for KeyringVault {
    async fn public_key(&self, name: &str) -> Result<PublicKey, VaultError> {
        let name = name.to_owned();
        self.ask(move |keyring| Ok(public_key(&keyring.read(&name)?.key()?))).await
    }

    async fn make_key(&self, name: &str) -> Result<PublicKey, VaultError> {
        let name = name.to_owned();
        self.ask(move |keyring| Ok(public_key(&keyring.read_or_make(&name)?.key()?))).await
    }

    async fn forget(&self, name: &str) -> Result<(), VaultError> {
        let name = name.to_owned();
        self.ask(move |keyring| keyring.delete(&name)).await
    }
}

#[async_trait]
impl Signer for KeyringVault {
    async fn sign(&self, name: &str, call: Unsigned) -> Result<Signed, VaultError> {
        let name = name.to_owned();
        self.ask(move |keyring| {
            let key = keyring.read(&name)?.key()?;
            call.sign(&key).map_err(|error| VaultError::NotReady(format!("it did not sign: {error}")))
        })
        .await
    }
}
