//! Where the tests keep their pictures of every screen.

use std::path::PathBuf;

use anyhow::Result;

use crate::told;

/// The file of a picture; its folder is made.
///
/// # Errors
/// When the folder cannot be made.
pub fn picture(name: &str) -> Result<PathBuf> {
    let folder = PathBuf::from(told("BUHPHONE_TEST_PICTURES"));
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(name).with_extension("png"))
}
