//! Builds the library that numbers a process's steps and stops it at one; see `src/interposer.rs`.

use std::{path::PathBuf, process::Command};

const SOURCE: &str = "interposer/interposer.c";

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script where to build by its environment")]
fn main() {
    println!("cargo::rerun-if-changed={SOURCE}");
    let library = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where")).join("libinterposer.so");
    let mut compiler: Command = cc::Build::new().opt_level(2).warnings(true).get_compiler().to_command();
    let status = compiler
        .args(["-std=gnu11", "-shared", "-fPIC", SOURCE, "-ldl", "-o"])
        .arg(&library)
        .status()
        .expect("a C compiler");
    assert!(status.success(), "{SOURCE} does not compile");
    println!("cargo::rustc-env=INTERPOSER={}", library.display());
}
