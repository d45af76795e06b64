//! The floor that the program is measured beside: Tauri with a tray, hidden, and nothing
//! behind it. Says on its output when it has been set up.

use tauri::{
    Builder,
    image::Image,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
};

const ICON: &[u8] = include_bytes!("../../../icons/tray/authorized-22.png");

fn main() -> tauri::Result<()> {
    Builder::default()
        .setup(|app| {
            let open = MenuItem::new(app, "Открыть", true, None::<&str>)?;
            let quit = MenuItem::new(app, "Выйти", true, None::<&str>)?;
            let menu = Menu::with_items(app, &[&open, &quit])?;
            TrayIconBuilder::new().icon(Image::from_bytes(ICON)?).tooltip("bare").menu(&menu).build(app)?;
            println!("set up");
            Ok(())
        })
        .run(tauri::generate_context!())
}
