//! The cloud: http -> rules -> store.
//!
//! [`launch`] serves until it is told to stop. Everything it depends on is passed
//! in, so that a test runs it whole, on any port and at any time.

use std::{future::Future, net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;

pub mod clock;
pub mod demo;
pub mod http;
pub mod mail;
pub mod print;
pub mod rules;
pub mod secret;
pub mod settings;
pub mod store;

use clock::Clock;
use rules::Rules;
use settings::Settings;
use store::Store;

/// Serves on `listener` until `shutdown` resolves and the calls in progress are answered.
///
/// # Errors
/// The listener failed.
pub async fn launch(
    settings: Settings,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let rules = Arc::new(Rules::new(settings, store, clock));
    let live = rules.live.clone();
    let stopping = async move {
        shutdown.await;
        // Streams would hold their connections for ever.
        live.stop();
    };
    let service = http::router(rules.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(stopping) => served,
        never = rules.watch() => match never {},
        never = rules.deliver() => match never {},
    }
}
