//! A keyring that is not there, locked, or deaf: waited for with a plain sentence, and gone on
//! from by itself. Never an activation thrown away, never enrolled again.

use std::{convert::Infallible, path::Path, time::Duration};

use anyhow::{Result, ensure};
use buhphone_protocol::ids::UserId;
use buhphone_tests::{
    cloud::Cloud,
    keyring::{Deaf, askers, unlock},
    local::keys,
    page::Page,
    pictures::picture,
    program::{Computer, until},
};

const MORNING: &str = "2026-11-23T06:00:12Z";

/// What the window says while a code waits for the keyring, and while a connected computer does.
const CODE_KEPT: &str = "Код сохранён: вводить его заново не нужно";
const NOT_READY: &str = "Хранилище паролей недоступно";

/// A person who was away comes back and opens the keyring.
const AWAY: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn absent_at_activation_it_is_waited_for_and_the_code_is_kept() -> Result<()> {
    let (cloud, user, home) = a_user().await?;
    let mut computer = Computer::new(home.path(), &cloud.url)?;
    computer.desktop.stop_keyring();
    let window = computer.open_window(&[]).await?;
    window.page.fill("code", &cloud.issue_code(user).await?.code).await?;
    window.page.click("Подключить").await?;
    window.page.see(CODE_KEPT).await?;
    window.page.picture(&picture("keyring-activation")?).await?;

    computer.desktop.start_keyring()?;
    window.page.see("Запускается вместе с компьютером").await?;
    enrolled_once(&cloud, user, &computer).await?;
    window.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn absent_at_a_launch_it_is_waited_for() -> Result<()> {
    let (cloud, user, home) = a_user().await?;
    let mut computer = connected(&cloud, user, home.path()).await?;
    computer.desktop.stop_keyring();
    let window = computer.open_window(&[]).await?;
    window.page.see(NOT_READY).await?;
    window.page.picture(&picture("keyring-launch")?).await?;

    computer.desktop.start_keyring()?;
    goes_on(&cloud, user, &window.page, &computer).await?;
    window.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_at_a_launch_and_opened_a_minute_later() -> Result<()> {
    let (cloud, user, home) = a_user().await?;
    let computer = connected(&cloud, user, home.path()).await?;
    computer.desktop.lock_keyring()?;
    let window = computer.open_window(&[]).await?;
    window.page.see(NOT_READY).await?;
    if let Ok(stopped) = tokio::time::timeout(AWAY, waits(&cloud, user, &window.page, &computer)).await {
        stopped?;
    }

    unlock(&computer.desktop).await?;
    goes_on(&cloud, user, &window.page, &computer).await?;
    window.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_between_the_key_and_the_binding_it_is_waited_for() -> Result<()> {
    let (mut cloud, user, home) = a_user().await?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    let window = computer.open_window(&[]).await?;
    cloud.pause().await?;
    window.page.fill("code", &cloud.issue_code(user).await?.code).await?;
    window.page.click("Подключить").await?;
    window.page.see("Нет связи с облаком").await?;
    assert_eq!(keys(&computer.desktop).await?.len(), 1);
    computer.desktop.lock_keyring()?;
    cloud.resume().await?;
    window.page.see(CODE_KEPT).await?;

    unlock(&computer.desktop).await?;
    // Nobody clicks: what failed in a row is repeated every minute.
    until("the computer to be connected", async || Ok(cloud.history(user).await?.devices.len() == 1)).await?;
    window.page.see("Запускается вместе с компьютером").await?;
    enrolled_once(&cloud, user, &computer).await?;
    window.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deaf_at_activation_the_window_lives_and_a_real_one_is_found() -> Result<()> {
    let (cloud, user, home) = a_user().await?;
    let mut computer = Computer::new(home.path(), &cloud.url)?;
    computer.desktop.stop_keyring();
    let deaf = Deaf::start(&computer.desktop).await?;
    let window = computer.open_window(&[]).await?;
    window.page.fill("code", &cloud.issue_code(user).await?.code).await?;
    window.page.click("Подключить").await?;
    window.page.see(CODE_KEPT).await?;
    // Asked again, it is as deaf, and the window as alive.
    window.page.click("Попробовать сейчас").await?;
    window.page.see("Создаём ключ компьютера").await?;
    window.page.see(CODE_KEPT).await?;
    window.page.click("О программе").await?;
    window.page.see("Версия").await?;
    window.page.click("Назад").await?;
    ensure!(askers(&computer)? == 1, "threads pile up");

    deaf.give_way().await?;
    computer.desktop.start_keyring()?;
    window.page.see("Запускается вместе с компьютером").await?;
    enrolled_once(&cloud, user, &computer).await?;
    window.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deaf_at_a_launch_the_window_lives_and_a_real_one_is_found() -> Result<()> {
    let (cloud, user, home) = a_user().await?;
    let mut computer = connected(&cloud, user, home.path()).await?;
    computer.desktop.stop_keyring();
    let deaf = Deaf::start(&computer.desktop).await?;
    let window = computer.open_window(&[]).await?;
    window.page.see(NOT_READY).await?;
    // What is written meanwhile is kept, and waits like everything else.
    window.page.click("Обратиться").await?;
    window.page.fill("letter", "Не открывается отчёт").await?;
    window.page.click("Отправить").await?;
    window.page.see("Сохранено").await?;
    window.page.click("Назад").await?;
    window.page.see(NOT_READY).await?;
    ensure!(askers(&computer)? == 1, "threads pile up");

    deaf.give_way().await?;
    computer.desktop.start_keyring()?;
    goes_on(&cloud, user, &window.page, &computer).await?;
    window.page.see_no("ждёт отправки").await?;
    window.close().await;
    Ok(())
}

async fn a_user() -> Result<(Cloud, UserId, tempfile::TempDir)> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    Ok((cloud, user, tempfile::tempdir()?))
}

async fn connected(cloud: &Cloud, user: UserId, home: &Path) -> Result<Computer> {
    let computer = Computer::new(home, &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    Ok(computer)
}

/// Says what it waits for, and does nothing else, for as long as it is looked at.
async fn waits(cloud: &Cloud, user: UserId, screen: &Page, computer: &Computer) -> Result<Infallible> {
    loop {
        screen.see(NOT_READY).await?;
        ensure!(cloud.history(user).await?.authorizations.len() == 1, "authorized with a locked keyring");
        ensure!(askers(computer)? == 1, "threads pile up");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Authorizes by itself, and is the computer it was.
async fn goes_on(cloud: &Cloud, user: UserId, screen: &Page, computer: &Computer) -> Result<()> {
    until("the launch's authorization", async || Ok(cloud.history(user).await?.authorizations.len() == 2)).await?;
    screen.see("Всё в порядке").await?;
    screen.see_no(NOT_READY).await?;
    enrolled_once(cloud, user, computer).await
}

/// One code was issued and used, for one key of one computer.
async fn enrolled_once(cloud: &Cloud, user: UserId, computer: &Computer) -> Result<()> {
    let history = cloud.history(user).await?;
    let used = history.codes.iter().filter(|code| code.record.used_at.is_some()).count();
    assert_eq!((history.codes.len(), used, history.devices.len()), (1, 1, 1));
    assert_eq!(keys(&computer.desktop).await?.len(), 1);
    Ok(())
}
