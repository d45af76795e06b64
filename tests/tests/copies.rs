//! Many starts at once are one program; one computer copied is two that both work, and is told of.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context as _, Result, ensure};
use buhphone_protocol::{conversation::Author, ids::UserId};
use buhphone_tests::{
    browser::{Browser, Look},
    cloud::Cloud,
    pictures::picture,
    program::{Computer, until},
};
use xtask::children::Kept;

const MORNING: &str = "2026-11-23T06:00:12Z";

/// What the slowest of twenty starts may take to hand over and end, on a busy computer.
const QUICKLY: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn of_two_starts_at_once_one_stays() -> Result<()> {
    let (cloud, user, home) = connected().await?;
    let computer = home.computer(&cloud)?;
    let copies = starts(&computer, 2)?;
    let _one = one_stays(&computer, copies).await?;
    launched(&cloud, user, 1 + 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_starts_at_once_one_stays() -> Result<()> {
    let (cloud, user, home) = connected().await?;
    let computer = home.computer(&cloud)?;
    let copies = starts(&computer, 20)?;
    let _one = one_stays(&computer, copies).await?;
    launched(&cloud, user, 1 + 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_starts_one_takes_the_place_of_a_program_that_is_killed() -> Result<()> {
    let (cloud, user, home) = connected().await?;
    let computer = home.computer(&cloud)?;
    let _first = computer.start(&["--hidden"])?;
    until("the first to have authorized", async || Ok(cloud.history(user).await?.authorizations.len() == 2)).await?;

    let mut copies = starts(&computer, 10)?;
    let first = computer.running()?;
    Command::new("kill").args(["-9", &first.first().context("the first")?.to_string()]).status()?;
    copies.extend(starts(&computer, 10)?);
    let _one = one_stays(&computer, copies).await?;
    launched(&cloud, user, 1 + 1 + 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_and_a_person_in_the_same_instant_open_a_window() -> Result<()> {
    let (cloud, user, home) = connected().await?;
    let computer = home.computer(&cloud)?;
    let rounds: [[&[&str]; 2]; 2] = [[&["--hidden"], &[]], [&[], &["--hidden"]]];
    for (number, round) in rounds.into_iter().enumerate() {
        let copies = round.into_iter().map(|arguments| computer.start(arguments)).collect::<Result<Vec<_>>>()?;
        let one = one_stays(&computer, copies).await?;
        launched(&cloud, user, 1 + number + 1).await?;
        drop(one);
        until("the program to end", async || computer.is_gone()).await?;
    }
    Ok(())
}

/// Both go on: the cabinet is told, nobody is refused, and what is written reaches both.
#[tokio::test(flavor = "multi_thread")]
async fn a_computer_copied_with_its_keyring_works_twice_and_is_flagged() -> Result<()> {
    let (cloud, user, home) = connected().await?;
    let original = home.computer(&cloud)?;
    let elsewhere = tempfile::tempdir()?;
    copy(&original.data_dir(), &elsewhere.path().join("buhphone"))?;
    copy(&home.path().join("data"), &elsewhere.path().join("data"))?;
    let copied = Computer::new(elsewhere.path(), &cloud.url)?;

    // Each is started twice, in turn, as on two mornings.
    let mut count = cloud.history(user).await?.authorizations.len();
    for computer in [&original, &copied, &original, &copied] {
        let running = computer.start(&["--hidden"])?;
        count += 1;
        until("its authorization", async || Ok(cloud.history(user).await?.authorizations.len() == count)).await?;
        drop(running);
        until("the program to end", async || computer.is_gone()).await?;
    }
    let history = cloud.history(user).await?;
    let [device] = &history.devices[..] else { anyhow::bail!("one computer was expected: {:?}", history.devices) };
    ensure!(device.cloned_at.is_some() && device.disconnected_at.is_none(), "{device:?}");
    ensure!(history.failures.is_empty(), "{:?}", history.failures);

    // They talk at the same time, and both hold the same conversation.
    let (here, there) = (original.open_window(&[]).await?, copied.open_window(&[]).await?);
    let request = cloud.write_first(user, "Когда вам удобно?").await?;
    for window in [&here, &there] {
        window.page.click_css("[data-opens=requests]").await?;
        window.page.click_css(&format!("[data-opens='conversation {request}']")).await?;
        window.page.see("Когда вам удобно?").await?;
    }
    for (window, other, text) in [(&here, &there, "После обеда"), (&there, &here, "Лучше завтра")]
    {
        window.page.fill("letter", text).await?;
        window.page.click("Отправить").await?;
        window.page.see(text).await?;
        other.page.see(text).await?;
    }
    cloud.say(request, "Хорошо, завтра").await?;
    here.page.see("Хорошо, завтра").await?;
    there.page.see("Хорошо, завтра").await?;
    let record = cloud.store.request(cloud.partner.partner_id, request).await?;
    let of_people = record.messages.iter().filter(|message| !matches!(message.author, Author::Line { .. }));
    let texts: Vec<&str> = of_people.map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["Когда вам удобно?", "После обеда", "Лучше завтра", "Хорошо, завтра"]);
    here.close().await;
    there.close().await;

    let browser = Browser::start(Look::default()).await?;
    let cabinet = &browser.page;
    cabinet.goto(&cloud.url).await?;
    cabinet.fill("email", &cloud.email).await?;
    cabinet.fill("password", &cloud.password).await?;
    cabinet.click("Войти").await?;
    cabinet.see("Статистика подключения пользователей").await?;
    cabinet.goto(&format!("{}/users/{user}", cloud.url)).await?;
    cabinet.see("Похоже на копию").await?;
    cabinet.picture(&picture("user-cloned")?).await
}

/// A home of a connected computer whose program does not run now.
struct Home(tempfile::TempDir);

impl Home {
    fn path(&self) -> &Path {
        self.0.path()
    }

    fn computer(&self, cloud: &Cloud) -> Result<Computer> {
        Computer::new(self.path(), &cloud.url)
    }
}

async fn connected() -> Result<(Cloud, UserId, Home)> {
    let cloud = Cloud::start(MORNING.parse()?).await?;
    let user = cloud.register("Смирнова").await?;
    let home = Home(tempfile::tempdir()?);
    home.computer(&cloud)?.connect(&cloud.issue_code(user).await?.code).await?;
    Ok((cloud, user, home))
}

/// A person who clicks and clicks.
fn starts(computer: &Computer, count: usize) -> Result<Vec<Kept>> {
    (0..count).map(|_| computer.start(&[])).collect()
}

/// All but one end quickly and well, and there is one window; the one goes on as long as it is kept.
async fn one_stays(computer: &Computer, mut copies: Vec<Kept>) -> Result<Kept> {
    let ended = tokio::time::timeout(QUICKLY, async {
        while copies.len() > 1 {
            let mut still = Vec::new();
            for mut copy in std::mem::take(&mut copies) {
                match copy.ended()? {
                    Some(status) => ensure!(status.success(), "a copy ended with {status}"),
                    None => still.push(copy),
                }
            }
            copies = still;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    });
    ended.await.context("copies run on")??;
    until("the one window", async || Ok(computer.windows()? == 1)).await?;
    assert_eq!((computer.running()?.len(), computer.windows()?), (1, 1));
    copies.pop().context("the one that stays")
}

/// As often as the program was started, and from the one computer.
async fn launched(cloud: &Cloud, user: UserId, times: usize) -> Result<()> {
    until("the authorization", async || Ok(cloud.history(user).await?.authorizations.len() >= times)).await?;
    let history = cloud.history(user).await?;
    assert_eq!((history.authorizations.len(), history.launches.len(), history.devices.len()), (times, times, 1));
    Ok(())
}

/// Files and folders as they are.
fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(Command::new("cp").arg("-a").arg(from).arg(to).status()?.success(), "{} is not copied", from.display());
    Ok(())
}
