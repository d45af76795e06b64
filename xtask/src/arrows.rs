//! The arrows between the packages and the rooms for SQL, checked against the tree.
//! Clocks are kept to their files by clippy's disallowed methods.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{programs::cargo, root};

/// What each package may not depend on, directly or through others (by name).
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("buhphone-protocol", &["buhphone-agent", "buhphone-cloud", "tokio", "sqlx", "tauri", "reqwest", "axum"]),
    ("buhphone-agent", &["buhphone-cloud", "tauri", "sqlx"]),
    ("buhphone-simulator", &["buhphone-cloud", "tauri", "sqlx"]),
    ("buhphone-cloud", &["buhphone-agent", "buhphone-simulator", "buhphone", "tauri"]),
    ("buhphone", &["buhphone-cloud", "buhphone-simulator", "sqlx", "axum"]),
    ("buhphone-tests", &["buhphone"]),
];

/// Checks every arrow.
///
/// # Errors
/// Lists what points where it must not.
pub fn check() -> Result<()> {
    let mut wrong = Vec::new();
    for (package, forbidden) in FORBIDDEN {
        let tree = dependencies(package)?;
        wrong.extend(
            forbidden
                .iter()
                .filter(|name| tree.iter().any(|found| found == *name))
                .map(|name| format!("{package} must not depend on {name}")),
        );
    }
    let cloud = root().join("cloud/src");
    sources(&cloud, &mut |path, text| {
        let at = path.strip_prefix(&cloud).unwrap_or(path);
        if !at.starts_with("store") && at != Path::new("store.rs") && text.contains("sqlx::") {
            wrong.push(format!("SQL outside the store: cloud/src/{}", at.display()));
        }
    })?;
    if !wrong.is_empty() {
        bail!("arrows that must not be:\n  {}", wrong.join("\n  "));
    }
    Ok(())
}

fn dependencies(package: &str) -> Result<Vec<String>> {
    let output = cargo()?
        .args(["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{lib}"])
        .output()
        .context("cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree --package {package}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().skip(1).map(|line| line.trim().replace('_', "-")).collect())
}

fn sources(folder: &Path, see: &mut impl FnMut(&Path, &str)) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, see)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            see(&path, &fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
