//! A client's office: a computer whose only road to the cloud is over TLS of a private authority.
//! A fault comes upon it while a specialist connects the computer, or before a morning's first
//! launch; the person reads why, the fault goes, and the day has its one authorization.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use buhphone_protocol::{ids::UserId, telemetry::FailureKind};
use jiff::{SignedDuration, Timestamp};
use tokio_rustls::TlsAcceptor;

use crate::{
    authority::Authority,
    cloud::Cloud,
    pictures::picture,
    program::{Computer, WallClock, Window, until},
    road::{Manner, Road},
};

/// 9:00:12 in Moscow.
pub const MORNING: &str = "2026-11-23T06:00:12Z";
pub const DAY: i64 = 24 * 60 * 60;

/// What the window says when all is well.
pub const WELL: &str = "Всё в порядке, делать ничего не нужно.";

/// How a fault is passed once it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Nobody touches anything.
    Alone,
    /// The person tries again.
    ByClick,
}

/// What goes wrong, and what is read then.
pub struct Fault<'a> {
    pub begin: &'a dyn Fn() -> Result<()>,
    pub end: &'a dyn Fn() -> Result<()>,
    /// On the screen.
    pub said: &'a str,
    pub passing: Passing,
    /// Of the picture.
    pub name: &'a str,
}

pub struct Office {
    pub authority: Authority,
    pub cloud: Cloud,
    pub user: UserId,
    pub road: Arc<Road>,
    /// The certificate the road presented first.
    pub honest: TlsAcceptor,
    pub computer: Computer,
    pub clock: WallClock,
    mornings: u32,
    _home: tempfile::TempDir,
}

impl Office {
    /// An office that calls the cloud straight.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn new() -> Result<Self> {
        Self::where_the_cloud_is("localhost", |road| format!("https://localhost:{}", road.address.port())).await
    }

    /// An office that calls the cloud by `name`, at an address that may depend on the road.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn where_the_cloud_is(name: &str, address: impl FnOnce(&Road) -> String) -> Result<Self> {
        let authority = Authority::new()?;
        let honest = authority.certificate(name)?;
        let cloud = Cloud::start(MORNING.parse()?).await?;
        let user = cloud.register("Смирнова").await?;
        let road = Arc::new(Road::to(cloud.address(), Some(honest.clone()))?);
        let home = tempfile::tempdir()?;
        let trusted = authority.write_under(home.path())?;
        let computer = Computer::new(home.path(), &address(&road))?.with("SSL_CERT_FILE", trusted);
        let clock = WallClock::true_time()?;
        Ok(Self { authority, cloud, user, road, honest, computer, clock, mornings: 0, _home: home })
    }

    /// The same office, its computer set up further.
    #[must_use]
    pub fn furnished(self, set_up: impl FnOnce(Computer) -> Computer) -> Self {
        Self { computer: set_up(self.computer), ..self }
    }

    /// The road behaves and is who it says it is.
    pub fn heal(&self) {
        self.road.present(self.honest.clone());
        self.road.behave(Manner::Passes);
    }

    /// A specialist connects the computer, and meets the fault.
    ///
    /// # Errors
    /// When it does not come to one device with one authorization.
    pub async fn connect(&self, fault: &Fault<'_>) -> Result<()> {
        let code = self.cloud.issue_code(self.user).await?.code;
        (fault.begin)()?;
        let window = self.computer.open_window_under(&self.clock).await?;
        window.page.fill("code", &code).await?;
        window.page.click("Подключить").await?;
        reads(&window, fault.said).await?;
        window.page.picture(&picture(&format!("fault-connecting-{}", fault.name))?).await?;
        anyhow::ensure!(self.cloud.history(self.user).await?.authorizations.is_empty(), "nobody is connected yet");

        (fault.end)()?;
        if fault.passing == Passing::ByClick {
            window.page.click("Попробовать сейчас").await?;
        }
        self.is_connected(window).await
    }

    /// A specialist connects the computer, and all is well.
    ///
    /// # Errors
    /// As above.
    pub async fn connect_well(&self) -> Result<()> {
        let code = self.cloud.issue_code(self.user).await?.code;
        let window = self.computer.open_window_under(&self.clock).await?;
        window.page.fill("code", &code).await?;
        window.page.click("Подключить").await?;
        self.is_connected(window).await
    }

    async fn is_connected(&self, window: Window) -> Result<()> {
        reads(&window, "Запускается вместе с компьютером").await?;
        window.page.click("Продолжить позже").await?;
        window.page.see("Последняя авторизация:").await?;
        self.close(window).await?;
        let history = self.cloud.history(self.user).await?;
        let counted = (history.devices.len(), history.authorizations.len());
        anyhow::ensure!(counted == (1, 1), "connected once: {history:?}");
        Ok(())
    }

    /// The next morning begins with the fault; the person opens the program.
    ///
    /// # Errors
    /// When it does not come to exactly one authorization of the day.
    pub async fn morning(&mut self, fault: &Fault<'_>) -> Result<()> {
        self.next_day()?;
        (fault.begin)()?;
        let window = self.computer.open_window_under(&self.clock).await?;
        reads(&window, fault.said).await?;
        window.page.picture(&picture(&format!("fault-morning-{}", fault.name))?).await?;
        (fault.end)()?;
        if fault.passing == Passing::ByClick {
            window.page.click("Авторизоваться сейчас").await?;
        }
        self.is_well(window).await
    }

    /// A morning without faults.
    ///
    /// # Errors
    /// As above.
    pub async fn good_morning(&mut self) -> Result<()> {
        self.next_day()?;
        let window = self.computer.open_window_under(&self.clock).await?;
        self.is_well(window).await
    }

    fn next_day(&mut self) -> Result<()> {
        self.mornings += 1;
        self.cloud.advance(DAY);
        self.clock.advance(DAY)
    }

    async fn is_well(&self, window: Window) -> Result<()> {
        reads(&window, WELL).await?;
        self.close(window).await?;
        let history = self.cloud.history(self.user).await?;
        let count = history.authorizations.len();
        anyhow::ensure!(count == 1 + self.mornings as usize, "one authorization a day, not {count}");
        let latest = history.authorizations.first().context("an authorization")?.at;
        let told = MORNING.parse::<Timestamp>()? + SignedDuration::from_secs(DAY * i64::from(self.mornings));
        anyhow::ensure!(latest == told, "the date is the cloud's, not {latest}");
        Ok(())
    }

    async fn close(&self, window: Window) -> Result<()> {
        window.close().await;
        until("the program to end with its driver", async || self.computer.is_gone()).await
    }

    /// The cloud was told of failures of this kind, and of no other.
    ///
    /// # Errors
    /// When it was not.
    pub async fn told(&self, kind: FailureKind) -> Result<()> {
        let history = self.cloud.history(self.user).await?;
        let failures: Vec<_> = history.failures.iter().map(|failure| (failure.kind, failure.count)).collect();
        anyhow::ensure!(!failures.is_empty(), "nothing was told of the fault");
        anyhow::ensure!(failures.iter().all(|(told, count)| *told == kind && *count > 0), "{failures:?}");
        Ok(())
    }
}

/// Waits, longer than a page itself does, until the sentence is on the screen.
///
/// # Errors
/// After the bound, with what is on the screen instead.
pub async fn reads(window: &Window, sentence: &str) -> Result<()> {
    match until(sentence, async || Ok(window.page.text().await?.contains(sentence))).await {
        Ok(()) => Ok(()),
        Err(error) => Err(error.context(format!("on the screen is:\n{}", window.page.text().await?))),
    }
}
