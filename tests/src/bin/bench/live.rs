//! `live.memory`: what ten thousand connected programs cost the cloud's memory.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{
    cloud::Cloud,
    device::Device,
    figures::{Figure, Goal},
    held::{self, Held},
    server::Server,
};

const CONNECTIONS: usize = 10_000;

pub(crate) async fn measure(cloud: &Path) -> Result<Vec<Figure>> {
    held::allow(CONNECTIONS)?;
    let mut cloud = Cloud::start(cloud, CONNECTIONS).await?;
    let grown = growth(&cloud.server, &cloud.devices).await?;
    cloud.server.stop().await?;
    let mut bare = Server::bare().await?;
    let floor = growth(&bare, &cloud.devices).await?;
    bare.stop().await?;
    Ok(vec![Figure::new("live.memory", "MiB", grown, floor, &Goal::Ratio(1.5))])
}

/// MiB that the connections add, once each has been kept awake.
async fn growth(server: &Server, devices: &[Device]) -> Result<f64> {
    let before = server.anonymous()?;
    let mut held = Held::open(server.address, devices).await?;
    held.all_heard().await?;
    let after = server.anonymous()?;
    ensure!(held.open_still() == devices.len(), "streams ended");
    Ok(after - before)
}
