//! Whether the Secret Service's default keyring is open, and asking a person to open it.
//! Waits for the person as long as it takes.

use std::time::Duration;

use secret_service::{EncryptionType, Error, blocking::SecretService};
use zbus::blocking::{connection::Builder, fdo::DBusProxy};

use crate::ports::VaultError;

/// The name on the bus that whoever keeps secrets goes by.
const NAME: &str = "org.freedesktop.secrets";

/// The bus itself answers in milliseconds.
const BUS_PATIENCE: Duration = Duration::from_secs(2);

/// Who keeps the secrets now, as the bus tells it; none if nobody does. Asks the bus and not
/// the keyring, which may hang.
pub(super) fn keeper() -> Option<String> {
    let bus = Builder::session().ok()?.method_timeout(BUS_PATIENCE).build().ok()?;
    let owner = DBusProxy::new(&bus).ok()?.get_name_owner(NAME.try_into().ok()?).ok()?;
    Some(owner.to_string())
}

/// Holds when the default keyring is unlocked. Asks a person only if `ask`; a computer
/// that has no keyring yet is then given one.
pub(super) fn unlock(ask: bool) -> Result<(), VaultError> {
    // Nothing secret travels over this connection.
    let service = SecretService::connect(EncryptionType::Plain).map_err(not_ready)?;
    match service.get_default_collection() {
        Ok(keyring) if !keyring.is_locked().map_err(not_ready)? => Ok(()),
        Ok(keyring) if ask => keyring.unlock().map_err(not_ready),
        Ok(_) => Err(VaultError::NotReady("it is locked".to_owned())),
        Err(Error::NoResult) if ask => service.create_collection("Login", "default").map(|_| ()).map_err(not_ready),
        Err(error) => Err(not_ready(error)),
    }
}

fn not_ready(error: Error) -> VaultError {
    VaultError::NotReady(match error {
        Error::Prompt => "it is locked, and was not unlocked when asked".to_owned(),
        Error::NoResult => "there is no keyring yet".to_owned(),
        error => error.to_string(),
    })
}
