//! A partner with so many connected computers, registered through the cloud's own rules
//! and store, for a cloud that will serve them from another process.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use buhphone_cloud::{
    clock::SystemClock,
    rules::{Refusal, Rules},
    secret::{self, Pepper},
    settings::Settings,
    store::{Binding, CodeRecord, Staff, Store, sql::SqlStore},
};
use buhphone_protocol::{
    cabinet::{CategoryDraft, ClientDraft, Role, UserDraft},
    ids::{CodeId, DeviceId, LaunchId, PartnerId},
    telemetry::{Computer, Launch, Origin},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::ToSpan as _;

use crate::device::Device;

/// The administrator's.
pub const EMAIL: &str = "olga@uchet.example";

/// Registered at once: a server makes several durable in one go.
const AT_ONCE: usize = 8;

/// The partner, and a computer for each of so many users.
///
/// # Errors
/// When the rules or the store refuse.
pub async fn register(store: &SqlStore, password: &str, devices: usize) -> Result<(PartnerId, Vec<Device>)> {
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let settings = Settings::new("http://127.0.0.1".parse()?, Pepper::from_bytes(secret::random()));
    let rules = Rules::new(settings, shared, Arc::new(SystemClock));
    let partner = rules.create_partner("Учёт и Ко", "+7 495 123-45-67", "Europe/Moscow").await.map_err(refused)?;
    let staff = rules
        .create_staff(partner.partner_id, "Ольга Смирнова", EMAIL, Role::Administrator, password.to_owned())
        .await
        .map_err(refused)?;
    let client = ClientDraft { name: "ООО «Ромашка»".to_owned(), inn: "7707083893".to_owned() };
    let client = &rules.create_client(&staff, client).await.map_err(refused)?;
    let category = CategoryDraft { name: "Первый платный".to_owned() };
    let category = &rules.create_category(&staff, category).await.map_err(refused)?;
    let connecting = (1..=devices).map(|number| {
        let (rules, staff) = (&rules, &staff);
        async move {
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
            let user = rules.create_user(staff, client.client_id, user).await.map_err(refused)?;
            let device = Device::new(user.user_id)?;
            bind(store, rules, staff, &device).await?;
            anyhow::Ok(device)
        }
    });
    let connected = stream::iter(connecting).buffered(AT_ONCE).try_collect().await?;
    Ok((partner.partner_id, connected))
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
