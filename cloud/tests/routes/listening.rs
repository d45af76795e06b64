//! A listener of server-sent events: frames as they arrive, within a bound, never after a period.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, header::HeaderMap};
use serde_json::Value;

/// Longer than anything here takes on a busy machine.
const BOUND: Duration = Duration::from_secs(20);

pub(crate) struct Stream {
    response: Response,
    bytes: Vec<u8>,
}

/// One event of a stream.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) id: u64,
    pub(crate) data: Value,
}

impl Stream {
    /// Opens the stream and hears its first comment.
    pub(crate) async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Self { response, bytes: Vec::new() };
        let first = stream.block().await.expect("the stream is open");
        assert!(first.starts_with(':'), "{first}");
        stream
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
            if let Some(data) = field("data:") {
                let id = field("id:").expect("every event has a number").parse().unwrap();
                return Some(Frame { id, data: serde_json::from_str(data).unwrap() });
            }
        }
    }

    /// Events until one is what is waited for; that one.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Frame {
        loop {
            let frame = self.next().await.expect("the stream goes on");
            if wanted(&frame.data) {
                return frame;
            }
        }
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|two| two == b"\n\n") {
                let block = self.bytes.drain(..end + 2).collect();
                return Some(String::from_utf8(block).unwrap());
            }
            let chunk = tokio::time::timeout(BOUND, self.response.chunk()).await.expect("something comes in time");
            match chunk {
                Ok(Some(chunk)) => self.bytes.extend_from_slice(&chunk),
                Ok(None) | Err(_) => return None,
            }
        }
    }
}
