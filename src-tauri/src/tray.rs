//! The tray: drawn from [`view::Tray`] and nothing else, and only when that changed.
//! Every action is in its menu, because on Linux there is no click; a desktop without
//! a tray has the window, so a tray that cannot be made stops nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, anyhow};
use buhphone_agent::view::{self, TrayIcon};
use tauri::{
    AppHandle, Manager as _, Wry,
    image::Image,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::{self, MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

use crate::{agent::Agent, place::Place, window};

const OPEN: &str = "open";
const CALL_ME: &str = "call_me";
const UNREAD: &str = "unread";
const QUIT: &str = "quit";

/// Where the lines that come and go stand: after the state's two and the rule.
const FIRST: usize = 3;

/// A tray that is there, and what it shows. Belongs to the main thread.
pub(crate) struct Tray {
    icon: tray::TrayIcon,
    menu: Menu<Wry>,
    state: MenuItem<Wry>,
    last: MenuItem<Wry>,
    unread: MenuItem<Wry>,
    call_me: MenuItem<Wry>,
    open: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    drawn: view::Tray,
    dense: bool,
}

impl Tray {
    /// Makes the tray show `drawn`.
    ///
    /// # Errors
    /// When the desktop has no place for it, or the system's library for it is not installed.
    pub(crate) fn new(app: &AppHandle, drawn: view::Tray) -> Result<Self> {
        // The library's absence is a panic in the crate that loads it.
        catch_unwind(AssertUnwindSafe(|| Self::make(app, drawn)))
            .unwrap_or_else(|panic| Err(anyhow!("{}", crate::shell::panic_text(panic.as_ref()))))
    }

    fn make(app: &AppHandle, drawn: view::Tray) -> Result<Self> {
        let line = |text: &str| MenuItem::new(app, text, false, None::<&str>);
        let (state, last) = (line(&drawn.state)?, line(&drawn.last)?);
        let action = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
        let (unread, call_me) = (action(UNREAD, &drawn.unread)?, action(CALL_ME, &drawn.call_me)?);
        let (open, quit) = (action(OPEN, &drawn.open)?, action(QUIT, &drawn.quit)?);
        let rule = PredefinedMenuItem::separator(app)?;
        let menu = Menu::with_items(app, &[&state, &last, &rule, &open, &quit])?;
        let dense = app.primary_monitor()?.is_some_and(|monitor| monitor.scale_factor() > 1.0);
        let icon = TrayIconBuilder::with_id("buhphone")
            .icon(picture(drawn.icon, dense)?)
            .tooltip(&drawn.state)
            .menu(&menu)
            .show_menu_on_left_click(false)
            .on_menu_event(|app, event| match event.id().as_ref() {
                OPEN => window::open(app, None),
                CALL_ME => window::open(app, Some(Place::Callback)),
                UNREAD => window::open(app, Place::unread(&app.state::<Agent>().view())),
                QUIT => app.exit(0),
                _ => {}
            })
            .on_tray_icon_event(|tray, event| {
                if is_click(&event) {
                    window::open(tray.app_handle(), None);
                }
            })
            .build(app)?;
        // Lines without words are not there.
        let empty = view::Tray { unread: String::new(), call_me: String::new(), ..drawn.clone() };
        let mut tray = Self { icon, menu, state, last, unread, call_me, open, quit, drawn: empty, dense };
        tray.draw(drawn)?;
        Ok(tray)
    }

    /// Shows `wanted`, touching only what differs: a menu that is open must not flicker.
    ///
    /// # Errors
    /// When the system refuses; what was drawn before stays.
    pub(crate) fn draw(&mut self, wanted: view::Tray) -> Result<()> {
        if wanted.icon != self.drawn.icon {
            self.icon.set_icon(Some(picture(wanted.icon, self.dense)?))?;
        }
        if wanted.state != self.drawn.state {
            self.icon.set_tooltip(Some(&wanted.state))?;
            self.state.set_text(&wanted.state)?;
        }
        for (item, wanted, drawn) in [
            (&self.last, &wanted.last, &self.drawn.last),
            (&self.unread, &wanted.unread, &self.drawn.unread),
            (&self.call_me, &wanted.call_me, &self.drawn.call_me),
            (&self.open, &wanted.open, &self.drawn.open),
            (&self.quit, &wanted.quit, &self.drawn.quit),
        ] {
            if wanted != drawn {
                item.set_text(wanted)?;
            }
        }
        let mut place = FIRST;
        for (item, wanted, drawn) in
            [(&self.unread, &wanted.unread, &self.drawn.unread), (&self.call_me, &wanted.call_me, &self.drawn.call_me)]
        {
            match (wanted.is_empty(), drawn.is_empty()) {
                (false, true) => self.menu.insert(item, place)?,
                (true, false) => self.menu.remove(item)?,
                _ => {}
            }
            place += usize::from(!wanted.is_empty());
        }
        self.drawn = wanted;
        Ok(())
    }
}

fn is_click(event: &TrayIconEvent) -> bool {
    matches!(event, TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. })
}

/// A state's pictures at the sizes of the system's panels: plain, and at double density.
#[cfg(windows)]
macro_rules! pictures {
    ($state:literal) => {
        [
            include_bytes!(concat!("../../icons/tray/", $state, "-16.png")).as_slice(),
            include_bytes!(concat!("../../icons/tray/", $state, "-32.png")).as_slice(),
        ]
    };
}
#[cfg(not(windows))]
macro_rules! pictures {
    ($state:literal) => {
        [
            include_bytes!(concat!("../../icons/tray/", $state, "-22.png")).as_slice(),
            include_bytes!(concat!("../../icons/tray/", $state, "-44.png")).as_slice(),
        ]
    };
}

fn picture(icon: TrayIcon, dense: bool) -> tauri::Result<Image<'static>> {
    let densities = match icon {
        TrayIcon::Authorized => pictures!("authorized"),
        TrayIcon::Attention => pictures!("attention"),
        TrayIcon::Offline => pictures!("offline"),
        TrayIcon::Unread => pictures!("unread"),
    };
    Image::from_bytes(densities[usize::from(dense)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_picture_of_its_own_at_both_densities() {
        let states = [TrayIcon::Authorized, TrayIcon::Attention, TrayIcon::Offline, TrayIcon::Unread];
        let mut seen = Vec::new();
        for state in states {
            let [plain, dense] = [false, true].map(|dense| picture(state, dense).unwrap());
            assert_eq!(dense.width(), plain.width() * 2, "{state:?}");
            assert!(!seen.contains(&plain.rgba().to_vec()), "{state:?} looks like another");
            seen.push(plain.rgba().to_vec());
        }
    }
}
