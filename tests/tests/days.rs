//! Days that pass while the program runs, and days without the cloud.

use anyhow::Result;
use buhphone_protocol::telemetry::{Attended, Origin, Trigger};
use buhphone_tests::{
    browser::{Browser, Look},
    cloud::Cloud,
    local::LocalState,
    pictures::picture,
    program::{Computer, WallClock, until},
};

const MORNING: &str = "2026-11-23T06:00:12Z";
const DAY: i64 = 24 * 60 * 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_only_sleeps_authorizes_on_every_day_somebody_is_there() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    let mut clock = WallClock::true_time()?;
    let program = computer.start_under(&clock)?;
    let count = async || Ok::<_, anyhow::Error>(cloud.history(user).await?.authorizations.len());
    until("the launch's authorization", async || Ok(count().await? == 2)).await?;

    // The lid is closed for a night, and for three: one process all the time.
    for (slept, total) in [(DAY, 3), (3 * DAY, 4)] {
        program.signal("STOP")?;
        clock.advance(slept)?;
        cloud.advance(slept);
        program.signal("CONT")?;
        until("an authorization once somebody pressed a key", async || {
            computer.press_key()?;
            Ok(count().await? == total)
        })
        .await?;
    }

    let history = cloud.history(user).await?;
    let times: Vec<_> = history.authorizations.iter().map(|row| row.at.to_string()).collect();
    assert_eq!(times, ["2026-11-27T06:00:12Z", "2026-11-24T06:00:12Z", "2026-11-23T06:00:12Z", "2026-11-23T06:00:12Z"]);
    // A computer that woke may notice its network before its sleep.
    for row in &history.authorizations[..2] {
        assert!(matches!(row.trigger, Trigger::Resume | Trigger::Network), "{row:?}");
    }
    assert_ne!(history.authorizations[0].attended, Attended::No);
    assert_eq!((computer.running()?.len(), computer.webviews()?), (1, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn launches_without_the_cloud_are_told_later_as_launches_and_never_as_authorizations() -> Result<()> {
    let mut cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;

    // A day without the cloud: the window says so, the program is killed in the evening.
    cloud.pause().await?;
    let window = computer.open_window(&[]).await?;
    window.page.see("Нет связи").await?;
    window.page.see("23.11.2026 9:00:12").await?;
    window.page.picture(&picture("offline")?).await?;
    // In the middle of an attempt it would be another story: the cloud may have had that one.
    until("a moment between two attempts", async || {
        computer.signal("STOP")?;
        let left = LocalState::read(&computer.data_dir()).ok().flatten();
        let between = left.is_some_and(|state| !state.is_sending());
        computer.signal(if between { "KILL" } else { "CONT" })?;
        Ok(between)
    })
    .await?;
    window.close().await;
    until("the program to end", async || computer.is_gone()).await?;

    cloud.advance(2 * DAY);
    cloud.resume().await?;
    let program = computer.start(&["--hidden"])?;
    until("the next authorization", async || Ok(cloud.history(user).await?.authorizations.len() == 2)).await?;
    let history = cloud.history(user).await?;
    let mut launches: Vec<_> = history.launches.iter().map(|launch| (launch.origin, launch.authorized)).collect();
    launches.sort_by_key(|(_, authorized)| *authorized);
    assert_eq!(launches, [(Origin::Person, false), (Origin::Login, true), (Origin::Person, true)]);
    assert!(history.failures.iter().any(|failure| failure.count > 0), "{:?}", history.failures);

    let browser = Browser::start(Look::default()).await?;
    let cabinet = &browser.page;
    cabinet.goto(&cloud.url).await?;
    cabinet.fill("email", &cloud.email).await?;
    cabinet.fill("password", &cloud.password).await?;
    cabinet.click("Войти").await?;
    cabinet.see("Статистика подключения пользователей").await?;
    cabinet.goto(&format!("{}/users/{user}", cloud.url)).await?;
    cabinet.see("Неудачные попытки").await?;
    cabinet.picture(&picture("user-card")?).await?;
    drop(program);
    Ok(())
}
