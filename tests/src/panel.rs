//! A desktop's panel as far as the tray goes: it watches for icons and reads their menus.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use anyhow::{Context as _, Result};
use xtask::desktop::Desktop;
use zbus::{
    Connection, Proxy, connection, interface,
    message::Header,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

/// A panel with the icons that registered with it.
#[derive(Debug)]
pub struct Panel {
    connection: Connection,
    icons: Icons,
}

type Icons = Arc<Mutex<Vec<(String, String)>>>;

struct Watcher {
    icons: Icons,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// An icon comes with its path, or with its bus name and the standard path.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let icon = if service.starts_with('/') {
            (sender, service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        self.icons.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(icon);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A menu's entry: number, text, whether it can be chosen.
pub type Entry = (i32, String, bool);

impl Panel {
    /// Puts a panel on the session's bus.
    ///
    /// # Errors
    /// When the bus refuses.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let icons = Icons::default();
        let connection = connection::Builder::address(desktop.bus_address())?
            .name("org.kde.StatusNotifierWatcher")?
            .serve_at("/StatusNotifierWatcher", Watcher { icons: Arc::clone(&icons) })?
            .build()
            .await?;
        Ok(Self { connection, icons })
    }

    /// The entries of the first icon's menu that say something; none before an icon came.
    ///
    /// # Errors
    /// When the program does not answer.
    pub async fn menu(&self) -> Result<Vec<Entry>> {
        let Some(menu) = self.menu_proxy().await? else { return Ok(Vec::new()) };
        let (_, (_, _, children)): (u32, Layout) = menu.call("GetLayout", &(0i32, -1i32, Vec::<String>::new())).await?;
        children.into_iter().map(entry).filter(|entry| !matches!(entry, Ok((_, text, _)) if text.is_empty())).collect()
    }

    /// Chooses the entry with this text.
    ///
    /// # Errors
    /// When there is none.
    pub async fn choose(&self, text: &str) -> Result<()> {
        let entries = self.menu().await?;
        let (number, _, _) = entries
            .iter()
            .find(|(_, label, _)| label == text)
            .with_context(|| format!("no «{text}» in {entries:?}"))?;
        let menu = self.menu_proxy().await?.context("a menu")?;
        menu.call_method("Event", &(number, "clicked", Value::from(0i32), 0u32)).await?;
        Ok(())
    }

    async fn menu_proxy(&self) -> Result<Option<Proxy<'_>>> {
        let icon = self.icons.lock().unwrap_or_else(std::sync::PoisonError::into_inner).first().cloned();
        let Some((name, path)) = icon else { return Ok(None) };
        let icon = Proxy::new(&self.connection, name.clone(), path, "org.kde.StatusNotifierItem").await?;
        let menu: OwnedObjectPath = icon.get_property("Menu").await?;
        Ok(Some(Proxy::new(&self.connection, name, menu, "com.canonical.dbusmenu").await?))
    }
}

/// `(ia{sv}av)` of the menu protocol.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

fn entry(value: OwnedValue) -> Result<Entry> {
    let (number, properties, _) = Layout::try_from(value)?;
    let text = properties.get("label").and_then(|label| <&str>::try_from(label).ok()).unwrap_or_default();
    let enabled = properties.get("enabled").and_then(|enabled| bool::try_from(enabled).ok()).unwrap_or(true);
    Ok((number, text.replace('_', ""), enabled))
}
