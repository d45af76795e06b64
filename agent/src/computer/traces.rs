//! The files that the program and its window leave in the account's folders. Takes away those
//! alone: whatever else somebody keeps in a folder of data stays, and so does the folder.

use std::{fs, io, path::Path};

use directories::BaseDirs;

/// The window's own folders bear the program's identifier.
const IDENTIFIER: &str = "ru.buhphone.app";

/// What files of ours begin with, in the folder of data.
const OURS: [&str; 4] = ["state.", "running.lock", "self-check-", "answer-"];

/// Takes away the data in `folder` and what the window kept.
///
/// # Errors
/// When something stays; the rest is gone.
pub fn remove(folder: &Path) -> io::Result<()> {
    let mut done = remove_ours(folder);
    if let Some(base) = BaseDirs::new() {
        for place in [base.data_local_dir(), base.cache_dir()] {
            match fs::remove_dir_all(place.join(IDENTIFIER)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => done = done.and(Err(error)),
                _ => {}
            }
        }
    }
    done
}

fn remove_ours(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut done = Ok(());
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if OURS.iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
            done = done.and(fs::remove_file(entry.path()));
        }
    }
    // The folder and the one around it, where nothing else is in them.
    if fs::remove_dir(folder).is_ok()
        && let Some(around) = folder.parent().filter(|around| around.ends_with("buhphone"))
    {
        let _ = fs::remove_dir(around);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_ours_is_taken_away() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("buhphone").join("data");
        fs::create_dir_all(&folder).expect("a folder");
        for name in ["state.sqlite", "state.sqlite-wal", "state.damaged-1.sqlite", "running.lock", "answer-1"] {
            fs::write(folder.join(name), "x").expect("a file");
        }
        fs::write(folder.join("Отчёт.docx"), "x").expect("a file");
        remove_ours(&folder).expect("it is removed");
        let left: Vec<_> = fs::read_dir(&folder).expect("it stays").map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["Отчёт.docx"]);

        fs::remove_file(folder.join("Отчёт.docx")).expect("a person removes it");
        remove_ours(&folder).expect("nothing is left");
        assert!(!home.path().join("buhphone").exists(), "nor the folders");
        remove_ours(&folder).expect("nor is it an error");
    }
}
