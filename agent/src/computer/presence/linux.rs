//! A Linux session tells over D-Bus (logind, screen savers, the compositor) and over X11.
//! Services that are not running are not started for the question.

use std::time::Duration;

use x11rb::{connection::Connection as _, protocol::screensaver::ConnectionExt as _};
use zbus::{
    blocking::{Connection, Proxy, connection, proxy},
    proxy::{CacheProperties, MethodFlags},
    zvariant::{DynamicDeserialize, DynamicType, Type},
};

use crate::environment::Environment;

/// Those asked are few, and all of them together must fit the caller's patience.
const CALL_TIMEOUT: Duration = Duration::from_millis(500);

const SCREEN_SAVERS: [(&str, &str); 3] = [
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
];

/// Locked if anybody says so; unlocked if somebody says so and nobody objects.
pub(super) fn locked() -> Option<bool> {
    let system = connection::Builder::system().and_then(connect).ok();
    let session = connection::Builder::session().and_then(connect).ok();
    let logind = system.as_ref().and_then(locked_by_logind);
    let savers = session.iter().flat_map(|session| {
        SCREEN_SAVERS.iter().filter_map(|(name, path)| ask::<bool>(session, name, path, name, "GetActive"))
    });
    logind.into_iter().chain(savers).reduce(|one, other| one || other)
}

pub(super) fn idle(environment: &Environment) -> Option<Duration> {
    let session = connection::Builder::session().and_then(connect).ok();
    session.as_ref().and_then(idle_by_mutter).or_else(|| {
        // Under Wayland the X server sees only what is typed into X programs.
        if environment.wayland { None } else { idle_by_x11(environment.display.as_deref()?) }
    })
}

fn connect(builder: connection::Builder<'_>) -> zbus::Result<Connection> {
    builder.method_timeout(CALL_TIMEOUT).build()
}

fn locked_by_logind(system: &Connection) -> Option<bool> {
    let session = quiet_proxy(
        system,
        "org.freedesktop.login1",
        "/org/freedesktop/login1/session/auto",
        "org.freedesktop.login1.Session",
    )?;
    // A session without a seat (a remote shell, a service) is nobody's screen.
    let kind: String = session.get_property("Type").ok()?;
    if !matches!(kind.as_str(), "x11" | "wayland" | "mir") {
        return None;
    }
    session.get_property("LockedHint").ok()
}

fn idle_by_mutter(session: &Connection) -> Option<Duration> {
    let (name, path) = ("org.gnome.Mutter.IdleMonitor", "/org/gnome/Mutter/IdleMonitor/Core");
    ask::<u64>(session, name, path, name, "GetIdletime").map(Duration::from_millis)
}

fn idle_by_x11(display: &str) -> Option<Duration> {
    let (connection, screen) = x11rb::connect(Some(display)).ok()?;
    let root = connection.setup().roots.get(screen)?.root;
    let info = connection.screensaver_query_info(root).ok()?.reply().ok()?;
    Some(Duration::from_millis(info.ms_since_user_input.into()))
}

fn ask<T>(connection: &Connection, name: &str, path: &str, interface: &str, method: &str) -> Option<T>
where
    T: for<'d> DynamicDeserialize<'d> + DynamicType + Type,
{
    let proxy = quiet_proxy(connection, name, path, interface)?;
    proxy.call_with_flags(method, MethodFlags::NoAutoStart.into(), &()).ok().flatten()
}

/// A proxy that watches nothing.
fn quiet_proxy<'a>(connection: &Connection, name: &'a str, path: &'a str, interface: &'a str) -> Option<Proxy<'a>> {
    proxy::Builder::new(connection)
        .destination(name)
        .ok()?
        .path(path)
        .ok()?
        .interface(interface)
        .ok()?
        .cache_properties(CacheProperties::No)
        .build()
        .ok()
}
