//! The account's class of the scheme.

use std::{io, path::Path};

use windows_registry::CURRENT_USER;

use crate::computer::autostart::starts;

const CLASS: &str = r"Software\Classes\buhphone";

pub(super) fn remove(program: &Path) -> io::Result<()> {
    let command = CURRENT_USER.open(format!(r"{CLASS}\shell\open\command")).and_then(|key| key.get_string(""));
    if command.is_ok_and(|command| starts(&command, program)) {
        CURRENT_USER.remove_tree(CLASS)?;
    }
    Ok(())
}
