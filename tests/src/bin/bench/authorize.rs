//! `authorize.throughput`, `authorize.p99` on a file of SQLite, and
//! `authorize-postgres.throughput` on a server: durable authorizations of ten thousand computers.
//!
//! The floor on the file is the same handler without a store; on the server it is
//! PostgreSQL itself, given the same rows in a transaction each. Both are measured in
//! turn with the cloud, so that whatever else the machine does slows them alike.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use axum::{
    Json, Router,
    body::Bytes,
    http::{StatusCode, request::Parts},
    routing::post,
};
use buhphone_cloud::{
    clock::{Clock as _, SystemClock},
    http::signature,
    store::{NewAuthorization, Store as _, sql::SqlStore},
};
use buhphone_protocol::{
    authorization::{AuthorizeRequest, Authorized, PATH},
    ids::{AuthorizationId, LaunchId, PartnerId},
    standing::{PartnerCard, Standing},
    telemetry::{Attended, Autostart, Computer, Launch, Origin, Trigger},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use xtask::postgres::Postgres;

use crate::{
    cloud::Cloud,
    device::Device,
    figures::{Figure, Goal},
    load,
    server::Server,
};

mod pgbench;

const DEVICES: usize = 10_000;
/// Programs that wait for their answer at one moment of a morning.
const CONNECTIONS: usize = 256;
/// Some seconds of each, and each device once or twice.
const CALLS: usize = 15_000;
/// Times that cloud and floor are measured in turn.
const ROUNDS: usize = 3;
/// Written at once before anything is measured.
const WARMING: usize = 64;

pub(crate) async fn measure(cloud: &Path) -> Result<Vec<Figure>> {
    let mut cloud = Cloud::start_with(cloud, None, DEVICES, warm).await?;
    let mut bare = Server::bare().await?;
    let (mut taken, mut floor) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        floor += flood(bare.address, &cloud.devices).await?;
        taken += flood(cloud.server.address, &cloud.devices).await?;
    }
    let (throughput, bare_throughput) = (a_second(taken), a_second(floor));
    let half = throughput / 2.0;
    let paced = load::pace(cloud.server.address, calls(&cloud.devices)?, CONNECTIONS, half).await?;
    let bare_paced = load::pace(bare.address, calls(&cloud.devices)?, CONNECTIONS, half).await?;
    cloud.server.stop().await?;
    bare.stop().await?;
    Ok(vec![
        Figure::new("authorize.throughput", "/s", throughput, bare_throughput, &Goal::AtLeast(0.6)),
        Figure::new("authorize.p99", "ms", p99(&paced), p99(&bare_paced), &Goal::Value(100.0)),
    ])
}

pub(crate) async fn measure_postgres(cloud: &Path) -> Result<Vec<Figure>> {
    let postgres = Postgres::start_durable()?;
    let mut cloud = Cloud::start_with(cloud, Some(postgres.url()), DEVICES, warm).await?;
    let floor = pgbench::Floor::prepare(postgres.url())?;
    let (mut taken, mut alone) = (Duration::ZERO, 0.0);
    for _ in 0..ROUNDS {
        alone += floor.transactions_a_second()?;
        taken += flood(cloud.server.address, &cloud.devices).await?;
    }
    cloud.server.stop().await?;
    let alone = alone / ROUNDS as f64;
    Ok(vec![Figure::new("authorize-postgres.throughput", "/s", a_second(taken), alone, &Goal::AtLeast(2.0))])
}

/// The handler without a store.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(PATH, post(authorize))
}

async fn authorize(parts: Parts, body: Bytes) -> std::result::Result<Json<Authorized>, StatusCode> {
    let now = SystemClock.now();
    signature::verify(&parts, &body, now).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let request: AuthorizeRequest = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let partner = PartnerCard {
        name: "Учёт и Ко".to_owned(),
        phone: "+7 495 123-45-67".to_owned(),
        zone: "Europe/Moscow".to_owned(),
        machine_salt: "5a17".repeat(8),
    };
    let standing = Standing {
        partner,
        client: "ООО «Ромашка»".to_owned(),
        user: "Иванова Анна Петровна".to_owned(),
        last_authorization: Some(now),
        contract_ended: false,
        now,
        due_in: 3600,
        line: None,
        phone: String::new(),
    };
    let echo = "AAAAAAAAAAAAAAAAAAAAAA==".to_owned();
    Ok(Json(Authorized { authorization_id: request.authorization_id, authorized_at: now, echo, standing }))
}

async fn flood(server: SocketAddr, devices: &[Device]) -> Result<Duration> {
    load::flood(server, calls(devices)?, CONNECTIONS).await
}

/// Calls of the computers in turn.
fn calls(devices: &[Device]) -> Result<Vec<Vec<u8>>> {
    let calls = devices.iter().cycle().take(CALLS);
    calls.map(|device| load::call(device, PATH, &serde_json::to_vec(&request())?)).collect()
}

pub(crate) fn request() -> AuthorizeRequest {
    let launch = Launch { launch_id: LaunchId::generate(), origin: Origin::Login, started_at: SystemClock.now() };
    AuthorizeRequest {
        authorization_id: AuthorizationId::generate(),
        launch,
        trigger: Trigger::Launch,
        attended: Attended::Yes,
        computer: Computer {
            name: "БУХ-01".to_owned(),
            system: "Windows 11 23H2".to_owned(),
            program: "0.1.0".to_owned(),
            zone: Some("Europe/Moscow".to_owned()),
            machine: Some("5a17".repeat(16)),
        },
        autostart: Autostart::On,
        failures: Vec::new(),
        launches: Vec::new(),
        launches_dropped: 0,
        echo: None,
    }
}

/// Every computer's first authorization, which is a step of its visit besides.
async fn warm(store: &SqlStore, partner_id: PartnerId, devices: &[Device]) -> Result<()> {
    let firsts = devices.iter().map(|device| async move {
        let device = store.device_by_key(&device.key()?).await?.context("the computer")?;
        let AuthorizeRequest { authorization_id, launch, trigger, attended, computer, autostart, .. } = request();
        let new = NewAuthorization {
            authorization_id,
            signed_by: Some(device.key.clone()),
            launch,
            trigger,
            attended,
            computer,
            autostart,
            failures: Vec::new(),
            launches: Vec::new(),
            launches_dropped: 0,
            echo: None,
            next_echo: "AAAAAAAAAAAAAAAAAAAAAA==".to_owned(),
        };
        store.authorize(partner_id, device.device_id, &new, SystemClock.now()).await?;
        anyhow::Ok(())
    });
    stream::iter(firsts).buffer_unordered(WARMING).try_collect().await
}

fn a_second(taken: Duration) -> f64 {
    (ROUNDS * CALLS) as f64 / taken.as_secs_f64()
}

/// Milliseconds that ninety-nine in a hundred do not exceed.
fn p99(sorted: &[Duration]) -> f64 {
    let place = (sorted.len() * 99).div_ceil(100).max(1) - 1;
    sorted[place].as_secs_f64() * 1000.0
}
