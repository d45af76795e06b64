//! A fresh, migrated database for one test, on SQLite or PostgreSQL.
//!
//! Every story about stored things runs on both, by name: see [`test_both_dbs`].
//! PostgreSQL is given by its address; without one such a test fails.

use std::sync::Arc;

use buhphone_cloud::store::{Store, sql::SqlStore};
use tempfile::TempDir;
use uuid::Uuid;

/// Address of a PostgreSQL where databases may be created.
const POSTGRES: &str = "BUHPHONE_TEST_POSTGRES";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A store on a database that is dropped with `guard`.
pub(crate) struct Fresh {
    pub(crate) store: Arc<dyn Store>,
    #[expect(dead_code, reason = "held for its drop")]
    pub(crate) guard: Guard,
}

/// Drops the database, also when the test panicked.
pub(crate) enum Guard {
    File(#[expect(dead_code, reason = "held for its drop")] TempDir),
    Server { admin: String, name: String },
}

/// The address of an empty database: nothing is migrated yet.
pub(crate) async fn empty(kind: Kind) -> (String, Guard) {
    match kind {
        Kind::Sqlite => {
            // As on a person's computer: spaces and Cyrillic in the path.
            let folder = tempfile::Builder::new().prefix("Бухфон проверка ").tempdir().expect("a temporary folder");
            let url = format!("sqlite:{}", folder.path().join("cloud.db").display());
            (url, Guard::File(folder))
        }
        Kind::Postgres => {
            let admin = admin();
            let name = format!("buhphone_{}", Uuid::new_v4().simple());
            execute(&admin, format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
                .await
                .expect("a database of its own");
            let mut url: url::Url = admin.parse().expect("an address of PostgreSQL");
            url.set_path(&name);
            (url.into(), Guard::Server { admin, name })
        }
    }
}

/// A migrated database with its store.
pub(crate) async fn fresh(kind: Kind) -> Fresh {
    let (url, guard) = empty(kind).await;
    SqlStore::migrate(&url).await.expect("the schema");
    let store = Arc::new(SqlStore::open(&url).await.expect("the store"));
    Fresh { store, guard }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Self::Server { admin, name } = self else { return };
        let (admin, sql) = (std::mem::take(admin), format!("DROP DATABASE {name} WITH (FORCE)"));
        // Dropping is no place to wait in the test's own runtime.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(execute(&admin, sql))
        })
        .join();
        if !std::thread::panicking() {
            dropped.expect("the thread that drops the database").expect("the database is dropped");
        }
    }
}

async fn execute(admin: &str, sql: String) -> sqlx::Result<()> {
    use sqlx::{AssertSqlSafe, Connection, PgConnection};

    let mut connection = PgConnection::connect(admin).await?;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}

#[expect(clippy::disallowed_methods, reason = "the tests' only setting")]
fn admin() -> String {
    std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: run `cargo xtask test`, which starts a private PostgreSQL for the tests")
    })
}

/// One story, two tests: `name::sqlite` and `name::postgres`.
macro_rules! test_both_dbs {
    ($name:ident, async |$store:ident| $story:block) => {
        mod $name {
            use super::*;

            async fn story($store: std::sync::Arc<dyn buhphone_cloud::store::Store>) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let fresh = $crate::databases::fresh($crate::databases::Kind::Sqlite).await;
                story(fresh.store.clone()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let fresh = $crate::databases::fresh($crate::databases::Kind::Postgres).await;
                story(fresh.store.clone()).await;
            }
        }
    };
}
pub(crate) use test_both_dbs;
