//! Opens what the rules need, and serves until a signal.

use std::sync::Arc;

use anyhow::{Context, Result};
use buhphone_cloud::{
    clock::SystemClock,
    launch,
    rules::Rules,
    settings::Settings,
    store::{Store, sql::SqlStore},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::options::{Place, Serve};

pub(crate) async fn serve(place: &Place, serve: Serve) -> Result<()> {
    let mut settings = settings(place)?;
    settings.trusted_proxies = serve.trusted_proxies;
    let store = open(place).await?;
    let listener =
        TcpListener::bind(place.listen).await.with_context(|| format!("cannot listen on {}", place.listen))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, public_url = %settings.public_url, "serving");
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    launch(settings, shared, Arc::new(SystemClock), listener, stopped()?).await?;
    store.close().await;
    Ok(())
}

pub(crate) async fn migrate(place: &Place) -> Result<()> {
    Ok(SqlStore::migrate(&place.database()?).await?)
}

/// The rules on the real store and clock, for the command line.
pub(crate) async fn rules(place: &Place) -> Result<Rules> {
    let settings = settings(place)?;
    Ok(Rules::new(settings, Arc::new(open(place).await?), Arc::new(SystemClock)))
}

fn settings(place: &Place) -> Result<Settings> {
    Ok(Settings::new(place.public_url()?, place.pepper()?))
}

async fn open(place: &Place) -> Result<SqlStore> {
    let database = place.database()?;
    SqlStore::migrate(&database).await?;
    Ok(SqlStore::open(&database).await?)
}

/// Resolves at Ctrl-C, or when the system asks to stop.
fn stopped() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
