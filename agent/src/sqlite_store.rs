//! Keeps the agent's state and its rows in SQLite: durable when saved, set aside when damaged or newer
//! than the program, and read where nothing can be written. Knows nothing of what is in it.
//! Two copies of the program may hold the same file: the later save stands.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, config::DbConfig};
use url::Url;

use crate::ports::{Change, Clock, Loaded, Store, StoreError};

/// Another copy of the program writes for milliseconds; a disk that sleeps wakes within seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The file's name in the data directory; `-wal` and `-shm` stand beside it.
const FILE: &str = "state.sqlite";
/// What each version of the schema adds; the first was made without a number. A program that does not
/// know a version sets its file aside: a new one is for what an older program would break.
const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT",
    "CREATE TABLE rows (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID",
];
/// Bytes of the smallest page, and so of the smallest database that is not empty.
const SHORTEST: u64 = 512;
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

pub struct SqliteStore(Arc<Inner>);

struct Inner {
    directory: PathBuf,
    clock: Arc<dyn Clock>,
    /// Open once something was asked of it; none again after a failure, so that the next question opens anew.
    connection: Mutex<Option<Connection>>,
}

impl SqliteStore {
    /// Opens nothing yet. `directory` is made when first needed.
    #[must_use]
    pub fn new(directory: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { directory, clock, connection: Mutex::new(None) }))
    }

    /// What is saved, for who only looks: sets nothing aside, and makes nothing where nothing is.
    ///
    /// # Errors
    /// When it cannot be read, whatever the reason.
    pub async fn look(&self) -> Result<Loaded, StoreError> {
        self.blocking("read", |inner| {
            if inner.directory.join(FILE).exists() { inner.with(read) } else { Ok(Loaded::default()) }
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        verb: &'static str,
        work: impl FnOnce(&Inner) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = self.0.clone();
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        done.map_err(|error| StoreError { verb, detail: error.to_string() })?
            .map_err(|error| StoreError { verb, detail: error.to_string() })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self) -> Result<Loaded, StoreError> {
        self.blocking("read", Inner::load).await
    }

    async fn save(&self, change: &Change) -> Result<(), StoreError> {
        let change = change.clone();
        self.blocking("saved", move |inner| inner.save(&change)).await
    }

    async fn set_aside(&self) -> Result<String, StoreError> {
        self.blocking("set aside", |inner| {
            *inner.connection.lock().unwrap_or_else(PoisonError::into_inner) = None;
            inner.set_aside()
        })
        .await
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    File(#[from] io::Error),
    #[error("the schema {0} is of a newer program")]
    Newer(u32),
}

impl Failure {
    /// The file's content is at fault, not the disk, the permissions or another process.
    fn is_of_content(&self) -> bool {
        let Self::Sqlite(error) = self else { return matches!(self, Self::Newer(_)) };
        matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
            || error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ)
    }

    /// The disk took nothing of what stands beside the file of an open database.
    fn is_of_writing(&self) -> bool {
        matches!(self, Self::Sqlite(error) if matches!(error.sqlite_error_code(), Some(
            ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::SystemIoFailure
        )))
    }
}

impl Inner {
    fn load(&self) -> Result<Loaded, Failure> {
        match self.with(read) {
            Err(failure) if failure.is_of_content() => {
                tracing::error!(%failure, "the local state cannot be used");
                Ok(Loaded { set_aside: Some(self.set_aside()?), ..Loaded::default() })
            }
            Err(failure) if failure.is_of_writing() => match self.read_alone() {
                Ok(loaded) => {
                    tracing::warn!(%failure, "the local state is read, but nothing can be written");
                    Ok(loaded)
                }
                Err(also) => {
                    tracing::warn!(%also, "nor can the local state be read without writing");
                    Err(failure)
                }
            },
            result => result,
        }
    }

    fn save(&self, change: &Change) -> Result<(), Failure> {
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(state) = &change.state {
                transaction.execute(
                    "INSERT INTO state (id, body) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                    [state],
                )?;
            }
            for key in &change.delete {
                transaction.prepare_cached("DELETE FROM rows WHERE key = ?1")?.execute([key])?;
            }
            for (key, body) in &change.put {
                transaction
                    .prepare_cached(
                        "INSERT INTO rows (key, body) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
                    )?
                    .execute([key, body])?;
            }
            transaction.commit()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, Failure> {
        let mut kept = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => open(&self.directory)?,
        };
        let done = work(&mut connection)?;
        *kept = Some(connection);
        Ok(done)
    }

    /// Reads the file without anything new beside it, which a full disk would not take.
    fn read_alone(&self) -> Result<Loaded, Failure> {
        let mut connection = open_alone(&self.directory)?;
        known_version(&connection)?;
        Ok(read(&mut connection)?)
    }

    /// Renames the file with its companions: a log left behind would be replayed into the next one.
    fn set_aside(&self) -> Result<String, Failure> {
        let at = self.clock.now().wall.strftime("%Y%m%dT%H%M%SZ");
        let name =
            (1..)
                .map(|n| {
                    if n == 1 { format!("state.damaged-{at}.sqlite") } else { format!("state.damaged-{at}-{n}.sqlite") }
                })
                .find(|name| !self.directory.join(name).exists())
                .expect("some number is free");
        fs::rename(self.directory.join(FILE), self.directory.join(&name))?;
        for companion in COMPANIONS {
            let from = self.directory.join(format!("{FILE}{companion}"));
            if from.exists() {
                fs::rename(from, self.directory.join(format!("{name}{companion}")))?;
            }
        }
        sync(&self.directory)?;
        Ok(name)
    }
}

fn open(directory: &Path) -> Result<Connection, Failure> {
    fs::create_dir_all(directory)?;
    let file = directory.join(FILE);
    let new = !file.exists();
    // SQLite takes a file of one byte for an empty one and writes over it, and calls other stumps a fault of the disk.
    if fs::metadata(&file).is_ok_and(|found| (1..SHORTEST).contains(&found.len())) {
        let not_ours = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_NOTADB);
        return Err(rusqlite::Error::SqliteFailure(not_ours, None).into());
    }
    let mut connection = Connection::open(&file)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // What turns out to be newer is closed as it was found, with its log.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    known_version(&connection)?;
    if is_cut(&connection, &file)? {
        let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        return Err(rusqlite::Error::SqliteFailure(corrupt, Some("it ends within a page".to_owned())).into());
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    migrate(&mut connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    if new {
        sync(directory)?;
    }
    Ok(connection)
}

/// Opens the file to be read once, as the only one to have it open: SQLite then makes no shared memory for it.
fn open_alone(directory: &Path) -> Result<Connection, Failure> {
    let file = directory.join(FILE);
    let log = directory.join(format!("{FILE}{}", COMPANIONS[0]));
    if fs::metadata(log).is_ok_and(|found| found.len() > 0) {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        return Ok(connection);
    }
    // With no log the file alone holds everything, and even an empty log need not be made.
    let mut address = Url::from_file_path(&file)
        .map_err(|()| io::Error::new(io::ErrorKind::InvalidInput, "the data folder's path is not absolute"))?;
    address.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(address.as_str(), flags)?)
}

/// Whether the file ends within a page, which SQLite would fill with zeros unsaid. Where a log stands
/// beside it, a write may have been broken off there that the log still holds.
fn is_cut(connection: &Connection, file: &Path) -> Result<bool, Failure> {
    let page: u32 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let log = file.with_file_name(format!("{FILE}{}", COMPANIONS[0]));
    let is_alone = fs::metadata(log).map_or(true, |found| found.len() == 0);
    Ok(is_alone && !fs::metadata(file)?.len().is_multiple_of(page.into()))
}

/// The schema's version, if this program knows it.
fn known_version(connection: &Connection) -> Result<usize, Failure> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    usize::try_from(version).ok().filter(|version| *version <= SCHEMA.len()).ok_or(Failure::Newer(version))
}

/// Brings the file to the newest schema.
fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    if known_version(connection)? == SCHEMA.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another copy may have been faster.
    let done = known_version(&transaction)?;
    for (number, step) in (1_u32..).zip(SCHEMA).skip(done) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    Ok(transaction.commit()?)
}

fn read(connection: &mut Connection) -> rusqlite::Result<Loaded> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        return Err(rusqlite::Error::SqliteFailure(corrupt, Some(verdict)));
    }
    // One moment of both, whatever another copy writes meanwhile.
    let transaction = connection.transaction()?;
    let state = transaction.query_row("SELECT body FROM state WHERE id = 1", [], |row| row.get(0)).optional()?;
    let rows = transaction
        .prepare("SELECT key, body FROM rows ORDER BY key")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    Ok(Loaded { state, rows, set_aside: None })
}

/// A renamed or new file is durable only when its directory is.
fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(directory)?.sync_all() } else { Ok(()) }
}
