//! The entry on Windows: a value of the account's `Run` key, the Task Manager's verdict on it,
//! and the administrator's policy over both.

use std::{io, path::Path};

use auto_launch::{AutoLaunchBuilder, WindowsEnableMode};
use buhphone_protocol::telemetry::Autostart;
use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

use super::{HIDDEN, NAME, run_value::Entry};

const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const APPROVED: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";
const POLICIES: &str = r"Software\Microsoft\Windows\CurrentVersion\Policies\Explorer";

/// The policy by which the account's `Run` key is passed over; of the computer or of the account.
const NOT_PROCESSED: &str = "DisableCurrentUserRun";

/// `HRESULT` of a key or a value that is not there.
const FILE_NOT_FOUND: u32 = 0x8007_0002;

pub(super) fn read(program: &Path) -> io::Result<Autostart> {
    Ok(entry()?.state(program, Path::exists))
}

pub(super) fn write(program: &Path) -> io::Result<()> {
    let program = program.to_str().ok_or_else(|| io::Error::other("the program's path is not text"))?;
    AutoLaunchBuilder::new()
        .set_app_name(NAME)
        // No path holds a quotation mark on Windows.
        .set_app_path(&format!("\"{program}\""))
        .set_args(&[HIDDEN])
        // The default would register every account of the computer when elevated.
        .set_windows_enable_mode(WindowsEnableMode::CurrentUser)
        .build()
        .and_then(|entry| entry.enable())
        .map_err(io::Error::other)
}

/// The value with its verdict, which says nothing any more.
pub(super) fn remove(program: &Path) -> io::Result<()> {
    if !entry()?.is_of(program) {
        return Ok(());
    }
    for key in [RUN, APPROVED] {
        found(CURRENT_USER.options().read().write().open(key).and_then(|key| key.remove_value(NAME)))?;
    }
    Ok(())
}

fn entry() -> io::Result<Entry> {
    let command = found(CURRENT_USER.open(RUN).and_then(|key: Key| key.get_string(NAME)))?;
    let verdict = found(CURRENT_USER.open(APPROVED).and_then(|key| key.get_value(NAME)))?;
    Ok(Entry {
        command,
        verdict: verdict.map(|bytes| bytes.to_vec()),
        forbidden: [LOCAL_MACHINE, CURRENT_USER].into_iter().any(is_not_processed),
    })
}

/// A policy that cannot be read is none that we could tell of.
fn is_not_processed(root: &Key) -> bool {
    root.open(POLICIES).and_then(|key| key.get_u32(NOT_PROCESSED)).is_ok_and(|set| set != 0)
}

fn found<T>(result: windows_registry::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code().0.cast_unsigned() == FILE_NOT_FOUND => Ok(None),
        Err(error) => Err(error.into()),
    }
}
