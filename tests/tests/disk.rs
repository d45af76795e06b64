//! The computer's disk is full, may only be read, or gives back something else than was written:
//! the window says so, nothing is lost or counted twice, and the program goes on by itself.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use buhphone_tests::{
    desk::Desk,
    interposer::{End, Interposer, Order, Ran, Refusal, Step, each, enumerate},
    local,
    pictures::picture,
    program::until,
};
use rusqlite::Connection;
use xtask::children::Kept;

const NOT_SAVED: &str = "Не удаётся сохранить данные";
const SET_ASIDE: &str = "Часть данных не прочиталась";
const STUCK: &str = "Данные программы не открываются";

/// Computers at once: what was refused is tried again after half a minute, which is mostly waiting.
/// Each takes some seconds of a processor for its window.
const DESKS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn an_activation_meets_a_full_disk_at_any_write_and_is_never_thrown_away() -> Result<()> {
    every_write_of_an_activation(Refusal::DiskFull).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activation_meets_a_disk_that_may_only_be_read_at_any_write_and_is_never_thrown_away() -> Result<()> {
    every_write_of_an_activation(Refusal::ReadOnly).await
}

async fn every_write_of_an_activation(refusal: Refusal) -> Result<()> {
    let mut desks = Desk::some(DESKS).await?;
    let desk = desks.first_mut().context("a desk")?;
    let code = desk.cloud.issue_code(desk.user).await?.code;
    desk.watch()?;
    desk.order(Order::Watch)?;
    desk.connect(&code).await?;
    desk.kill().await?;
    let writes = writes(desk)?;
    println!("{refusal} from each of {} writes of an activation", writes.len());
    each(desks, writes, async |desk, step| {
        let story = activate(desk, step, refusal).await;
        story.with_context(|| desk.interposer().and_then(Interposer::story).unwrap_or_default())
    })
    .await
}

/// The numbers of the steps so far that a disk can refuse.
fn writes(desk: &Desk) -> Result<Vec<u32>> {
    let steps = desk.interposer()?.steps()?;
    Ok(steps.into_iter().filter(Step::changes_files).map(|step| step.number).collect())
}

/// Connects while every change of files is refused from `step` on; then the disk takes them again.
async fn activate(desk: &mut Desk, step: u32, refusal: Refusal) -> Result<()> {
    desk.forget_all().await?;
    let before = desk.cloud.history(desk.user).await?;
    let code = desk.cloud.issue_code(desk.user).await?.code;
    desk.watch()?;
    desk.order(Order::FailFrom(step, refusal))?;
    let window = desk.computer.open_window(&[]).await?;
    let page = &window.page;
    // Without its data the program takes no code, and says why.
    let seen = page.until("the code's field", async |text| text.contains(STUCK) || text.contains("Введите код"));
    if seen.await?.contains(STUCK) {
        desk.order(Order::Watch)?;
    }
    page.fill("code", &code).await?;
    page.click("Подключить").await?;
    until("a refusal, or the end", async || {
        Ok(was_refused(desk)? || desk.seen().is_some_and(|state| state.is_at_rest()))
    })
    .await?;
    if desk.interposer()?.steps()?.last().is_some_and(|last| last.end == End::Refused && is_log(last)) {
        page.see(NOT_SAVED).await?;
    }
    desk.order(Order::Watch)?;
    desk.at_rest().await.context("the activation comes to its end once the disk takes it")?;
    page.see_no(NOT_SAVED).await?;
    desk.kill().await?;
    window.close().await;
    let history = desk.cloud.history(desk.user).await?;
    ensure!(history.devices.len() == before.devices.len() + 1, "one device of one code");
    ensure!(history.authorizations.len() == before.authorizations.len() + 1, "one authorization");
    ensure!(local::keys(&desk.computer.desktop).await?.len() == 1, "one key");
    Ok(())
}

/// Of the state; the entry that starts the program with the computer is told of in its own words.
fn is_log(step: &Step) -> bool {
    step.what == "state.sqlite-wal"
}

fn was_refused(desk: &Desk) -> Result<bool> {
    Ok(desk.interposer()?.steps()?.iter().any(|step| step.end == End::Refused))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_on_a_full_disk_stays_in_its_field_and_is_sent_once_when_there_is_space() -> Result<()> {
    let struck = enumerate(Desk::connected(4).await?, async |desk, step| {
        let counted = desk.authorizations().await?;
        desk.watch()?;
        let lived = write(desk, step, counted).await;
        lived.with_context(|| desk.interposer().and_then(Interposer::story).unwrap_or_default())
    })
    .await?;
    println!("a full disk from each of {struck} steps of sending");
    Ok(())
}

async fn write(desk: &Desk, step: u32, counted: usize) -> Result<Ran> {
    let text = format!("Вопрос {step}: не проводится");
    let window = desk.computer.open_window(&[]).await?;
    let page = &window.page;
    page.click("Обратиться").await?;
    page.fill("letter", &text).await?;
    until("the launch to be told", async || Ok(desk.authorizations().await? > counted)).await?;
    desk.at_rest().await?;
    desk.order(Order::FailFrom(step, Refusal::DiskFull))?;
    page.click("Отправить").await?;
    let arrived =
        async || Ok::<usize, anyhow::Error>(desk.transcript().await?.iter().filter(|(_, sent)| *sent == text).count());
    until("a refusal, or the end", async || {
        Ok(was_refused(desk)? || (arrived().await? == 1 && desk.seen().is_some_and(|state| state.is_at_rest())))
    })
    .await?;
    let refused = was_refused(desk)?;
    if refused && arrived().await? == 0 {
        page.until("the text kept, and why", async |seen| {
            seen.contains("Не удалось сохранить сообщение") || seen.contains(&text)
        })
        .await?;
        if step == 1 {
            desk.computer.desktop.picture(&picture("disk-full-asking")?)?;
        }
    }
    desk.order(Order::Watch)?;
    page.see(&text).await?;
    until("it to be told", async || Ok(arrived().await? == 1)).await?;
    desk.at_rest().await?;
    desk.kill().await?;
    window.close().await;
    ensure!(arrived().await? == 1, "once");
    let state = desk.left()?.context("a state")?;
    ensure!(state.transcript().iter().filter(|(_, kept)| *kept == text).count() == 1, "and once here");
    Ok(if refused { Ran::Struck } else { Ran::ToItsEnd })
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_does_not_read_is_set_aside_as_it_is_and_the_program_is_connected_anew() -> Result<()> {
    let desks = Desk::connected(1).await?;
    let [desk] = &desks[..] else { unreachable!("one was asked for") };
    let folder = desk.computer.data_dir();
    let whole = one_file(&folder)?;
    let body = |change: &dyn Fn(&str) -> String| changed(&whole, change);
    let middle = whole.len() / 2;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("cut to a byte", whole[..1].to_vec()),
        ("cut within the header", whole[..50].to_vec()),
        ("cut after the first page", whole[..4096].to_vec()),
        ("cut in the middle of a page", whole[..whole.len() - 1000].to_vec()),
        ("a header of garbage", [vec![0xa5; 100], whole[100..].to_vec()].concat()),
        ("garbage in the middle", [&whole[..middle - 600], &[0xa5; 1200][..], &whole[middle + 600..]].concat()),
        ("somebody else's file", "Это не база данных. ".repeat(400).into_bytes()),
        ("a state that is not JSON", body(&|text| text.replacen('{', "}", 1))?),
        ("a state of a newer version", body(&|text| text.replacen("\"version\":1", "\"version\":99", 1))?),
        ("a schema of a newer version", of_newer_schema(&whole)?),
    ];
    let mut known: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    for (number, (what, bytes)) in cases.into_iter().enumerate() {
        let told = async {
            only(&folder, &bytes)?;
            let window = desk.computer.open_window(&[]).await?;
            window.page.see("Введите код подключения").await?;
            window.page.see(SET_ASIDE).await?;
            if number == 0 {
                window.page.picture(&picture("data-set-aside")?).await?;
            }
            // Under another name, byte for byte as it was.
            let aside = set_aside(&folder)?;
            known.retain(|path, _| aside.contains_key(path));
            let fresh: Vec<_> = aside.iter().filter(|(path, _)| !known.contains_key(*path)).collect();
            ensure!(fresh.len() == 1, "one file more is set aside: {:?}", aside.keys());
            ensure!(*fresh[0].1 == bytes, "it is not as it was");
            let name = fresh[0].0.file_name().and_then(|name| name.to_str()).context("a name")?;
            window.page.see(name).await?;
            known = aside;
            // Once more, with the program going on beside it.
            let code = desk.cloud.issue_code(desk.user).await?.code;
            window.page.fill("code", &code).await?;
            window.page.click("Подключить").await?;
            window.page.see("Запускается вместе с компьютером").await?;
            desk.at_rest().await?;
            desk.kill().await?;
            window.close().await;
            Ok(())
        };
        told.await.with_context(|| what.to_owned())?;
    }
    Ok(())
}

/// A file system of the kernel's own that really fills up, and is really made read-only: in a mount
/// namespace that ends with its holder.
struct SmallDisk {
    holder: Kept,
    folder: PathBuf,
}

impl SmallDisk {
    fn mount(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "sh", "-c", "mount -t tmpfs -o size=8m tmpfs \"$0\" && echo mounted && exec sleep 600"])
            .arg(folder)
            .stdin(Stdio::null());
        let (holder, line) = Kept::start_and_read_line("unshare (which needs root)", &mut command)?;
        ensure!(line == "mounted", "{line}");
        Ok(Self { holder, folder: folder.to_owned() })
    }

    /// A command that sees it in its place.
    fn within(&self) -> Vec<String> {
        vec!["nsenter".to_owned(), format!("--target={}", self.holder.id()), "--mount".to_owned(), "--".to_owned()]
    }

    fn run(&self, script: &str) -> Result<()> {
        let within = self.within();
        let status = Command::new(&within[0])
            .args(&within[1..])
            .args(["sh", "-c", script])
            .arg(&self.folder)
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "{script}");
        Ok(())
    }

    /// To the last byte.
    fn fill(&self) -> Result<()> {
        self.run("dd if=/dev/zero of=\"$0/filler\" bs=4k; test \"$(stat -f -c %a \"$0\")\" = 0")
    }

    fn free(&self) -> Result<()> {
        self.run("rm \"$0/filler\"")
    }

    fn forbid_writes(&self) -> Result<()> {
        self.run("mount -o remount,ro \"$0\"")
    }

    fn allow_writes(&self) -> Result<()> {
        self.run("mount -o remount,rw \"$0\"")
    }

    /// The database as a program leaves it that ended well: one file and nothing beside it.
    fn settle(&self) -> Result<()> {
        let seen = PathBuf::from(format!("/proc/{}/root{}", self.holder.id(), self.folder.display()));
        // SQLite resolves links by itself, and would leave the namespace by this one.
        let copy = tempfile::tempdir()?;
        for name in ["state.sqlite", "state.sqlite-wal"] {
            fs::copy(seen.join(name), copy.path().join(name))?;
        }
        let file = copy.path().join("state.sqlite");
        let database = Connection::open(&file)?;
        database.query_row("PRAGMA quick_check", [], |_| Ok(()))?;
        database.close().map_err(|(_, error)| error)?;
        fs::copy(file, seen.join("state.sqlite"))?;
        self.run("rm \"$0/state.sqlite-wal\" \"$0/state.sqlite-shm\"")
    }

    /// The database as a power cut may leave it: with its log, and without the index, which is never synced.
    fn lose_index(&self) -> Result<()> {
        self.run("test -s \"$0/state.sqlite-wal\" && rm \"$0/state.sqlite-shm\"")
    }

    /// As a kill leaves it.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "one of the ways a program ends")]
    fn leave(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_disk_that_really_fills_up_and_turns_read_only_keeps_nobody_from_working() -> Result<()> {
    let desk = Desk::new().await?;
    let disk = SmallDisk::mount(&desk.computer.data_dir())?;
    let desk = desk.through(disk.within());
    let code = desk.cloud.issue_code(desk.user).await?.code;
    let window = desk.type_code(&code).await?;
    let page = &window.page;
    page.see("Запускается вместе с компьютером").await?;
    page.click("Продолжить позже").await?;
    page.see("Последняя авторизация:").await?;

    // Full while the program runs: said, and the text stays where it was typed.
    disk.fill()?;
    page.click("Обратиться").await?;
    let text = "Вопрос с полным диском ".repeat(40);
    page.fill("letter", &text).await?;
    page.click("Отправить").await?;
    page.see("Не удалось сохранить сообщение").await?;
    page.picture(&picture("disk-full-ask")?).await?;
    page.click("Назад").await?;
    page.see(NOT_SAVED).await?;
    page.picture(&picture("disk-full")?).await?;
    disk.free()?;
    page.see_no(NOT_SAVED).await?;
    until("the text, once", async || {
        Ok(desk.transcript().await?.iter().filter(|(_, sent)| sent.trim() == text.trim()).count() == 1)
    })
    .await?;
    desk.kill().await?;
    window.close().await;

    // Full or read-only before the program starts, however it ended: it authorizes, and says what it cannot do.
    type Act = fn(&SmallDisk) -> Result<()>;
    let starts: [(&str, Act, Act, Act); 5] = [
        ("disk-full-start", SmallDisk::settle, SmallDisk::fill, SmallDisk::free),
        ("disk-full-start-after-a-kill", SmallDisk::leave, SmallDisk::fill, SmallDisk::free),
        ("disk-full-start-after-a-power-cut", SmallDisk::lose_index, SmallDisk::fill, SmallDisk::free),
        ("disk-read-only-start", SmallDisk::settle, SmallDisk::forbid_writes, SmallDisk::allow_writes),
        ("disk-read-only-start-after-a-kill", SmallDisk::leave, SmallDisk::forbid_writes, SmallDisk::allow_writes),
    ];
    for (name, end, spoil, mend) in starts {
        let lived = async {
            end(&disk)?;
            spoil(&disk)?;
            let counted = desk.authorizations().await?;
            let window = desk.computer.open_window(&[]).await?;
            window.page.see("Последняя авторизация:").await?;
            window.page.see(NOT_SAVED).await?;
            until("the launch's authorization", async || Ok(desk.authorizations().await? == counted + 1)).await?;
            window.page.picture(&picture(name)?).await?;
            mend(&disk)?;
            window.page.see_no(NOT_SAVED).await?;
            desk.kill().await?;
            window.close().await;
            ensure!(desk.authorizations().await? == counted + 1, "once");
            Ok(())
        };
        lived.await.context(name)?;
    }
    assert_eq!(desk.cloud.history(desk.user).await?.devices.len(), 1);
    Ok(())
}

/// Brings a database into one file, and returns its bytes.
fn one_file(folder: &Path) -> Result<Vec<u8>> {
    let file = folder.join("state.sqlite");
    let database = Connection::open(&file)?;
    // Its log is emptied into it; the file stays of the kind that the program makes.
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    database.close().map_err(|(_, error)| error)?;
    Ok(fs::read(file)?)
}

/// The bytes of the same database with another state in it.
fn changed(whole: &[u8], change: &dyn Fn(&str) -> String) -> Result<Vec<u8>> {
    rewritten(whole, |database| {
        let body: String = database.query_row("SELECT body FROM state", [], |row| row.get(0))?;
        let other = change(&body);
        ensure!(other != body, "the state is changed");
        Ok(database.execute("UPDATE state SET body = ?1", [other]).map(drop)?)
    })
}

fn of_newer_schema(whole: &[u8]) -> Result<Vec<u8>> {
    rewritten(whole, |database| Ok(database.pragma_update(None, "user_version", 99)?))
}

fn rewritten(whole: &[u8], write: impl FnOnce(&Connection) -> Result<()>) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("copy.sqlite");
    fs::write(&file, whole)?;
    let database = Connection::open(&file)?;
    write(&database)?;
    database.close().map_err(|(_, error)| error)?;
    Ok(fs::read(file)?)
}

/// These bytes, and nothing else of a database.
fn only(folder: &Path, bytes: &[u8]) -> Result<()> {
    for name in ["state.sqlite-wal", "state.sqlite-shm", "state.sqlite-journal"] {
        if folder.join(name).exists() {
            fs::remove_file(folder.join(name))?;
        }
    }
    Ok(fs::write(folder.join("state.sqlite"), bytes)?)
}

/// What was put away, with its bytes.
fn set_aside(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("state.damaged-") && name.ends_with(".sqlite") {
            found.insert(path.clone(), fs::read(&path)?);
        }
    }
    Ok(found)
}
