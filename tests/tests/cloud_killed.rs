//! The real cloud killed in the middle of a morning: what it acknowledged is there, what it
//! did not is written once by the same intent, and every date is what was answered.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use buhphone_cloud::{
    clock::{Clock as _, SystemClock},
    store::{Store as _, sql::SqlStore},
};
use buhphone_protocol::{
    authorization::{AuthorizeRequest, Authorized, PATH},
    ids::{AuthorizationId, LaunchId, PartnerId},
    telemetry::{Attended, Autostart, Computer, Launch, Origin, Trigger},
};
use buhphone_tests::{cloud_path, device::Device, register, server::Server};
use jiff::Timestamp;
use reqwest::Client;
use tokio::task::JoinSet;
use xtask::postgres::Postgres;

const DEVICES: usize = 50;
/// Two hundred authorizations a second.
const EVERY: Duration = Duration::from_millis(5);
/// When it is killed, from its first call: in the first batches, and well under way.
const MOMENTS: [Duration; 4] =
    [Duration::from_millis(120), Duration::from_millis(333), Duration::from_millis(707), Duration::from_millis(1010)];
/// Longer than a call takes on a busy machine; a killed cloud breaks its connections at once.
const CALL: Duration = Duration::from_secs(10);

struct Intent {
    device: usize,
    request: AuthorizeRequest,
    answered: Option<Timestamp>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_what_it_acknowledged_in_a_file_and_counts_the_rest_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = format!("sqlite:{}", folder.path().join("cloud.sqlite").display());
    killed_again_and_again(folder.path(), &database).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_what_it_acknowledged_in_a_server_and_counts_the_rest_once() -> Result<()> {
    let postgres = Postgres::start_durable()?;
    let folder = tempfile::tempdir()?;
    killed_again_and_again(folder.path(), postgres.url()).await
}

async fn killed_again_and_again(folder: &Path, database: &str) -> Result<()> {
    SqlStore::migrate(database).await?;
    let store = SqlStore::open(database).await?;
    let (partner_id, devices) = register::register(&store, "correct horse battery", DEVICES).await?;
    let devices: Arc<[Device]> = devices.into();
    let mut intents = Vec::new();
    for moment in MOMENTS {
        let mut server = Server::cloud_on(&cloud_path(), folder, Some(database)).await?;
        let begun = intents.len();
        intents.extend(morning(&mut server, &devices, moment).await?);
        let unanswered = intents[begun..].iter().filter(|intent| intent.answered.is_none()).count();
        println!("killed after {moment:?}: {} intents, {unanswered} not answered", intents.len() - begun);

        // Before anything is repeated: what was acknowledged is there.
        let written = written(&store, partner_id, &devices).await?;
        for intent in &intents {
            if let Some(at) = intent.answered {
                ensure!(written[intent.device].contains(&at), "{at} was acknowledged and is not there");
            }
        }
        let mut server = Server::cloud_on(&cloud_path(), folder, Some(database)).await?;
        let http = Client::builder().no_proxy().timeout(CALL).build()?;
        for intent in intents.iter_mut().filter(|intent| intent.answered.is_none()) {
            let answered = authorize(&http, &server.url(), &devices[intent.device], &intent.request).await;
            intent.answered = Some(answered.context("a repetition")?);
        }
        server.stop().await?;
    }

    let mut answered: BTreeMap<usize, Vec<Timestamp>> = (0..DEVICES).map(|device| (device, Vec::new())).collect();
    for intent in &intents {
        answered.entry(intent.device).or_default().extend(intent.answered);
    }
    let written = written(&store, partner_id, &devices).await?;
    for (device, mut answered) in answered {
        answered.sort_unstable();
        assert_eq!(written[device], answered, "each intent is there once, at the time that was answered");
        let user = store.user(partner_id, devices[device].user_id).await?;
        assert_eq!(user.last_authorization, answered.last().copied());
    }
    store.close().await;
    Ok(())
}

/// Authorizes without a pause, and kills the cloud at its moment.
async fn morning(server: &mut Server, devices: &Arc<[Device]>, moment: Duration) -> Result<Vec<Intent>> {
    let http = Client::builder().no_proxy().timeout(CALL).build()?;
    let url: Arc<str> = server.url().into();
    let (mut calling, mut pace) = (JoinSet::new(), tokio::time::interval(EVERY));
    let killed = tokio::time::sleep(moment);
    tokio::pin!(killed);
    for device in (0..DEVICES).cycle() {
        tokio::select! {
            biased;
            () = &mut killed => break,
            _ = pace.tick() => {}
        }
        let (http, url, devices) = (http.clone(), url.clone(), devices.clone());
        calling.spawn(async move {
            let request = request();
            let answered = authorize(&http, &url, &devices[device], &request).await.ok();
            Intent { device, request, answered }
        });
    }
    server.stop().await?;
    Ok(calling.join_all().await)
}

async fn authorize(http: &Client, url: &str, device: &Device, request: &AuthorizeRequest) -> Result<Timestamp> {
    let body = serde_json::to_vec(request)?;
    let mut call = http.post(format!("{url}{PATH}")).header("content-type", "application/json");
    for (name, value) in device.headers("POST", PATH, "?", &body)? {
        call = call.header(name, value);
    }
    let answer: Authorized = call.body(body).send().await?.error_for_status()?.json().await?;
    ensure!(answer.authorization_id == request.authorization_id, "another's answer");
    ensure!(answer.standing.last_authorization >= Some(answer.authorized_at), "the date is behind the answer");
    Ok(answer.authorized_at)
}

/// The times of each device's authorizations, earliest first.
async fn written(store: &SqlStore, partner_id: PartnerId, devices: &[Device]) -> Result<Vec<Vec<Timestamp>>> {
    let mut written = Vec::with_capacity(devices.len());
    for device in devices {
        let history = store.user_history(partner_id, device.user_id).await?;
        let mut times: Vec<_> = history.authorizations.iter().map(|row| row.at).collect();
        times.sort_unstable();
        written.push(times);
    }
    Ok(written)
}

fn request() -> AuthorizeRequest {
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
            zone: None,
            machine: None,
        },
        autostart: Autostart::On,
        failures: Vec::new(),
        launches: Vec::new(),
        launches_dropped: 0,
        echo: None,
    }
}
