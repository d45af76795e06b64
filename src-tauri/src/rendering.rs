//! The one setting WebKitGTK must be given before it starts: with NVIDIA's driver its
//! windows stay blank on many desktops unless DMA-BUF rendering is off.

use std::{env, ffi::OsStr, io, os::unix::process::CommandExt as _, path::Path, process::Command};

/// WebKitGTK's own switch.
pub(crate) const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// There while NVIDIA's driver is loaded.
const DRIVER: &str = "/proc/driver/nvidia";

/// Where it is needed and `chosen` by nobody, becomes this same program again with the
/// switch set. The process keeps its id; nothing may have been started yet.
pub(crate) fn prepare(chosen: Option<&OsStr>) {
    if chosen.is_none() && Path::new(DRIVER).exists() {
        let error = start_again().expect_err("a successful start again does not return");
        tracing::warn!(%error, "{VARIABLE} could not be set; the window may stay blank");
    }
}

fn start_again() -> io::Result<std::convert::Infallible> {
    let mut arguments = env::args_os();
    let name = arguments.next().unwrap_or_default();
    Err(Command::new(env::current_exe()?).arg0(name).args(arguments).env(VARIABLE, "1").exec())
}
