//! The demo partner: the 23 users of the partner's own report, as they stood in it.
//!
//! Categories, ИТС dates and moments are the report's; clients and persons are made
//! up, and named so that the default order of the report is the order of the rows.
//! Everything is written through the store's operations, as real life writes it.

use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_protocol::{
    cabinet::{Category, Role},
    ids::{AuthorizationId, CategoryId, ClientId, CodeId, DeviceId, LaunchId, PartnerId, StaffId, UserId},
    inn::Inn,
    key::PublicKey,
    telemetry::{Attended, Autostart, Computer, Launch, Origin, Trigger},
};
use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use sha2::{Digest, Sha256};

use crate::{
    rules::{Result, Rules, passwords},
    secret,
    store::{self, Binding, ClientFields, CodeRecord, NewAuthorization, Partner, Staff, Store, StoreError, UserFields},
};

mod rows;

use rows::{CATEGORIES, CLIENTS, ROWS, Row};

pub const PARTNER: &str = "Демонстрационный партнёр";
pub const EMAIL: &str = "demo@buhphone.example";
const ZONE: &str = "Europe/Moscow";
const PHONE: &str = "+7 000 000-00-00";
const ADMINISTRATOR: &str = "Администратор";
const SPECIALIST: &str = "Специалист по сопровождению";
/// Before the first authorization of the report.
const REGISTERED: &str = "2013-04-01T06:00:00Z";
/// The row of the user whom a demonstration connects: one who never authorized.
const TO_CONNECT: usize = 0;

/// How to sign in to the demo partner, and whom to connect.
#[derive(Clone, Debug)]
pub struct Demo {
    pub partner_id: PartnerId,
    pub email: &'static str,
    /// Known only at the first call, which made it.
    pub password: Option<String>,
    /// Never authorized before a demonstration.
    pub user_id: UserId,
}

/// The partner as seeded.
#[derive(Clone, Debug)]
pub struct Seeded {
    pub partner: Partner,
    /// Who issued the codes; signs in with no password.
    pub specialist: Staff,
    /// In the order of the report.
    pub users: Vec<UserId>,
}

impl Rules {
    /// Makes the demo partner once; a later call keeps everything.
    pub async fn demo(&self) -> Result<Demo> {
        // The administrator is made last: a seeding that was interrupted counts for nothing.
        let (partner_id, password) = match self.store.staff_by_email(EMAIL).await? {
            Some(administrator) => (administrator.partner_id, None),
            None => {
                let partner_id = seed(self.store.as_ref()).await?.partner.partner_id;
                let password = passwords::generate();
                let role = Role::Administrator;
                self.create_staff(partner_id, ADMINISTRATOR, EMAIL, role, password.clone()).await?;
                (partner_id, Some(password))
            }
        };
        let listing =
            store::Listing { search: ROWS[TO_CONNECT].surname.to_owned(), page: 1, page_size: 1, ..Default::default() };
        let found = self.store.users(partner_id, None, &listing).await?;
        let user_id = found.rows.first().ok_or(StoreError::NotFound("user_id"))?.user_id;
        Ok(Demo { partner_id, email: EMAIL, password, user_id })
    }
}

/// Writes a new partner with the report's rows.
///
/// # Errors
/// The store failed; what was written stays.
///
/// # Panics
/// A row of ours is wrong.
pub async fn seed(store: &dyn Store) -> store::Result<Seeded> {
    let at: Timestamp = REGISTERED.parse().expect("a constant");
    let partner = Partner {
        partner_id: PartnerId::generate(),
        name: PARTNER.to_owned(),
        phone: PHONE.to_owned(),
        zone: TimeZone::get(ZONE).expect("the database of zones is built in"),
        machine_salt: secret::random::<16>().iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    let partner_id = partner.partner_id;
    store.create_partner(&partner, at).await?;
    let specialist = Staff {
        staff_id: StaffId::generate(),
        partner_id,
        name: SPECIALIST.to_owned(),
        email: format!("{partner_id}@buhphone.example"),
        role: Role::Specialist,
        // The hash of no password.
        password_hash: "!".to_owned(),
    };
    store.create_staff(&specialist, at).await?;

    let mut categories = Vec::new();
    for name in CATEGORIES {
        let category = Category { category_id: CategoryId::generate(), name: name.to_owned() };
        store.create_category(partner_id, &category).await?;
        categories.push(category.category_id);
    }
    let mut clients = Vec::new();
    for (name, inn) in CLIENTS {
        let client_id = ClientId::generate();
        let inn: Inn = inn.parse().expect("a constant");
        let fields = ClientFields { name: name.to_owned(), inn: Some(inn) };
        store.create_client(partner_id, client_id, &fields, at).await?;
        clients.push(client_id);
    }
    let mut users = Vec::new();
    for (number, row) in ROWS.iter().enumerate() {
        let user_id = UserId::generate();
        let fields = fields(row, categories[row.category]);
        store.create_user(partner_id, clients[row.client], user_id, &fields, at).await?;
        if let Some(local) = row.authorized {
            let local: DateTime = local.parse().expect("a constant");
            let authorized_at = partner.zone.to_timestamp(local).expect("a constant");
            connect(store, &specialist, user_id, number, authorized_at).await?;
        }
        users.push(user_id);
    }
    Ok(Seeded { partner, specialist, users })
}

fn fields(row: &Row, category_id: CategoryId) -> UserFields {
    UserFields {
        surname: row.surname.to_owned(),
        name: row.name.to_owned(),
        patronymic: row.patronymic.to_owned(),
        category_id,
        uses_1c: row.uses_1c,
        its_until: row.its_until.map(|until| until.parse().expect("a constant")),
        email: String::new(),
        phone: String::new(),
    }
}

/// A code, a computer activated with it, and its one authorization.
async fn connect(
    store: &dyn Store,
    specialist: &Staff,
    user_id: UserId,
    number: usize,
    authorized_at: Timestamp,
) -> store::Result<()> {
    let activated_at = authorized_at - 1.minute();
    let code = CodeRecord {
        code_id: CodeId::generate(),
        user_id,
        issued_by: specialist.name.clone(),
        issued_at: activated_at - 1.hour(),
        expires_at: activated_at + 167.hours(),
        revoked_at: None,
        used_at: None,
    };
    // Of no digits: nobody can type a code that hashes to this.
    let code_hash = Sha256::digest(secret::random::<32>());
    store.issue_code(specialist.partner_id, &code, &code_hash, specialist.staff_id).await?;

    // A point of the curve is not needed: nobody holds the other half.
    let key = PublicKey(BASE64_STANDARD.encode(secret::random::<32>()));
    let launch = Launch { launch_id: LaunchId::generate(), origin: Origin::Person, started_at: activated_at };
    let computer = Computer {
        name: format!("БУХ-{:02}", number + 1),
        system: "Windows 7".to_owned(),
        program: "0.1.0".to_owned(),
        zone: Some(ZONE.to_owned()),
        machine: None,
    };
    let bound = store.bind(&code_hash, &key, DeviceId::generate(), &launch, &computer, activated_at).await?;
    let Binding::Bound { device_id, .. } = bound else {
        return Err(StoreError::Damaged(format!("a fresh code does not bind: {bound:?}")));
    };
    let authorization = NewAuthorization {
        authorization_id: AuthorizationId::generate(),
        signed_by: None,
        launch,
        trigger: Trigger::Activation,
        attended: Attended::Yes,
        computer,
        autostart: Autostart::On,
        failures: Vec::new(),
        launches: Vec::new(),
        launches_dropped: 0,
        echo: None,
        next_echo: BASE64_STANDARD.encode(secret::random::<16>()),
    };
    store.authorize(specialist.partner_id, device_id, &authorization, authorized_at).await.map(drop)
}
