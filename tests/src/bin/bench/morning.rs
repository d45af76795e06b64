//! `morning.recovered`, `morning.errors`: ten thousand programs that look for a cloud that is
//! away, how soon after it is back all of them are authorized, and what failed even then.
//!
//! The programs are the agent's own driver, machine and calls over HTTP; disk, keyring and
//! computer are memory. Time is real. The half hour of absence is a hundred seconds of it:
//! after half a minute the live link looks for the cloud as seldom as it ever will, and an
//! authorization's own next attempt is as far away from the cloud's return as it is then.

mod program;

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use buhphone_protocol::authorization::PATH;
use tokio::task::JoinSet;

use self::program::{Office, Program};
use crate::{
    Parts, authorize,
    cloud::Cloud,
    figures::{Figure, Goal},
    held, load,
    server::Server,
};

const PROGRAMS: usize = 10_000;

/// How long the cloud is away, and the part of it in which people come and start their
/// computers. Attempts of an authorization's own come about 5, 15, 35, 75 and 155 s after that.
const AWAY: Duration = Duration::from_secs(100);
const COMING: Duration = Duration::from_secs(10);

/// Of a cloud that is back nobody should wait longer; after some times that the bench gives up.
const GOAL: f64 = 30.0;
const BOUND: Duration = Duration::from_secs(150);

/// Longer than an error takes to be shown.
const SETTLING: Duration = Duration::from_secs(2);

/// A stream each, and most of the calls at once; what closed meanwhile besides.
const CONNECTIONS: usize = PROGRAMS * 18 / 10;

/// Calls of the floor under way at once.
const FLOOR_CONNECTIONS: usize = 64;

/// Starts [`measure`] as a process of its own that trusts one authority and no more: the
/// system's hundred and fifty, read by ten thousand programs, would be measured instead.
pub(crate) fn start(parts: &Parts) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let authority = folder.path().join("authority.pem");
    fs::write(&authority, rcgen::generate_simple_self_signed(["nobody.invalid".to_owned()])?.cert.pem())?;
    let mut programs = Command::new(std::env::current_exe()?);
    programs.arg("programs").arg(&parts.cloud).arg(&parts.figures);
    // A folder of authorities in the environment would be read besides.
    programs.env("SSL_CERT_FILE", authority).env_remove("SSL_CERT_DIR");
    ensure!(programs.status()?.success(), "the programs ended");
    Ok(())
}

pub(crate) async fn measure(cloud: &Path) -> Result<Vec<Figure>> {
    held::allow(CONNECTIONS)?;
    let mut morning = Cloud::start(cloud, PROGRAMS).await?;
    morning.server.stop().await?;
    let office = Arc::new(Office::opened());
    let (mut programs, mut running) = (Vec::with_capacity(PROGRAMS), JoinSet::new());
    for (number, device) in morning.devices.iter().enumerate() {
        let program = Arc::new(Program::installed(number, device, office.clone())?);
        running.spawn(program.clone().run(COMING.mul_f64(number as f64 / PROGRAMS as f64)));
        programs.push(program);
    }
    tokio::time::sleep(AWAY).await;
    let missed = office.missed.load(Ordering::Relaxed);
    ensure!(missed > PROGRAMS, "the programs did not look for the cloud");
    morning.server = Server::cloud(cloud, morning.folder()).await?;
    let begun = now();
    office.cloud_is_at(morning.server.url().parse()?);
    while office.authorized.load(Ordering::Relaxed) < PROGRAMS {
        let authorized = office.authorized.load(Ordering::Relaxed);
        ensure!(begun.elapsed() < BOUND, "only {authorized} were authorized");
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
            ended = running.join_next() => bail!("a program ended: {ended:?}"),
        }
    }
    let recovered = begun.elapsed();
    tokio::time::sleep(SETTLING).await;
    let failed = office.failed.load(Ordering::Relaxed);
    let troubled = programs.iter().filter(|program| program.shows_trouble()).count();
    println!(
        "attempts while the cloud was away: {missed}; calls that failed after: {failed}; troubles shown: {troubled}"
    );
    drop(running);
    // As many authorizations as fast as the cloud takes them: what no way back can beat.
    let calls =
        morning.devices.iter().map(|device| load::call(device, PATH, &serde_json::to_vec(&authorize::request())?));
    let floor = load::flood(morning.server.address, calls.collect::<Result<_>>()?, FLOOR_CONNECTIONS).await?;
    morning.server.stop().await?;
    let errors = (failed + troubled) as f64;
    Ok(vec![
        Figure::new("morning.recovered", "s", recovered.as_secs_f64(), floor.as_secs_f64(), &Goal::Value(GOAL)),
        Figure::new("morning.errors", "of calls and programs", errors, PROGRAMS as f64, &Goal::Value(0.0)),
    ])
}

/// Counts a thing that happened.
fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the stopwatch")]
fn now() -> Instant {
    Instant::now()
}
