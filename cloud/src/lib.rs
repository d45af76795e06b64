//! The cloud: http -> rules -> store.
//!
//! [`launch`] serves until it is told to stop. Everything it depends on is passed
//! in, so that a test runs it whole, on any port and at any time.

use std::{future::Future, net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;

pub mod clock;
pub mod demo;
pub mod http;
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
    let router = http::router(Arc::new(Rules::new(settings, store, clock)));
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(shutdown)
        .await
}
