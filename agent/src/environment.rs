//! What the program takes from its environment, read once where it starts.
//! The only file that reads variables; libraries below read those of their own trade (proxies, the session's bus).

use std::path::PathBuf;

/// The session the program was started in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The AppImage we run from: what autostart must name, because our own executable is in its mount.
    pub appimage: Option<PathBuf>,
    /// The X11 display.
    pub display: Option<String>,
    /// A Wayland session: its X11 display sees only a part of a person's input.
    pub wayland: bool,
    /// The cloud's address given by an installer or an administrator.
    pub cloud: Option<String>,
}

impl Environment {
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    pub fn read() -> Self {
        let filled = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            appimage: filled("APPIMAGE").map(PathBuf::from),
            display: filled("DISPLAY").and_then(|value| value.into_string().ok()),
            wayland: filled("WAYLAND_DISPLAY").is_some(),
            cloud: filled("BUHPHONE_CLOUD").and_then(|value| value.into_string().ok()),
        }
    }
}
