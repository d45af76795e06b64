//! The self-check as a text: for the command line, and for the file that a person shows to who
//! mends it. Holds no secret and nothing that people wrote.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Found, Key, Known};
use crate::{
    view::{CheckView, Language, SelfCheckResult, Verdict},
    words::choose,
};

/// For programs: `--self-check --json`.
#[derive(Serialize)]
pub struct Report<'a> {
    verdict: Verdict,
    checks: &'a [CheckView],
    known: &'a Known,
    findings: &'a Found,
}

/// One line a check.
#[must_use]
pub fn lines(result: &SelfCheckResult, language: Language) -> String {
    let mut text = String::new();
    for CheckView { verdict, title, text: said, .. } in &result.checks {
        let _ = writeln!(text, "[{}] {title}: {said}", mark(language, *verdict));
    }
    let _ = writeln!(text, "{}", result.summary);
    text
}

/// What [`lines`] says, and under it what only who mends it reads.
#[must_use]
pub fn whole(result: &SelfCheckResult, known: &Known, found: &Found, language: Language) -> String {
    let title = choose(language, "Бухфон, самопроверка", "Buhphone, self-check");
    let mut text = format!("{title}, {}\n\n{}", result.printed, lines(result, language));
    let failure = found.road.failure.as_ref().map(|failure| failure.detail.as_str());
    let keyring = match &found.key {
        Key::NotReady { detail } => Some(detail.as_str()),
        _ => None,
    };
    for detail in [failure, keyring, found.disk.failure.as_deref()].into_iter().flatten() {
        let _ = write!(text, "\n{detail}\n");
    }
    let _ = write!(text, "\n{}\n", json(result, known, found));
    text
}

/// Indented.
#[must_use]
pub fn json(result: &SelfCheckResult, known: &Known, found: &Found) -> String {
    let report = Report { verdict: result.verdict, checks: &result.checks, known, findings: found };
    serde_json::to_string_pretty(&report).expect("a report has only string keys")
}

fn mark(language: Language, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => choose(language, "в порядке", "good"),
        Verdict::Unknown => choose(language, "не известно", "unknown"),
        Verdict::Attention => choose(language, "внимание", "attention"),
        Verdict::Bad => choose(language, "ошибка", "bad"),
    }
}
