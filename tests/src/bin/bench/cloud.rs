//! The cloud under measure, with so many connected computers: registered through the
//! cloud's own rules and store, on a file, before the process serves it.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use buhphone_cloud::{
    clock::SystemClock,
    rules::{Refusal, Rules, passwords},
    secret::{self, Pepper},
    settings::Settings,
    store::{Binding, CodeRecord, Staff, Store, sql::SqlStore},
};
use buhphone_protocol::{
    cabinet::{CategoryDraft, ClientDraft, Role, UserDraft},
    ids::{CodeId, DeviceId, LaunchId},
    telemetry::{Computer, Launch, Origin},
};
use jiff::ToSpan as _;

use crate::{device::Device, server::Server};

const EMAIL: &str = "olga@uchet.example";

pub(crate) struct Cloud {
    pub(crate) server: Server,
    pub(crate) devices: Vec<Device>,
    pub(crate) email: &'static str,
    pub(crate) password: String,
    _folder: tempfile::TempDir,
}

impl Cloud {
    /// Its folder is beside the built programs: on a disk, where what is durable has its price.
    pub(crate) async fn start(program: &Path, devices: usize) -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("cloud-").tempdir_in(std::env::current_exe()?.with_file_name(""))?;
        let database = format!("sqlite:{}", folder.path().join("cloud.sqlite").display());
        SqlStore::migrate(&database).await?;
        let store = SqlStore::open(&database).await?;
        let password = passwords::generate();
        let registered = register(&store, &password, devices).await;
        store.close().await;
        let server = Server::cloud(program, folder.path()).await?;
        Ok(Self { server, devices: registered?, email: EMAIL, password, _folder: folder })
    }
}

async fn register(store: &SqlStore, password: &str, devices: usize) -> Result<Vec<Device>> {
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let settings = Settings::new("http://127.0.0.1".parse()?, Pepper::from_bytes(secret::random()));
    let rules = Rules::new(settings, shared, Arc::new(SystemClock));
    let partner = rules.create_partner("Учёт и Ко", "+7 495 123-45-67", "Europe/Moscow").await.map_err(refused)?;
    let staff = rules
        .create_staff(partner.partner_id, "Ольга Смирнова", EMAIL, Role::Administrator, password.to_owned())
        .await
        .map_err(refused)?;
    let client = ClientDraft { name: "ООО «Ромашка»".to_owned(), inn: "7707083893".to_owned() };
    let client = rules.create_client(&staff, client).await.map_err(refused)?;
    let category = CategoryDraft { name: "Первый платный".to_owned() };
    let category = rules.create_category(&staff, category).await.map_err(refused)?;
    let mut connected = Vec::with_capacity(devices);
    for number in 1..=devices {
        let user = UserDraft {
            surname: format!("Иванова-{number}"),
            name: "Анна".to_owned(),
            patronymic: "Петровна".to_owned(),
            category_id: category.category_id,
            uses_1c: true,
            its_until: "31.12.2026".to_owned(),
            email: String::new(),
            phone: String::new(),
        };
        let user = rules.create_user(&staff, client.client_id, user).await.map_err(refused)?;
        let device = Device::new(user.user_id)?;
        bind(store, &rules, &staff, &device).await?;
        connected.push(device);
    }
    Ok(connected)
}

/// A code issued and used, less its digits: ten thousand pictures of codes are not what is measured.
async fn bind(store: &SqlStore, rules: &Rules, staff: &Staff, device: &Device) -> Result<()> {
    let now = rules.now();
    let code = CodeRecord {
        code_id: CodeId::generate(),
        user_id: device.user_id,
        issued_by: staff.name.clone(),
        issued_at: now,
        expires_at: now.checked_add(1.hour()).context("the calendar")?,
        revoked_at: None,
        used_at: None,
    };
    let hash = secret::random::<32>();
    store.issue_code(staff.partner_id, &code, &hash, staff.staff_id).await?;
    let launch = Launch { launch_id: LaunchId::generate(), origin: Origin::Person, started_at: now };
    let computer = Computer {
        name: "БУХ-01".to_owned(),
        system: "Windows 11 23H2".to_owned(),
        program: "0.1.0".to_owned(),
        zone: None,
        machine: None,
    };
    let bound = store.bind(&hash, &device.key()?, DeviceId::generate(), &launch, &computer, now).await?;
    ensure!(matches!(bound, Binding::Bound { .. }), "the computer was not connected");
    Ok(())
}

fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!("the cloud refused: {refusal:?}")
}
