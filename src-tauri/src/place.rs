//! Where in the window the tray or a notification leads. The window is told by its address
//! when it is made, and by an event when it is open; it reads both the same way.

use buhphone_agent::view::View;
use serde::Serialize;

/// A screen of the window, as `ui/desktop/src/places.ts` reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub(crate) enum Place {
    /// «Перезвоните мне».
    Callback,
    Conversation {
        request_id: String,
    },
}

impl Place {
    /// The latest conversation with something new in it.
    pub(crate) fn unread(view: &View) -> Option<Self> {
        let head = view.talk.conversations.iter().find(|head| head.unread > 0)?;
        Some(Self::Conversation { request_id: head.request_id.clone() })
    }

    /// The window's page, opened here.
    pub(crate) fn address(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        match self {
            Self::Callback => query.append_pair("screen", "callback"),
            Self::Conversation { request_id } => {
                query.append_pair("screen", "conversation").append_pair("request_id", request_id)
            }
        };
        format!("index.html?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_an_event_name_the_same_place() {
        assert_eq!(Place::Callback.address(), "index.html?screen=callback");
        let talk = Place::Conversation { request_id: "a&b".to_owned() };
        assert_eq!(talk.address(), "index.html?screen=conversation&request_id=a%26b");
        let event = serde_json::to_value(&talk).unwrap();
        assert_eq!(event, serde_json::json!({ "screen": "conversation", "request_id": "a&b" }));
        assert_eq!(serde_json::to_value(Place::Callback).unwrap(), serde_json::json!({ "screen": "callback" }));
    }
}
