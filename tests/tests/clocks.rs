//! Clocks that are wrong, are set while the program runs, or go on while it sleeps; and a computer
//! in another zone than its partner. The wall clock is moved under the real program over real TLS;
//! the monotonic one stays true, and does not count sleep, as on every Linux.

use anyhow::{Context as _, Result, ensure};
use buhphone_protocol::telemetry::{FailureKind, Trigger};
use buhphone_tests::{
    office::{DAY, MORNING, Office, WELL, reads},
    panel::Panel,
    pictures::picture,
    program::until,
};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

const HOUR: i64 = 60 * 60;
const YEAR: i64 = 365 * DAY;

const DATE: &str = "Последняя авторизация: 23.11.2026 9:00:12";

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_battery_is_2009_and_authorizes_all_the_same() -> Result<()> {
    let mut office = Office::new().await?;
    office.clock.advance(-17 * YEAR)?;
    office.connect_well().await?;
    office.good_morning().await?;
    ensure!(office.cloud.history(office.user).await?.failures.is_empty(), "nothing failed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_in_2040_is_named_and_once_set_right_the_program_goes_on() -> Result<()> {
    let mut office = Office::new().await?;
    office.connect_well().await?;
    office.cloud.advance(DAY);
    office.clock.advance(DAY + 14 * YEAR)?;
    let window = office.computer.open_window_under(&office.clock).await?;
    reads(&window, "Часы компьютера, похоже, показывают неверное время").await?;
    window.page.see_no("назад").await?;
    window.page.picture(&picture("clock-2040")?).await?;
    ensure!(office.cloud.history(office.user).await?.authorizations.len() == 1, "refused as a clock");

    // Set right while the program runs; nobody does more.
    office.clock.advance(-14 * YEAR)?;
    reads(&window, WELL).await?;
    reads(&window, "24.11.2026 9:00:12").await?;
    window.close().await;
    ensure!(office.cloud.history(office.user).await?.authorizations.len() == 2, "one a day");
    office.told(FailureKind::Clock).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_by_hours_or_days_makes_no_day_and_loses_none() -> Result<()> {
    try_join_all([[3 * HOUR, -6 * HOUR], [2 * DAY, -4 * DAY]].map(set_while_running)).await.map(drop)
}

/// The clock is set forth and back; then a day passes, and the day after is authorized as ever.
async fn set_while_running([forth, back]: [i64; 2]) -> Result<()> {
    let mut office = Office::new().await?;
    office.connect_well().await?;
    let panel = Panel::start(&office.computer.desktop).await?;
    let program = office.computer.start_under(&office.clock)?;
    let count = async || Ok::<_, anyhow::Error>(office.cloud.history(office.user).await?.authorizations.len());
    until("the launch's authorization", async || Ok(count().await? == 2)).await?;
    for by in [forth, back] {
        let before = office.road.taken().len();
        office.clock.advance(by)?;
        // The clock in doubt, the cloud is asked anew or listened to anew.
        until("the program to notice its clock", async || {
            office.computer.press_key()?;
            Ok(office.road.taken().len() > before)
        })
        .await?;
        ensure!(count().await? == 2, "a clock set by {by} s made a day");
        let lines: Vec<_> = panel.menu().await?.into_iter().map(|(_, line, _)| line).collect();
        ensure!(lines.iter().any(|line| line == DATE), "the date moved: {lines:?}");
    }
    program.signal("STOP")?;
    office.clock.advance(DAY)?;
    office.cloud.advance(DAY);
    program.signal("CONT")?;
    until("the next day's authorization", async || {
        office.computer.press_key()?;
        Ok(count().await? == 3)
    })
    .await?;
    let history = office.cloud.history(office.user).await?;
    ensure!(history.authorizations.iter().map(|row| row.at).is_sorted_by(|later, earlier| later >= earlier));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_a_week_and_a_month_asleep_are_one_authorization_each_once_somebody_is_there() -> Result<()> {
    try_join_all([1, 7, 30].map(asleep)).await.map(drop)
}

async fn asleep(days: i64) -> Result<()> {
    let mut office = Office::new().await?;
    office.connect_well().await?;
    let program = office.computer.start_under(&office.clock)?;
    let count = async || Ok::<_, anyhow::Error>(office.cloud.history(office.user).await?.authorizations.len());
    until("the launch's authorization", async || Ok(count().await? == 2)).await?;
    until("the live link", async || Ok(!office.road.times_of("/events").is_empty())).await?;
    let links = office.road.times_of("/events").len();
    program.signal("STOP")?;
    office.clock.advance(days * DAY)?;
    office.cloud.advance(days * DAY);
    program.signal("CONT")?;
    // A gap makes the program listen anew: it has noticed that it slept.
    until("the program to wake", async || Ok(office.road.times_of("/events").len() > links)).await?;
    ensure!(count().await? == 2, "nobody is there yet");
    until("an authorization once somebody pressed a key", async || {
        office.computer.press_key()?;
        Ok(count().await? == 3)
    })
    .await?;
    let history = office.cloud.history(office.user).await?;
    let latest = history.authorizations.first().context("an authorization")?;
    ensure!(matches!(latest.trigger, Trigger::Resume | Trigger::Network), "{latest:?}");
    let first: Timestamp = MORNING.parse()?;
    let woken = first + SignedDuration::from_secs(days * DAY);
    let times: Vec<_> = history.authorizations.iter().map(|row| row.at).collect();
    ensure!(times == [woken, first, first], "the days asleep have none: {times:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_in_another_zone_keeps_the_partners_day_and_names_its_zone() -> Result<()> {
    let mut office = Office::new().await?;
    office.connect_well().await?;
    office.good_morning().await?;
    let mut office = office.furnished(|computer| computer.with("TZ", "Asia/Vladivostok"));
    // 22:00 of the same day in Moscow, 5:00 of the next in Vladivostok.
    office.cloud.advance(13 * HOUR);
    office.clock.advance(13 * HOUR)?;
    let window = office.computer.open_window_under(&office.clock).await?;
    reads(&window, "24.11.2026 22:00:12").await?;
    reads(&window, "по московскому времени").await?;
    reads(&window, WELL).await?;
    window.page.picture(&picture("clock-another-zone")?).await?;
    window.close().await;
    let history = office.cloud.history(office.user).await?;
    ensure!(history.authorizations.len() == 3, "a launch is an authorization: {history:?}");
    Ok(())
}
