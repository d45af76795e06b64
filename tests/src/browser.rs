//! The cabinet in Debian's Chromium under ChromeDriver, with a profile of its own.

use std::process::{Command, Stdio};

use anyhow::Result;
use fantoccini::wd::Capabilities;
use serde_json::json;
use xtask::children::Kept;

use crate::{page::Page, ports::Port};

/// A browser with one page.
#[derive(Debug)]
pub struct Browser {
    pub page: Page,
    // Ended in this order.
    _driver: Kept,
    _port: Port,
    _profile: tempfile::TempDir,
}

/// How the browser is set up.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { width: 1440, height: 900, dark: false }
    }
}

impl Browser {
    /// Starts a headless browser.
    ///
    /// # Errors
    /// When it or its driver does not start.
    pub async fn start(look: Look) -> Result<Self> {
        let port = Port::take()?;
        let profile = tempfile::tempdir()?;
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={}", port.number)).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = Kept::start("chromedriver", &mut command)?;
        await_port(port.number).await?;
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--lang=ru".to_owned(),
            format!("--window-size={},{}", look.width, look.height),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        if look.dark {
            arguments.push("--force-dark-mode".to_owned());
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("browserName".to_owned(), json!("chrome"));
        let mut options = json!({ "args": arguments });
        // A window is never narrower than this; a telephone is emulated.
        if look.width < 500 {
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": look.width, "height": look.height, "pixelRatio": 2 } });
        }
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let page = Page::open("the cabinet", port.number, capabilities).await?;
        Ok(Self { page, _driver: driver, _port: port, _profile: profile })
    }
}

/// Waits until somebody listens, a minute at most.
///
/// # Errors
/// When nobody did.
pub async fn await_port(port: u16) -> Result<()> {
    for _ in 0..1200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("nobody listens on port {port}")
}
