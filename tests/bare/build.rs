//! What Tauri asks of every program.

fn main() {
    tauri_build::build();
}
