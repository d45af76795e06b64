//! The store's promises, each on SQLite and on PostgreSQL.
//! One file a promise; the people and things in them are made by [`world`] and [`talking`].

#[path = "../databases/mod.rs"]
mod databases;

mod authorizing;
mod binding;
mod conversing;
mod counting;
mod editing;
mod erasing;
mod lining;
mod opening;
mod receiving;
mod reconnecting;
mod registering;
mod removing;
mod reporting;
mod searching;
mod staffing;
mod talking;
mod tenancy;
mod visiting;
mod world;
