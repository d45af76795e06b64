//! What the program takes from its environment, read once where it starts.
//! The only file that reads variables; libraries below read those of their own trade (proxies, the session's bus).

use std::{path::PathBuf, time::Duration};

/// A computer that starts has better things to do for this long; it also spreads an office whose power returns.
pub const LOGIN_WAIT: Duration = Duration::from_secs(20);

/// The slowest terminal server is through with everybody's sign-in by then.
const LOGIN_WAIT_MAX: Duration = Duration::from_secs(15 * 60);

/// The session the program was started in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The AppImage we run from: what autostart must name, because our own executable is in its mount.
    pub appimage: Option<PathBuf>,
    /// The X11 display.
    pub display: Option<String>,
    /// A Wayland session: its X11 display sees only a part of a person's input.
    pub wayland: bool,
    /// The cloud's address given by an installer or an administrator.
    pub cloud: Option<String>,
    /// Started by the system, the program waits a random part of this.
    pub login_wait: Duration,
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
            login_wait: filled("BUHPHONE_LOGIN_WAIT").and_then(|value| seconds(value.to_str()?)).unwrap_or(LOGIN_WAIT),
        }
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let given = Duration::from_secs(text.trim().parse().ok()?);
    Some(given.min(LOGIN_WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_given_in_seconds_within_reason() {
        assert_eq!(seconds("0"), Some(Duration::ZERO));
        assert_eq!(seconds(" 90 "), Some(Duration::from_secs(90)));
        assert_eq!(seconds("86400"), Some(LOGIN_WAIT_MAX));
        assert_eq!((seconds("-1"), seconds("скоро"), seconds("1.5")), (None, None, None));
    }
}
