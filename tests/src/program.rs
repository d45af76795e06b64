//! The built program in a desktop session: its window under WebDriver, or hidden as at login.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use fantoccini::wd::Capabilities;
use serde_json::json;
use xtask::{children::Kept, desktop::Desktop};

use crate::{
    browser::await_port,
    interposer::Interposer,
    page::Page,
    ports::{Port, Turn},
    program_path, windows,
};

/// The title of the program's window.
const TITLE: &str = "Бухфон";

/// A computer with the program on it: a session, a home, a data folder.
#[derive(Debug)]
pub struct Computer {
    pub desktop: Desktop,
    program: PathBuf,
    cloud: String,
    /// Watches the program's steps from its next start on.
    pub interposer: Option<Interposer>,
    /// Beside what every program finds in its session.
    environment: Vec<(&'static str, OsString)>,
    /// What everything is started through, as a part of the system would (`ip netns exec …`).
    through: Vec<OsString>,
}

/// What would lead a program's calls away from where the test wants them.
const PROXIES: [&str; 8] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

impl Computer {
    /// A new computer under `home`, whose program was set up for `cloud`.
    ///
    /// The program is copied under a name with spaces and Cyrillic, as people's folders have.
    ///
    /// # Errors
    /// When the session does not start.
    pub fn new(home: &Path, cloud: &str) -> Result<Self> {
        let folder = home.join("Мои программы 1С");
        std::fs::create_dir_all(&folder)?;
        let program = folder.join("buhphone");
        std::fs::copy(program_path(), &program).context("the built program")?;
        Ok(Self {
            desktop: Desktop::start(home)?,
            program,
            cloud: cloud.to_owned(),
            interposer: None,
            environment: Vec::new(),
            through: Vec::new(),
        })
    }

    /// A computer whose programs find this in their environment, too.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value.into()));
        self
    }

    /// A computer whose programs are started through this command.
    #[must_use]
    pub fn through<S: Into<OsString>>(mut self, command: impl IntoIterator<Item = S>) -> Self {
        self.through = command.into_iter().map(Into::into).collect();
        self
    }

    /// A command of the session, started as everything here is.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let [through, arguments @ ..] = &self.through[..] else { return self.desktop.command(program) };
        let mut command = self.desktop.command(through);
        command.args(arguments).arg(program.as_ref());
        command
    }

    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The environment the program runs in here, whoever starts it.
    pub fn set_up<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(interposer) = &self.interposer {
            interposer.set_up(command);
        }
        for name in PROXIES {
            command.env_remove(name);
        }
        command
            .env("BUHPHONE_CLOUD", &self.cloud)
            .env("BUHPHONE_DATA_DIR", self.data_dir())
            .env("BUHPHONE_LOGIN_WAIT", "0")
            .env("LANG", "ru_RU.UTF-8")
            .env("TZ", "Europe/Moscow")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
    }

    /// Starts the program as a process, with arguments.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, arguments: &[&str]) -> Result<Kept> {
        let mut command = self.command(&self.program);
        self.set_up(&mut command).args(arguments).stdin(Stdio::null());
        Kept::start("the program", &mut command)
    }

    /// Starts the program hidden under a wall clock that `clock` moves; its monotonic clock stays true.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_under(&self, clock: &WallClock) -> Result<Kept> {
        let mut command = self.command(&self.program);
        clock.show_to(self.set_up(&mut command)).arg("--hidden").stdin(Stdio::null());
        Kept::start("the program", &mut command)
    }

    /// A person presses a key that does nothing.
    ///
    /// # Errors
    /// When the display does not answer.
    pub fn press_key(&self) -> Result<()> {
        let pressed = self.desktop.command("xdotool").args(["key", "shift"]).status()?;
        anyhow::ensure!(pressed.success(), "no key is pressed");
        Ok(())
    }

    /// Connects the program by its window with a code, leaves the visit for later, and closes it.
    ///
    /// # Errors
    /// When it does not come to an authorization.
    pub async fn connect(&self, code: &str) -> Result<()> {
        let window = self.open_window(&[]).await?;
        window.page.fill("code", code).await?;
        window.page.click("Подключить").await?;
        window.page.see("Запускается вместе с компьютером").await?;
        window.page.click("Продолжить позже").await?;
        window.page.see("Последняя авторизация:").await?;
        window.close().await;
        until("the program to end with its driver", async || self.is_gone()).await
    }

    /// Starts what the desktop would at login: the entry in the autostart folder, by the desktop's own parser.
    ///
    /// # Errors
    /// When there is not exactly one entry, or it does not start.
    pub fn log_in(&self) -> Result<Kept> {
        let folder = self.desktop.config().join("autostart");
        let entries: Vec<PathBuf> = std::fs::read_dir(&folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some())
            .collect();
        let [entry] = &entries[..] else {
            bail!("one autostart entry was expected in {}: {entries:?}", folder.display())
        };
        let mut command = self.desktop.command("gio");
        self.set_up(&mut command).arg("launch").arg(entry).stdin(Stdio::null());
        Kept::start("gio launch", &mut command)
    }

    /// Processes of the program on this computer now (their ids).
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn running(&self) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc")? {
            let path = entry?.path();
            if std::fs::read_link(path.join("exe")).is_ok_and(|exe| exe == self.program)
                && let Some(id) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok())
            {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Nothing of the program runs, and its data are free for the next start.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn is_gone(&self) -> Result<bool> {
        let claim = self.data_dir().join("running.lock");
        let free = !claim.exists() || std::fs::File::open(claim)?.try_lock().is_ok();
        Ok(free && self.running()?.is_empty())
    }

    /// Where the program keeps its state here.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.desktop.home().join("buhphone")
    }

    /// Web content processes that belong to this computer's program.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn webviews(&self) -> Result<usize> {
        let mine = format!("HOME={}\0", self.desktop.home().display());
        let mut found = 0;
        for entry in std::fs::read_dir("/proc")? {
            let path = entry?.path();
            let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
            if name.starts_with("WebKitWeb")
                && std::fs::read(path.join("environ")).is_ok_and(|environ| contains(&environ, mine.as_bytes()))
            {
                found += 1;
            }
        }
        Ok(found)
    }

    /// Windows of the program on the display now.
    ///
    /// # Errors
    /// When the display does not answer.
    pub fn windows(&self) -> Result<usize> {
        Ok(windows::titled(self.desktop.display(), TITLE)?.len())
    }

    /// Closes the program's window as its close button does.
    ///
    /// # Errors
    /// When there is no window.
    pub fn close_window(&self) -> Result<()> {
        let open = windows::titled(self.desktop.display(), TITLE)?;
        windows::close(self.desktop.display(), *open.first().context("a window to close")?)
    }

    /// Kills the program as a power cut would (`kill -9`).
    ///
    /// # Errors
    /// When the system does not tell what runs.
    pub fn kill(&self) -> Result<()> {
        self.signal("KILL")
    }

    /// Ends every process of the program on this computer.
    ///
    /// # Errors
    /// When the system does not tell what runs.
    pub fn end(&self) -> Result<()> {
        self.signal("TERM")
    }

    /// Sends a signal by its name to every process of the program on this computer.
    ///
    /// # Errors
    /// When the system does not tell what runs.
    pub fn signal(&self, signal: &str) -> Result<()> {
        for id in self.running()? {
            Command::new("kill").args(["-s", signal, &id.to_string()]).status()?;
        }
        Ok(())
    }

    /// Opens the program's window under WebDriver. The program runs as long as the window's session.
    ///
    /// # Errors
    /// When the driver or the program does not start.
    pub async fn open_window(&self, arguments: &[&str]) -> Result<Window> {
        self.open(arguments, None).await
    }

    /// As above, under a wall clock that `clock` moves.
    ///
    /// # Errors
    /// As above.
    pub async fn open_window_under(&self, clock: &WallClock) -> Result<Window> {
        self.open(&[], Some(clock)).await
    }

    async fn open(&self, arguments: &[&str], clock: Option<&WallClock>) -> Result<Window> {
        // The driver picks a port for the window by itself, and two at once pick the same.
        let _turn = Turn::await_at("windows").await?;
        let port = Port::take()?;
        let mut command = self.command("WebKitWebDriver");
        if let Some(clock) = clock {
            clock.show_to(&mut command);
        }
        self.set_up(&mut command)
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .arg(format!("--port={}", port.number))
            .arg("--host=127.0.0.1")
            .stdout(Stdio::null());
        let driver = Kept::start("WebKitWebDriver", &mut command)?;
        await_port(port.number).await?;
        let mut capabilities = Capabilities::new();
        capabilities
            .insert("webkitgtk:browserOptions".to_owned(), json!({ "binary": self.program, "args": arguments }));
        let page = Page::open("the window", port.number, capabilities).await?;
        Ok(Window { page, driver, _port: port })
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// A wall clock that a test moves, for one process.
#[derive(Debug)]
pub struct WallClock {
    file: tempfile::NamedTempFile,
    offset_s: i64,
}

impl WallClock {
    /// A clock that shows the true time.
    ///
    /// # Errors
    /// When its file cannot be made.
    pub fn true_time() -> Result<Self> {
        let mut clock = Self { file: tempfile::NamedTempFile::new()?, offset_s: 0 };
        clock.advance(0)?;
        Ok(clock)
    }

    /// Has what `command` starts see this clock.
    fn show_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("LD_PRELOAD", "libfaketimeMT.so.1")
            .env("LD_LIBRARY_PATH", "/usr/lib/x86_64-linux-gnu/faketime")
            .env("FAKETIME_TIMESTAMP_FILE", self.file.path())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    }

    /// Moves the clock by so many seconds.
    ///
    /// # Errors
    /// When its file cannot be written.
    pub fn advance(&mut self, seconds: i64) -> Result<()> {
        self.offset_s += seconds;
        std::fs::write(self.file.path(), format!("{:+}", self.offset_s))?;
        Ok(())
    }
}

/// The program's window under WebDriver.
#[derive(Debug)]
pub struct Window {
    pub page: Page,
    driver: Kept,
    _port: Port,
}

impl Window {
    /// Ends the session and, with it, the program.
    pub async fn close(mut self) {
        self.page.close().await;
        self.driver.stop();
    }
}

/// Waits until `holds`, two minutes at most: a program that woke looks around every half a minute.
///
/// # Errors
/// After the bound, telling what was waited for.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let waited = tokio::time::timeout(Duration::from_secs(120), async {
        while !holds().await? {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    });
    waited.await.with_context(|| format!("waited two minutes for {what}"))?
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
