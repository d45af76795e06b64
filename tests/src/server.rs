//! A server under load: a process of its own, on a port the system chose.

use std::{fs, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
};

/// Longer than any server here takes to start.
const START: Duration = Duration::from_secs(20);

pub struct Server {
    pub address: SocketAddr,
    process: Child,
}

/// Of all threads of a process together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scheduled {
    pub ran: Duration,
    /// For a processor that somebody else had.
    pub waited: Duration,
}

impl Server {
    /// The real cloud on the data of `folder`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn cloud(program: &Path, folder: &Path) -> Result<Self> {
        Self::cloud_on(program, folder, None).await
    }

    /// The real cloud on another database than the one of its folder.
    ///
    /// # Errors
    /// As above.
    pub async fn cloud_on(program: &Path, folder: &Path, database: Option<&str>) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
        command.args(database.map(|database| ["--database", database]).into_iter().flatten());
        // Whatever the developer's environment says of a cloud is of another one.
        for name in ["DATABASE", "SECRET_FILE", "PUBLIC_URL", "TRUSTED_PROXIES", "PROGRAM_URL", "LOG"] {
            command.env_remove(format!("BUHPHONE_{name}"));
        }
        let mut process = start(command.stderr(Stdio::piped()))?;
        let log = process.stderr.take().context("the cloud's log")?;
        Ok(Self { address: told(log).await.context("the cloud")?, process })
    }

    /// Another server, which says on its output where it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn other(command: &mut Command) -> Result<Self> {
        let mut process = start(command.stdout(Stdio::piped()))?;
        let output = process.stdout.take().context("its output")?;
        Ok(Self { address: told(output).await?, process })
    }

    /// This program, started as the floor.
    ///
    /// # Errors
    /// As above.
    pub async fn bare() -> Result<Self> {
        Self::other(Command::new(std::env::current_exe()?).arg("bare")).await.context("the floor")
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Anonymous memory in use now, MiB.
    ///
    /// # Errors
    /// When it has ended.
    pub fn anonymous(&self) -> Result<f64> {
        let id = self.process.id().context("the server has ended")?;
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("RssAnon")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// What its living threads were given of the processors until now, and how long they waited for one.
    ///
    /// # Errors
    /// When it has ended.
    pub fn scheduled(&self) -> Result<Scheduled> {
        let id = self.process.id().context("the server has ended")?;
        let mut all = Scheduled::default();
        for thread in fs::read_dir(format!("/proc/{id}/task"))? {
            // A thread that ended meanwhile takes its part with it.
            let Ok(told) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            let mut told = told.split_whitespace().map(str::parse);
            let mut next = || Ok::<_, anyhow::Error>(Duration::from_nanos(told.next().context("schedstat")??));
            all = Scheduled { ran: all.ran + next()?, waited: all.waited + next()? };
        }
        Ok(all)
    }

    /// Kills it, as a power cut would: nothing of it is asked to end.
    ///
    /// # Errors
    /// When it had ended.
    pub async fn stop(&mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }
}

fn start(command: &mut Command) -> Result<Child> {
    Ok(command.stdin(Stdio::null()).kill_on_drop(true).spawn()?)
}

/// The address a server tells when it listens; what it says later goes to our own log.
async fn told(output: impl AsyncRead + Unpin + Send + 'static) -> Result<SocketAddr> {
    let mut lines = BufReader::new(output).lines();
    let address = async {
        while let Some(line) = lines.next_line().await? {
            let Some((_, rest)) = line.split_once("127.0.0.1:") else { continue };
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return Ok(SocketAddr::from(([127, 0, 0, 1], port.parse()?)));
        }
        bail!("ended at its start")
    };
    let address = tokio::time::timeout(START, address).await.context("did not start in time")??;
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            let _ = tokio::io::stderr().write_all(format!("{line}\n").as_bytes()).await;
        }
    });
    Ok(address)
}
