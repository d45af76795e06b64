//! The cabinet's routes, under `/api/cabinet/v1`.

mod bad_input;
mod categories;
mod clients;
mod codes;
mod devices;
mod line;
mod live;
mod report;
mod requests;
mod roles;
mod session;
mod strangers;
mod users;
mod visits;
