//! Tells Tauri which commands there are, so that the window may be granted these and no others,
//! and cargo that the built window is a source of this program.

use std::{error::Error, path::Path};

use tauri_build::{AppManifest, Attributes};

/// Where `cargo xtask ui` puts the window; tauri.conf.json names it too.
const WINDOW: &str = "../ui/desktop/dist";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={WINDOW}");
    println!("cargo::rerun-if-changed=../icons");
    if !Path::new(WINDOW).join("index.html").exists() {
        return Err("the window is not built (ui/desktop/dist is missing): run `cargo xtask ui` first".into());
    }
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(&["view", "ask"])))?;
    Ok(())
}
