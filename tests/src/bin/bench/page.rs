//! An open page of the cabinet, as far as its stream goes.

use std::time::Duration;

use anyhow::{Context as _, Result};
use buhphone_protocol::{
    cabinet::PREFIX,
    desk::{LiveAbout, LiveEvent},
    ids::RequestId,
};
use reqwest::{Client, Response};

/// Longer than any message takes.
const BOUND: Duration = Duration::from_secs(20);

pub(crate) struct Page {
    stream: Response,
    bytes: Vec<u8>,
}

impl Page {
    /// Opens the stream and hears its greeting.
    pub(crate) async fn open(http: &Client, url: &str, cookie: &str) -> Result<Self> {
        let stream = http.get(format!("{url}{PREFIX}/live")).header("cookie", cookie).send().await?;
        let mut page = Self { stream: stream.error_for_status()?, bytes: Vec::new() };
        page.until(|about| *about == LiveAbout::Hello).await?;
        Ok(page)
    }

    /// A user's message in the conversation is told.
    pub(crate) async fn hear(&mut self, request: RequestId) -> Result<()> {
        self.until(
            |about| matches!(about, LiveAbout::Request { request_id, from_user: true, .. } if *request_id == request),
        )
        .await
    }

    async fn until(&mut self, wanted: impl Fn(&LiveAbout) -> bool) -> Result<()> {
        loop {
            let block = self.block().await?;
            let Some(data) = block.lines().find_map(|line| line.strip_prefix("data:")) else { continue };
            let event: LiveEvent = serde_json::from_str(data.trim_start())?;
            if wanted(&event.about) {
                return Ok(());
            }
        }
    }

    async fn block(&mut self) -> Result<String> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|two| two == b"\n\n") {
                return Ok(String::from_utf8(self.bytes.drain(..end + 2).collect())?);
            }
            let chunk = tokio::time::timeout(BOUND, self.stream.chunk()).await.context("a message was not told")??;
            self.bytes.extend_from_slice(&chunk.context("the page's stream ended")?);
        }
    }
}
