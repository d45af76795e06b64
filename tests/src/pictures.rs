//! Where the tests keep their pictures of every screen.

use std::path::PathBuf;

use anyhow::Result;

use crate::told;

/// Bytes that a picture of an empty window on the display does not reach.
pub const BLANK: u64 = 15_000;

/// The file of a picture; its folder is made.
///
/// # Errors
/// When the folder cannot be made.
pub fn picture(name: &str) -> Result<PathBuf> {
    let folder = PathBuf::from(told("BUHPHONE_TEST_PICTURES"));
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(name).with_extension("png"))
}
