//! Faults between any two outward steps of a process, without a switch in it: a preloaded library
//! numbers its steps on files, TCP sockets and the keyring, and kills it, or refuses a write, at one.
//!
//! ```ignore
//! let watch = Interposer::new(&program)?.on_files_in(&data)?.on_port(port).on_keyring();
//! watch.set_up(&mut command);             // before the process is started
//! watch.order(Order::KillAt(7))?;         // numbering begins here, be it before or after the start
//! …                                       // the process lives its story, or dies
//! watch.was_killed()?; watch.story()?;    // what it did, step by step
//! ```
//! [`enumerate`] runs a story for N = 1, 2, 3 … until one ends before its step N.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context as _, Result, bail, ensure};
use futures::future::try_join_all;

/// Steps that no story here comes near: an enumeration past it does not come to an end.
const STEPS_MAX: u32 = 2_000;

/// What calls to the keyring hold, and no other message on a bus.
const KEYRING: &str = "org.freedesktop.Secret";

/// Watches one run of one program.
#[derive(Debug)]
pub struct Interposer {
    program: PathBuf,
    folders: Vec<PathBuf>,
    ports: Vec<u16>,
    keyring: bool,
    /// Of the orders and the log; never a watched one.
    place: tempfile::TempDir,
}

/// What happens at which step. A new order takes the place of the last at once; numbers go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing: steps are numbered and noted.
    Watch,
    /// SIGKILL before this step is carried out.
    KillAt(u32),
    /// This step is refused, if it changes files.
    FailAt(u32, Refusal),
    /// Steps that change files are refused from this one on, until the next order.
    FailFrom(u32, Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// ENOSPC.
    DiskFull,
    /// EROFS.
    ReadOnly,
    /// EIO.
    Broken,
}

/// One outward step as it was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub number: u32,
    /// `create`, `empty`, `write`, `truncate`, `allocate`, `sync`, `rename`, `unlink`, `mkdir`, `copy` (files);
    /// `connect`, `send`, `recv` (TCP); `message` (bus).
    pub call: String,
    /// The file's name, `port N`, or the method called on the bus.
    pub what: String,
    pub end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    CarriedOut,
    Refused,
    Killed,
}

impl Step {
    /// Whether a full or read-only disk can refuse it.
    #[must_use]
    pub fn changes_files(&self) -> bool {
        !matches!(self.call.as_str(), "connect" | "send" | "recv" | "message")
    }
}

impl Interposer {
    /// Watches processes whose executable is `program`, and none of their children. Nothing is a step yet.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn new(program: &Path) -> Result<Self> {
        let program = fs::canonicalize(program).with_context(|| program.display().to_string())?;
        Ok(Self { program, folders: Vec::new(), ports: Vec::new(), keyring: false, place: tempfile::tempdir()? })
    }

    /// What changes files under `folder` is a step. The folder need not be there yet, its parent must.
    ///
    /// # Errors
    /// When its parent is not there.
    pub fn on_files_in(mut self, folder: &Path) -> Result<Self> {
        let (parent, name) = (folder.parent().context("a folder")?, folder.file_name().context("a folder")?);
        let real = fs::canonicalize(parent).with_context(|| parent.display().to_string())?.join(name);
        self.folders.extend((real != folder).then(|| folder.to_owned()));
        self.folders.push(real);
        Ok(self)
    }

    /// What passes over TCP connections to this port, or accepted on it, is a step.
    #[must_use]
    pub fn on_port(mut self, port: u16) -> Self {
        self.ports.push(port);
        self
    }

    /// Calls to the system's keyring are steps.
    #[must_use]
    pub fn on_keyring(mut self) -> Self {
        self.keyring = true;
        self
    }

    /// Puts the library before `command`, or before what it will start.
    ///
    /// # Panics
    /// When a path is not text.
    pub fn set_up<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let folders: Vec<_> = self.folders.iter().map(|folder| folder.to_str().expect("a path of text")).collect();
        let ports: Vec<_> = self.ports.iter().map(u16::to_string).collect();
        command
            .env("LD_PRELOAD", env!("INTERPOSER"))
            .env("INTERPOSE_PROGRAM", &self.program)
            .env("INTERPOSE_ORDERS", self.orders())
            .env("INTERPOSE_LOG", self.log())
            .env("INTERPOSE_FOLDERS", folders.join(":"))
            // No port is 0: with none named, none is watched.
            .env("INTERPOSE_PORTS", if ports.is_empty() { "0".to_owned() } else { ports.join(",") });
        if self.keyring {
            command.env("INTERPOSE_MARK", KEYRING);
        }
        command
    }

    /// Gives the order that holds from the next step on. Steps before the first order are not numbered.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn order(&self, order: Order) -> Result<()> {
        let fresh = self.place.path().join("orders.new");
        fs::write(&fresh, order.to_string())?;
        fs::rename(fresh, self.orders())?;
        Ok(())
    }

    /// The steps so far. Those of several processes of the program, one after another, are all here.
    ///
    /// # Errors
    /// When the log does not read.
    pub fn steps(&self) -> Result<Vec<Step>> {
        if !self.log().exists() {
            return Ok(Vec::new());
        }
        fs::read_to_string(self.log())?.lines().map(|line| read(line).with_context(|| line.to_owned())).collect()
    }

    /// Whether the order to kill was carried out.
    ///
    /// # Errors
    /// When the log does not read.
    pub fn was_killed(&self) -> Result<bool> {
        Ok(self.steps()?.iter().any(|step| step.end == End::Killed))
    }

    /// The steps as a text to be printed when a story fails.
    ///
    /// # Errors
    /// When the log does not read.
    pub fn story(&self) -> Result<String> {
        Ok(fs::read_to_string(self.log()).unwrap_or_default())
    }

    fn orders(&self) -> PathBuf {
        self.place.path().join("orders")
    }

    fn log(&self) -> PathBuf {
        self.place.path().join("steps")
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Watch => write!(f, "watch"),
            Self::KillAt(step) => write!(f, "kill {step}"),
            Self::FailAt(step, refusal) => write!(f, "fail {step} {refusal}"),
            Self::FailFrom(step, refusal) => write!(f, "fail-from {step} {refusal}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "ENOSPC",
            Self::ReadOnly => "EROFS",
            Self::Broken => "EIO",
        })
    }
}

fn read(line: &str) -> Result<Step> {
    let (number, rest) = line.split_once(' ').context("a number")?;
    let (call, rest) = rest.split_once(' ').context("a call")?;
    ensure!(call != "error", "{rest}");
    let (what, end) = match rest.rsplit_once(' ') {
        Some((what, "killed")) => (what, End::Killed),
        Some((what, "refused")) => (what, End::Refused),
        _ => (rest, End::CarriedOut),
    };
    Ok(Step { number: number.parse()?, call: call.to_owned(), what: what.to_owned(), end })
}

/// How a run for one N ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// The fault came at step N.
    Struck,
    /// The story ended before its step N.
    ToItsEnd,
}

/// Runs `story` for N = 1, 2, 3 … on each of `places` at once, until one run comes to its end before
/// its step N; returns how many steps were struck. A failure ends the enumeration and names its N.
/// The places take turns in one task: a story awaits, and does not block.
///
/// # Errors
/// The first failure of a story; or when no run comes to its end.
pub async fn enumerate<P>(places: Vec<P>, story: impl AsyncFn(&mut P, u32) -> Result<Ran>) -> Result<u32> {
    let end = AtomicU32::new(STEPS_MAX);
    let numbers = (1..STEPS_MAX).take_while(|step| *step < end.load(Ordering::Relaxed));
    each(places, numbers, async |place, step| {
        if story(place, step).await? == Ran::ToItsEnd {
            end.fetch_min(step, Ordering::Relaxed);
        }
        Ok(())
    })
    .await?;
    match end.load(Ordering::Relaxed) {
        STEPS_MAX => bail!("no run came to its end in {STEPS_MAX} steps"),
        end => Ok(end - 1),
    }
}

/// Runs `story` for each of the numbers, in their order, on each of `places` at once.
///
/// # Errors
/// The first failure of a story, with its number.
pub async fn each<P>(
    places: Vec<P>,
    steps: impl IntoIterator<Item = u32>,
    story: impl AsyncFn(&mut P, u32) -> Result<()>,
) -> Result<()> {
    let steps = Mutex::new(steps.into_iter());
    let next = || steps.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (next, story) = (&next, &story);
    try_join_all(places.into_iter().map(async |mut place| {
        while let Some(step) = next() {
            story(&mut place, step).await.with_context(|| format!("struck at step {step}"))?;
        }
        Ok::<_, anyhow::Error>(())
    }))
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(watch: &Interposer, script: &str) -> std::process::ExitStatus {
        let mut command = Command::new(&watch.program);
        watch.set_up(&mut command).args(["-c", script]).status().expect("a shell")
    }

    fn told(watch: &Interposer) -> Vec<(String, String, End)> {
        watch.steps().expect("it reads").into_iter().map(|step| (step.call, step.what, step.end)).collect()
    }

    fn watched(folder: &Path) -> Interposer {
        Interposer::new(Path::new("/bin/sh")).and_then(|watch| watch.on_files_in(folder)).expect("a shell")
    }

    #[test]
    fn a_process_is_killed_before_the_step_named_and_steps_elsewhere_are_not_counted() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("Данные");
        fs::create_dir(&folder).expect("it is ours");
        let watch = watched(&folder);
        watch.order(Order::KillAt(4)).expect("it is written");
        let file = folder.join("один");
        let script = format!("echo x >/dev/null; echo 1 >'{0}'; echo 2 >>'{0}'; echo 3 >>'{0}'", file.display());
        assert!(!shell(&watch, &script).success());
        let step = |call: &str, end| (call.to_owned(), "один".to_owned(), end);
        let (done, killed) = (End::CarriedOut, End::Killed);
        assert_eq!(
            told(&watch),
            [step("create", done), step("write", done), step("write", done), step("write", killed)]
        );
        assert_eq!(fs::read_to_string(file).expect("it reads"), "1\n2\n");
        assert!(watch.was_killed().expect("it reads"));
    }

    #[test]
    fn refused_writes_change_nothing_until_other_orders() {
        let home = tempfile::tempdir().expect("a folder");
        let watch = watched(home.path());
        watch.order(Order::FailFrom(3, Refusal::DiskFull)).expect("it is written");
        let file = home.path().join("file").display().to_string();
        assert!(!shell(&watch, &format!("echo 1 >'{file}'; echo 2 >>'{file}'; echo 3 >>'{file}'")).success());
        assert_eq!(fs::read_to_string(&file).expect("it reads"), "1\n");
        watch.order(Order::Watch).expect("it is written");
        assert!(shell(&watch, &format!("echo 4 >>'{file}'")).success());
        assert_eq!(fs::read_to_string(&file).expect("it reads"), "1\n4\n");
    }
}
