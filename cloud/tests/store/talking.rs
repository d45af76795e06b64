//! What users and staff write in the stories of conversations.

use buhphone_cloud::store::{LineAnswer, NewMessage, NewRequest, Recorded, Writer};
use buhphone_protocol::{
    conversation::{Change, Event, RequestKind, Seq},
    ids::{DeviceId, MessageId, RequestId},
};
use jiff::Timestamp;

use crate::world::{World, morning};

pub(crate) const ANSWER: &str = "Обращение получено. Ответим в течение 15 минут.";

impl World {
    /// A request of the world's user, to be answered by the line at once.
    pub(crate) fn asks(&self, device_id: DeviceId, kind: RequestKind, text: &str) -> NewRequest {
        NewRequest {
            request_id: RequestId::generate(),
            user_id: self.user_id,
            kind,
            phone: None,
            message_id: MessageId::generate(),
            writer: Writer::User { user_id: self.user_id, device_id },
            text: text.into(),
            answer: Some(LineAnswer {
                message_id: MessageId::generate(),
                name: "Линия консультаций".into(),
                text: ANSWER.into(),
            }),
        }
    }

    /// A request that staff open to the world's user.
    pub(crate) fn writes_first(&self, text: &str) -> NewRequest {
        NewRequest {
            writer: Writer::Staff { staff_id: self.staff_id },
            answer: None,
            ..self.asks(DeviceId::generate(), RequestKind::Staff, text)
        }
    }

    pub(crate) fn user_says(&self, device_id: DeviceId, request_id: RequestId, text: &str) -> NewMessage {
        let writer = Writer::User { user_id: self.user_id, device_id };
        NewMessage { request_id, message_id: MessageId::generate(), writer, text: text.into() }
    }

    pub(crate) fn staff_says(&self, request_id: RequestId, text: &str) -> NewMessage {
        let writer = Writer::Staff { staff_id: self.staff_id };
        NewMessage { request_id, message_id: MessageId::generate(), writer, text: text.into() }
    }

    pub(crate) async fn open(&self, new: &NewRequest) -> Recorded {
        self.open_at(new, morning()).await
    }

    pub(crate) async fn open_at(&self, new: &NewRequest, at: Timestamp) -> Recorded {
        self.store.open_request(self.partner_id, new, at).await.unwrap()
    }

    pub(crate) async fn say(&self, new: &NewMessage) -> Recorded {
        self.say_at(new, morning()).await
    }

    pub(crate) async fn say_at(&self, new: &NewMessage, at: Timestamp) -> Recorded {
        self.store.say(self.partner_id, new, at).await.unwrap()
    }

    pub(crate) async fn events(&self, after: Seq) -> Vec<Event> {
        self.store.events_after(self.partner_id, self.user_id, after, 1_000).await.unwrap().events
    }

    /// What happened after a number, a short line each.
    pub(crate) async fn told(&self, after: Seq) -> Vec<String> {
        self.events(after).await.iter().map(|event| format!("{} {}", event.seq, line(&event.change))).collect()
    }
}

fn line(change: &Change) -> String {
    match change {
        Change::Request { request } => format!("request {:?} {:?}", request.kind, request.state),
        Change::Message { message } => {
            let author = format!("{:?}", message.author);
            let author = author.split(' ').next().unwrap_or_default();
            format!("{author}: {}", message.text)
        }
        Change::Receipt { of_user, read, .. } => format!("receipt of_user={of_user} read={read}"),
        Change::Standing => "standing".into(),
        Change::Unknown => "unknown".into(),
    }
}
