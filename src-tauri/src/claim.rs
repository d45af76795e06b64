//! One running program for one folder of data: the claim is a locked file in it.
//! Taken before the agent starts, with or without a desktop or a session bus, so that
//! a second start never authorizes beside the first; the system drops it with the process.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
};

/// The file's name; its content is nothing.
const NAME: &str = "running.lock";

/// The folder is ours while this is held.
#[derive(Debug)]
pub(crate) struct Claim {
    _locked: File,
}

impl Claim {
    /// Claims `folder`, made if it is not there; none when another process has it.
    ///
    /// # Errors
    /// When the folder or the file in it cannot be made.
    pub(crate) fn take(folder: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let file = File::options().create(true).truncate(false).write(true).open(folder.join(NAME))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _locked: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_claimed_once_and_free_again_when_its_holder_ends() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Данные программы");
        let first = Claim::take(&folder).unwrap();
        assert!(first.is_some());
        assert!(Claim::take(&folder).unwrap().is_none());
        drop(first);
        assert!(Claim::take(&folder).unwrap().is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error_and_not_somebody_elses() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("occupied");
        fs::write(&file, "").unwrap();
        assert!(Claim::take(&file.join("data")).is_err());
    }
}
