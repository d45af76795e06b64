//! A `buhphone://` link: fills the code in, connects nothing by itself.

use anyhow::Result;
use buhphone_tests::{
    cloud::Cloud,
    pictures::picture,
    program::{Computer, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_fills_the_code_in_and_a_person_connects() -> Result<()> {
    let cloud = Cloud::start("2026-11-23T06:00:12Z".parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    // Set up for nobody: the link brings the cloud's address, which is shown before it is used.
    let computer = Computer::new(home.path(), "http://127.0.0.1:9")?;
    let code = cloud.issue_code(user).await?;

    let window = computer.open_window(&[&code.link]).await?;
    window.page.see("Подключить этот компьютер?").await?;
    window.page.see(cloud.url.trim_start_matches("http://")).await?;
    window.page.picture(&picture("link")?).await?;
    assert!(cloud.history(user).await?.devices.is_empty());
    window.page.click("Подключить").await?;
    window.page.see("Запускается вместе с компьютером").await?;
    window.close().await;
    until("the program to end", async || computer.is_gone()).await?;

    // The address is remembered; the used code lets nobody else in.
    let program = computer.start(&["--hidden"])?;
    until("the next launch's authorization", async || Ok(cloud.history(user).await?.authorizations.len() == 2)).await?;
    drop(program);
    let elsewhere = tempfile::tempdir()?;
    let other = Computer::new(elsewhere.path(), &cloud.url)?;
    let window = other.open_window(&[&code.link]).await?;
    window.page.click("Подключить").await?;
    window.page.see("уже использован").await?;
    window.page.picture(&picture("connect-used")?).await?;
    window.close().await;
    Ok(())
}
