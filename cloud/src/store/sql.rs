//! The store in SQL, on SQLite and PostgreSQL: one text of every statement for both.
//!
//! Here are the connections and the kinds of transaction; each duty has its file.
//! Identifiers are 16 bytes, instants microseconds of UTC, enumerations the wire's words.

use std::time::Duration;

use async_trait::async_trait;
use buhphone_protocol::{
    cabinet::{Category, Client, Page, User},
    ids::{ClientId, CodeId, DeviceId, PartnerId, StaffId, UserId},
    key::PublicKey,
    telemetry::{Computer, Launch},
};
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Transaction, any::AnyPoolOptions};

use super::{
    Binding, ClientFields, CodeRecord, DeviceRecord, Editor, Listing, NewAuthorization, OwnerRecord, Partner,
    ReportPage, ReportSelection, Result, Staff, Store, UserFields, UserHistory, Written,
    migrations::{self, OpenError},
};

mod authorizations;
mod cards;
mod categories;
mod clients;
mod codes;
mod conversations;
mod devices;
mod edits;
mod events;
mod gathered;
mod invitations;
mod launches;
mod letters;
mod lines;
mod messages;
mod partners;
mod persons;
mod reasons;
mod receipts;
mod reconnections;
mod register;
mod removals;
mod report;
mod requests;
mod row;
mod rows;
mod sessions;
mod text;
mod users;
mod visits;

/// How long a statement waits for another process that writes to the same file:
/// longer than the command line's longest write.
const BUSY: &str = "PRAGMA busy_timeout = 10000";

/// What a reader keeps in memory, 16 MiB at most: the register of a partner with ten thousand
/// users, which every page of the report reads, fits; SQLite's own 2 MiB would be read anew.
const CACHE: &str = "PRAGMA cache_size = -16384";

/// Readers see the file's first gigabyte in the system's own cache instead of copying it page by
/// page: the report looks each user up in a year of authorizations, and that is half its time.
/// Only readers: what is written goes by calls whose errors are seen.
const MAPPED: &str = "PRAGMA mmap_size = 1073741824";

/// How long a call waits for a connection before it fails: longer than any
/// transaction takes, shorter than a program waits for its answer.
const ACQUIRE: Duration = Duration::from_secs(15);

/// Readers of SQLite, and connections to PostgreSQL: a few times the cores of a
/// small machine; a server's default of 100 is shared by several nodes.
const CONNECTIONS: u32 = 10;

use gathered::Gathered;

/// Where the two databases differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// The store on one database. SQLite has one connection that writes, so that
/// writers queue here and not in the file's lock.
#[derive(Clone, Debug)]
pub struct SqlStore {
    dialect: Dialect,
    writers: AnyPool,
    readers: AnyPool,
    /// What writes batches: a connection of its own where there may be several.
    batches: AnyPool,
    authorizing: Gathered<authorizations::Call, authorizations::Answer>,
    /// Asked by every call of a device.
    knowing: Gathered<PublicKey, Option<DeviceRecord>>,
    /// What reads those batches: of its own, or each would queue behind all that the calls
    /// before it ask for one by one, and let the calls of a whole batch fail together.
    known: AnyPool,
}

impl SqlStore {
    /// Opens `sqlite:FILE` or `postgres://…`, which must be at this program's schema.
    ///
    /// # Errors
    /// See [`OpenError`]; a file that does not exist is not made.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        let dialect = Dialect::of(url)?;
        sqlx::any::install_default_drivers();
        migrations::check(&mut connect(url, dialect).await?, dialect).await?;
        let readers = pool(CONNECTIONS, dialect.reader_settings()).connect(url).await?;
        let writers = match dialect {
            Dialect::Sqlite => pool(1, dialect.writer_settings()).connect(url).await?,
            Dialect::Postgres => readers.clone(),
        };
        // Many rows of a batch are found by their keys, also where the planner takes a table to be small.
        let batches = match dialect {
            Dialect::Sqlite => writers.clone(),
            Dialect::Postgres => pool(1, dialect.batch_settings()).connect(url).await?,
        };
        let authorizing = {
            let batches = batches.clone();
            Gathered::start(move |calls| authorizations::authorize(batches.clone(), dialect, calls))
        };
        let known = pool(1, dialect.reader_settings()).connect(url).await?;
        let knowing = {
            let known = known.clone();
            Gathered::start(move |keys| devices::by_keys(known.clone(), dialect, keys))
        };
        Ok(Self { dialect, writers, readers, batches, authorizing, knowing, known })
    }

    /// Brings the database to this program's schema; makes the file of SQLite if there is none.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn migrate(url: &str) -> std::result::Result<(), OpenError> {
        let dialect = Dialect::of(url)?;
        sqlx::any::install_default_drivers();
        let url = match dialect {
            Dialect::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            Dialect::Sqlite | Dialect::Postgres => url.to_owned(),
        };
        migrations::run(connect(&url, dialect).await?, dialect).await
    }

    /// Ends all connections; calls under way finish first, also those that only wait.
    pub async fn close(&self) {
        self.authorizing.close().await;
        self.knowing.close().await;
        self.known.close().await;
        self.batches.close().await;
        self.writers.close().await;
        self.readers.close().await;
    }

    /// A transaction that writes. It takes SQLite's lock at once: one that began
    /// reading and then writes would fail instead of waiting.
    async fn writing(&self) -> Result<Transaction<'static, Any>> {
        self.dialect.begin(&self.writers).await
    }

    /// A transaction that reads, all its statements from one moment.
    async fn reading(&self) -> Result<Transaction<'static, Any>> {
        Ok(match self.dialect {
            Dialect::Sqlite => self.readers.begin().await?,
            Dialect::Postgres => self.readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        })
    }
}

impl Dialect {
    fn of(url: &str) -> std::result::Result<Self, OpenError> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            // Every connection to a database in memory would see its own.
            "sqlite" if !url.contains(":memory:") && !url.contains("mode=memory") => Ok(Self::Sqlite),
            "postgres" | "postgresql" => Ok(Self::Postgres),
            _ => Err(OpenError::Address),
        }
    }

    /// See [`SqlStore::writing`].
    async fn begin(self, writers: &AnyPool) -> Result<Transaction<'static, Any>> {
        Ok(match self {
            Self::Sqlite => writers.begin_with("BEGIN IMMEDIATE").await?,
            Self::Postgres => writers.begin().await?,
        })
    }

    /// Ends a SELECT of rows that the same transaction decides upon. SQLite's
    /// writers are alone already. Foreign keys may still be checked meanwhile.
    fn lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR NO KEY UPDATE",
        }
    }

    /// Likewise, of the tables named by what they are called there.
    fn lock_of(self, tables: &str) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres => format!("{} OF {tables}", self.lock()),
        }
    }

    /// What every connection is set to. WAL with FULL: a commit is on the disk before it returns.
    fn writer_settings(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => {
                &[BUSY, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"]
            }
            // A server may be configured to acknowledge what it has not written.
            Self::Postgres => &["SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') = 'off'"],
        }
    }

    fn batch_settings(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => self.writer_settings(),
            Self::Postgres => &[
                "SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') = 'off'",
                "SET enable_hashjoin = off",
                "SET enable_mergejoin = off",
            ],
        }
    }

    fn reader_settings(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[BUSY, "PRAGMA query_only = ON", CACHE, MAPPED],
            Self::Postgres => self.writer_settings(),
        }
    }
}

/// Rows before a page; pages count from 1.
fn offset(page: u32, page_size: u32) -> i64 {
    i64::from(page.max(1) - 1) * i64::from(page_size)
}

fn pool(connections: u32, settings: &'static [&'static str]) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .after_connect(move |connection, _| Box::pin(async move { set(connection, settings).await }))
}

async fn connect(url: &str, dialect: Dialect) -> sqlx::Result<AnyConnection> {
    let mut connection = AnyConnection::connect(url).await?;
    set(&mut connection, dialect.writer_settings()).await?;
    Ok(connection)
}

async fn set(connection: &mut AnyConnection, settings: &'static [&'static str]) -> sqlx::Result<()> {
    for setting in settings {
        sqlx::query(*setting).execute(&mut *connection).await?;
    }
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn create_partner(&self, partner: &Partner, at: Timestamp) -> Result<()> {
        partners::create(self, partner, at).await
    }

    async fn partner(&self, partner_id: PartnerId) -> Result<Partner> {
        partners::one(self, partner_id).await
    }

    async fn partners(&self) -> Result<Vec<Partner>> {
        partners::all(self).await
    }

    async fn create_staff(&self, staff: &Staff, at: Timestamp) -> Result<()> {
        partners::create_staff(self, staff, at).await
    }

    async fn staff(&self, partner_id: PartnerId) -> Result<Vec<Staff>> {
        partners::staff(self, partner_id).await
    }

    async fn staff_by_email(&self, email: &str) -> Result<Option<Staff>> {
        partners::staff_by_email(self, email).await
    }

    async fn set_password(&self, partner_id: PartnerId, staff_id: StaffId, password_hash: &str) -> Result<()> {
        partners::set_password(self, partner_id, staff_id, password_hash).await
    }

    async fn open_session(
        &self,
        partner_id: PartnerId,
        staff_id: StaffId,
        token_hash: &[u8],
        at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        sessions::open(self, partner_id, staff_id, token_hash, at, expires_at).await
    }

    async fn session(&self, token_hash: &[u8], at: Timestamp) -> Result<Option<Staff>> {
        sessions::staff(self, token_hash, at).await
    }

    async fn close_session(&self, token_hash: &[u8]) -> Result<()> {
        sessions::close(self, token_hash).await
    }

    async fn categories(&self, partner_id: PartnerId) -> Result<Vec<Category>> {
        categories::all(self, partner_id).await
    }

    async fn create_category(&self, partner_id: PartnerId, category: &Category) -> Result<()> {
        categories::create(self, partner_id, category).await
    }

    async fn clients(&self, partner_id: PartnerId, listing: &Listing) -> Result<Page<Client>> {
        clients::list(self, partner_id, listing).await
    }

    async fn client(&self, partner_id: PartnerId, client_id: ClientId) -> Result<Client> {
        clients::one(self, partner_id, client_id).await
    }

    async fn create_client(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        fields: &ClientFields,
        at: Timestamp,
    ) -> Result<()> {
        clients::create(self, partner_id, client_id, fields, at).await
    }

    async fn update_client(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        fields: &ClientFields,
        editor: &Editor,
    ) -> Result<()> {
        clients::update(self, partner_id, client_id, fields, editor).await
    }

    async fn archive_client(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        archive: bool,
        editor: &Editor,
    ) -> Result<()> {
        clients::archive(self, partner_id, client_id, archive, editor).await
    }

    async fn users(&self, partner_id: PartnerId, client_id: Option<ClientId>, listing: &Listing) -> Result<Page<User>> {
        users::list(self, partner_id, client_id, listing).await
    }

    async fn user(&self, partner_id: PartnerId, user_id: UserId) -> Result<User> {
        users::one(self, partner_id, user_id).await
    }

    async fn user_history(&self, partner_id: PartnerId, user_id: UserId) -> Result<UserHistory> {
        cards::history(self, partner_id, user_id).await
    }

    async fn create_user(
        &self,
        partner_id: PartnerId,
        client_id: ClientId,
        user_id: UserId,
        fields: &UserFields,
        at: Timestamp,
    ) -> Result<()> {
        users::create(self, partner_id, client_id, user_id, fields, at).await
    }

    async fn update_user(
        &self,
        partner_id: PartnerId,
        user_id: UserId,
        fields: &UserFields,
        editor: &Editor,
    ) -> Result<()> {
        users::update(self, partner_id, user_id, fields, editor).await
    }

    async fn archive_user(&self, partner_id: PartnerId, user_id: UserId, archive: bool, editor: &Editor) -> Result<()> {
        users::archive(self, partner_id, user_id, archive, editor).await
    }

    async fn issue_code(
        &self,
        partner_id: PartnerId,
        code: &CodeRecord,
        code_hash: &[u8],
        issued_by: StaffId,
    ) -> Result<()> {
        codes::issue(self, partner_id, code, code_hash, issued_by).await
    }

    async fn revoke_code(&self, partner_id: PartnerId, code_id: CodeId, at: Timestamp) -> Result<()> {
        codes::revoke(self, partner_id, code_id, at).await
    }

    async fn bind(
        &self,
        code_hash: &[u8],
        key: &PublicKey,
        device_id: DeviceId,
        launch: &Launch,
        computer: &Computer,
        at: Timestamp,
    ) -> Result<Binding> {
        codes::bind(self, code_hash, key, device_id, launch, computer, at).await
    }

    async fn device_by_key(&self, key: &PublicKey) -> Result<Option<DeviceRecord>> {
        self.knowing.ask(key.clone()).await
    }

    async fn owner(&self, partner_id: PartnerId, device_id: DeviceId) -> Result<OwnerRecord> {
        devices::owner(self, partner_id, device_id).await
    }

    async fn disconnect_device(&self, partner_id: PartnerId, device_id: DeviceId, at: Timestamp) -> Result<()> {
        devices::disconnect(self, partner_id, device_id, at).await
    }

    async fn authorize(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        new: &NewAuthorization,
        at: Timestamp,
    ) -> Result<(Written, OwnerRecord)> {
        self.authorizing.ask(authorizations::Call { partner_id, device_id, new: new.clone(), at }).await
    }

    async fn report(&self, partner_id: PartnerId, selection: &ReportSelection) -> Result<ReportPage> {
        report::report(self, partner_id, selection).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sqlite_is_durable_before_it_answers() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("cloud.db").display());
        SqlStore::migrate(&url).await.unwrap();
        let store = SqlStore::open(&url).await.unwrap();
        let mut writer = store.writers.acquire().await.unwrap();
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *writer).await.unwrap();
        assert_eq!(mode, "wal");
        for (pragma, value) in
            [("PRAGMA synchronous", 2_i64), ("PRAGMA foreign_keys", 1), ("PRAGMA busy_timeout", 10_000)]
        {
            let read: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *writer).await.unwrap();
            assert_eq!(read, value, "{pragma}");
        }
        let refused = sqlx::query("DELETE FROM partners").execute(&store.readers).await;
        assert!(refused.is_err(), "readers cannot write");
    }

    #[tokio::test]
    async fn a_computer_is_known_while_every_reader_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("cloud.db").display());
        SqlStore::migrate(&url).await.unwrap();
        let store = SqlStore::open(&url).await.unwrap();
        let mut taken = Vec::new();
        for _ in 0..CONNECTIONS {
            taken.push(store.readers.acquire().await.unwrap());
        }
        let known = store.device_by_key(&PublicKey("nobody's".to_owned())).await.unwrap();
        assert!(known.is_none());
        drop(taken);
    }
}
