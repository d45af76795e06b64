//! The inputs kept in `fuzz/corpus`, each read again by the function it was made for: none may
//! panic. Finds nothing new; that is the fuzzer's (`cargo xtask fuzz`).

use std::{collections::BTreeSet, fs, path::PathBuf};

#[path = "../../fuzz/src/targets.rs"]
pub mod targets;

/// The name of its folder, and what reads its inputs.
type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("answers", targets::answers),
    ("device_calls", targets::device_calls),
    ("links", targets::links),
    ("saved", targets::saved),
    ("signatures", targets::signatures),
    ("stream", targets::stream),
    ("typed", targets::typed),
];

#[test]
fn nothing_in_the_corpus_makes_a_reader_panic() {
    for (name, target) in TARGETS {
        let inputs = files(&format!("corpus/{name}"));
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in inputs {
            // Shown where the test fails.
            eprintln!("{}", input.display());
            target(&fs::read(input).unwrap());
        }
    }
}

#[test]
fn every_target_of_the_fuzzer_is_replayed() {
    let stems = files("fuzz_targets").into_iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    let replayed = TARGETS.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(stems.collect::<BTreeSet<_>>(), replayed.collect());
}

/// In their order, so that a failure repeats.
fn files(folder: &str) -> BTreeSet<PathBuf> {
    let folder = xtask::root().join("fuzz").join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}
