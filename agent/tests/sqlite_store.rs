//! The store on a real disk: killed in the middle, damaged, full, and shared by two copies.

#[path = "support/probe.rs"]
mod probe;

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use buhphone_agent::{
    ports::{Change, Clock, Loaded, Now, Store},
    sqlite_store::SqliteStore,
};
use probe::Probe;

struct At(Mutex<Now>);

impl Clock for At {
    fn now(&self) -> Now {
        *self.0.lock().expect("nobody panicked")
    }
}

fn store(directory: &Path) -> SqliteStore {
    let wall = "2026-11-23T09:00:12Z".parse().expect("a timestamp");
    SqliteStore::new(directory.to_owned(), Arc::new(At(Mutex::new(Now { wall, monotonic: Duration::ZERO }))))
}

fn loaded(state: Option<&str>, set_aside: Option<&str>) -> Loaded {
    Loaded { state: state.map(str::to_owned), rows: Vec::new(), set_aside: set_aside.map(str::to_owned) }
}

fn whole(state: &str) -> Change {
    Change { state: Some(state.to_owned()), ..Change::default() }
}

fn files(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .expect("it is a folder")
        .map(|entry| entry.expect("it reads").file_name().into_string().expect("it is text"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_was_saved_is_there_at_the_next_start() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let directory = home.path().join("Бухфон тест 1").join("data");

    assert_eq!(store(&directory).load().await, Ok(loaded(None, None)));
    let first = store(&directory);
    first.save(&whole("{\"a\":1}")).await.expect("it is saved");
    first.save(&whole("{\"a\":2}")).await.expect("it is saved");
    drop(first);
    assert_eq!(store(&directory).load().await, Ok(loaded(Some("{\"a\":2}"), None)));
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_in_the_middle() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for round in 0..5 {
        let mut command = Command::new(probe::executable());
        command.arg("churn").arg(home.path());
        let mut churn = Probe::start(command);
        let mut acknowledged = 0;
        for _ in 0..20 + round {
            acknowledged = churn.hear().expect("it saves on").parse::<u64>().expect("a number");
        }
        churn.kill();
        while let Some(line) = churn.hear() {
            acknowledged = line.parse().expect("a number");
        }

        let state = store(home.path()).load().await.expect("it reads");
        assert_eq!(state.set_aside, None);
        let text = state.state.expect("it was saved");
        let (number, rest) = text.split_once(' ').expect("a number first");
        assert!(number.parse::<u64>().expect("a number") >= acknowledged, "{number} is older than {acknowledged}");
        assert_eq!(rest.len(), 40_000);
    }
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_whole_and_the_program_goes_on() {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::write(home.path().join("state.sqlite"), "это не база данных".repeat(500)).expect("it is writable");

    let damaged = store(home.path());
    let aside = "state.damaged-20261123T090012Z.sqlite";
    assert_eq!(damaged.load().await, Ok(loaded(None, Some(aside))));
    damaged.save(&whole("{}")).await.expect("it is saved");
    drop(damaged);
    assert_eq!(store(home.path()).load().await, Ok(loaded(Some("{}"), None)));
    assert_eq!(files(home.path()), [aside, "state.sqlite"]);
    let kept = fs::read_to_string(home.path().join(aside)).expect("it is kept");
    assert!(kept.starts_with("это не база данных"));
}

#[tokio::test]
async fn a_file_cut_at_any_length_is_set_aside_as_it_is() {
    let home = tempfile::tempdir().expect("a temporary folder");
    store(home.path()).save(&whole(&"x".repeat(10_000))).await.expect("it is saved");
    let file = home.path().join("state.sqlite");
    let bytes = fs::read(&file).expect("it reads");
    for length in [1, 2, 16, 50, 100, 511, 512, 4096, 8192, bytes.len() - 1] {
        let home = tempfile::tempdir().expect("a temporary folder");
        fs::write(home.path().join("state.sqlite"), &bytes[..length]).expect("it is writable");
        let state = store(home.path()).load().await;
        let aside = "state.damaged-20261123T090012Z.sqlite";
        assert_eq!(state, Ok(loaded(None, Some(aside))), "cut to {length} of {} bytes", bytes.len());
        assert_eq!(fs::read(home.path().join(aside)).expect("it is kept"), bytes[..length]);
    }
}

/// SQLite reads what is missing of the last page as zeros.
#[tokio::test]
async fn a_file_that_ends_within_a_page_is_set_aside_though_all_that_is_asked_of_it_reads() {
    let home = tempfile::tempdir().expect("a temporary folder");
    store(home.path()).save(&whole("{}")).await.expect("it is saved");
    let file = home.path().join("state.sqlite");
    let bytes = fs::read(&file).expect("it reads");
    for sectors in 1..8 {
        let left = &bytes[..bytes.len() - 512 * sectors];
        let home = tempfile::tempdir().expect("a temporary folder");
        fs::write(home.path().join("state.sqlite"), left).expect("it is writable");
        let aside = "state.damaged-20261123T090012Z.sqlite";
        assert_eq!(store(home.path()).load().await, Ok(loaded(None, Some(aside))), "without {sectors} sectors");
        assert_eq!(fs::read(home.path().join(aside)).expect("it is kept"), left);
    }
}

#[tokio::test]
async fn a_file_damaged_inside_is_noticed() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let healthy = store(home.path());
    healthy.save(&whole(&"x".repeat(100_000))).await.expect("it is saved");
    drop(healthy);
    let file = home.path().join("state.sqlite");
    let mut bytes = fs::read(&file).expect("it reads");
    // The head of the second page, where the table begins.
    bytes[4096..4200].fill(0xff);
    fs::write(&file, bytes).expect("it is writable");

    let state = store(home.path()).load().await.expect("it goes on");
    assert_eq!(state, loaded(None, Some("state.damaged-20261123T090012Z.sqlite")));
}

#[tokio::test]
async fn what_the_machine_cannot_read_is_set_aside_under_a_name_of_its_own() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let store = store(home.path());
    store.save(&whole("не JSON")).await.expect("it is saved");

    assert_eq!(store.set_aside().await.as_deref(), Ok("state.damaged-20261123T090012Z.sqlite"));
    assert_eq!(store.load().await, Ok(loaded(None, None)));
    store.save(&whole("снова не JSON")).await.expect("it is saved");
    assert_eq!(store.set_aside().await.as_deref(), Ok("state.damaged-20261123T090012Z-2.sqlite"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told_and_loses_nothing() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let occupied = home.path().join("data");
    fs::write(&occupied, "файл на месте папки").expect("it is writable");

    let store = store(&occupied);
    assert_eq!(store.load().await.expect_err("there is no folder").verb, "read");
    assert_eq!(store.save(&whole("{}")).await.expect_err("there is no folder").verb, "saved");
    assert_eq!(fs::read_to_string(&occupied).expect("it reads"), "файл на месте папки");

    fs::remove_file(&occupied).expect("it is ours");
    store.save(&whole("{}")).await.expect("the same store recovers");
}

#[tokio::test]
async fn a_file_of_a_newer_schema_is_set_aside_with_its_log_as_it_is() {
    let home = tempfile::tempdir().expect("a temporary folder");
    store(home.path()).save(&whole("{}")).await.expect("it is saved");
    let newer = rusqlite::Connection::open(home.path().join("state.sqlite")).expect("it opens");
    newer.pragma_update(None, "user_version", 3).expect("it is written");
    // Its last writes are in the log alone, as a kill leaves them.
    let left = tempfile::tempdir().expect("a temporary folder");
    let files_of_it = ["state.sqlite", "state.sqlite-wal"];
    for name in files_of_it {
        fs::copy(home.path().join(name), left.path().join(name)).expect("it is there");
    }
    drop(newer);
    let bytes = files_of_it.map(|name| fs::read(left.path().join(name)).expect("it reads"));

    let fresh = store(left.path());
    let aside = "state.damaged-20261123T090012Z.sqlite";
    assert_eq!(fresh.load().await, Ok(loaded(None, Some(aside))));
    fresh.save(&whole("{\"n\":1}")).await.expect("it goes on");
    drop(fresh);
    let kept = [aside.to_owned(), format!("{aside}-wal")];
    assert_eq!(kept.map(|name| fs::read(left.path().join(name)).expect("it is kept")), bytes);
    assert_eq!(store(left.path()).load().await, Ok(loaded(Some("{\"n\":1}"), None)));
}

/// The kernel refuses every byte past the limit, as it does on a full disk.
#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_is_told_and_what_was_saved_stays() {
    let home = tempfile::tempdir().expect("a temporary folder");
    store(home.path()).save(&whole("прежнее")).await.expect("it is saved");

    let mut command = Command::new("sh");
    // Blocks of 512 bytes; without the trap the refused write would kill the process.
    command.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" store \"$1\""]);
    command.arg(probe::executable()).arg(home.path());
    let mut limited = Probe::start(command);
    assert_eq!(limited.ask(&format!("save {}", "x".repeat(200_000))), "Err(\"saved\")");
    assert_eq!(limited.ask("load"), "Ok(Loaded { state: Some(\"прежнее\"), rows: [], set_aside: None })");
    assert_eq!(limited.ask("save короткое"), "Ok(())");
    drop(limited);

    assert_eq!(store(home.path()).load().await, Ok(loaded(Some("короткое"), None)));
}

/// A program that ended well leaves one file; on a disk that takes nothing, nothing can be made beside it.
#[cfg(unix)]
#[tokio::test]
async fn what_was_saved_is_read_where_not_a_byte_can_be_written() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let directory = home.path().join("Мои данные 100% #1?");
    let written = store(&directory);
    written.save(&whole("прежнее")).await.expect("it is saved");
    // As a kill leaves it, and with its shared memory lost.
    let killed = home.path().join("killed");
    fs::create_dir(&killed).expect("it is ours");
    for name in ["state.sqlite", "state.sqlite-wal"] {
        fs::copy(directory.join(name), killed.join(name)).expect("it is there");
    }
    drop(written);
    assert_eq!(files(&directory), ["state.sqlite"]);

    for folder in [directory, killed] {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" store \"$1\""]);
        command.arg(probe::executable()).arg(&folder);
        let mut full = Probe::start(command);
        assert_eq!(full.ask("load"), "Ok(Loaded { state: Some(\"прежнее\"), rows: [], set_aside: None })");
        assert_eq!(full.ask("save новое"), "Err(\"saved\")");
        drop(full);
        assert_eq!(store(&folder).load().await, Ok(loaded(Some("прежнее"), None)), "{}", folder.display());
    }
}

#[tokio::test]
async fn two_copies_take_turns() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let (one, other) = (store(home.path()), store(home.path()));
    let (from_one, from_other) = tokio::join!(
        async {
            for n in 0..50 {
                one.save(&whole(&format!("one {n}"))).await.expect("it is saved");
            }
        },
        async {
            for n in 0..50 {
                other.save(&whole(&format!("other {n}"))).await.expect("it is saved");
            }
        }
    );
    let ((), ()) = (from_one, from_other);

    let state = one.load().await.expect("it reads").state.expect("it was saved");
    assert!(["one 49", "other 49"].contains(&state.as_str()), "{state}");
    assert_eq!(other.load().await.expect("it reads").state, Some(state));
}

#[tokio::test]
async fn a_file_of_the_first_schema_opens_and_takes_rows_in_one_with_the_state() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let old = rusqlite::Connection::open(home.path().join("state.sqlite")).expect("it opens");
    old.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT;
         INSERT INTO state VALUES (1, '{}');",
    )
    .expect("as version 0.1.0 wrote it");
    drop(old);

    let store = store(home.path());
    assert_eq!(store.load().await, Ok(loaded(Some("{}"), None)));
    let row = |key: &str, body: &str| (key.to_owned(), body.to_owned());
    let put = vec![row("outbox/2", "второй"), row("message/1", "я"), row("outbox/1", "первый")];
    store.save(&Change { put, ..Change::default() }).await.expect("it is saved");
    let change = Change {
        state: Some("{\"n\":1}".to_owned()),
        put: vec![row("message/1", "она")],
        delete: vec!["outbox/1".to_owned(), "never/there".to_owned()],
    };
    store.save(&change).await.expect("it is saved");
    drop(store);

    let found = self::store(home.path()).load().await.expect("it reads");
    assert_eq!(found.state.as_deref(), Some("{\"n\":1}"));
    assert_eq!(found.rows, [row("message/1", "она"), row("outbox/2", "второй")]);
}
