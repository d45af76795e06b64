//! What the operator of the cloud does from its command line: partners, staff, passwords.
//! Reached by who has the machine, never over the network.

use buhphone_protocol::{
    cabinet::Role,
    ids::{PartnerId, StaffId},
};
use jiff::tz::TimeZone;

use super::{Refusal, Result, Rules, fields};
use crate::{
    secret,
    store::{Partner, Staff},
};

impl Rules {
    /// # Errors
    /// `Invalid` with the field; a zone is a name of the IANA database.
    pub async fn create_partner(&self, name: &str, phone: &str, zone: &str) -> Result<Partner> {
        let iana = TimeZone::get(zone).ok().filter(|found| found.iana_name().is_some());
        let unknown = || Refusal::invalid("zone", format!("there is no time zone «{zone}»; try Europe/Moscow"));
        let salt = secret::random::<16>();
        let partner = Partner {
            partner_id: PartnerId::generate(),
            name: fields::required("name", name, 200)?,
            phone: fields::phone(phone)?,
            zone: iana.ok_or_else(unknown)?,
            machine_salt: salt.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        self.store.create_partner(&partner, self.now()).await?;
        Ok(partner)
    }

    pub async fn partners(&self) -> Result<Vec<Partner>> {
        Ok(self.store.partners().await?)
    }

    /// # Errors
    /// `Conflict` when the e-mail is somebody's already, of whatever partner.
    pub async fn create_staff(
        &self,
        partner_id: PartnerId,
        name: &str,
        email: &str,
        role: Role,
        password: String,
    ) -> Result<Staff> {
        let email = match fields::email(email)? {
            email if email.is_empty() => return Err(Refusal::invalid("email", "email is empty")),
            email => email,
        };
        let staff = Staff {
            staff_id: StaffId::generate(),
            partner_id,
            name: fields::required("name", name, 200)?,
            email,
            role,
            password_hash: self.passwords.hash(password).await?,
        };
        self.store.create_staff(&staff, self.now()).await?;
        Ok(staff)
    }

    /// Sets a new password and ends the person's sessions.
    pub async fn reset_password(&self, email: &str, password: String) -> Result<()> {
        let staff = self.store.staff_by_email(&fields::email(email)?).await?.ok_or_else(Refusal::not_found)?;
        let password_hash = self.passwords.hash(password).await?;
        Ok(self.store.set_password(staff.partner_id, staff.staff_id, &password_hash).await?)
    }

    pub async fn staff_of(&self, partner_id: PartnerId) -> Result<Vec<Staff>> {
        Ok(self.store.staff(partner_id).await?)
    }
}
