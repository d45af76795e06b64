//! A computer whose key is gone asks; the staff see it wherever they are, and one click decides.
//! The asking side is played to the cloud's rules; the cabinet is a real browser.

use anyhow::{Context as _, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use buhphone_cloud::rules::Refusal;
use buhphone_protocol::{
    activation::ActivateRequest,
    authorization::AuthorizeRequest,
    ids::{AuthorizationId, DeviceId, LaunchId, UserId},
    key::PublicKey,
    reconnection::{ReconnectRequest, Reconnection},
    telemetry::{Attended, Autostart, Computer, Launch, Origin, Trigger},
};
use buhphone_tests::{
    browser::{Browser, Look},
    cloud::Cloud,
    page::Page,
    pictures::picture,
};
use fantoccini::{Locator, key::Key};

/// Monday, 23.11.2026, 9:00:12 in Moscow.
const MORNING: &str = "2026-11-23T06:00:12Z";

const OFFICE: &str = "127.0.0.1";

#[tokio::test(flavor = "multi_thread")]
async fn staff_connect_a_computer_anew_with_one_click() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let (device, _) = connect(&cloud, user, computer("БУХ-01", Some('5'))).await?;
    let browser = Browser::start(Look::default()).await?;
    let page = &browser.page;
    sign_in(page, &cloud).await?;
    page.goto(&format!("{}/reconnections", cloud.url)).await?;
    page.see("Никто не ждёт").await?;
    page.picture(&picture("reconnections-empty")?).await?;
    page.goto(&format!("{}/clients", cloud.url)).await?;
    page.see("ООО «Ромашка»").await?;
    assert!(!page.text().await?.contains("Подключить заново"), "nobody waits, and nothing says so");

    // The wish shows by itself, whatever the staff are at; asked again it is the same one.
    cloud.advance(600);
    let new = key();
    for _ in 0..2 {
        let waits = ask(&cloud, device, &new, computer("БУХ-01", Some('5'))).await?;
        assert_eq!(waits, Reconnection::Waiting { ask_again_in: 10 });
    }
    page.find(Locator::Css("nav a.reconnections .count"), "a wish in the sections").await?;
    assert_eq!(page.text_of("nav a.reconnections .count [aria-hidden]").await?, "1");
    assert!(page.client().title().await?.starts_with("(1) "));

    // By the keyboard: the list, the first wish, approved.
    page.find(Locator::Css("body"), "the page").await?.send_keys("gk").await?;
    page.see("Тот же компьютер.").await?;
    page.see("Смирнова Анна Петровна").await?;
    page.see("23.11.2026 9:10:12").await?;
    page.picture(&picture("reconnections")?).await?;
    let approve = page.find(Locator::Css("[data-machine=same] button.primary"), "the button").await?;
    approve.send_keys(&Key::Enter.to_string()).await?;
    page.see("Компьютер подключён заново").await?;
    page.see("Никто не ждёт").await?;
    assert_eq!(focused(page).await?, "H1", "the focus does not go with the button");

    // The program gets in by its new key; the card says who allowed it.
    let approved = ask(&cloud, device, &new, computer("БУХ-01", Some('5'))).await?;
    assert!(matches!(approved, Reconnection::Approved { .. }), "{approved:?}");
    authorize(&cloud, &new, computer("БУХ-01", Some('5'))).await?;
    page.goto(&format!("{}/users/{user}", cloud.url)).await?;
    page.see("Подключён заново").await?;
    page.see("23.11.2026 9:10:12\nразрешение: Ольга Смирнова").await?;
    page.picture(&picture("card-reconnected")?).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_computer_is_approved_only_after_a_second_question() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let (device, old) = connect(&cloud, user, computer("БУХ-01", Some('5'))).await?;
    let browser = Browser::start(Look { dark: true, ..Look::default() }).await?;
    let page = &browser.page;
    sign_in(page, &cloud).await?;
    page.goto(&format!("{}/users/{user}", cloud.url)).await?;
    let new = key();
    ask(&cloud, device, &new, computer("DESKTOP-7QF2K1A", Some('a'))).await?;

    // It comes to the open card by itself.
    page.see("Просит подключить заново").await?;
    page.see("Другой компьютер — позвоните и убедитесь").await?;
    page.see("просит DESKTOP-7QF2K1A").await?;
    page.picture(&picture("card-asking-dark")?).await?;
    page.click_css("[data-machine=other] button").await?;
    page.see("Это другой компьютер. Подключить?").await?;
    page.picture(&picture("reconnection-sure")?).await?;
    page.click("Отмена").await?;
    page.see_no("Это другой компьютер. Подключить?").await?;
    assert!(cloud.rules.device(&old).await.is_ok(), "nothing was decided");

    page.click_css("[data-machine=other] button").await?;
    page.click_css("[role=alertdialog] button.danger").await?;
    page.see("Компьютер подключён заново").await?;
    page.see_no("Просит подключить заново").await?;
    assert!(cloud.rules.device(&old).await.is_err(), "the key before is nobody's");
    assert_eq!(cloud.rules.device(&new).await.map_err(refused)?.device_id, device);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_refused_on_a_telephone_and_in_english() -> Result<()> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let (device, old) = connect(&cloud, user, computer("БУХ-01", Some('5'))).await?;
    let browser = Browser::start(Look { width: 360, height: 740, ..Look::default() }).await?;
    let page = &browser.page;
    sign_in(page, &cloud).await?;
    let new = key();
    ask(&cloud, device, &new, computer("БУХГАЛТЕРИЯ-ОЧЕНЬ-ДЛИННОЕ-ИМЯ", None)).await?;
    for (address, name) in [
        ("/reconnections".to_owned(), "phone-reconnections"),
        ("/requests".to_owned(), "phone-requests-asking"),
        (format!("/users/{user}"), "phone-card-asking"),
    ] {
        page.goto(&format!("{}{address}", cloud.url)).await?;
        page.see(if address == "/requests" {
            "Подключить заново: 1"
        } else {
            "Не удалось сравнить"
        })
        .await?;
        assert_fits(page, name).await?;
        let script =
            "return [...document.querySelectorAll('header nav a')].every(a => a.querySelector('svg').clientWidth)";
        assert_eq!(page.client().execute(script, vec![]).await?, true, "every section has its sign on {name}");
        page.picture(&picture(name)?).await?;
    }
    page.client().execute("localStorage.language = 'en'; localStorage.theme = 'dark'", vec![]).await?;
    page.goto(&format!("{}/reconnections", cloud.url)).await?;
    page.see("Could not be compared").await?;
    assert_fits(page, "phone-reconnections-en").await?;
    page.picture(&picture("phone-reconnections-en")?).await?;

    // One tap refuses: the old key stays what it was.
    page.click_css("[data-machine=unknown] button:not(.primary)").await?;
    page.see("Nobody waits").await?;
    assert_eq!(ask(&cloud, device, &new, computer("БУХ-01", None)).await?, Reconnection::Refused);
    assert!(cloud.rules.device(&old).await.is_ok(), "a refusal changes nothing");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_stays_while_the_cloud_is_away_and_goes_once_decided() -> Result<()> {
    let mut cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let (device, _) = connect(&cloud, user, computer("БУХ-01", Some('5'))).await?;
    ask(&cloud, device, &key(), computer("БУХ-01", Some('5'))).await?;
    let browser = Browser::start(Look::default()).await?;
    let page = &browser.page;
    sign_in(page, &cloud).await?;
    page.goto(&format!("{}/reconnections", cloud.url)).await?;
    page.see("Тот же компьютер.").await?;

    // Without the cloud the wish stays, and says why nothing happened.
    cloud.pause().await?;
    page.click_css("[data-machine=same] button.primary").await?;
    page.see("Нет связи с облаком. Проверьте интернет и повторите.").await?;
    page.picture(&picture("reconnection-unreached")?).await?;
    // Meanwhile a colleague refuses.
    let staff = cloud.store.staff_by_email(&cloud.email).await?.context("the administrator")?;
    let waiting = cloud.rules.reconnections(&staff).await.map_err(refused)?;
    cloud.rules.decide_reconnection(&staff, waiting[0].reconnection_id, false).await.map_err(refused)?;
    // The page finds the cloud again and asks anew: what was decided is gone from it.
    cloud.resume().await?;
    page.see("Никто не ждёт").await?;
    Ok(())
}

async fn sign_in(page: &Page, cloud: &Cloud) -> Result<()> {
    page.goto(&cloud.url).await?;
    page.fill("email", &cloud.email).await?;
    page.fill("password", &cloud.password).await?;
    page.click("Войти").await?;
    page.see("Статистика подключения пользователей").await
}

/// A computer of the user that has authorized, and its key.
async fn connect(cloud: &Cloud, user: UserId, computer: Computer) -> Result<(DeviceId, PublicKey)> {
    let code = cloud.issue_code(user).await?.code;
    let key = key();
    let request = ActivateRequest { code, key: key.clone(), launch: launch(), computer: computer.clone() };
    let activated = cloud.rules.activate(request, OFFICE).await.map_err(refused)?;
    authorize(cloud, &key, computer).await?;
    Ok((activated.device_id, key))
}

async fn authorize(cloud: &Cloud, key: &PublicKey, computer: Computer) -> Result<()> {
    let device = cloud.rules.device(key).await.map_err(refused)?;
    let request = AuthorizeRequest {
        authorization_id: AuthorizationId::generate(),
        launch: launch(),
        trigger: Trigger::Launch,
        attended: Attended::Yes,
        computer,
        autostart: Autostart::On,
        failures: Vec::new(),
        launches: Vec::new(),
        launches_dropped: 0,
        echo: None,
    };
    cloud.rules.authorize(&device, request).await.map_err(refused)?;
    Ok(())
}

async fn ask(cloud: &Cloud, device_id: DeviceId, key: &PublicKey, computer: Computer) -> Result<Reconnection> {
    let request = ReconnectRequest { device_id, key: key.clone(), launch: launch(), computer };
    cloud.rules.reconnect(request, OFFICE).await.map_err(refused)
}

/// The machine is told by an HMAC, here of one digit.
fn computer(name: &str, machine: Option<char>) -> Computer {
    Computer {
        name: name.to_owned(),
        system: "Windows 11 24H2".to_owned(),
        program: "0.1.0".to_owned(),
        zone: Some("Europe/Moscow".to_owned()),
        machine: machine.map(|digit| digit.to_string().repeat(64)),
    }
}

fn launch() -> Launch {
    Launch { launch_id: LaunchId::generate(), origin: Origin::Login, started_at: jiff::Timestamp::UNIX_EPOCH }
}

/// The signature is the routes' business: here nobody holds the other half.
fn key() -> PublicKey {
    PublicKey(BASE64_STANDARD.encode(buhphone_cloud::secret::random::<32>()))
}

async fn focused(page: &Page) -> Result<String> {
    let tag = page.client().execute("return document.activeElement.tagName", vec![]).await?;
    Ok(tag.as_str().unwrap_or_default().to_owned())
}

async fn assert_fits(page: &Page, name: &str) -> Result<()> {
    let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let wide = page.client().execute(script, vec![]).await?;
    assert_eq!(wide.as_i64(), Some(0), "{name} is wider than the screen");
    Ok(())
}

fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!("the cloud refused: {refusal:?}")
}
