//! `cargo xtask fuzz`: feeds each function that reads bytes from outside for some minutes, and
//! adds the few inputs that reach something new to `fuzz/corpus`, which the tests replay.
//! What is wrong the functions themselves say (`fuzz/src/targets.rs`).

use std::{
    cmp::Reverse,
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    programs::{cargo, run},
    root, say, target_dir,
    test::installed,
};

/// A saved state with a dozen rows; what is longer repeats what is in it.
const INPUT_BYTES_MAX: usize = 8 * 1024;
/// An input takes milliseconds; one that takes this long hangs, on the busiest machine too.
const INPUT_SECONDS_MAX: u32 = 30;
/// Files of a target in the tree: enough to pass every branch, few enough to be replayed with every test.
const FILES_MAX: usize = 60;

#[derive(clap::Args)]
pub struct Options {
    /// Files of `fuzz/fuzz_targets`; all when none is named.
    targets: Vec<String>,
    /// For each target.
    #[arg(long, default_value_t = 5)]
    minutes: u32,
}

/// Fuzzes one target after another on one core, at the lowest priority.
///
/// # Errors
/// When something does not build, and after all targets when there are findings; each is in `fuzz/artifacts`.
pub fn fuzz(options: &Options) -> Result<()> {
    let all = targets()?;
    if let Some(unknown) = options.targets.iter().find(|name| !all.contains(name)) {
        bail!("there is no target {unknown}, but {}", all.join(", "));
    }
    if !installed("fuzz") {
        say("installing cargo-fuzz, which builds and runs the targets");
        run(cargo()?.args(["install", "--locked", "cargo-fuzz"]))?;
    }
    let toolchain = Toolchain::here();
    say(format_args!("building the targets with {} (the first time takes some minutes)", toolchain.told()));
    run(&mut toolchain.fuzz("build")?)?;
    let mut found = Vec::new();
    for target in if options.targets.is_empty() { &all } else { &options.targets } {
        say(format_args!("fuzzing {target} for {} min", options.minutes));
        let known = corpus(target)?;
        let output = toolchain.feed(target, &known, options.minutes)?;
        let told = String::from_utf8_lossy(&output.stderr);
        say(format_args!("{target}: {} executions", executions(&told).unwrap_or("an unknown number of")));
        if !output.status.success() {
            println!("{}", finding(&told));
            found.push(target.as_str());
        }
        let added = toolchain.keep_few(target, &known)?;
        say(format_args!("{target}: {added} inputs added to fuzz/corpus/{target}"));
    }
    if !found.is_empty() {
        bail!("findings in {}; the inputs are in fuzz/artifacts", found.join(", "));
    }
    Ok(())
}

fn folder() -> PathBuf {
    root().join("fuzz")
}

fn targets() -> Result<Vec<String>> {
    let mut names: Vec<String> = files(&folder().join("fuzz_targets"))?
        .iter()
        .filter_map(|path| path.file_stem().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// All that a target has found on this machine: thousands of files, and so not in the tree.
fn corpus(target: &str) -> Result<PathBuf> {
    let known = target_dir()?.join("fuzz-corpus").join(target);
    fs::create_dir_all(&known)?;
    fs::create_dir_all(kept(target))?;
    Ok(known)
}

/// The few that are in the tree.
fn kept(target: &str) -> PathBuf {
    folder().join("corpus").join(target)
}

/// What compiles the targets.
#[derive(Clone, Copy, Debug)]
enum Toolchain {
    /// Notices reads and writes out of bounds in the libraries as well.
    Nightly,
    /// Notices panics, overflows and hangs.
    Current,
}

impl Toolchain {
    fn here() -> Self {
        let nightly = Command::new("rustup")
            .args(["run", "nightly", "cargo", "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if nightly.is_ok_and(|status| status.success()) { Self::Nightly } else { Self::Current }
    }

    fn told(self) -> &'static str {
        match self {
            Self::Nightly => "the nightly toolchain and the address sanitizer",
            Self::Current => "this toolchain, without a sanitizer",
        }
    }

    /// `cargo fuzz` with a subcommand; its other arguments follow.
    fn fuzz(self, subcommand: &str) -> Result<Command> {
        let mut command = Command::new("nice");
        command.args(["-n", "19"]);
        match self {
            Self::Nightly => command.args(["rustup", "run", "nightly", "cargo"]),
            Self::Current => command.arg(cargo()?.get_program()),
        };
        command.args(["fuzz", subcommand, "--fuzz-dir"]).arg(folder());
        if let Self::Current = self {
            command.args(["--sanitizer", "none"]);
        }
        command.arg("--target-dir").arg(target_dir()?).current_dir(root());
        Ok(command)
    }

    fn feed(self, target: &str, known: &Path, minutes: u32) -> Result<Output> {
        self.fuzz("run")?
            .arg(target)
            .args([known, &kept(target)])
            .arg("--")
            .arg(format!("-max_total_time={}", minutes * 60))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
            .arg("-print_final_stats=1")
            .output()
            .context("cargo fuzz run")
    }

    /// Adds to the tree what reaches code that nothing there reaches, and tells how many files that was.
    fn keep_few(self, target: &str, known: &Path) -> Result<usize> {
        let kept = kept(target);
        let merging = target_dir()?.join("fuzz-merging").join(target);
        let (merged, reached) = (merging.join("merged"), merging.join("reached"));
        match fs::remove_dir_all(&merging) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&merged)?,
        }
        let output = self
            .fuzz("run")?
            .arg(target)
            .args([&merged, &kept, known])
            .args(["--", "-set_cover_merge=1"])
            // How often a place was passed is no new place.
            .arg("-use_counters=0")
            .arg(format!("-merge_control_file={}", reached.display()))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .output()
            .context("cargo fuzz run")?;
        if !output.status.success() {
            bail!("the corpus of {target} does not merge:\n{}", finding(&String::from_utf8_lossy(&output.stderr)));
        }
        let chosen = widest(inputs(&fs::read_to_string(reached)?), &kept);
        for path in &chosen {
            fs::copy(path, kept.join(path.file_name().context("an input is a file")?))?;
        }
        Ok(chosen.len())
    }
}

/// An input, its length and the places it reaches.
#[derive(Debug)]
struct Reach {
    path: PathBuf,
    bytes: u64,
    places: BTreeSet<u64>,
}

/// Reads the record of a merge: two counts, the inputs a line each, then `STARTED input bytes`
/// and `FT input place place …` of each; lines of other kinds are not about places.
fn inputs(record: &str) -> Vec<Reach> {
    let count = record.lines().next().and_then(|count| count.parse().ok()).unwrap_or(0);
    let mut inputs: Vec<Reach> = record
        .lines()
        .skip(2)
        .take(count)
        .map(|path| Reach { path: path.into(), bytes: 0, places: BTreeSet::new() })
        .collect();
    for line in record.lines().skip(2 + count) {
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut numbers = rest.split(' ').filter_map(|number| number.parse::<u64>().ok());
        let of = numbers.next().and_then(|input| inputs.get_mut(usize::try_from(input).ok()?));
        match (kind, of) {
            ("STARTED", Some(input)) => input.bytes = numbers.next().unwrap_or(0),
            ("FT", Some(input)) => input.places.extend(numbers),
            _ => {}
        }
    }
    inputs
}

/// What to add to the files of `kept`: each time the input that reaches most of what none before reaches.
fn widest(inputs: Vec<Reach>, kept: &Path) -> Vec<PathBuf> {
    let (there, mut others): (Vec<Reach>, Vec<Reach>) =
        inputs.into_iter().partition(|input| input.path.starts_with(kept));
    let mut chosen = Vec::new();
    let mut reached: BTreeSet<u64> = there.iter().flat_map(|input| &input.places).copied().collect();
    while there.len() + chosen.len() < FILES_MAX {
        for input in &mut others {
            input.places.retain(|place| !reached.contains(place));
        }
        others.retain(|input| !input.places.is_empty());
        let Some(best) = (0..others.len()).max_by_key(|at| (others[*at].places.len(), Reverse(others[*at].bytes)))
        else {
            break;
        };
        let best = others.swap_remove(best);
        reached.extend(best.places);
        chosen.push(best.path);
    }
    chosen
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(folder)
        .with_context(|| format!("{} is not here", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

/// The number in `stat::number_of_executed_units: 1234`; a run that was ended by a finding has it too.
fn executions(told: &str) -> Option<&str> {
    let (_, rest) = told.rsplit_once("stat::number_of_executed_units:")?;
    rest.split_whitespace().next()
}

/// From the first panic or complaint of the sanitizer on; before it are thousands of lines of progress.
fn finding(told: &str) -> &str {
    let begins = ["panicked at", "ERROR: ", "error: "].iter().filter_map(|mark| told.find(mark)).min();
    let line = begins.map_or(0, |at| told[..at].rfind('\n').map_or(0, |end| end + 1));
    &told[line..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "#2\tINITED cov: 5\n#9\tNEW cov: 6\nthread '<unnamed>' panicked at a.rs:1:2:\nno\n\
                        ==7== ERROR: libFuzzer: deadly signal\nstat::number_of_executed_units: 9\n";

    #[test]
    fn a_finding_is_told_without_the_progress_before_it() {
        assert!(finding(TOLD).starts_with("thread '<unnamed>' panicked at a.rs:1:2:\nno\n"));
        assert_eq!(executions(TOLD), Some("9"));
    }

    #[test]
    fn what_is_said_otherwise_is_told_whole() {
        assert_eq!((finding("nothing\nknown\n"), executions("nothing")), ("nothing\nknown\n", None));
    }

    #[test]
    fn what_reaches_most_is_kept_and_what_reaches_nothing_new_is_not() {
        let record = "4\n1\nkept/a\nfound/b\nfound/c\nfound/d\nSTARTED 0 9\nFT 0 1 2\nCOV 0 77\nSTARTED 1 5\nFT 1 1 3\n\
                      STARTED 2 7\nFT 2 3 4 5\nSTARTED 3 8\nFT 3 2\n";
        assert_eq!(widest(inputs(record), Path::new("kept")), [Path::new("found/c")]);
        let record = record.replace("FT 1 1 3", "FT 1 1 6");
        assert_eq!(widest(inputs(&record), Path::new("kept")), [Path::new("found/c"), Path::new("found/b")]);
    }

    #[test]
    fn every_file_of_the_targets_is_one() {
        assert_eq!(targets().unwrap(), ["answers", "device_calls", "links", "saved", "signatures", "stream", "typed"]);
    }
}
