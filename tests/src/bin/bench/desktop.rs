//! `launch.authorized`, `idle.anonymous`, `idle.cpu`: the program in a desktop session of its
//! own, connected as a person connects it. The floor is a bare Tauri program with a tray, in
//! the same session and in turn with it.

use std::{
    fs,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use buhphone_cloud::clock::{Clock as _, SystemClock};
use buhphone_protocol::ids::UserId;
use buhphone_tests::{
    cloud::Cloud,
    program::{Computer, until},
};
use xtask::children::Kept;

use crate::figures::{Figure, Goal, percentile};

/// Starts of each, in turn.
const STARTS: usize = 9;
/// Between two looks at the cloud's record.
const LOOK: Duration = Duration::from_millis(2);
/// Longer than any start takes.
const BOUND: Duration = Duration::from_secs(30);
/// What is done after a start is done by then; and as long is measured.
const MINUTE: Duration = Duration::from_secs(60);
/// Of `/proc`, a second.
const TICKS: f64 = 100.0;

/// A person's start, with its window: nobody's start waits less.
pub(crate) async fn launch() -> Result<Vec<Figure>> {
    let desk = Desk::ready().await?;
    let (mut authorized, mut set_up) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begun = now();
        let mut bare = desk.bare()?;
        set_up.push(begun.elapsed());
        bare.stop();
        let begun = now();
        let mut program = desk.start(&[]).await?;
        authorized.push(begun.elapsed());
        program.stop();
        until("the program to end", async || desk.computer.is_gone()).await?;
    }
    authorized.sort_unstable();
    set_up.sort_unstable();
    let (taken, floor) = (percentile(&authorized, 50), percentile(&set_up, 50));
    Ok(vec![Figure::new("launch.authorized", "ms", taken, floor, &Goal::Ratio(1.25))])
}

/// Both at once, hidden: a minute to settle and a minute of nothing.
pub(crate) async fn idle() -> Result<Vec<Figure>> {
    let desk = Desk::ready().await?;
    let _program = desk.start(&["--hidden"]).await?;
    let bare = desk.bare()?;
    let ours = desk.computer.running()?;
    tokio::time::sleep(MINUTE).await;
    let held: f64 = ours.iter().map(|id| anonymous(*id)).sum::<Result<f64>>()?;
    let floor = anonymous(bare.id())?;
    let before: f64 = ours.iter().map(|id| spent(*id)).sum::<Result<f64>>()?;
    let bare_before = spent(bare.id())?;
    tokio::time::sleep(MINUTE).await;
    let cpu = ours.iter().map(|id| spent(*id)).sum::<Result<f64>>()? - before;
    // Less than a tick reads as nothing, and nothing divides by it.
    let bare_cpu = (spent(bare.id())? - bare_before).max(1.0 / TICKS);
    Ok(vec![
        Figure::new("idle.anonymous", "MiB more", held - floor, floor, &Goal::Value(10.0)),
        Figure::new("idle.cpu", "s", cpu, bare_cpu, &Goal::Value(0.05)),
    ])
}

/// A computer with the connected program, not running, and its cloud.
struct Desk {
    computer: Computer,
    cloud: Cloud,
    user: UserId,
    bare: PathBuf,
    _home: tempfile::TempDir,
}

impl Desk {
    async fn ready() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let cloud = Cloud::start(SystemClock.now()).await?;
        let user = cloud.register("Иванова").await?;
        let computer = Computer::new(home.path(), &cloud.url)?;
        computer.connect(&cloud.issue_code(user).await?.code).await?;
        let bare = std::env::current_exe()?.with_file_name("buhphone-bare");
        Ok(Self { computer, cloud, user, bare, _home: home })
    }

    /// Returns when the bare program has been set up.
    fn bare(&self) -> Result<Kept> {
        let mut command = self.computer.desktop.command(&self.bare);
        let (kept, _) = Kept::start_and_read_line("the bare program", command.stdin(Stdio::null()))?;
        Ok(kept)
    }

    /// Returns when the cloud has written the start's authorization.
    async fn start(&self, arguments: &[&str]) -> Result<Kept> {
        self.cloud.clock.set(SystemClock.now());
        let before = self.last().await?;
        let program = self.computer.start(arguments)?;
        let authorized = async {
            while self.last().await? == before {
                tokio::time::sleep(LOOK).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(BOUND, authorized).await.context("the start was not authorized")??;
        Ok(program)
    }

    async fn last(&self) -> Result<Option<jiff::Timestamp>> {
        Ok(self.cloud.store.user(self.cloud.partner.partner_id, self.user).await?.last_authorization)
    }
}

/// MiB.
fn anonymous(id: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("RssAnon")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

/// Processor seconds since it began, in the program and for it.
fn spent(id: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name may hold anything but the last bracket.
    let (_, fields) = stat.rsplit_once(')').context("a process")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<std::result::Result<f64, _>>()? / TICKS)
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the stopwatch")]
fn now() -> Instant {
    Instant::now()
}
