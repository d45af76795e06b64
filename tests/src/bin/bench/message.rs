//! `message.p50`, `message.p99`: from a client's message sent to a page of the cabinet that knows.
//!
//! One after another, from a thousand connected computers in turn: the way of a message,
//! not the throughput of many.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use buhphone_protocol::{
    cabinet::{CSRF_HEADER, PREFIX, SignIn},
    conversation::RequestKind,
    ids::MessageId,
    live::{Item, OUTBOX_PATH, Outbox, OutboxRecorded},
};
use jiff::Timestamp;
use reqwest::Client;

use crate::{
    cloud::Cloud,
    device::Device,
    figures::{Figure, Goal, percentile},
    held::{self, Held},
    page::Page,
    server::Server,
};

const CONNECTED: usize = 1_000;
/// Sent before anything is measured.
const WARMING: usize = 200;
const MEASURED: usize = 4_000;

pub(crate) async fn measure(cloud: &Path) -> Result<Vec<Figure>> {
    held::allow(CONNECTED)?;
    let mut cloud = Cloud::start(cloud, CONNECTED).await?;
    let http = Client::builder().no_proxy().build()?;
    let cookie = sign_in(&http, &cloud).await?;
    let taken = hops(&http, &cloud.server, &cloud.devices, &cookie).await?;
    cloud.server.stop().await?;
    let mut bare = Server::bare().await?;
    let floor = hops(&http, &bare, &cloud.devices, "").await?;
    bare.stop().await?;
    Ok(vec![
        Figure::new("message.p50", "ms", percentile(&taken, 50), percentile(&floor, 50), &Goal::Value(10.0)),
        Figure::new("message.p99", "ms", percentile(&taken, 99), percentile(&floor, 99), &Goal::Value(50.0)),
    ])
}

async fn sign_in(http: &Client, cloud: &Cloud) -> Result<String> {
    let given = SignIn { email: cloud.email.to_owned(), password: cloud.password.clone() };
    let call = http.post(format!("{}{PREFIX}/session", cloud.server.url())).header(CSRF_HEADER, "1").json(&given);
    let answer = call.send().await?.error_for_status()?;
    let set = answer.headers().get("set-cookie").context("no session")?.to_str()?;
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}

/// How long each message took, shortest first.
async fn hops(http: &Client, server: &Server, devices: &[Device], cookie: &str) -> Result<Vec<Duration>> {
    let url = server.url();
    let mut held = Held::open(server.address, devices).await?;
    for device in devices {
        send(http, &url, device, opening(device)).await?;
    }
    let mut page = Page::open(http, &url, cookie).await?;
    let mut taken = Vec::with_capacity(MEASURED);
    for (number, device) in devices.iter().cycle().take(WARMING + MEASURED).enumerate() {
        let item = saying(device);
        let begun = now();
        let heard = async { page.hear(device.request_id).await.map(|()| begun.elapsed()) };
        let ((), hop) = tokio::try_join!(send(http, &url, device, item), heard)?;
        if number >= WARMING {
            taken.push(hop);
        }
    }
    ensure!(held.open_still() == devices.len(), "streams ended");
    taken.sort_unstable();
    Ok(taken)
}

async fn send(http: &Client, url: &str, device: &Device, item: Item) -> Result<()> {
    let body = serde_json::to_vec(&Outbox { items: vec![item] })?;
    let mut call = http.post(format!("{url}{OUTBOX_PATH}")).header("content-type", "application/json");
    for (name, value) in device.headers("POST", OUTBOX_PATH, "?", &body)? {
        call = call.header(name, value);
    }
    let recorded: OutboxRecorded = call.body(body).send().await?.error_for_status()?.json().await?;
    ensure!(recorded.rejected.is_empty(), "rejected: {recorded:?}");
    Ok(())
}

fn opening(device: &Device) -> Item {
    Item::Open {
        request_id: device.request_id,
        request: RequestKind::Ordinary,
        message_id: MessageId::generate(),
        text: "Не проводится документ".to_owned(),
        phone: None,
        made_at: Timestamp::UNIX_EPOCH,
    }
}

fn saying(device: &Device) -> Item {
    Item::Say {
        request_id: device.request_id,
        message_id: MessageId::generate(),
        text: "Пишет «Не заполнен реквизит», хотя он заполнен".to_owned(),
        made_at: Timestamp::UNIX_EPOCH,
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the stopwatch")]
fn now() -> Instant {
    Instant::now()
}
