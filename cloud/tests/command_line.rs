//! The program itself, as its operator and the task runner use it.
//! Each story has a data folder of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use sqlx::{Connection, SqliteConnection};

fn cloud(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buhphone-cloud"));
    for name in ["DATABASE", "LISTEN", "PUBLIC_URL", "SECRET_FILE", "TRUSTED_PROXIES", "PROGRAM_URL", "LOG"] {
        command.env_remove(format!("BUHPHONE_{name}"));
    }
    command.env("BUHPHONE_DATA_DIR", data);
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    cloud(data).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn printed(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The one line an operator reads.
fn error(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr.trim().strip_prefix("buhphone-cloud: ").unwrap().to_owned()
}

#[test]
fn makes_the_demo_partner_once_and_a_code_for_its_user() {
    let data = tempfile::tempdir().unwrap();
    let first: Value = serde_json::from_str(&printed(data.path(), &["admin", "demo"])).unwrap();
    let again: Value = serde_json::from_str(&printed(data.path(), &["admin", "demo"])).unwrap();
    assert_eq!(first["password"].as_str().unwrap().len(), 20);
    assert_eq!(again["password"], Value::Null);
    for same in ["partner", "email", "user"] {
        assert_eq!(first[same], again[same]);
    }
    let (partner, user) = (first["partner"].as_str().unwrap(), first["user"].as_str().unwrap());
    let code = printed(data.path(), &["admin", "issue-code", "--partner", partner, "--user", user]);
    assert!(buhphone_protocol::code::Code::parse(&code).is_ok());
    assert_eq!(printed(data.path(), &["admin", "list-partners"]).lines().count(), 1);
}

#[test]
fn makes_partners_staff_and_passwords() {
    let data = tempfile::tempdir().unwrap();
    let zone = ["admin", "create-partner", "--name", "Учёт и Ко", "--phone", "+7 495", "--zone", "Asia/Kamchatka"];
    printed(data.path(), &zone);
    let staff =
        ["admin", "create-staff", "--partner", "Учёт и Ко", "--name", "Ольга", "--email", "o@example.ru", "--role"];
    let made = printed(data.path(), &[&staff[..], &["client-manager"]].concat());
    assert_eq!(made.len(), 20);
    assert_eq!(error(data.path(), &[&staff[..], &["client-manager"]].concat()), "this email exists already");
    assert_ne!(printed(data.path(), &["admin", "reset-password", "--email", "O@example.ru"]), made);

    let mut typed = cloud(data.path())
        .args(["admin", "reset-password", "--email", "o@example.ru", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    typed.stdin.take().unwrap().write_all("мой новый пароль\n".as_bytes()).unwrap();
    let output = typed.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
}

#[test]
fn says_in_one_line_what_is_wrong() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let damaged = data.path().join("damaged.key");
    std::fs::write(&damaged, "short").unwrap();
    let damaged = damaged.to_str().unwrap();
    for (arguments, said) in [
        (&["serve", "--public-url", "cloud.example"][..], "the public URL «cloud.example» is not a URL"),
        (&["serve", "--public-url", "ftp://cloud.example"], "must begin with http:// or https://"),
        (&["serve", "--public-url", "https://cloud.example/a"], "must end after the host and port"),
        (&["serve", "--listen", "127.0.0.1:0", "--program-url", "buhphone.exe"], "«buhphone.exe» is not a URL"),
        (&["serve", "--listen", "127.0.0.1:0", "--program-url", "file:///a"], "must begin with http:// or https://"),
        (&["serve", "--listen", &taken], "cannot listen on 127.0.0.1:"),
        (&["serve", "--listen", "127.0.0.1:0", "--database", "mysql://x"], "must be sqlite:FILE or postgres://"),
        (&["migrate", "--database", "postgres://127.0.0.1:1/x"], "the database cannot be opened"),
        (&["serve", "--listen", "127.0.0.1:0", "--secret-file", damaged], "it holds 5 bytes instead of 32"),
        (&["admin", "create-partner", "--name", "П", "--zone", "Europe/Atlantis"], "no time zone «Europe/Atlantis»"),
        (&["admin", "create-partner", "--name", " "], "name is empty"),
        (&["admin", "issue-code", "--partner", "Никто", "--user", "0"], "there is no partner «Никто»"),
        (&["admin", "reset-password", "--email", "nobody@example.ru"], "cannot reset the password"),
    ] {
        let line = error(data.path(), arguments);
        assert!(line.contains(said), "{arguments:?}: {line}");
    }
}

#[test]
fn leaves_the_database_of_a_newer_program_alone() {
    let data = tempfile::tempdir().unwrap();
    printed(data.path(), &["migrate"]);
    let newer = "INSERT INTO _sqlx_migrations SELECT 99, description, installed_on, success, checksum, execution_time \
                 FROM _sqlx_migrations LIMIT 1";
    let file = format!("sqlite:{}", data.path().join("cloud.sqlite").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut connection = SqliteConnection::connect(&file).await.unwrap();
        sqlx::query(newer).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    for arguments in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"], &["admin", "demo"]] {
        let line = error(data.path(), arguments);
        assert!(line.starts_with("the database belongs to a newer program"), "{line}");
    }
}

#[test]
fn serves_until_it_is_asked_to_stop() {
    let data = tempfile::tempdir().unwrap();
    let mut server =
        cloud(data.path()).args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("serving") {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "the cloud ended at its start");
    }
    // An idle connection does not hold it up.
    let address = line.split("127.0.0.1:").nth(1).unwrap();
    let port: String = address.chars().take_while(char::is_ascii_digit).collect();
    let mut idle = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    assert!(Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap().success());
    assert!(server.wait().unwrap().success());
}
