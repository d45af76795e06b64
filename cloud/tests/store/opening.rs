//! A database is used at this program's schema or not at all.

use buhphone_cloud::store::{Store, StoreError, migrations::OpenError, sql::SqlStore};
use buhphone_protocol::ids::PartnerId;

use crate::{
    databases::{Kind, empty},
    world::{morning, partner},
};

async fn refuses_what_is_not_migrated(kind: Kind) {
    let (url, _guard) = empty(kind).await;
    if kind == Kind::Sqlite {
        assert!(matches!(SqlStore::open(&url).await, Err(OpenError::Connect(_))), "there is no file yet");
        std::fs::write(url.trim_start_matches("sqlite:"), "").unwrap();
    }
    let error = SqlStore::open(&url).await.unwrap_err();
    assert!(matches!(error, OpenError::NotCurrent { has: 0, .. }), "{error:?}");
    assert!(error.to_string().ends_with("run `buhphone-cloud migrate`"), "{error}");
}

async fn migrates_twice_and_keeps_the_data(kind: Kind) {
    let (url, _guard) = empty(kind).await;
    SqlStore::migrate(&url).await.unwrap();
    let store = SqlStore::open(&url).await.unwrap();
    let partner_id = PartnerId::generate();
    store.create_partner(&partner(partner_id), morning()).await.unwrap();
    SqlStore::migrate(&url).await.unwrap();
    let again = SqlStore::open(&url).await.unwrap();
    assert_eq!(again.partner(partner_id).await.unwrap().name, "Первый БИТ");
    again.close().await;
    assert!(matches!(again.partner(partner_id).await, Err(StoreError::Database(_))));
}

mod a_database_that_was_not_migrated_is_refused {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        refuses_what_is_not_migrated(Kind::Sqlite).await;
    }

    #[tokio::test]
    async fn postgres() {
        refuses_what_is_not_migrated(Kind::Postgres).await;
    }
}

mod migrating_again_keeps_the_data {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        migrates_twice_and_keeps_the_data(Kind::Sqlite).await;
    }

    #[tokio::test]
    async fn postgres() {
        migrates_twice_and_keeps_the_data(Kind::Postgres).await;
    }
}

#[tokio::test]
async fn an_address_of_something_else_is_refused() {
    for url in ["", "cloud.db", "mysql://localhost/cloud", "sqlite::memory:", "sqlite:cloud?mode=memory"] {
        let opened = SqlStore::open(url).await;
        assert!(matches!(opened, Err(OpenError::Address)), "{url}: {opened:?}");
    }
}
