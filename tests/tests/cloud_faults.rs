//! What may be wrong between the program and the cloud, one fault a test: while a computer is being
//! connected, and on the next morning of a connected one. Each is a plain sentence on the screen,
//! passes by itself or by a click, and ends with one authorization a day and the fault told to the cloud.

use std::time::Duration;

use anyhow::{Context as _, Result};
use buhphone_protocol::telemetry::FailureKind;
use buhphone_tests::{
    authority::Authority,
    office::{
        Fault, Office,
        Passing::{self, Alone, ByClick},
    },
    road::{Manner, Road, answer},
};

const RETRY_AFTER: Duration = Duration::from_secs(12);

const LOGIN_PAGE: &str = "<html><title>Гостевой Wi-Fi</title><form>Войдите в сеть</form></html>";

/// What is read while a computer is being connected, and what on a morning.
type Said = [&'static str; 2];

const OFFLINE: &str = "Нет связи с облаком. Проверьте интернет. Код сохранён";
const DOWN: Said = [OFFLINE, "Не удалось соединиться с облаком. Программа попробует ещё раз сама."];
const NO_ANSWER: Said = [OFFLINE, "Ответ облака не пришёл."];
const UNAVAILABLE: Said =
    ["Облако временно не работает. Код сохранён", "Облако временно не работает. Программа попробует ещё раз сама"];
const PORTAL: Said = ["Программу не пропускает прокси-сервер или страница входа в сеть."; 2];
const UNTRUSTED: Said = [
    "Не удалось установить защищённое соединение с облаком.",
    "Его мог подменить антивирус или сетевой фильтр: покажите это сообщение системному администратору.",
];
const CLOCK: Said = ["На компьютере, похоже, неверные дата или время.", "Если дата и время верны, позвоните партнёру."];

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_is_down() -> Result<()> {
    let mut office = Office::new().await?;
    let down = |road: &Road| road.behave(Manner::Refuses);
    connect(&office, &down, DOWN, ByClick, "down").await?;
    morning(&mut office, &down, DOWN, Alone, "down").await?;
    office.told(FailureKind::Connect).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_answers_when_nobody_waits_any_more() -> Result<()> {
    let mut office = Office::new().await?;
    let late = |road: &Road| road.behave(Manner::Slow(Duration::from_secs(40)));
    connect(&office, &late, NO_ANSWER, ByClick, "slow").await?;
    morning(&mut office, &|road| road.behave(Manner::Drips), NO_ANSWER, ByClick, "dripping").await?;
    office.good_morning().await?;
    office.told(FailureKind::Timeout).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_fails_inside() -> Result<()> {
    let mut office = Office::new().await?;
    let broken = answer("500 Internal Server Error", "content-type: text/html\r\n", "<html>nginx</html>");
    let fails = |road: &Road| road.behave(Manner::Answers(broken.clone()));
    connect(&office, &fails, UNAVAILABLE, Alone, "500").await?;
    morning(&mut office, &fails, UNAVAILABLE, Alone, "500").await?;
    office.good_morning().await?;
    office.told(FailureKind::Unavailable).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_asks_to_come_back_later_is_left_alone_until_then() -> Result<()> {
    let mut office = Office::new().await?;
    let retry_after = format!("content-type: text/html\r\nretry-after: {}\r\n", RETRY_AFTER.as_secs());
    let busy = answer("503 Service Unavailable", &retry_after, "<html>nginx</html>");
    let asks = |road: &Road| road.behave(Manner::Answers(busy.clone()));
    connect(&office, &asks, UNAVAILABLE, Alone, "503").await?;
    is_left_alone(&office, "/activate", 0)?;
    let before = office.road.taken().len();
    morning(&mut office, &asks, UNAVAILABLE, Alone, "503").await?;
    for path in ["/authorize", "/events"] {
        is_left_alone(&office, path, before)?;
    }
    office.good_morning().await?;
    office.told(FailureKind::Unavailable).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_asks_everybody_to_sign_in_first() -> Result<()> {
    let mut office = Office::new().await?;
    let away = answer("302 Found", "location: http://login.hotel.example/\r\n", "");
    let page = answer("200 OK", "content-type: text/html; charset=utf-8\r\n", LOGIN_PAGE);
    let sends_away = |road: &Road| road.behave(Manner::Answers(away.clone()));
    let shows = |road: &Road| road.behave(Manner::Answers(page.clone()));
    connect(&office, &sends_away, PORTAL, ByClick, "portal").await?;
    morning(&mut office, &shows, PORTAL, Alone, "portal").await?;
    office.told(FailureKind::Proxy).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_name() -> Result<()> {
    let mut office = Office::new().await?;
    let another = office.authority.certificate("wifi.hotel.example")?;
    let presents = |road: &Road| road.present(another.clone());
    connect(&office, &presents, UNTRUSTED, ByClick, "wrong-name").await?;
    morning(&mut office, &presents, UNTRUSTED, Alone, "wrong-name").await?;
    office.told(FailureKind::Tls).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_an_authority_nobody_knows() -> Result<()> {
    let mut office = Office::new().await?;
    let foreign = Authority::new()?.certificate("localhost")?;
    let presents = |road: &Road| road.present(foreign.clone());
    connect(&office, &presents, UNTRUSTED, Alone, "unknown-authority").await?;
    morning(&mut office, &presents, UNTRUSTED, ByClick, "unknown-authority").await?;
    office.told(FailureKind::Tls).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_nobody_renewed_in_time() -> Result<()> {
    let mut office = Office::new().await?;
    let expired = office.authority.expired_certificate("localhost")?;
    let presents = |road: &Road| road.present(expired.clone());
    connect(&office, &presents, CLOCK, Alone, "expired").await?;
    morning(&mut office, &presents, CLOCK, Alone, "expired").await?;
    office.told(FailureKind::Clock).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_it_was_recorded_is_counted_once() -> Result<()> {
    let mut office = Office::new().await?;
    let loses = |path| move |road: &Road| road.behave(Manner::LosesAnswersTo(path));
    connect(&office, &loses("/activate"), NO_ANSWER, Alone, "lost").await?;
    morning(&mut office, &loses("/authorize"), NO_ANSWER, Alone, "lost").await?;
    // What failed after the cloud had heard of it is told the next time.
    office.good_morning().await?;
    office.told(FailureKind::Timeout).await
}

/// A computer is connected while the road is so.
async fn connect(office: &Office, begin: &dyn Fn(&Road), [said, _]: Said, passing: Passing, name: &str) -> Result<()> {
    let begin = || {
        begin(&office.road);
        Ok(())
    };
    let end = || {
        office.heal();
        Ok(())
    };
    office.connect(&Fault { begin: &begin, end: &end, said, passing, name }).await
}

/// A day begins while the road is so.
async fn morning(
    office: &mut Office,
    begin: &dyn Fn(&Road),
    [_, said]: Said,
    passing: Passing,
    name: &str,
) -> Result<()> {
    let (road, honest) = (office.road.clone(), office.honest.clone());
    let begin = || {
        begin(&road);
        Ok(())
    };
    let end = || {
        road.present(honest.clone());
        road.behave(Manner::Passes);
        Ok(())
    };
    office.morning(&Fault { begin: &begin, end: &end, said, passing, name }).await
}

/// The second call to this path came no sooner than the cloud had asked with its answer to the first.
fn is_left_alone(office: &Office, path: &str, from: usize) -> Result<()> {
    let taken = office.road.taken();
    let mut calls = taken[from..].iter().filter(|call| call.line.contains(path)).map(|call| call.at);
    let (first, second) = (calls.next().context("a call")?, calls.next().context("a second call")?);
    anyhow::ensure!(second - first >= RETRY_AFTER, "{path} came {:?} after it was sent away", second - first);
    Ok(())
}
