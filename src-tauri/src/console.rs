//! The console that a start was made from: on Windows a program with windows has none of its own.

/// Whatever is printed from now on is seen where the program was started from, if that was a console
/// and its output goes nowhere else.
pub(crate) fn attach() {
    #[cfg(windows)]
    if let Err(error) = winsafe::AttachConsole(None) {
        tracing::debug!(%error, "there is no console to print to");
    }
}
