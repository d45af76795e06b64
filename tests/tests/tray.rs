//! The tray of the real program, read as a desktop's panel reads it.

use anyhow::Result;
use buhphone_tests::{
    cloud::Cloud,
    panel::Panel,
    pictures::{BLANK, picture},
    program::{Computer, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_tells_the_state_opens_the_window_and_quits() -> Result<()> {
    let cloud = Cloud::start("2026-11-23T06:00:12Z".parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;

    let panel = Panel::start(&computer.desktop).await?;
    let program = computer.start(&["--hidden"])?;
    let last = "Последняя авторизация: 23.11.2026 9:00:12";
    until("the tray", async || Ok(panel.menu().await?.iter().any(|(_, text, _)| text == last))).await?;
    until("the state", async || Ok(panel.menu().await?[0].1.contains("авторизован"))).await?;
    let told: Vec<_> = panel.menu().await?.into_iter().map(|(_, text, enabled)| (text, enabled)).collect();
    assert_eq!(
        told,
        [
            ("Бухфон: авторизован сегодня".to_owned(), false),
            (last.to_owned(), false),
            ("Перезвоните мне".to_owned(), true),
            ("Открыть Бухфон".to_owned(), true),
            ("Выйти".to_owned(), true),
        ]
    );

    panel.choose("Перезвоните мне").await?;
    until("the window", async || Ok(computer.windows()? == 1)).await?;
    let shown = picture("tray-callback")?;
    until("its screen to be drawn", async || {
        computer.desktop.picture(&shown)?;
        Ok(shown.metadata()?.len() > BLANK)
    })
    .await?;
    computer.close_window()?;
    until("the window to be gone", async || Ok(computer.windows()? == 0)).await?;
    panel.choose("Открыть Бухфон").await?;
    until("the window", async || Ok(computer.windows()? == 1)).await?;
    panel.choose("Выйти").await?;
    until("the program to end", async || computer.is_gone()).await?;
    drop(program);
    Ok(())
}
