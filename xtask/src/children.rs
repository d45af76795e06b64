//! Child processes that end with their owner, however it ends.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

/// A child that is asked to end, and then made to, when dropped.
#[derive(Debug)]
pub struct Kept {
    name: &'static str,
    child: Child,
}

impl Kept {
    /// Starts `command`.
    ///
    /// # Errors
    /// When it does not start; `name` tells which.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        // A group of its own: what it starts ends with it, and Ctrl-C reaches it through us.
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} did not start ({})", command.get_program().display()))?;
        Ok(Self { name, child })
    }

    /// Starts `command` and waits for the first line of its standard output.
    ///
    /// # Errors
    /// When it does not start, or ends without a line.
    pub fn start_and_read_line(name: &'static str, command: &mut Command) -> Result<(Self, String)> {
        let mut kept = Self::start(name, command.stdout(Stdio::piped()))?;
        let mut line = String::new();
        if let Some(output) = kept.child.stdout.take() {
            let mut output = BufReader::new(output);
            output.read_line(&mut line)?;
            // Keeps reading, so that the child never blocks on a full pipe.
            std::thread::spawn(move || std::io::copy(&mut output.by_ref(), &mut std::io::sink()));
        }
        if line.trim().is_empty() {
            bail!("{name} ended before it was ready");
        }
        Ok((kept, line.trim().to_owned()))
    }

    /// Starts `command` and gives it `input` as its whole standard input.
    ///
    /// # Errors
    /// When it does not start, or does not take its input.
    pub fn start_with_input(name: &'static str, command: &mut Command, input: &[u8]) -> Result<Self> {
        let mut kept = Self::start(name, command.stdin(Stdio::piped()))?;
        kept.child.stdin.take().context("its standard input")?.write_all(input)?;
        Ok(kept)
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status, if it ended.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Sends a signal by its name (`TERM`, `KILL`, `STOP`, `CONT`) to it and to what it started.
    ///
    /// # Errors
    /// When there is nobody to signal.
    pub fn signal(&self, signal: &str) -> Result<()> {
        let group = format!("-{}", self.id());
        let status = Command::new("kill").args(["-s", signal, "--", &group]).stderr(Stdio::null()).status()?;
        if !status.success() {
            bail!("{} (process {}) is gone", self.name, self.id());
        }
        Ok(())
    }

    /// Asks it to end and waits, five seconds at most; then makes it end, with all it started.
    pub fn stop(&mut self) {
        // Stopped processes do not see TERM until they continue.
        if self.signal("CONT").is_ok() && self.signal("TERM").is_ok() {
            for _ in 0..100 {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        let _ = self.signal("KILL");
        let _ = self.child.wait();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.stop();
    }
}
