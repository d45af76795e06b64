//! The command line, as an installer and a roll-out use it: a code and an address without a window,
//! a self-check, a start from 1С into the running program, the end of it all.

use std::{
    process::{Output, Stdio},
    sync::Arc,
};

use anyhow::{Context as _, Result, ensure};
use buhphone_cloud::clock::{Clock as _, SystemClock};
use buhphone_protocol::telemetry::Origin;
use buhphone_tests::{
    authority::Authority,
    cloud::Cloud,
    local,
    program::{Computer, until},
    road::Road,
};
use serde_json::Value;

/// Nobody answers there.
const NOWHERE: &str = "http://127.0.0.1:9";

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_is_connected_checked_and_left_by_command_lines_alone() -> Result<()> {
    let cloud = Cloud::start(SystemClock.now()).await?;
    let user = cloud.register("Смирнова").await?;
    let home = tempfile::tempdir()?;
    let computer = Computer::new(home.path(), NOWHERE)?;
    let counted = async || Ok::<_, anyhow::Error>(cloud.history(user).await?.authorizations.len());

    says(&computer, &["--activate", "1111-1111-1111", "--server", &cloud.url], 1, "В коде опечатка.").await?;
    says(&computer, &["--activate", "1", "--server", "http://cloud.example"], 1, "12 цифр").await?;
    let code = cloud.issue_code(user).await?.code;
    says(&computer, &["--activate", &code, "--server", "http://cloud.example"], 1, "https://").await?;
    ensure!(local::keys(&computer.desktop).await?.is_empty(), "nothing is kept of what was refused");

    says(&computer, &["--activate", &code, "--server", &cloud.url], 0, "Компьютер подключён.").await?;
    ensure!(counted().await? == 1, "the activation authorizes");
    let entry = computer.desktop.config().join("autostart/Бухфон.desktop");
    ensure!(std::fs::read_to_string(&entry)?.contains("--hidden"), "the start with the computer is set");
    let checked = says(&computer, &["--self-check"], 0, "Всё в порядке.").await?;
    ensure!(checked.contains(&cloud.url), "the address is the one that was given: {checked}");

    // The address is kept, and the program that runs answers other starts.
    let program = computer.start(&["--hidden"])?;
    until("the launch's authorization", async || Ok(counted().await? == 2)).await?;
    let another = cloud.issue_code(user).await?.code;
    says(&computer, &["--activate", &another], 3, "уже подключён, код не использован").await?;
    let json: Value = serde_json::from_str(&says(&computer, &["--self-check", "--json"], 0, "verdict").await?)?;
    ensure!(json["verdict"] == "good" && json["findings"]["autostart"] == "on", "{json}");
    let from_1c = says(&computer, &["/StartedFrom1CConf", "/login:anna", "/password:Тайна-1С"], 0, "").await?;
    ensure!(!from_1c.contains("Тайна"), "{from_1c}");
    until("the window", async || Ok(computer.windows()? == 1)).await?;
    until("the launch from 1С", async || Ok(counted().await? == 3)).await?;
    let origins: Vec<Origin> = cloud.history(user).await?.launches.iter().map(|launch| launch.origin).collect();
    ensure!(origins.iter().filter(|origin| **origin == Origin::From1c).count() == 1, "{origins:?}");
    ensure!(!holds(&computer, "Тайна")?, "a password of 1С is kept nowhere");
    says(&computer, &["--quit"], 0, "Программа не запущена.").await?;
    ensure!(computer.is_gone()?, "the program has ended");
    drop(program);
    says(&computer, &["--quit"], 0, "Программа не запущена.").await?;

    // Uninstalled with its data kept, it goes on when it is put back.
    says(&computer, &["--uninstalling", "--keep-data"], 0, "Партнёр узнает").await?;
    ensure!(!entry.exists(), "the start with the computer is taken away");
    ensure!(cloud.history(user).await?.devices[0].removed_at.is_some(), "the cloud knows");
    let program = computer.start(&["--hidden"])?;
    until("the launch's authorization", async || Ok(counted().await? == 4)).await?;
    ensure!(cloud.history(user).await?.devices[0].removed_at.is_none(), "it is back");
    until("the start with the computer", async || Ok(entry.exists())).await?;

    // And while it runs, with all it has.
    says(&computer, &["--uninstalling"], 0, "Партнёр узнает").await?;
    ensure!(computer.is_gone()? && !computer.data_dir().exists() && !entry.exists(), "something is left");
    ensure!(local::keys(&computer.desktop).await?.is_empty(), "a key is left");
    ensure!(cloud.history(user).await?.devices[0].removed_at.is_some(), "the cloud knows");
    drop(program);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_self_check_names_the_authority_of_a_certificate_that_is_refused() -> Result<()> {
    let cloud = Cloud::start(SystemClock.now()).await?;
    let authority = Authority::new()?;
    let road = Arc::new(Road::to(cloud.address(), Some(authority.certificate("localhost")?))?);
    let address = format!("https://localhost:{}", road.address.port());
    let home = tempfile::tempdir()?;
    let trusted = authority.write_under(home.path())?;

    let stranger = Computer::new(home.path(), &address)?;
    let refused = says(&stranger, &["--self-check"], 1, "Сертификат не принят. Его выдал:").await?;
    ensure!(refused.contains("Программа сейчас не может авторизоваться."), "{refused}");
    drop(stranger);
    let computer = Computer::new(home.path(), &address)?.with("SSL_CERT_FILE", trusted);
    let checked = says(&computer, &["--self-check"], 2, "Проверено. Сертификат выдал:").await?;
    ensure!(checked.contains("Компьютер не подключён"), "{checked}");
    let json = says(&computer, &["--self-check", "--json", "--server", NOWHERE], 1, "").await?;
    let json: Value = serde_json::from_str(&json)?;
    ensure!(json["verdict"] == "bad" && json["checks"][0]["verdict"] == "bad", "{json}");
    ensure!(!computer.data_dir().join("state.sqlite").exists(), "a look leaves nothing");
    Ok(())
}

/// Runs the program to its end, and reads what it said.
async fn says(computer: &Computer, arguments: &[&str], code: i32, sentence: &str) -> Result<String> {
    let mut command = computer.desktop.command(computer.program());
    computer.set_up(&mut command).args(arguments).stdin(Stdio::null());
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(move || command.output()).await??;
    let (said, logged) = (String::from_utf8(stdout)?, String::from_utf8_lossy(&stderr).into_owned());
    let all = || format!("{arguments:?} ended with {status} and said:\n{said}\n{logged}");
    ensure!(status.code() == Some(code), all());
    ensure!(said.contains(sentence), all());
    ensure!(!logged.contains("Тайна"), all());
    Ok(said)
}

/// Whether any file of the program's data has the text in it.
fn holds(computer: &Computer, text: &str) -> Result<bool> {
    for entry in std::fs::read_dir(computer.data_dir()).context("the folder of data")? {
        let bytes = std::fs::read(entry?.path())?;
        if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}
