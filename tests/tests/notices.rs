//! Staff write first, to a computer whose program is hidden.

use anyhow::Result;
use buhphone_tests::{
    cloud::Cloud,
    notifications::Notifications,
    panel::Panel,
    pictures::{BLANK, picture},
    program::{Computer, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_is_announced_once_and_a_click_opens_it() -> Result<()> {
    let cloud = Cloud::start("2026-11-23T06:00:12Z".parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    let panel = Panel::start(&computer.desktop).await?;
    let notifications = Notifications::start(&computer.desktop).await?;
    let _program = computer.start(&["--hidden"])?;
    until("the launch's authorization", async || Ok(cloud.history(user).await?.authorizations.len() == 2)).await?;

    let request = cloud.write_first(user, "Вышло обновление <i>1С</i>, поставим сегодня?").await?;
    until("the notification", async || Ok(!notifications.shown().is_empty())).await?;
    until("the tray's line", async || Ok(panel.menu().await?.iter().any(|(_, text, _)| text.contains("1")))).await?;
    cloud.say(request, "И ещё вопрос").await?;
    until("the second message on the tray", async || {
        Ok(panel.menu().await?.iter().any(|(_, text, _)| text.contains(": 2")))
    })
    .await?;
    let shown = notifications.shown();
    assert_eq!(shown.len(), 1, "one notification a conversation: {shown:?}");
    assert!(shown[0].body.contains("Вышло обновление"), "{shown:?}");
    assert_eq!(computer.windows()?, 0);

    notifications.click(shown[0].id).await?;
    until("the window", async || Ok(computer.windows()? == 1)).await?;
    until("the messages to be read", async || cloud.is_read(request).await).await?;
    let drawn = picture("notice-opened")?;
    until("the conversation to be drawn", async || {
        computer.desktop.picture(&drawn)?;
        Ok(drawn.metadata()?.len() > BLANK)
    })
    .await
}
