//! Talks to the example `probe`: one line asked, one line answered.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A running probe; killed when dropped.
pub(crate) struct Probe {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// Where cargo put the example: beside this test's own folder.
#[must_use]
pub(crate) fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let built = test.parent().and_then(|deps| deps.parent()).expect("tests are built in target/*/deps");
    let probe = built.join("examples").join("probe");
    assert!(probe.exists(), "cargo builds the example with all targets of the package: {}", probe.display());
    probe
}

impl Probe {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the probe starts");
        let stdin = child.stdin.take().expect("it was piped");
        let stdout = BufReader::new(child.stdout.take().expect("it was piped"));
        Self { child, stdin, stdout }
    }

    pub(crate) fn ask(&mut self, line: &str) -> String {
        writeln!(self.stdin, "{line}").expect("the probe listens");
        self.hear().expect("the probe answers")
    }

    /// The next line it says; none when it has ended.
    pub(crate) fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line).expect("the probe speaks text");
        (read > 0 && line.ends_with('\n')).then(|| line.trim_end().to_owned())
    }

    /// As the system does when it has no patience: nothing is finished.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("ending what has ended is no error");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.kill();
    }
}
