//! The product's main job, from registering a user to the report, on real parts.

use anyhow::Result;
use buhphone_cloud::store::Listing;
use buhphone_tests::{
    browser::{Browser, Look},
    cloud::Cloud,
    page::Page,
    pictures::picture,
    program::{Computer, until},
};

/// Monday, 23.11.2026, 9:00:12 in Moscow.
const MORNING: &str = "2026-11-23T06:00:12Z";
const DAY: i64 = 24 * 60 * 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_user_is_connected_and_authorizes_every_day() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    let browser = Browser::start(Look::default()).await?;
    let cabinet = &browser.page;

    // The administrator registers a client with one user, by hand.
    cabinet.goto(&cloud.url).await?;
    cabinet.see("Вход в кабинет партнёра").await?;
    cabinet.picture(&picture("sign-in")?).await?;
    sign_in(cabinet, &cloud).await?;
    cabinet.click("Клиенты").await?;
    cabinet.see("Клиентов пока нет").await?;
    cabinet.picture(&picture("clients-empty")?).await?;
    cabinet.click("Добавить клиента").await?;
    cabinet.fill("name", "ООО «Ромашка»").await?;
    cabinet.fill("inn", "7707083894").await?;
    cabinet.click("Сохранить").await?;
    cabinet.see("контрольные цифры не сходятся").await?;
    cabinet.picture(&picture("client-inn-wrong")?).await?;
    cabinet.fill("inn", "7707083893").await?;
    cabinet.click("Сохранить").await?;
    cabinet.see("7707083893").await?;
    register(cabinet, "Смирнова", "Анна", "Первый платный").await?;
    cabinet.picture(&picture("user-new")?).await?;
    cabinet.click("Сохранить").await?;
    cabinet.see("Кодов ещё не выдавали").await?;

    // The code is shown once; the program is connected with it.
    cabinet.click("Выдать код подключения").await?;
    let code = cabinet.text_of("[data-testid=code]").await?;
    cabinet.picture(&picture("code")?).await?;
    cabinet.click("Готово").await?;

    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.see("Введите код подключения").await?;
    screen.picture(&picture("connect")?).await?;
    screen.fill("code", &wrong(&code)).await?;
    screen.click("Подключить").await?;
    screen.see("В коде опечатка").await?;
    screen.picture(&picture("connect-mistyped")?).await?;
    screen.fill("code", &code).await?;
    screen.click("Подключить").await?;
    screen.see("Запускается вместе с компьютером").await?;
    screen.click("Продолжить позже").await?;
    screen.see("23.11.2026 9:00:12").await?;
    screen.see("Всё в порядке").await?;
    screen.see("Учёт и Ко").await?;
    screen.see("+7 495 123-45-67").await?;
    screen.picture(&picture("window")?).await?;

    screen.click("Что передаётся").await?;
    screen.see("authorization_id").await?;
    screen.picture(&picture("sent")?).await?;
    window.close().await;
    until("the program to end with its driver", async || computer.is_gone()).await?;

    // The report says «Да» today and «Нет» yesterday.
    report(cabinet, &cloud, "2026-11-23", "23.11.2026 9:00:12", "Да").await?;
    cabinet.picture(&picture("report-yes")?).await?;
    report(cabinet, &cloud, "2026-11-22", "23.11.2026 9:00:12", "Нет").await?;

    // The next morning the desktop starts it as its entry says: hidden, no webview, authorized.
    cloud.advance(DAY);
    let login = computer.log_in()?;
    until("the next day's authorization", async || Ok(last_of(&cloud).await? == "2026-11-24T06:00:12Z")).await?;
    assert_eq!((computer.running()?.len(), computer.webviews()?, computer.windows()?), (1, 0, 0));
    // Staff sign in anew every working day.
    cabinet.goto(&cloud.url).await?;
    sign_in(cabinet, &cloud).await?;
    report(cabinet, &cloud, "2026-11-24", "24.11.2026 9:00:12", "Да").await?;

    // A second start opens the first one's window; closing it frees the webview and leaves the agent.
    let mut second = computer.start(&[])?;
    until("the window of the first", async || Ok((computer.windows()?, computer.webviews()?) == (1, 1))).await?;
    until("the second to leave", async || Ok(second.ended()?.is_some())).await?;
    computer.desktop.picture(&picture("desktop-window")?)?;
    assert_eq!(computer.running()?.len(), 1);
    computer.close_window()?;
    until("the webview to be freed", async || Ok((computer.windows()?, computer.webviews()?) == (0, 0))).await?;
    assert_eq!(computer.running()?.len(), 1);
    drop(login);
    computer.end()?;
    Ok(())
}

async fn sign_in(cabinet: &Page, cloud: &Cloud) -> Result<()> {
    cabinet.fill("email", &cloud.email).await?;
    cabinet.fill("password", &cloud.password).await?;
    cabinet.click("Войти").await?;
    cabinet.see("Статистика подключения пользователей").await
}

/// Fills in the form of a new user.
async fn register(cabinet: &Page, surname: &str, name: &str, category: &str) -> Result<()> {
    cabinet.click("Добавить пользователя").await?;
    cabinet.fill("surname", surname).await?;
    cabinet.fill("name", name).await?;
    cabinet.click("Новая категория").await?;
    cabinet.fill("new_category", category).await?;
    cabinet.click("Добавить").await?;
    cabinet.fill("its_until", "31.12.2026").await?;
    Ok(())
}

/// Forms the report for one day and reads its first row.
async fn report(cabinet: &Page, cloud: &Cloud, day: &str, last: &str, authorized: &str) -> Result<()> {
    cabinet.goto(&format!("{}/?from={day}&to={day}&authorized=all", cloud.url)).await?;
    cabinet.see(last).await?;
    let cells = cabinet.texts_of("tbody tr:first-child > *").await?;
    assert_eq!(&cells[..5], ["31.12.2026", "Нет", "Первый платный", last, authorized]);
    Ok(())
}

/// The same code with one digit mistyped.
fn wrong(code: &str) -> String {
    let first = code.chars().next().and_then(|digit| digit.to_digit(10)).unwrap_or(0);
    format!("{}{}", (first + 1) % 10, &code[1..])
}

/// The last authorization of the only user, by the cloud.
async fn last_of(cloud: &Cloud) -> Result<String> {
    let users = cloud
        .store
        .users(cloud.partner.partner_id, None, &Listing { page: 1, page_size: 2, ..Listing::default() })
        .await?;
    Ok(users.rows.first().and_then(|user| user.last_authorization).map(|at| at.to_string()).unwrap_or_default())
}
