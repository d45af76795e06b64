//! The whole product on real parts: the built program in a private desktop session,
//! the cabinet in a real browser, the cloud in this process under a manual clock.
//!
//! Started by `cargo xtask test`, which builds the parts and says where they are.

pub mod authority;
pub mod browser;
pub mod cloud;
pub mod desk;
pub mod device;
pub mod interposer;
pub mod keyring;
pub mod local;
pub mod notifications;
pub mod office;
pub mod page;
pub mod panel;
pub mod pictures;
pub mod ports;
pub mod program;
pub mod register;
pub mod road;
pub mod server;
pub mod windows;

use std::path::PathBuf;

/// The built program, as the task runner says.
///
/// # Panics
/// When the tests were started without it.
#[must_use]
pub fn program_path() -> PathBuf {
    told("BUHPHONE_TEST_PROGRAM").into()
}

/// The built cloud, as the task runner says.
///
/// # Panics
/// As above.
#[must_use]
pub fn cloud_path() -> PathBuf {
    told("BUHPHONE_TEST_CLOUD").into()
}

/// A setting that the task runner gives.
///
/// # Panics
/// When it was not given: a test that cannot run fails.
#[expect(clippy::disallowed_methods, reason = "the task runner tells the tests where the built parts are")]
fn told(name: &str) -> std::ffi::OsString {
    std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set: start the tests with `cargo xtask test`"))
}
