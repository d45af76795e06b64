//! The cloud's routes over real HTTP, each on both databases.
//! A file's path mirrors the route's.

/// Each story as two tests: `name::sqlite` and `name::postgres`.
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        $($crate::databases::test_both_dbs!($name, async |store| { $name(store).await });)*
    };
}

mod app;
mod cabinet;
mod conversation;
#[path = "../databases/mod.rs"]
mod databases;
mod device;
mod everywhere;
mod listening;
mod post_office;
