//! Activation: the right code binds a key to its user, once.
//! A wrong one costs the address that tried it; a right one costs nothing.

use buhphone_protocol::{
    activation::{ActivateRequest, Activated},
    code::Code,
    error::ErrorCode,
    ids::DeviceId,
};

use super::{Refusal, Result, Rules, authorization::computer};
use crate::store::Binding;

/// Longer than any form a code is typed in.
const TYPED_MAX: usize = 64;

impl Rules {
    /// `request.key` has signed the call.
    ///
    /// # Errors
    /// `Invalid` for what is no code, `CodeUnknown`, `CodeUsed`, `CodeExpired`, `CodeRevoked`,
    /// `UserArchived`, `Conflict` when the key is a device by another code; `SlowDown`.
    pub async fn activate(&self, request: ActivateRequest, address: &str) -> Result<Activated> {
        let computer = computer(request.computer)?;
        let attempt = self.code_guesses.attempt(address.to_owned(), String::new()).await?;
        let code = if request.code.len() > TYPED_MAX {
            Err("a code has twelve digits".to_owned())
        } else {
            Code::parse(&request.code).map_err(|error| error.to_string())
        };
        let code = match code {
            Ok(code) => code,
            Err(message) => {
                attempt.failed();
                return Err(Refusal::invalid("code", message));
            }
        };

        let (hash, device_id) = (self.settings.pepper.hash(&code), DeviceId::generate());
        let binding = self.store.bind(&hash, &request.key, device_id, &request.launch, &computer, self.now()).await?;
        if matches!(binding, Binding::Bound { .. }) {
            drop(attempt);
        } else {
            attempt.failed();
        }
        let refuse = |code, message: &'static str| Err(Refusal::new(code, message));
        match binding {
            Binding::Bound { partner_id, device_id, code_id } => {
                // The page of the code turns into the page of the visit.
                self.live.wake_staff(partner_id);
                let standing = self.standing(&self.device(&request.key).await?).await?;
                Ok(Activated { device_id, standing, visit: Some(code_id) })
            }
            Binding::Unknown => refuse(ErrorCode::CodeUnknown, "there is no such code"),
            Binding::UsedByAnotherKey => refuse(ErrorCode::CodeUsed, "the code was used on another computer"),
            Binding::Expired => refuse(ErrorCode::CodeExpired, "the code has expired"),
            Binding::Revoked => refuse(ErrorCode::CodeRevoked, "the partner withdrew the code"),
            Binding::UserArchived => refuse(ErrorCode::UserArchived, "the partner archived this user"),
            Binding::KeyTaken => refuse(ErrorCode::Conflict, "this key was connected by another code already"),
        }
    }
}
