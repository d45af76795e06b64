//! The program is killed (`kill -9`) before every single outward step of an activation, of an
//! authorization and of sending: each write and sync of its files, each call to the keyring, each
//! piece sent to the cloud or received from it. The next start comes to where the first was going.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use buhphone_tests::{
    desk::{Desk, NOW},
    interposer::{Interposer, Order, enumerate},
    local::{self, LocalState},
    program::until,
};

/// Computers at once: more than processors, because a program that starts by itself waits a little.
const DESKS: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn an_activation_killed_before_any_step_ends_as_one_device_with_one_key() -> Result<()> {
    let struck = enumerate(Desk::some(DESKS).await?, async |desk, step| {
        desk.forget_all().await?;
        let before = desk.cloud.history(desk.user).await?;
        let code = desk.cloud.issue_code(desk.user).await?.code;

        desk.watch()?;
        desk.order(Order::KillAt(step))?;
        let ran = desk.live(desk.connect(&code)).await?;
        let told = desk.interposer()?.story()?;
        verify_activation(desk, &code, before.devices.len(), before.authorizations.len())
            .await
            .with_context(|| format!("the steps before:\n{told}"))?;
        Ok(ran)
    })
    .await?;
    println!("killed before each of {struck} steps of an activation");
    assert!(struck > 100, "{struck}");
    Ok(())
}

async fn verify_activation(desk: &mut Desk, code: &str, devices: usize, authorizations: usize) -> Result<()> {
    let left = desk.left().context("what was left does not read")?;
    let mut sent: BTreeSet<String> = left.iter().filter_map(LocalState::last_sent).map(|(id, _)| id).collect();
    if let Some(left) = left.filter(|state| state.is_activating() || state.is_connected()) {
        let known = launches(&left);
        let program = desk.start_again()?;
        until("the activation to come to its end by itself", async || Ok(has_authorized(desk, &known))).await?;
        drop(program);
        desk.kill().await?;
    } else {
        // Nothing of the code was durable: the person sees the same empty field, and types it again.
        ensure!(desk.cloud.history(desk.user).await?.devices.len() == devices, "nothing was sent");
        desk.computer.interposer = None;
        desk.connect(code).await?;
        desk.kill().await?;
    }
    let state = desk.left()?.context("a state")?;
    sent.extend(state.last_sent().map(|(id, _)| id));
    let history = desk.cloud.history(desk.user).await?;
    ensure!(history.devices.len() == devices + 1, "{} devices were made of one code", history.devices.len() - devices);
    let counted = history.authorizations.len() - authorizations;
    ensure!(counted == sent.len(), "{counted} authorizations of {} intents", sent.len());
    ensure!(state.last_authorization() == Some(NOW), "authorized {:?}", state.last_authorization());
    let keys = local::keys(&desk.computer.desktop).await?;
    ensure!(keys.len() == 1, "keys: {keys:?}");
    let autostart = desk.computer.desktop.config().join("autostart/Бухфон.desktop");
    ensure!(std::fs::read_to_string(autostart)?.contains("--hidden"), "the start with the computer is set");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_killed_before_any_step_is_made_by_the_next_start_and_counted_once() -> Result<()> {
    let struck = enumerate(Desk::connected(DESKS).await?, async |desk, step| {
        let before = desk.left()?.and_then(|state| state.last_sent()).context("an authorization")?;
        let counted = desk.authorizations().await?;
        // Another day at the cloud: yesterday's date is not today's.
        desk.cloud.advance(24 * 60 * 60);
        let today = desk.cloud.rules.now().to_string();

        desk.watch()?;
        desk.order(Order::KillAt(step))?;
        let known = BTreeSet::from([before.1.clone()]);
        let program = desk.computer.start(&["--hidden"])?;
        let ran = desk.live(until("the authorization", async || Ok(has_authorized(desk, &known)))).await?;
        drop(program);
        let told = desk.interposer()?.story()?;
        let verified = async {
            // What the killed process had asked for is answered first; the next launch has its own.
            let left = desk.left().context("what was left does not read")?.context("a state")?;
            let mut sent: BTreeSet<String> = left.last_sent().map(|(id, _)| id).into_iter().collect();
            let mut known = known.clone();
            known.extend(launches(&left));
            let program = desk.start_again()?;
            until("the next start's authorization", async || Ok(has_authorized(desk, &known))).await?;
            drop(program);
            desk.kill().await?;
            let state = desk.left()?.context("a state")?;
            sent.extend(state.last_sent().map(|(id, _)| id));
            sent.remove(&before.0);
            let now_counted = desk.authorizations().await? - counted;
            ensure!(now_counted == sent.len(), "{now_counted} authorizations of {} intents", sent.len());
            ensure!(state.last_authorization() == Some(&today), "authorized {:?}", state.last_authorization());
            Ok(())
        };
        verified.await.with_context(|| format!("the steps before:\n{told}"))?;
        Ok(ran)
    })
    .await?;
    println!("killed before each of {struck} steps of an authorization");
    assert!(struck > 30, "{struck}");
    Ok(())
}

/// The launches a state knows of.
fn launches(state: &LocalState) -> BTreeSet<String> {
    state.launches().into_iter().chain(state.last_sent().map(|(_, launch)| launch)).collect()
}

/// A launch that was not known before has authorized, and all is told.
fn has_authorized(desk: &Desk, known: &BTreeSet<String>) -> bool {
    desk.seen().is_some_and(|state| {
        state.is_at_rest() && state.last_sent().is_some_and(|(_, launch)| !known.contains(&launch))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_and_killed_before_any_step_is_at_the_cloud_once_and_in_order() -> Result<()> {
    let struck = enumerate(Desk::connected(DESKS).await?, async |desk, step| {
        let earlier = desk.transcript().await?;
        ensure!(sorted(&earlier) == sorted(&desk.left()?.context("a state")?.transcript()), "both begin alike");
        let authorizations = desk.authorizations().await?;

        desk.watch()?;
        let mut accepted = 0;
        let ran = desk.live(write(desk, step, authorizations, &mut accepted)).await?;
        let told = desk.interposer()?.story()?;
        let verified = async {
            let program = desk.start_again()?;
            until("everything to be told and heard", async || {
                let Some(state) = desk.seen() else { return Ok(false) };
                let there = desk.transcript().await?;
                Ok(state.is_at_rest() && sorted(&there) == sorted(&state.transcript()))
            })
            .await?;
            drop(program);
            desk.kill().await?;
            let mut new = desk.left()?.context("a state")?.transcript();
            new.retain(|message| !earlier.contains(message));
            let own: Vec<&str> = new.iter().map(|(_, text)| text.as_str()).filter(|text| is_own(text)).collect();
            let wanted = texts(step);
            ensure!(own == wanted[..own.len()], "in order, each once: {own:?}");
            ensure!(own.len() >= accepted, "{accepted} were shown as accepted, and only {own:?} arrived");
            Ok(())
        };
        verified.await.with_context(|| format!("the steps before:\n{told}"))?;
        Ok(ran)
    })
    .await?;
    println!("killed before each of {struck} steps of sending");
    assert!(struck > 80, "{struck}");
    Ok(())
}

/// A question, one more message, and a test request, which has no text.
fn texts(step: u32) -> [String; 3] {
    [format!("Вопрос {step}: не проводится"), format!("И ещё {step}: не открывается"), String::new()]
}

fn is_own(text: &str) -> bool {
    text.is_empty() || text.starts_with("Вопрос") || text.starts_with("И ещё")
}

/// Writes in the window and waits until each is shown as taken; killed at a step after the first click.
async fn write(desk: &Desk, step: u32, authorizations: usize, accepted: &mut usize) -> Result<()> {
    let [question, more, _] = texts(step);
    let window = desk.computer.open_window(&[]).await?;
    let page = &window.page;
    page.click("Обратиться").await?;
    page.fill("letter", &question).await?;
    until("the launch to be told", async || {
        Ok(desk.authorizations().await? > authorizations && desk.seen().is_some_and(|state| state.is_at_rest()))
    })
    .await?;
    desk.order(Order::KillAt(step))?;
    page.click("Отправить").await?;
    page.see(&question).await?;
    *accepted = 1;
    page.fill("letter", &more).await?;
    page.click("Отправить").await?;
    page.see(&more).await?;
    *accepted = 2;
    page.click("Назад").await?;
    page.click("Пробное обращение").await?;
    page.see_no("Обратиться").await?;
    *accepted = 3;
    until("all to be told and heard", async || {
        let there = desk.transcript().await?;
        Ok(desk.seen().is_some_and(|state| state.is_at_rest() && sorted(&there) == sorted(&state.transcript())))
    })
    .await
    .with_context(|| format!("it stays at {:?} after these steps:\n{}", desk.seen(), story(desk)))?;
    desk.computer.kill()?;
    window.close().await;
    Ok(())
}

/// The steps so far, for who reads why a story failed.
fn story(desk: &Desk) -> String {
    desk.interposer().and_then(Interposer::story).unwrap_or_default()
}

fn sorted(transcript: &[(String, String)]) -> Vec<(String, String)> {
    let mut sorted = transcript.to_vec();
    sorted.sort();
    sorted
}
