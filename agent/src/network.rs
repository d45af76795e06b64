//! Notices that the computer got an address: the likeliest moment at which the cloud can be reached again.
//! Says nothing of whether it can.

use std::time::Duration;

use futures::{FutureExt, Stream, StreamExt, stream};
use if_watch::{IfEvent, tokio::IfWatcher};

use crate::clock::pause;

/// An address comes with its twins, and a little before its routes and name servers.
const SETTLE: Duration = Duration::from_secs(2);

/// Yields whenever addresses of a network have come and settled, the present ones first.
/// Ends, saying so in the log, where the system does not tell; the retries of a tick remain.
pub fn ups() -> impl Stream<Item = ()> + Unpin {
    let watcher =
        IfWatcher::new().inspect_err(|error| tracing::warn!(%error, "changes of the network are not noticed")).ok();
    Box::pin(stream::unfold(watcher, |watcher| async {
        let mut watcher = watcher?;
        loop {
            match watcher.next().await? {
                Ok(IfEvent::Up(address)) if !address.addr().is_loopback() => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "changes of the network are not noticed any more");
                    return None;
                }
            }
        }
        pause(SETTLE).await;
        while watcher.next().now_or_never().flatten().is_some_and(|event| event.is_ok()) {}
        Some(((), Some(watcher)))
    }))
}
