//! One running program for one folder of data: the claim is a locked file in it.
//! Taken before the agent starts, with or without a desktop or a session bus, so that
//! a second start never authorizes beside the first; the system drops it with the process.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
    thread,
    time::Duration,
};

/// The file's name; its content is nothing.
const NAME: &str = "running.lock";

/// A program that is ending is gone within five seconds, or is not ending.
const ATTEMPTS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

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

    /// Waits, a little, until whoever holds `folder` lets it go; tells whether they did.
    pub(crate) fn is_freed(folder: &Path) -> bool {
        for _ in 0..ATTEMPTS {
            if matches!(Self::take(folder), Ok(Some(_))) {
                return true;
            }
            thread::sleep(BETWEEN);
        }
        false
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
