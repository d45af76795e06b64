//! Takes away what makes the system open `buhphone://` links by this program, if it is this very
//! program. The window toolkit's plugin writes it, at every start.

#[cfg(target_os = "linux")]
#[path = "link_handler/linux.rs"]
mod system;
#[cfg(windows)]
#[path = "link_handler/windows.rs"]
mod system;

use std::{io, path::Path};

/// # Errors
/// When the system does not let it go.
pub fn remove(program: &Path) -> io::Result<()> {
    system::remove(program)
}
