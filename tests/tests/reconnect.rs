//! «Подключить заново»: the key is deleted from a real keyring, and the partner lets a new one in.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use buhphone_protocol::{error::ErrorCode, key::PublicKey, telemetry::Trigger};
use buhphone_tests::{
    browser::{Browser, Look},
    cloud::Cloud,
    notifications::Notifications,
    page::Page,
    panel::Panel,
    pictures::picture,
    program::{Computer, until},
};
use httpsig::prelude::{AlgorithmName, SecretKey};

const MORNING: &str = "2026-11-23T06:00:12Z";

/// What the program's secrets are kept under.
const SECRETS: [&str; 2] = ["service", "buhphone"];

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_whose_key_is_gone_is_connected_anew_by_one_click_on_each_side() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    let old = key(&computer)?.context("the key of the connected computer")?;
    assert!(cloud.rules.device(&old).await.is_ok());
    lose_key(&computer)?;

    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.see("Ключ компьютера потерян").await?;
    screen.picture(&picture("key-lost")?).await?;
    assert_eq!(key(&computer)?, None, "nothing is made before a person asks for it");
    screen.click("Подключить заново").await?;
    screen.see("Ждём подтверждения от «Учёт и Ко»").await?;
    screen.see("+7 495 123-45-67").await?;
    screen.picture(&picture("reconnecting")?).await?;

    // What is written meanwhile waits with the wish.
    screen.click("Обратиться").await?;
    screen.see("как только партнёр подтвердит").await?;
    screen.fill("letter", "Пропала печать в накладной").await?;
    screen.click("Отправить").await?;
    screen.see("Сохранено").await?;

    // Staff see who, which computer and when, and press the one button.
    let browser = Browser::start(Look::default()).await?;
    let desk = &browser.page;
    sign_in(desk, &cloud).await?;
    desk.goto(&format!("{}/reconnections", cloud.url)).await?;
    desk.see("Смирнова Анна Петровна").await?;
    desk.click_css("[data-machine=same] button.primary").await?;
    desk.see("Компьютер подключён заново").await?;

    // The program finds out, authorizes and sends by itself.
    until("the authorization by the new key", async || Ok(cloud.history(user).await?.authorizations.len() == 2))
        .await?;
    assert_eq!(cloud.history(user).await?.authorizations[0].trigger, Trigger::Activation);
    screen.see("Доставлено").await?;
    screen.click("Назад").await?;
    screen.see("Всё в порядке").await?;
    screen.see_no("Ждём подтверждения").await?;
    screen.picture(&picture("reconnected")?).await?;
    desk.goto(&format!("{}/requests", cloud.url)).await?;
    desk.see("Пропала печать в накладной").await?;

    let new = key(&computer)?.context("the new key")?;
    assert_ne!(new, old);
    assert!(cloud.rules.device(&new).await.is_ok());
    let refusal = cloud.rules.device(&old).await.err().context("the old key is let in")?;
    assert_eq!(refusal.code, ErrorCode::DeviceUnknown);
    assert_eq!(cloud.history(user).await?.devices.len(), 1, "it is the computer it was");
    window.close().await;
    until("the program to end", async || computer.is_gone()).await?;
    let _program = computer.start(&["--hidden"])?;
    until("the next launch's authorization", async || Ok(cloud.history(user).await?.authorizations.len() == 3)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_outlives_the_program_and_its_approval_is_announced() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    lose_key(&computer)?;
    let window = computer.open_window(&[]).await?;
    window.page.click("Подключить заново").await?;
    window.page.see("Ждём подтверждения от «Учёт и Ко»").await?;
    let asked = key(&computer)?.context("the key that waits")?;
    computer.kill()?;
    window.close().await;
    until("the program to end", async || computer.is_gone()).await?;

    let panel = Panel::start(&computer.desktop).await?;
    let notifications = Notifications::start(&computer.desktop).await?;
    let _program = computer.start(&["--hidden"])?;
    let waits = "Бухфон: ждёт подтверждения партнёра";
    until("the tray's line", async || Ok(panel.menu().await?.iter().any(|(_, text, _)| text == waits))).await?;
    assert_eq!(key(&computer)?.as_ref(), Some(&asked), "the same key goes on waiting");
    decide(&cloud, true).await?;
    until("the authorization by the new key", async || Ok(cloud.history(user).await?.authorizations.len() == 2))
        .await?;
    until("the notification", async || {
        Ok(notifications.shown().iter().any(|notice| notice.body.contains("снова подключён")))
    })
    .await?;
    until("the tray", async || {
        Ok(panel.menu().await?.iter().any(|(_, text, _)| text == "Бухфон: авторизован сегодня"))
    })
    .await?;
    assert_eq!(key(&computer)?, Some(asked));
    assert_eq!((computer.windows()?, computer.webviews()?), (0, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_computer_asks_again_or_is_connected_by_a_code() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    lose_key(&computer)?;
    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.click("Подключить заново").await?;
    screen.see("Ждём подтверждения").await?;
    decide(&cloud, false).await?;
    screen.see("Партнёр не подтвердил подключение").await?;
    screen.picture(&picture("reconnection-refused")?).await?;
    until("the refused key to be forgotten", async || Ok(key(&computer)?.is_none())).await?;

    screen.click("Попросить ещё раз").await?;
    screen.see("Ждём подтверждения").await?;
    screen.click("Отменить").await?;
    screen.see("Ключ компьютера потерян").await?;
    until("the key nobody waits with to be forgotten", async || Ok(key(&computer)?.is_none())).await?;

    let code = cloud.issue_code(user).await?.code;
    screen.click("Ввести новый код").await?;
    screen.fill("code", &code).await?;
    screen.click("Подключить").await?;
    screen.see("Запускается вместе с компьютером").await?;
    assert_eq!(cloud.history(user).await?.authorizations.len(), 2);
    window.close().await;
    Ok(())
}

/// The public half of the one key in the keyring.
fn key(computer: &Computer) -> Result<Option<PublicKey>> {
    let found = computer.desktop.command("secret-tool").arg("lookup").args(SECRETS).output()?;
    if found.stdout.is_empty() {
        return Ok(None);
    }
    let seed = BASE64_STANDARD.decode(&found.stdout)?;
    let httpsig::prelude::PublicKey::Ed25519(public) =
        SecretKey::from_bytes(&AlgorithmName::Ed25519, &seed)?.public_key()
    else {
        anyhow::bail!("no key of the program's")
    };
    Ok(Some(PublicKey(BASE64_STANDARD.encode(public.as_ref()))))
}

/// As after the keyring's password was reset: the keyring is there and open, and holds nothing.
fn lose_key(computer: &Computer) -> Result<()> {
    let cleared = computer.desktop.command("secret-tool").arg("clear").args(SECRETS).stdin(Stdio::null()).status()?;
    ensure!(cleared.success() && key(computer)?.is_none(), "the key is still in the keyring");
    Ok(())
}

/// An administrator decides about the one wish that waits.
async fn decide(cloud: &Cloud, approve: bool) -> Result<()> {
    let staff = cloud.store.staff_by_email(&cloud.email).await?.context("the administrator")?;
    let waiting = cloud.rules.reconnections(&staff).await.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
    let [wish] = &waiting[..] else { anyhow::bail!("one wish was expected: {waiting:?}") };
    let decided = cloud.rules.decide_reconnection(&staff, wish.reconnection_id, approve).await;
    decided.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))
}

async fn sign_in(page: &Page, cloud: &Cloud) -> Result<()> {
    page.goto(&cloud.url).await?;
    page.fill("email", &cloud.email).await?;
    page.fill("password", &cloud.password).await?;
    page.click("Войти").await?;
    page.see("Статистика подключения пользователей").await
}
