//! Authorization: the cloud's time is written for the device's user, once an intent.
//! Telemetry is data about a computer that may be wrong about itself: bounded, never trusted.

use std::collections::HashSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_protocol::{
    authorization::{AuthorizeRequest, Authorized, LAUNCHES_MAX},
    telemetry::{Computer, Trigger},
};

use super::{Refusal, Result, Rules, fields, standing::standing};
use crate::{
    secret,
    store::{DeviceRecord, NewAuthorization, StoreError},
};

const ECHO_BYTES: usize = 16;
/// Kinds of failure there are, with room for those of newer programs.
const FAILURES_MAX: usize = 32;

impl Rules {
    /// Durable when it returns; repeated, it answers the first time again.
    pub async fn authorize(&self, device: &DeviceRecord, request: AuthorizeRequest) -> Result<Authorized> {
        let new = NewAuthorization { signed_by: Some(device.key.clone()), ..checked(request)? };
        let written = self.store.authorize(device.partner_id, device.device_id, &new, self.now()).await;
        if let Err(StoreError::KeyEnded) = written {
            // It was let in a moment ago. Asked again, the check says why it would not be now.
            self.device(&device.key).await?;
        }
        let (written, owner) = written?;
        if written.first && new.trigger == Trigger::Activation {
            // A step of the visit.
            self.live.wake_staff(device.partner_id);
        }
        Ok(Authorized {
            authorization_id: new.authorization_id,
            authorized_at: written.authorized_at,
            echo: written.echo,
            standing: standing(owner, self.now()),
        })
    }
}

fn checked(request: AuthorizeRequest) -> Result<NewAuthorization> {
    let AuthorizeRequest { launch, launches, failures, echo, .. } = request;
    if launches.len() > LAUNCHES_MAX {
        return Err(Refusal::invalid("launches", format!("launches holds more than {LAUNCHES_MAX}")));
    }
    if failures.len() > FAILURES_MAX {
        return Err(Refusal::invalid("failures", format!("failures holds more than {FAILURES_MAX}")));
    }
    let mut kinds = HashSet::new();
    if !failures.iter().all(|failure| kinds.insert(failure.kind)) {
        return Err(Refusal::invalid("failures", "failures holds a kind twice"));
    }
    let mut told = HashSet::from([launch.launch_id]);
    let launches = launches.into_iter().filter(|launch| told.insert(launch.launch_id)).collect();
    let echo = echo.map(|echo| fields::told("echo", &echo, 64)).transpose()?;
    Ok(NewAuthorization {
        authorization_id: request.authorization_id,
        signed_by: None,
        launch,
        trigger: request.trigger,
        attended: request.attended,
        computer: computer(request.computer)?,
        autostart: request.autostart,
        failures,
        launches,
        launches_dropped: request.launches_dropped,
        echo,
        next_echo: BASE64_STANDARD.encode(secret::random::<ECHO_BYTES>()),
    })
}

/// What a computer tells of itself, within bounds.
pub(super) fn computer(computer: Computer) -> Result<Computer> {
    let machine = computer.machine;
    if machine.as_ref().is_some_and(|hex| hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(Refusal::invalid("computer.machine", "computer.machine is not an HMAC-SHA256 in hex"));
    }
    Ok(Computer {
        name: fields::told("computer.name", &computer.name, 255)?,
        system: fields::told("computer.system", &computer.system, 255)?,
        program: fields::told("computer.program", &computer.program, 64)?,
        zone: computer.zone.map(|zone| fields::told("computer.zone", &zone, 64)).transpose()?,
        machine,
    })
}
