//! Writes the TypeScript of the wire and of the window under the folder given
//! (`cabinet.ts`, `agent.ts`), or with `--check` fails when what is there differs.

use std::{fs, path::Path, process::ExitCode};

use buhphone_protocol::typescript::{cabinet, module};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (check, folder) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--check", folder] => (true, folder),
        [folder] => (false, folder),
        _ => {
            eprintln!("usage: typescript [--check] <folder>");
            return ExitCode::from(2);
        }
    };
    let mut differ = false;
    for (name, text) in
        [("cabinet.ts", module(&cabinet())), ("agent.ts", module(&buhphone_agent::typescript::declarations()))]
    {
        let path = Path::new(folder).join(name);
        let there = fs::read_to_string(&path).unwrap_or_default();
        if there == text {
            continue;
        }
        if check {
            eprintln!("{} differs from the Rust types; run `cargo xtask types`", path.display());
            differ = true;
        } else if let Err(error) = fs::write(&path, text) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    if differ { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
