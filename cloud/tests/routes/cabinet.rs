//! The cabinet's routes, under `/api/cabinet/v1`.
//! `bad_input`, `roles` and `strangers` hold for all of them, the rest are a route each.

mod bad_input;
mod categories;
mod clients;
mod codes;
mod devices;
mod letters;
mod line;
mod live;
mod many_codes;
mod persons;
mod reconnections;
mod report;
mod requests;
mod roles;
mod session;
mod strangers;
mod users;
mod visits;
