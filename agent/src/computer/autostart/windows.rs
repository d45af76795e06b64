//! The entry on Windows: a value of the account's `Run` key, and the Task Manager's verdict on it.

use std::{io, path::Path};

use auto_launch::{AutoLaunchBuilder, WindowsEnableMode};
use buhphone_protocol::telemetry::Autostart;
use windows_registry::{CURRENT_USER, Key};

use super::{HIDDEN, NAME};

const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const APPROVED: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

/// `HRESULT` of a key or a value that is not there.
const FILE_NOT_FOUND: u32 = 0x8007_0002;

pub(super) fn read(program: &Path) -> io::Result<Autostart> {
    let Some(command) = found(CURRENT_USER.open(RUN).and_then(|key: Key| key.get_string(NAME)))? else {
        return Ok(Autostart::Off);
    };
    let verdict = found(CURRENT_USER.open(APPROVED).and_then(|key| key.get_value(NAME)))?;
    // An odd first byte is «disabled»; a time of the switch follows it.
    if verdict.is_some_and(|bytes| bytes.first().is_some_and(|first| first % 2 == 1)) {
        return Ok(Autostart::OffByPerson);
    }
    let is_ours = started(&command).is_some_and(|path| path.to_lowercase() == program.to_string_lossy().to_lowercase());
    Ok(if is_ours { Autostart::On } else { Autostart::Foreign })
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

/// The program a command line starts.
fn started(command: &str) -> Option<&str> {
    match command.trim_start().strip_prefix('"') {
        Some(rest) => rest.split('"').next(),
        None => command.split_whitespace().next(),
    }
}

fn found<T>(result: windows_registry::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code().0.cast_unsigned() == FILE_NOT_FOUND => Ok(None),
        Err(error) => Err(error.into()),
    }
}
