//! The adapters as a process of their own, for tests that kill it, lock its keyring or move its home.
//! Takes what to ask from its arguments and standard input, and prints each answer on a line.

use std::{
    io::{BufRead, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use buhphone_agent::{
    clock::SystemClock,
    computer::ThisComputer,
    environment::Environment,
    keyring_vault::KeyringVault,
    ports::{Change, Host, Store, Vault, VaultError},
    sqlite_store::SqliteStore,
};
use buhphone_protocol::key::PublicKey;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let subject = arguments.next().context("what to probe")?;
    let rest: Vec<String> = arguments.collect();
    match (subject.as_str(), rest.as_slice()) {
        ("vault", [service, patience_ms]) => vault(service, Duration::from_millis(patience_ms.parse()?)).await?,
        ("store", [directory]) => store(directory.into()).await?,
        ("churn", [directory]) => churn(directory.into()).await?,
        ("host", [program]) => host(program.into()).await?,
        _ => bail!("nothing of that kind to probe"),
    }
    Ok(ExitCode::SUCCESS)
}

/// `make`, `show` and `forget`, each with the key's name.
async fn vault(service: &str, patience: Duration) -> Result<()> {
    let vault = KeyringVault::start(service)?.with_patience(patience);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (verb, name) = line.split_once(' ').context("a verb and a name")?;
        match verb {
            "make" => say(&key(vault.make_key(name).await))?,
            "show" => say(&key(vault.public_key(name).await))?,
            "forget" => say(&format!("{:?}", vault.forget(name).await))?,
            _ => bail!("the vault does not {verb}"),
        }
    }
    Ok(())
}

fn key(result: Result<PublicKey, VaultError>) -> String {
    match result {
        Ok(PublicKey(text)) => text,
        Err(VaultError::NoKey) => "no key".to_owned(),
        Err(VaultError::NotReady(why)) => format!("not ready: {why}"),
    }
}

/// `load`, or `save` and the state.
async fn store(directory: PathBuf) -> Result<()> {
    let store = SqliteStore::new(directory, Arc::new(SystemClock::start()));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        match line.split_once(' ') {
            Some(("save", state)) => {
                say(&format!("{:?}", store.save(&whole(state)).await.map_err(|error| error.verb)))?;
            }
            _ => say(&format!("{:?}", store.load().await))?,
        }
    }
    Ok(())
}

/// Saves numbers for as long as it lives, saying each when it is durable.
async fn churn(directory: PathBuf) -> Result<()> {
    let store = SqliteStore::new(directory, Arc::new(SystemClock::start()));
    for number in 1_u64.. {
        // Pages enough that a save cut in the middle would show.
        store.save(&whole(&format!("{number} {}", "x".repeat(40_000)))).await?;
        say(&number.to_string())?;
    }
    Ok(())
}

/// `read`, `enable`, `insist` for autostart; `presence`; `computer`.
async fn host(program: PathBuf) -> Result<()> {
    let host = ThisComputer::new(program, "0.0.0".to_owned(), Environment::read());
    for line in std::io::stdin().lock().lines() {
        match line?.as_str() {
            "read" => say(&format!("{:?}", host.autostart().await))?,
            "enable" => say(&format!("{:?}", host.enable_autostart(false).await))?,
            "insist" => say(&format!("{:?}", host.enable_autostart(true).await))?,
            "presence" => say(&format!("{:?}", host.presence().await))?,
            "computer" => say(&format!("{:?}", host.computer(None).await))?,
            other => bail!("the host is not asked to {other}"),
        }
    }
    Ok(())
}

fn whole(state: &str) -> Change {
    Change { state: Some(state.to_owned()), ..Change::default() }
}

fn say(answer: &str) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{answer}")?;
    Ok(out.flush()?)
}
