//! The schema, embedded, and whether a database is at it.
//!
//! Every step is written for both databases under one number; a released step
//! never changes (its checksum is compared), a change is a new step.

use std::borrow::Cow;

use sqlx::{
    AnyConnection, Connection, SqlSafeStr,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use super::sql::Dialect;

/// The table in which the steps taken are kept.
const TAKEN: &str = "_sqlx_migrations";

struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($version:literal, $name:literal) => {
        Step {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }
    };
}

const STEPS: &[Step] = &[
    step!(1, "0001_register"),
    step!(2, "0002_conversations"),
    step!(3, "0003_reconnections"),
    step!(4, "0004_report"),
    step!(5, "0005_edits"),
    step!(6, "0006_letters"),
    step!(7, "0007_removals"),
];

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names neither a file of SQLite nor a database of PostgreSQL.
    #[error("the database's address must be sqlite:FILE or postgres://HOST/NAME")]
    Address,
    #[error("the database cannot be opened: {0}")]
    Connect(#[from] sqlx::Error),
    #[error("the database is at version {has} of its schema, this program needs {needs}: run `buhphone-cloud migrate`")]
    NotCurrent { has: i64, needs: i64 },
    #[error("the database belongs to a newer program: version {has} of its schema, this program knows {knows}")]
    Newer { has: i64, knows: i64 },
    #[error("the schema cannot be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
}

/// Takes the steps that the database has not taken; one that is current stays as it is.
pub(super) async fn run(mut connection: AnyConnection, dialect: Dialect) -> Result<(), OpenError> {
    migrator(dialect).run_direct(None, &mut connection, false).await?;
    connection.close().await?;
    Ok(())
}

/// Refuses a database that has not taken exactly the steps known here.
pub(super) async fn check(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), OpenError> {
    let known = migrator(dialect);
    let needs = known.iter().map(|step| step.version).max().unwrap_or(0);
    let begun: i64 = sqlx::query_scalar(match dialect {
        Dialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
        Dialect::Postgres => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1",
    })
    .bind(TAKEN)
    .fetch_one(&mut *connection)
    .await?;
    if begun == 0 {
        return Err(OpenError::NotCurrent { has: 0, needs });
    }
    let taken = connection.list_applied_migrations(TAKEN).await?;
    let has = taken.iter().map(|step| step.version).max().unwrap_or(0);
    if has > needs {
        return Err(OpenError::Newer { has, knows: needs });
    }
    for step in known.iter() {
        match taken.iter().find(|taken| taken.version == step.version) {
            None => return Err(OpenError::NotCurrent { has, needs }),
            Some(taken) if taken.checksum != step.checksum => {
                return Err(MigrateError::VersionMismatch(step.version).into());
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn migrator(dialect: Dialect) -> Migrator {
    let migration = |step: &Step| {
        let sql = match dialect {
            Dialect::Sqlite => step.sqlite,
            Dialect::Postgres => step.postgres,
        };
        Migration::new(step.version, Cow::Borrowed(step.name), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(migration).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_tables_and_columns() {
        let names = |sql: &'static str| -> Vec<&str> {
            let tables = sql.split("ANALYZE").next().unwrap_or_default();
            let lines = tables.lines().filter(|line| !line.trim_start().starts_with("--"));
            lines.filter_map(|line| line.split_whitespace().next()).map(|word| word.trim_end_matches(';')).collect()
        };
        for step in STEPS {
            assert_eq!(names(step.sqlite), names(step.postgres), "step {}", step.version);
        }
    }
}
