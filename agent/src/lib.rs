//! The core of the program: what it knows, decides and remembers. Knows no window toolkit.
//!
//! [`machine`] decides and is pure; [`driver`] is the only loop and the only
//! holder of clocks; [`ports`] are the questions the driver asks the world, and
//! the files beside them answer those questions on a real computer.

pub mod clock;
pub mod cloud_client;
pub mod command;
pub mod computer;
pub mod driver;
pub mod enrolling;
pub mod environment;
pub mod inspection;
pub mod keyring_vault;
mod listening;
pub mod live;
pub mod machine;
pub mod network;
pub mod once;
pub mod ports;
pub mod self_check;
pub mod spoken;
pub mod sqlite_store;
pub mod start;
pub mod typescript;
pub mod view;
mod words;

pub use start::{AgentHandle, Running, Settings, StartError, start};
