//! The system is installed anew: the folder and the keyring are gone, a new code connects the same
//! person, and everything that was ever written is there again, nothing of it sent a second time.

use anyhow::{Context as _, Result, ensure};
use buhphone_cloud::store::RequestListing;
use buhphone_protocol::{cabinet::Device, conversation::Message, ids::RequestId};
use buhphone_tests::{
    cloud::Cloud,
    local::LocalState,
    page::Page,
    pictures::picture,
    program::{Computer, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_history_is_there_again_after_a_reinstall() -> Result<()> {
    let cloud = Cloud::start("2026-11-23T06:00:12Z".parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let mut computer = Computer::new(home.path(), &cloud.url)?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;

    // Three conversations: asked, called back for, and begun by staff; the first goes to and fro.
    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.click("Обратиться").await?;
    write(screen, "Вопрос 1").await?;
    until("the request", async || Ok(requests(&cloud).await?.len() == 1)).await?;
    let first = *requests(&cloud).await?.first().context("the request")?;
    for turn in 1..=5 {
        cloud.say(first, &format!("Ответ {turn}\nсо второй строкой")).await?;
        screen.see(&format!("Ответ {turn}")).await?;
        write(screen, &format!("Вопрос {}", turn + 1)).await?;
    }
    screen.click("Назад").await?;
    screen.click("Перезвоните мне").await?;
    screen.fill("phone", "+7 912 345-67-89").await?;
    screen.click("Перезвоните мне").await?;
    screen.see("Прошу перезвонить").await?;
    let begun = cloud.write_first(user, "Вышло обновление").await?;
    until("all at the cloud", async || {
        let left = LocalState::read(&computer.data_dir())?.context("its state")?;
        Ok(requests(&cloud).await?.len() == 3
            && left.is_at_rest()
            && left.transcript().len() == written(&cloud).await?.len())
    })
    .await?;
    window.close().await;
    until("the program to end", async || computer.is_gone()).await?;
    let before = written(&cloud).await?;
    ensure!(before.len() > 13, "{before:?}");

    // Nothing of the program is left on the computer but the program.
    computer.desktop.stop_keyring();
    std::fs::remove_dir_all(computer.data_dir())?;
    std::fs::remove_dir_all(home.path().join("data"))?;
    computer.desktop.start_keyring()?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;
    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    until("the history", async || {
        let left = LocalState::read(&computer.data_dir())?.context("its state")?;
        Ok(left.is_at_rest() && left.transcript().len() >= before.len())
    })
    .await?;
    let held = LocalState::read(&computer.data_dir())?.context("its state")?.transcript();
    let there: Vec<_> = before.iter().map(|message| (message.request_id.to_string(), message.text.clone())).collect();
    for request in requests(&cloud).await? {
        let of = |all: &[(String, String)]| {
            all.iter().filter(|(id, _)| *id == request.to_string()).cloned().collect::<Vec<_>>()
        };
        assert_eq!(of(&held), of(&there));
    }
    assert_eq!(held.len(), there.len());

    screen.click_css("[data-opens=requests]").await?;
    screen.see("Вопрос 6").await?;
    screen.see("Вышло обновление").await?;
    screen.picture(&picture("reinstalled")?).await?;
    for (request, texts) in [(first, 11), (begun, 1)] {
        screen.click_css(&format!("[data-opens='conversation {request}']")).await?;
        let told = screen.until("the conversation", async |text| !text.contains("Открываем переписку")).await?;
        let shown = told
            .lines()
            .filter(|line| ["Вопрос ", "Ответ ", "Вышло "].iter().any(|begin| line.trim().starts_with(begin)));
        assert_eq!(shown.count(), texts, "{told}");
        screen.click("Назад").await?;
        screen.see("Мои обращения").await?;
    }
    window.close().await;

    // The cloud holds what it held, of two computers of which the person uses the new one.
    let after = written(&cloud).await?;
    let ids = |all: &[Message]| all.iter().map(|message| message.message_id).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before));
    let devices: Vec<Device> = cloud.history(user).await?.devices;
    assert_eq!(devices.len(), 2);
    Ok(())
}

async fn write(screen: &Page, text: &str) -> Result<()> {
    screen.fill("letter", text).await?;
    screen.click("Отправить").await?;
    screen.see(text).await
}

/// The partner's requests, the oldest first.
async fn requests(cloud: &Cloud) -> Result<Vec<RequestId>> {
    let listing = RequestListing { page: 1, page_size: 50, ..RequestListing::default() };
    let mut ids: Vec<_> = cloud
        .store
        .requests(cloud.partner.partner_id, &listing)
        .await?
        .rows
        .into_iter()
        .map(|row| row.request.request_id)
        .collect();
    ids.sort_unstable();
    Ok(ids)
}

/// All messages of all requests, request by request.
async fn written(cloud: &Cloud) -> Result<Vec<Message>> {
    let mut all = Vec::new();
    for request in requests(cloud).await? {
        all.extend(cloud.store.request(cloud.partner.partner_id, request).await?.messages);
    }
    Ok(all)
}
