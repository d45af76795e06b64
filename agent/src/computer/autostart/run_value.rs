//! What Windows' `Run` value means for us, with the Task Manager's verdict on it and the
//! administrator's policy. Knows no registry: it is told what was read there.

use std::path::Path;

use buhphone_protocol::telemetry::Autostart;

/// What was read of the account's registry, and of the computer's.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// The value's command line; none where there is no value.
    pub(super) command: Option<String>,
    /// Of `StartupApproved`, which outlives the value it is about.
    pub(super) verdict: Option<Vec<u8>>,
    /// «Do not process the legacy run list».
    pub(super) forbidden: bool,
}

impl Entry {
    /// A program that is started and is not `there` any more starts nothing.
    pub(super) fn state(&self, program: &Path, there: impl Fn(&Path) -> bool) -> Autostart {
        if self.forbidden {
            return Autostart::Forbidden;
        }
        // An odd first byte is «disabled»; a time of the switch follows it.
        if self.verdict.as_ref().is_some_and(|bytes| bytes.first().is_some_and(|first| first % 2 == 1)) {
            return Autostart::OffByPerson;
        }
        match self.command.as_deref().and_then(started) {
            Some(started) if is_same(started, program) => Autostart::On,
            Some(started) if there(Path::new(started)) => Autostart::Foreign,
            _ => Autostart::Off,
        }
    }

    /// Whether the value starts `program`, whatever else is decided about it.
    pub(super) fn is_of(&self, program: &Path) -> bool {
        self.command.as_deref().and_then(started).is_some_and(|started| is_same(started, program))
    }
}

/// The program a command line starts.
pub(super) fn started(command: &str) -> Option<&str> {
    let started = match command.trim_start().strip_prefix('"') {
        Some(rest) => rest.split('"').next(),
        None => command.split_whitespace().next(),
    };
    started.filter(|started| !started.is_empty())
}

/// As the system compares paths: without case.
pub(super) fn is_same(started: &str, program: &Path) -> bool {
    started.to_lowercase() == program.to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = r"C:\Users\Мария Иванова\AppData\Local\Бухфон 1\buhphone.exe";

    fn entry(command: &str) -> Entry {
        Entry { command: Some(command.to_owned()), ..Entry::default() }
    }

    #[test]
    fn tells_the_states_of_a_value_apart() {
        let told = |entry: &Entry| entry.state(Path::new(PROGRAM), |path| path.ends_with("other.exe"));
        let ours = entry(&format!("\"{PROGRAM}\" --hidden"));
        assert_eq!(told(&ours), Autostart::On);
        assert_eq!(told(&entry(&format!("\"{}\" --hidden", PROGRAM.to_uppercase()))), Autostart::On);
        assert_eq!(told(&entry("other.exe --hidden")), Autostart::Foreign);
        assert_eq!(told(&entry("gone.exe --hidden")), Autostart::Off, "it starts nothing");
        assert_eq!(told(&entry("")), Autostart::Off);
        assert_eq!(told(&Entry::default()), Autostart::Off);
        assert!(ours.is_of(Path::new(PROGRAM)));
        assert!(!entry("other.exe").is_of(Path::new(PROGRAM)));
    }

    #[test]
    fn a_persons_verdict_outlives_the_value_and_a_policy_outweighs_both() {
        let told = |entry: Entry| entry.state(Path::new(PROGRAM), |_| true);
        let ours = entry(&format!("\"{PROGRAM}\" --hidden"));
        let off = Some(vec![3, 0, 0, 0, 0x5a, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(told(Entry { verdict: off.clone(), ..ours.clone() }), Autostart::OffByPerson);
        assert_eq!(told(Entry { verdict: off.clone(), ..Entry::default() }), Autostart::OffByPerson);
        assert_eq!(told(Entry { verdict: Some(vec![2, 0, 0, 0]), ..ours.clone() }), Autostart::On);
        assert_eq!(told(Entry { verdict: Some(Vec::new()), ..ours.clone() }), Autostart::On);
        assert_eq!(told(Entry { forbidden: true, verdict: off, ..ours }), Autostart::Forbidden);
    }
}
