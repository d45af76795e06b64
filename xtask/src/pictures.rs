//! The README's pictures, taken anew from the end-to-end tests' screens.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{root, say, test};

/// Runs the end-to-end tests and copies the pictures the README shows.
///
/// # Errors
/// When a test fails, or did not take a picture that the README shows.
pub fn pictures() -> Result<()> {
    test::test(&["-E".to_owned(), "package(buhphone-tests)".to_owned()])?;
    let readme = fs::read_to_string(root().join("README.md"))?;
    for name in shown(&readme) {
        let (from, to) = (root().join("output/pictures").join(&name), root().join("docs/pictures").join(&name));
        fs::copy(&from, &to).with_context(|| format!("the tests took no picture {name}"))?;
        say(format_args!("docs/pictures/{name}"));
    }
    Ok(())
}

/// Names of the pictures a document shows from `docs/pictures`.
fn shown(document: &str) -> Vec<String> {
    document
        .split("docs/pictures/")
        .skip(1)
        .filter_map(|rest| rest.split([')', '"', ' ']).next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_pictures_a_document_shows() {
        let document = "![a](docs/pictures/window.png) <img src=\"docs/pictures/report.png\" width=\"1\">";
        assert_eq!(shown(document), ["window.png", "report.png"]);
    }
}
