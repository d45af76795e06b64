//! Ports for what is told its own before it starts. The system gives none of these to connections
//! that go out, and no two tests hold one at once. And turns, where others choose ports badly.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Result, bail};

/// Below what systems take for connections that go out.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// A port that is its holder's, also while nobody listens on it.
#[derive(Debug)]
pub struct Port {
    pub number: u16,
    /// Locked by this process, whatever becomes of it.
    _held: File,
}

impl Port {
    /// # Errors
    /// When the disk refuses, or all are held.
    pub fn take() -> Result<Self> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let folder = folder()?;
        // Processes begin apart, so that they seldom meet.
        let begin = (std::process::id() % u32::from(COUNT)) as u16;
        for _ in 0..COUNT {
            let number = FIRST + (begin + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT;
            let held = File::create(folder.join(number.to_string()))?;
            if held.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", number)).is_ok() {
                return Ok(Self { number, _held: held });
            }
        }
        bail!("every port from {FIRST} on is held")
    }
}

/// The turn of one at a time among all tests that do what `name` says; given back when dropped.
#[derive(Debug)]
pub struct Turn {
    _held: File,
}

impl Turn {
    /// # Errors
    /// When the disk refuses.
    pub async fn await_at(name: &str) -> Result<Self> {
        let file = folder()?.join(name);
        tokio::task::spawn_blocking(move || {
            let file = File::create(file)?;
            file.lock()?;
            Ok(Self { _held: file })
        })
        .await?
    }
}

fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join("buhphone-ports");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_held_twice() {
        let held: Vec<Port> = (0..20).map(|_| Port::take().expect("a port")).collect();
        let numbers: std::collections::BTreeSet<u16> = held.iter().map(|port| port.number).collect();
        assert_eq!(numbers.len(), held.len());
    }
}
