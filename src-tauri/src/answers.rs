//! What became of a code, left for another start of the program: that one gave the code to the
//! program that is running, and waits. A file in the folder of data, which both of them own.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use buhphone_agent::enrolling::Outcome;

/// Between two looks: a person who waits sees no difference.
const BETWEEN: Duration = Duration::from_millis(100);

/// Where an outcome is left.
#[derive(Debug)]
pub(crate) struct Answer {
    name: String,
    path: PathBuf,
}

impl Answer {
    pub(crate) fn named(folder: &Path, name: &str) -> Self {
        Self { name: name.to_owned(), path: folder.join(format!("answer-{name}")) }
    }

    /// One that nobody else has.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::named(folder, &uuid::Uuid::new_v4().simple().to_string())
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Leaves the outcome, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn leave(&self, outcome: &Outcome) -> io::Result<()> {
        let unfinished = self.path.with_extension("tmp");
        fs::write(&unfinished, serde_json::to_vec(outcome)?)?;
        fs::rename(unfinished, &self.path)
    }

    /// Waits so long for the outcome and takes it away; none when it does not come.
    pub(crate) fn take(&self, patience: Duration) -> Option<Outcome> {
        let looks = patience.as_millis() / BETWEEN.as_millis();
        for look in 0..=looks {
            if let Ok(text) = fs::read(&self.path) {
                let _ = fs::remove_file(&self.path);
                return serde_json::from_slice(&text).ok();
            }
            if look < looks {
                thread::sleep(BETWEEN);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use buhphone_agent::view::ActivationError;

    use super::*;

    #[test]
    fn an_outcome_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let answer = Answer::new(folder.path());
        assert_eq!(answer.take(Duration::ZERO), None);
        let outcome = Outcome::Refused { error: ActivationError::CodeUsed };
        Answer::named(folder.path(), answer.name()).leave(&outcome).unwrap();
        assert_eq!(answer.take(Duration::ZERO), Some(outcome));
        assert_eq!(answer.take(Duration::ZERO), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
