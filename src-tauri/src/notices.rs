//! Notices as the system shows them, while nobody looks at the window that would show the same;
//! one a conversation at a time, and a click on it opens the conversation.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use buhphone_agent::view::Notice;
use tauri::AppHandle;
use tauri_plugin_notification::{ActionPerformed, NotificationExt as _};
use tokio::sync::mpsc;

use crate::{place::Place, window};

/// What a notice carries back when it is clicked.
const CONVERSATION: &str = "conversation";

/// What the plugin calls a click on the notice itself.
const TAP: &str = "tap";

/// Shows each notice that comes, until the agent ends.
pub(crate) async fn notify_on(app: AppHandle, mut notices: mpsc::UnboundedReceiver<Notice>) {
    let on = app.clone();
    if let Err(error) = app.notification().on_action(move |action| clicked(&on, action)) {
        tracing::warn!(%error, "clicks on notifications will not be heard");
    }
    let markup = tauri::async_runtime::spawn_blocking(reads_markup).await.unwrap_or(false);
    while let Some(notice) = notices.recv().await {
        if !window::is_seen(&app) {
            show(&app, notice, markup);
        }
    }
}

fn show(app: &AppHandle, notice: Notice, markup: bool) {
    let body = if markup { plain(&notice.body) } else { notice.body };
    let mut shown = app.notification().builder().title(notice.title).body(body);
    if let Some(request_id) = notice.conversation {
        let number = number(&request_id);
        if let Err(error) = app.notification().remove_active(vec![number]) {
            tracing::debug!(%error, "the conversation's earlier notification stays");
        }
        shown = shown.id(number).extra(CONVERSATION, request_id);
    }
    if let Err(error) = shown.show() {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

/// The number by which the system's notification of a conversation is replaced.
fn number(request_id: &str) -> i32 {
    let mut hasher = DefaultHasher::new();
    request_id.hash(&mut hasher);
    // The low 31 bits.
    i32::try_from(hasher.finish() & 0x7fff_ffff).expect("31 bits fit")
}

/// Whether the desktop would read a notice's body as markup; the body is somebody's plain text.
#[cfg(target_os = "linux")]
fn reads_markup() -> bool {
    notify_rust::get_capabilities().is_ok_and(|all| all.iter().any(|one| one == "body-markup"))
}

#[cfg(not(target_os = "linux"))]
fn reads_markup() -> bool {
    false
}

/// `text` such that markup shows it as it is.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn clicked(app: &AppHandle, action: &ActionPerformed) {
    if action.action_id() != TAP {
        return;
    }
    let told = action.notification().and_then(|shown| shown.extra().get(CONVERSATION));
    let place = told.and_then(|value| value.as_str()).map(|id| Place::Conversation { request_id: id.to_owned() });
    window::open(app, place);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_shown_and_not_obeyed() {
        assert_eq!(plain("<b>счёт & акт</b>"), "&lt;b&gt;счёт &amp; акт&lt;/b&gt;");
    }

    #[test]
    fn a_conversation_has_one_number_and_another_has_another() {
        assert_eq!(number("one"), number("one"));
        assert_ne!(number("one"), number("another"));
    }
}
