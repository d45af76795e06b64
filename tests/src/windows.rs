//! Windows on the virtual display, which has no window manager: found by their title,
//! closed by the message a manager's close button sends.

use anyhow::{Context as _, Result};
use x11rb::{
    connection::Connection as _,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState, Window},
    rust_connection::RustConnection,
};

/// Visible windows with exactly this title.
///
/// # Errors
/// When the display does not answer.
pub fn titled(display: &str, title: &str) -> Result<Vec<Window>> {
    let (connection, screen) = RustConnection::connect(Some(display)).context("the virtual display")?;
    let name = connection.intern_atom(false, b"_NET_WM_NAME")?.reply()?.atom;
    let root = connection.setup().roots[screen].root;
    let mut found = Vec::new();
    for window in connection.query_tree(root)?.reply()?.children {
        // Windows come and go while they are looked at.
        let Ok(attributes) = connection.get_window_attributes(window)?.reply() else { continue };
        let Ok(text) = connection.get_property(false, window, name, AtomEnum::ANY, 0, 256)?.reply() else { continue };
        if attributes.map_state == MapState::VIEWABLE && text.value == title.as_bytes() {
            found.push(window);
        }
    }
    Ok(found)
}

/// Asks a window to close, as the close button does.
///
/// # Errors
/// When the display does not answer.
pub fn close(display: &str, window: Window) -> Result<()> {
    let (connection, _) = RustConnection::connect(Some(display)).context("the virtual display")?;
    let protocols = connection.intern_atom(false, b"WM_PROTOCOLS")?.reply()?.atom;
    let delete = connection.intern_atom(false, b"WM_DELETE_WINDOW")?.reply()?.atom;
    let event = ClientMessageEvent::new(32, window, protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
    connection.send_event(false, window, EventMask::NO_EVENT, event)?;
    // An answer means that everything before it was seen.
    connection.get_input_focus()?.reply()?;
    Ok(())
}
