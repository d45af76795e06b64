//! Tells Tauri which commands there are, so that the window may be granted these and no others.

use std::{error::Error, path::Path};

use tauri_build::{AppManifest, Attributes};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=BUHPHONE_CLOUD");
    if !Path::new("../ui/desktop/dist/index.html").exists() {
        println!("cargo::rerun-if-changed=../ui/desktop/dist/index.html");
        return Err("the window is not built (ui/desktop/dist is missing): run `cargo xtask ui` first".into());
    }
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(&["view", "ask"])))?;
    Ok(())
}
