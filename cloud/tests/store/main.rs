//! The store's promises, each on SQLite and on PostgreSQL.
//! One file a promise; the people and things in them are made by [`world`].

#[path = "../databases/mod.rs"]
mod databases;

mod authorizing;
mod binding;
mod counting;
mod opening;
mod registering;
mod reporting;
mod searching;
mod staffing;
mod tenancy;
mod world;
