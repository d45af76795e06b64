//! Tells the program when it was built: the earliest moment at which it can be running,
//! whatever the computer's clock says. `SOURCE_DATE_EPOCH` is honoured for reproducible builds.

use std::time::{SystemTime, UNIX_EPOCH};

#[expect(clippy::disallowed_methods, reason = "a build script has no clock or environment passed in")]
fn main() {
    let epoch = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since_epoch| since_epoch.as_secs()));
    println!("cargo::rustc-env=BUHPHONE_BUILT_AT={epoch}");
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.toml");
}
