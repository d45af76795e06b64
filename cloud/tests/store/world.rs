//! A partner with staff, a category, a client and its users, made through the store.
//! Times are of one day, 23.11.2026, unless a story says otherwise.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use buhphone_cloud::store::{
    Binding, ClientFields, CodeRecord, Editor, NewAuthorization, Partner, Staff, Store, UserFields, UserHistory,
    Written,
};
use buhphone_protocol::{
    cabinet::{Category, Role},
    ids::{AuthorizationId, CategoryId, ClientId, CodeId, DeviceId, LaunchId, PartnerId, StaffId, UserId},
    key::PublicKey,
    telemetry::{Attended, Autostart, Computer, Launch, Origin, Trigger},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) partner_id: PartnerId,
    pub(crate) staff_id: StaffId,
    pub(crate) category_id: CategoryId,
    pub(crate) client_id: ClientId,
    pub(crate) user_id: UserId,
    drawn: AtomicU64,
}

/// The morning of 23.11.2026, Moscow.
pub(crate) fn morning() -> Timestamp {
    at("2026-11-23T06:00:12Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

impl World {
    pub(crate) async fn new(store: Arc<dyn Store>) -> Self {
        let world = Self {
            store,
            partner_id: PartnerId::generate(),
            staff_id: StaffId::generate(),
            category_id: CategoryId::generate(),
            client_id: ClientId::generate(),
            user_id: UserId::generate(),
            drawn: AtomicU64::new(0),
        };
        let World { store, partner_id, .. } = &world;
        store.create_partner(&partner(*partner_id), morning()).await.unwrap();
        let email = format!("{}@partner.ru", world.staff_id);
        store.create_staff(&staff(*partner_id, world.staff_id, &email), morning()).await.unwrap();
        let category = Category { category_id: world.category_id, name: "Первый платный".into() };
        store.create_category(*partner_id, &category).await.unwrap();
        let client = ClientFields { name: "ООО «Ромашка»".into(), inn: None };
        store.create_client(*partner_id, world.client_id, &client, morning()).await.unwrap();
        let fields = world.fields("Иванова Анна Петровна");
        store.create_user(*partner_id, world.client_id, world.user_id, &fields, morning()).await.unwrap();
        world
    }

    /// Fields of a user of the world's category, named «Фамилия Имя Отчество».
    pub(crate) fn fields(&self, full_name: &str) -> UserFields {
        let mut names = full_name.split(' ').map(str::to_owned);
        UserFields {
            surname: names.next().unwrap_or_default(),
            name: names.next().unwrap_or_default(),
            patronymic: names.next().unwrap_or_default(),
            category_id: self.category_id,
            uses_1c: true,
            its_until: None,
            email: String::new(),
            phone: String::new(),
        }
    }

    pub(crate) async fn category(&self, name: &str) -> CategoryId {
        let category_id = CategoryId::generate();
        let category = Category { category_id, name: name.into() };
        self.store.create_category(self.partner_id, &category).await.unwrap();
        category_id
    }

    pub(crate) async fn client(&self, name: &str) -> ClientId {
        let client_id = ClientId::generate();
        let fields = ClientFields { name: name.into(), inn: None };
        self.store.create_client(self.partner_id, client_id, &fields, morning()).await.unwrap();
        client_id
    }

    pub(crate) async fn user(&self, client_id: ClientId, fields: &UserFields) -> UserId {
        let user_id = UserId::generate();
        self.store.create_user(self.partner_id, client_id, user_id, fields, morning()).await.unwrap();
        user_id
    }

    /// A code of seven days; its hash.
    pub(crate) async fn code(&self, user_id: UserId, issued_at: Timestamp) -> (CodeId, Vec<u8>) {
        let hash = self.draw("hash").into_bytes();
        let code = code(user_id, issued_at);
        self.store.issue_code(self.partner_id, &code, &hash, self.staff_id).await.unwrap();
        (code.code_id, hash)
    }

    pub(crate) async fn bind(&self, hash: &[u8], key: &PublicKey, at: Timestamp) -> Binding {
        self.store.bind(hash, key, DeviceId::generate(), &launch(at), &computer("БУХ-1"), at).await.unwrap()
    }

    /// A computer activated for the user.
    pub(crate) async fn device(&self, user_id: UserId, at: Timestamp) -> DeviceId {
        self.device_and_key(user_id, at).await.0
    }

    /// Likewise, with the key it was activated by.
    pub(crate) async fn device_and_key(&self, user_id: UserId, at: Timestamp) -> (DeviceId, PublicKey) {
        let (_, hash) = self.code(user_id, at).await;
        let key = self.key();
        match self.bind(&hash, &key, at).await {
            Binding::Bound { device_id, .. } => (device_id, key),
            refused => panic!("not bound: {refused:?}"),
        }
    }

    /// The card of the world's user.
    pub(crate) async fn card(&self) -> UserHistory {
        self.store.user_history(self.partner_id, self.user_id).await.unwrap()
    }

    pub(crate) async fn authorize(&self, device_id: DeviceId, new: &NewAuthorization, at: Timestamp) -> Written {
        self.store.authorize(self.partner_id, device_id, new, at).await.unwrap().0
    }

    pub(crate) async fn date(&self, user_id: UserId) -> Option<Timestamp> {
        self.store.user(self.partner_id, user_id).await.unwrap().last_authorization
    }

    pub(crate) fn key(&self) -> PublicKey {
        PublicKey(self.draw("key"))
    }

    /// Unique in the cloud, not in this world only.
    fn draw(&self, what: &str) -> String {
        format!("{what} {} of {}", self.drawn.fetch_add(1, Ordering::Relaxed), self.partner_id)
    }
}

pub(crate) fn partner(partner_id: PartnerId) -> Partner {
    Partner {
        partner_id,
        name: "Первый БИТ".into(),
        phone: "+7 495 748-24-55".into(),
        zone: TimeZone::get("Europe/Moscow").unwrap(),
        machine_salt: "5a17".into(),
    }
}

pub(crate) fn staff(partner_id: PartnerId, staff_id: StaffId, email: &str) -> Staff {
    Staff {
        staff_id,
        partner_id,
        name: "Ольга Смирнова".into(),
        email: email.into(),
        role: Role::Administrator,
        password_hash: "$argon2id$…".into(),
    }
}

pub(crate) fn code(user_id: UserId, issued_at: Timestamp) -> CodeRecord {
    CodeRecord {
        code_id: CodeId::generate(),
        user_id,
        issued_by: String::new(),
        issued_at,
        expires_at: issued_at + hours(7 * 24),
        revoked_at: None,
        used_at: None,
    }
}

/// Somebody of the staff who changes something then.
pub(crate) fn editor(at: Timestamp) -> Editor {
    Editor { staff_id: None, name: "Ольга Смирнова".into(), at }
}

pub(crate) fn computer(name: &str) -> Computer {
    Computer {
        name: name.into(),
        system: "Windows 11 23H2".into(),
        program: "0.1.0".into(),
        zone: Some("Europe/Moscow".into()),
        machine: None,
    }
}

pub(crate) fn launch(started_at: Timestamp) -> Launch {
    Launch { launch_id: LaunchId::generate(), origin: Origin::Login, started_at }
}

/// A plain authorization of a launch, presenting `echo` and answered by `next`.
pub(crate) fn authorization(launch: Launch, echo: Option<&str>, next: &str) -> NewAuthorization {
    NewAuthorization {
        authorization_id: AuthorizationId::generate(),
        signed_by: None,
        launch,
        trigger: Trigger::Launch,
        attended: Attended::Yes,
        computer: computer("БУХ-1"),
        autostart: Autostart::On,
        failures: Vec::new(),
        launches: Vec::new(),
        launches_dropped: 0,
        echo: echo.map(str::to_owned),
        next_echo: next.into(),
    }
}
