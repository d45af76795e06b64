//! The program and the cloud with a bad office proxy between them: both transcripts equal, in order, once.

#[path = "../../agent/tests/support/office_proxy.rs"]
mod office_proxy;

use anyhow::Result;
use buhphone_cloud::store::RequestListing;
use buhphone_protocol::conversation::Author;
use buhphone_tests::{
    cloud::Cloud,
    program::{Computer, until},
};
use office_proxy::Temper;

#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_that_cuts_streams() -> Result<()> {
    talk_through(Temper::CutsStreams(900)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_that_holds_streams_back() -> Result<()> {
    talk_through(Temper::HoldsStreams).await
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_that_repeats_calls_and_loses_answers() -> Result<()> {
    talk_through(Temper::RepeatsAndLoses).await
}

#[tokio::test(flavor = "multi_thread")]
async fn through_an_honest_proxy() -> Result<()> {
    talk_through(Temper::Honest).await
}

/// Connects through the proxy, asks, and lets both sides write in turn.
async fn talk_through(temper: Temper) -> Result<()> {
    let cloud = Cloud::start("2026-11-23T06:00:12Z".parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let proxy = office_proxy::between(&cloud.url.parse()?, temper).await;
    let computer = Computer::new(home.path(), proxy.as_str())?;
    computer.connect(&cloud.issue_code(user).await?.code).await?;

    let window = computer.open_window(&[]).await?;
    let screen = &window.page;
    screen.click("Обратиться").await?;
    screen.fill("letter", "Вопрос 0").await?;
    screen.click("Отправить").await?;
    let request = async || {
        let listing = RequestListing { page: 1, page_size: 2, ..RequestListing::default() };
        let requests = cloud.store.requests(cloud.partner.partner_id, &listing).await?;
        Ok::<_, anyhow::Error>(requests.rows.first().map(|row| row.request.request_id))
    };
    until("the request", async || Ok(request().await?.is_some())).await?;
    let Some(request) = request().await? else { anyhow::bail!("the request is gone") };
    for turn in 1..=4 {
        cloud.say(request, &format!("Ответ {turn}")).await?;
        screen.see(&format!("Ответ {turn}")).await?;
        screen.fill("letter", &format!("Вопрос {turn}")).await?;
        screen.click("Отправить").await?;
    }

    let recorded = async || {
        let record = cloud.store.request(cloud.partner.partner_id, request).await?;
        let of_people = record.messages.into_iter().filter(|message| !matches!(message.author, Author::Line { .. }));
        Ok::<_, anyhow::Error>(of_people.map(|message| message.text).collect::<Vec<_>>())
    };
    until("everything to be recorded", async || Ok(recorded().await?.len() >= 9)).await?;
    let transcript = recorded().await?;
    let of = |writer: &str| transcript.iter().filter(|text| text.starts_with(writer)).cloned().collect::<Vec<_>>();
    assert_eq!(of("Вопрос"), (0..=4).map(|turn| format!("Вопрос {turn}")).collect::<Vec<_>>());
    assert_eq!(of("Ответ"), (1..=4).map(|turn| format!("Ответ {turn}")).collect::<Vec<_>>());
    let text = screen.until("the states to settle", async |text| !text.contains("Сохранено")).await?;
    let on_screen: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("Вопрос ") || line.starts_with("Ответ "))
        .map(str::to_owned)
        .collect();
    assert_eq!(on_screen, transcript);
    window.close().await;
    Ok(())
}
