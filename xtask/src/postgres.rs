//! A private PostgreSQL that lives as long as the tests or the bench: its own data, a free port.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{children::Kept, say};

/// A running instance; stopped and its data deleted when dropped.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    data: PathBuf,
    server: Option<Kept>,
}

impl Postgres {
    /// Makes and starts an instance for tests.
    ///
    /// # Errors
    /// When the server's programs are missing or refuse; says which.
    pub fn start() -> Result<Self> {
        // Its data is deleted at the end: durability would only cost time.
        Self::start_with(&["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"])
    }

    /// One that keeps what it acknowledges, at the price that is measured.
    ///
    /// # Errors
    /// As above.
    pub fn start_durable() -> Result<Self> {
        Self::start_with(&[])
    }

    fn start_with(settings: &[&str]) -> Result<Self> {
        let programs = programs()?;
        let data = std::env::temp_dir().join(format!("buhphone-postgres-{}", std::process::id()));
        fs::create_dir_all(&data)?;
        let root = Command::new("id").arg("-u").output()?.stdout.trim_ascii() == b"0";
        if root {
            run(Command::new("chown").arg("postgres").arg(&data))?;
        }
        say("starting a private PostgreSQL");
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut postgres =
            Self { url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), data: data.clone(), server: None };
        run(unprivileged(root, &programs.join("initdb"))
            .arg("-D")
            .arg(data.join("cluster"))
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
            .stdout(Stdio::null()))?;
        let mut server = unprivileged(root, &programs.join("postgres"));
        server.arg("-D").arg(data.join("cluster")).arg("-k").arg(&data);
        server.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400"]);
        server.args(settings);
        server.stdout(Stdio::null()).stderr(fs::File::create(std::env::temp_dir().join("buhphone-postgres.log"))?);
        postgres.server = Some(Kept::start("postgres", &mut server)?);
        for _ in 0..200 {
            // It listens before it lets anybody in.
            let mut asked = Command::new(programs.join("pg_isready"));
            if asked.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status()?.success() {
                return Ok(postgres);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        bail!("the private PostgreSQL did not come up within ten seconds")
    }

    /// The administrator's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.server.take();
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// Debian keeps the server's programs off the path, one folder a version.
fn programs() -> Result<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versions.retain(|folder| folder.join("initdb").exists());
    versions.sort();
    if let Some(newest) = versions.pop() {
        return Ok(newest);
    }
    let on_path = Command::new("sh").args(["-c", "command -v initdb"]).output()?;
    let path = String::from_utf8_lossy(&on_path.stdout).trim().to_owned();
    Path::new(&path)
        .parent()
        .filter(|_| !path.is_empty())
        .map(Path::to_path_buf)
        .context("PostgreSQL's server programs (initdb) are not here")
}

/// PostgreSQL refuses to run as root.
fn unprivileged(root: bool, program: &Path) -> Command {
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{} did not start", command.get_program().display()))?;
    if !status.success() {
        bail!("{} failed: {status}", command.get_program().display());
    }
    Ok(())
}
