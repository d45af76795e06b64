//! Whether the Secret Service's default keyring is open, and asking a person to open it.
//! Waits for the person as long as it takes.

use secret_service::{EncryptionType, Error, blocking::SecretService};

use crate::ports::VaultError;

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
