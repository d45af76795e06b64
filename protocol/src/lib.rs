//! The wire between the program, the cloud and the cabinet: types only.
//!
//! One conversation a file. Types change only by addition, because released
//! programs live for years; [`stored payloads`](../payloads) keep that promise.
//! Decides nothing: whatever has a rule behind it lives on either side.

pub mod activation;
pub mod authorization;
pub mod cabinet;
pub mod code;
pub mod conversation;
pub mod date;
pub mod desk;
pub mod error;
pub mod ids;
pub mod inn;
pub mod key;
pub mod letters;
pub mod live;
pub mod reconnection;
pub mod register;
pub mod removal;
pub mod report;
pub mod signature;
pub mod standing;
pub mod telemetry;
pub mod typescript;
pub mod visit;
