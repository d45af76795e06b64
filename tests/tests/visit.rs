//! The visit of ten minutes: the program, the specialist's telephone and the desk at once.

use std::time::Duration;

use anyhow::Result;
use buhphone_tests::{
    browser::{Browser, Look},
    cloud::Cloud,
    page::Page,
    pictures::picture,
    program::Computer,
};
use fantoccini::Locator;

/// Monday, 23.11.2026, 9:00:12 in Moscow: the line is open.
const MORNING: &str = "2026-11-23T06:00:12Z";

/// What the machine's part of ten minutes may take.
const MACHINE_PART: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_done_in_the_program_and_followed_on_two_screens() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    let telephone = Browser::start(Look { width: 360, height: 740, ..Look::default() }).await?;
    let desk = Browser::start(Look::default()).await?;
    let (telephone, desk) = (&telephone.page, &desk.page);
    sign_in(telephone, &cloud).await?;
    sign_in(desk, &cloud).await?;
    desk.goto(&format!("{}/requests", cloud.url)).await?;
    desk.see("Открытых обращений нет").await?;

    // The specialist issues the code on the telephone.
    telephone.goto(&format!("{}/users/{user}", cloud.url)).await?;
    telephone.click("Выдать код подключения").await?;
    let code = telephone.text_of("[data-testid=code]").await?;
    telephone.picture(&picture("phone-code")?).await?;

    // The accountant types it in and tries the way to the partner with one click.
    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.fill("code", &code).await?;
    screen.click("Подключить").await?;
    screen.see("Запускается вместе с компьютером").await?;
    telephone.see("Запуск вместе с компьютером").await?;
    screen.picture(&picture("visit-trial")?).await?;
    screen.click("Пробное обращение").await?;
    screen.see("Линия ответила").await?;
    screen.picture(&picture("visit-complete")?).await?;

    // It arrives on both screens; one tap answers, and the answer pops up beside the accountant.
    desk.see("Ждёт ответа").await?;
    telephone.see("Линия подтвердила").await?;
    telephone.picture(&picture("phone-visit")?).await?;
    telephone.click("Ответить: Всё работает!").await?;
    screen.see("Сотрудник ответил").await?;
    screen.picture(&picture("visit-answered")?).await?;
    telephone.see("Сотрудник ответил").await?;
    desk.goto(&format!("{}/visits", cloud.url)).await?;
    desk.see("Завершён, ответ получен").await?;
    desk.picture(&picture("visits")?).await?;

    // A real question afterwards, both ways.
    screen.click("Готово").await?;
    screen.click("Обратиться").await?;
    screen.fill("letter", "Не проводится <b>платёжка</b>").await?;
    screen.click("Отправить").await?;
    screen.see("Не проводится <b>платёжка</b>").await?;
    desk.goto(&format!("{}/requests", cloud.url)).await?;
    desk.see("Не проводится <b>платёжка</b>").await?;
    desk.click_css("a[data-kind=ordinary]").await?;
    desk.fill("message", "Сейчас посмотрим").await?;
    desk.click("Отправить").await?;
    screen.see("Сейчас посмотрим").await?;
    screen.picture(&picture("conversation")?).await?;
    desk.find(Locator::Css("[data-author=staff] [data-delivery=read]"), "a read answer").await?;
    desk.picture(&picture("requests")?).await?;

    let visit = cloud.store.visits(cloud.partner.partner_id, 1, 10).await?.rows.remove(0);
    let took = Duration::from_millis(visit.took_ms.unwrap_or(u64::MAX));
    assert!(took < MACHINE_PART, "the machine's part took {took:?}");
    Ok(())
}

async fn sign_in(page: &Page, cloud: &Cloud) -> Result<()> {
    page.goto(&cloud.url).await?;
    page.fill("email", &cloud.email).await?;
    page.fill("password", &cloud.password).await?;
    page.click("Войти").await?;
    page.see("Статистика подключения пользователей").await
}
