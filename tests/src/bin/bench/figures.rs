//! Measures beside their floors of the same run, and whether each reaches its goal.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Figure {
    measure: &'static str,
    value: f64,
    unit: &'static str,
    floor: f64,
    ratio: f64,
    goal: String,
    holds: bool,
}

/// What is to be reached: at most so much, or at least so many times the floor.
pub(crate) enum Goal {
    Value(f64),
    Ratio(f64),
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(measure: &'static str, unit: &'static str, value: f64, floor: f64, goal: &Goal) -> Self {
        let ratio = value / floor;
        let (goal, holds) = match goal {
            Goal::Value(most) => (format!("≤ {most} {unit}"), value <= *most),
            Goal::Ratio(most) => (format!("ratio ≤ {most}"), ratio <= *most),
            Goal::AtLeast(least) => (format!("ratio ≥ {least}"), ratio >= *least),
        };
        Self { measure, value: rounded(value), unit, floor: rounded(floor), ratio: rounded(ratio), goal, holds }
    }
}

/// Prints the figures and writes them as `NAME.json`.
pub(crate) fn tell(folder: &Path, name: &str, figures: &[Figure]) -> Result<()> {
    for Figure { measure, value, unit, floor, ratio, goal, holds } in figures {
        let verdict = if *holds { "holds" } else { "MISSED" };
        println!("{measure}: {value} {unit}, floor {floor} {unit}, ratio {ratio}; goal {goal}: {verdict}");
    }
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(figures)? + "\n";
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Milliseconds that so many in a hundred do not exceed.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted[place].as_secs_f64() * 1000.0
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
