//! What was typed and not sent is there again: after the window was closed, and after `kill -9`.

use anyhow::{Context as _, Result};
use buhphone_tests::{
    cloud::Cloud,
    local::LocalState,
    page::Page,
    pictures::picture,
    program::{Computer, until},
};
use fantoccini::Locator;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_the_window_and_a_kill() -> Result<()> {
    let cloud = Cloud::start("2026-11-23T06:00:12Z".parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    let request = cloud.write_first(user, "Когда вам удобно?").await?;
    let conversation = format!("[data-opens='conversation {request}']");

    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.click("Обратиться").await?;
    screen.fill("letter", "Не проводится платёжка").await?;
    screen.click("Назад").await?;
    screen.click("Перезвоните мне").await?;
    screen.fill("phone", "+7 912 000-00-00").await?;
    screen.click("Назад").await?;
    screen.click_css("[data-opens=requests]").await?;
    screen.click_css(&conversation).await?;
    screen.see("Когда вам удобно?").await?;
    screen.fill("letter", "После обеда, если").await?;
    until("the last of it on the disk", async || Ok(drafts(&computer)?.iter().any(|text| text == "После обеда, если")))
        .await?;
    computer.kill()?;
    window.close().await;
    until("the program to be gone", async || computer.is_gone()).await?;

    // Each text is in its field; what is sent is there no more.
    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.click("Обратиться").await?;
    holds(screen, "letter", "Не проводится платёжка").await?;
    screen.picture(&picture("draft")?).await?;
    screen.click("Отправить").await?;
    screen.see("Обращение").await?;
    screen.click("Назад").await?;
    screen.click("Перезвоните мне").await?;
    holds(screen, "phone", "+7 912 000-00-00").await?;
    screen.click("Назад").await?;
    screen.click_css("[data-opens=requests]").await?;
    screen.click_css(&conversation).await?;
    holds(screen, "letter", "После обеда, если").await?;
    screen.fill("letter", "После обеда").await?;
    screen.click("Отправить").await?;
    screen.see("После обеда").await?;
    until("nothing but the number to be kept", async || Ok(drafts(&computer)? == ["+7 912 000-00-00"])).await?;
    window.close().await;
    Ok(())
}

/// What the program keeps on its disk of what was typed.
fn drafts(computer: &Computer) -> Result<Vec<String>> {
    let left = LocalState::read(&computer.data_dir())?.context("its state")?;
    Ok(left.rows("draft/").filter_map(|row| Some(row["text"].as_str()?.to_owned())).collect())
}

/// Waits until the field holds exactly this.
async fn holds(screen: &Page, field: &str, text: &str) -> Result<()> {
    let element = screen.find(Locator::Id(field), field).await?;
    let mut held = None;
    let waited = until("the field", async || {
        held = element.prop("value").await?;
        Ok(held.as_deref() == Some(text))
    });
    let waited = waited.await;
    waited.with_context(|| format!("«{text}» was expected in {field}, it holds {held:?}"))
}
