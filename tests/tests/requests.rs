//! Requests that meet a dead network and a killed program: nothing lost, nothing twice.

use anyhow::Result;
use buhphone_cloud::store::RequestListing;
use buhphone_tests::{
    cloud::Cloud,
    pictures::picture,
    program::{Computer, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_without_the_cloud_survives_kills_and_arrives_once() -> Result<()> {
    let mut cloud = Cloud::start("2026-11-23T06:00:12Z".parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;

    // Two texts without the cloud; the program is killed the moment each is shown as kept.
    cloud.pause().await?;
    for text in ["Первое: не проводится платёжка", "Второе: и отчёт не открывается"]
    {
        let window = computer.open_window(&[]).await?;
        window.page.click("Обратиться").await?;
        window.page.fill("letter", text).await?;
        window.page.click("Отправить").await?;
        window.page.see("Сохранено").await?;
        computer.kill()?;
        window.close().await;
        until("the program to be gone", async || computer.is_gone()).await?;
    }

    // The cloud is back; the program is killed at once after its start, and starts again.
    cloud.resume().await?;
    let first = computer.start(&["--hidden"])?;
    until("the program to run", async || Ok(computer.running()?.len() == 1)).await?;
    computer.kill()?;
    drop(first);
    until("the program to be gone", async || computer.is_gone()).await?;
    let _program = computer.start(&["--hidden"])?;
    let texts = async || {
        let listing = RequestListing { page: 1, page_size: 50, ..RequestListing::default() };
        let requests = cloud.store.requests(cloud.partner.partner_id, &listing).await?;
        let mut texts = Vec::new();
        for row in requests.rows {
            let request = cloud.store.request(cloud.partner.partner_id, row.request.request_id).await?;
            texts.extend(request.messages.into_iter().map(|message| message.text).filter(|text| text.contains(':')));
        }
        texts.sort();
        Ok::<_, anyhow::Error>(texts)
    };
    until("both texts", async || Ok(texts().await?.len() >= 2)).await?;
    assert_eq!(texts().await?, ["Второе: и отчёт не открывается", "Первое: не проводится платёжка"]);

    // Both are still there on the computer, as sent.
    drop(_program);
    until("the program to end", async || computer.is_gone()).await?;
    let window = computer.open_window(&[]).await?;
    window.page.click_css("[data-opens=requests]").await?;
    window.page.see("Первое: не проводится платёжка").await?;
    window.page.see("Второе: и отчёт не открывается").await?;
    window.page.picture(&picture("conversations")?).await?;
    window.close().await;
    Ok(())
}
