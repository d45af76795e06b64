//! Opens what the rules need, and serves until a signal.
//! Decides nothing about calls; that is the library's.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use buhphone_cloud::{
    clock::SystemClock,
    launch,
    rules::Rules,
    settings::Settings,
    store::{Store, migrations::OpenError, sql::SqlStore},
};
use tokio::{net::TcpListener, sync::oneshot};

use crate::options::{Place, Serve};

/// Calls in progress are given this long when the cloud is asked to stop.
const LAST_CALLS: Duration = Duration::from_secs(10);

pub(crate) async fn serve(place: &Place, serve: Serve) -> Result<()> {
    let listener =
        TcpListener::bind(place.listen).await.with_context(|| format!("cannot listen on {}", place.listen))?;
    let address = listener.local_addr()?;
    let settings = Settings {
        trusted_proxies: serve.trusted_proxies,
        program_url: serve.program_url()?,
        mail: serve.mail()?,
        ..settings(place, address)?
    };
    let store = open(place).await?;
    tracing::info!(%address, public_url = %settings.public_url, "serving");

    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let (stop, stopping) = oneshot::channel::<()>();
    let serving = launch(settings, shared, Arc::new(SystemClock), listener, async { drop(stopping.await) });
    let asked = asked_to_stop()?;
    tokio::select! {
        served = serving => served?,
        () = async {
            asked.await;
            drop(stop);
            tokio::time::sleep(LAST_CALLS).await;
        } => tracing::warn!("stopped with calls in progress"),
    }
    store.close().await;
    Ok(())
}

pub(crate) async fn migrate(place: &Place) -> Result<()> {
    open(place).await?.close().await;
    Ok(())
}

/// The rules on the real store and clock, for the command line.
pub(crate) async fn rules(place: &Place) -> Result<Rules> {
    let settings = settings(place, place.listen)?;
    Ok(Rules::new(settings, Arc::new(open(place).await?), Arc::new(SystemClock)))
}

fn settings(place: &Place, listening: SocketAddr) -> Result<Settings> {
    Ok(Settings::new(place.public_url(listening)?, place.pepper()?))
}

/// The store, brought up to date first if it is behind or not there yet.
async fn open(place: &Place) -> Result<SqlStore> {
    let database = place.database()?;
    match SqlStore::open(&database).await {
        Ok(store) => return Ok(store),
        // Migrating would find this too, and say it worse.
        Err(error @ (OpenError::Address | OpenError::Newer { .. })) => return Err(error.into()),
        Err(_) => {}
    }
    SqlStore::migrate(&database).await?;
    Ok(SqlStore::open(&database).await?)
}

/// Resolves at Ctrl-C, or when the system asks to stop.
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let asked = {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        async move { terminate.recv().await }
    };
    #[cfg(not(unix))]
    let asked = std::future::pending::<Option<()>>();
    Ok(async move {
        tokio::select! {
            _ = asked => {}
            pressed = tokio::signal::ctrl_c() => if let Err(error) = pressed {
                tracing::error!(%error, "Ctrl-C cannot be heard");
            }
        }
        tracing::info!("stopping");
    })
}
