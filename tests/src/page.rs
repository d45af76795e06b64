//! A page under WebDriver, in the words of somebody looking at it: see, click, fill.
//! Everything waits for a state with a bound, never for a period.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;

/// How long a state is waited for: many times what it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long the end of a session is waited for.
const PARTING: Duration = Duration::from_secs(5);

/// A page of the program's window or of the cabinet.
#[derive(Debug)]
pub struct Page {
    client: Client,
    name: &'static str,
}

impl Page {
    /// Begins a WebDriver session at `port`.
    ///
    /// # Errors
    /// When the driver does not begin one.
    pub async fn open(name: &'static str, port: u16, capabilities: Capabilities) -> Result<Self> {
        let address = format!("http://127.0.0.1:{port}");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let session = builder.capabilities(capabilities).connect(&address);
        let client = tokio::time::timeout(PATIENCE, session)
            .await
            .with_context(|| format!("no WebDriver session for {name} in time"))?
            .with_context(|| format!("a WebDriver session for {name}"))?;
        Ok(Self { client, name })
    }

    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("{}: {url}", self.name))
    }

    /// Waits until the text is visible somewhere on the page.
    ///
    /// # Errors
    /// After the bound, with what is visible instead.
    pub async fn see(&self, text: &str) -> Result<()> {
        self.until(&format!("«{text}»"), async |text_now| text_now.contains(text)).await.map(drop)
    }

    /// Waits until the text is no longer visible.
    ///
    /// # Errors
    /// After the bound, with what is visible.
    pub async fn see_no(&self, text: &str) -> Result<()> {
        self.until(&format!("no «{text}»"), async |text_now| !text_now.contains(text)).await.map(drop)
    }

    /// Waits until the page's visible text is as asked, and returns it.
    ///
    /// # Errors
    /// After the bound, with what is visible.
    pub async fn until(&self, what: &str, holds: impl AsyncFn(&str) -> bool) -> Result<String> {
        let deadline = tokio::time::timeout(PATIENCE, async {
            loop {
                let text = self.text().await.unwrap_or_default();
                if holds(&text).await {
                    return text;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        match deadline.await {
            Ok(text) => Ok(text),
            Err(_) => bail!("{}: waited for {what}, but saw:\n{}", self.name, self.text().await.unwrap_or_default()),
        }
    }

    /// The visible text, with runs of blank made one space within lines.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn text(&self) -> Result<String> {
        let text = self.client.execute("return document.body.innerText", vec![]).await?;
        Ok(text.as_str().unwrap_or_default().replace('\u{a0}', " "))
    }

    /// Clicks what is named so: a button, a link, a tab, a menu item or a radio.
    ///
    /// # Errors
    /// When nothing of that name comes up.
    pub async fn click(&self, name: &str) -> Result<()> {
        let named = format!(
            "//*[self::button or self::a or @role='tab' or @role='menuitem' or @role='radio' or @role='option' or self::label]\
             [normalize-space(.)={q} or @aria-label={q}]",
            q = quoted(name)
        );
        self.click_at(Locator::XPath(&named), name).await
    }

    /// Clicks the first thing that matches a CSS selector.
    ///
    /// # Errors
    /// When nothing matches.
    pub async fn click_css(&self, selector: &str) -> Result<()> {
        self.click_at(Locator::Css(selector), selector).await
    }

    async fn click_at(&self, locator: Locator<'_>, name: &str) -> Result<()> {
        let mut last = None;
        // A page that is being redrawn drops the element between finding and clicking.
        for _ in 0..50 {
            let element = self.find(locator, name).await?;
            match element.click().await {
                Ok(()) => return Ok(()),
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("{}: «{name}» cannot be clicked: {last:?}\n{}", self.name, self.text().await?)
    }

    /// Types into the field with this `name` or `id`, in place of what it holds.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn fill(&self, field: &str, text: &str) -> Result<()> {
        let selector = format!("[name='{field}'], #{field}");
        let element = self.find(Locator::Css(&selector), field).await?;
        element.clear().await?;
        element.send_keys(text).await.with_context(|| format!("{}: typing into {field}", self.name))
    }

    /// The first element that matches, waited for.
    ///
    /// # Errors
    /// After the bound, with what is visible.
    pub async fn find(&self, locator: Locator<'_>, name: &str) -> Result<Element> {
        match self.client.wait().at_most(PATIENCE).for_element(locator).await {
            Ok(element) => Ok(element),
            Err(error) => bail!("{}: no «{name}» ({error}), but saw:\n{}", self.name, self.text().await?),
        }
    }

    /// The text of the first element that matches a CSS selector.
    ///
    /// # Errors
    /// When nothing matches.
    pub async fn text_of(&self, selector: &str) -> Result<String> {
        Ok(self.find(Locator::Css(selector), selector).await?.text().await?.trim().to_owned())
    }

    /// All texts of elements that match a CSS selector now.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn texts_of(&self, selector: &str) -> Result<Vec<String>> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())";
        let texts = self.client.execute(script, vec![selector.into()]).await?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Keeps a picture of the page.
    ///
    /// # Errors
    /// When the driver or the disk refuses.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        // What the page says is on the screen a frame later, and on a busy machine seconds later.
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        tokio::time::timeout(PATIENCE, self.client.execute_async(drawn, vec![]))
            .await
            .context("nothing is drawn")??;
        let png = tokio::time::timeout(PATIENCE, self.client.screenshot()).await.context("no picture in time")??;
        std::fs::write(path, png).with_context(|| path.display().to_string())
    }

    /// Ends the session. The driver may fall silent when its browser ends first: it is stopped afterwards anyway.
    pub async fn close(self) {
        let _ = tokio::time::timeout(PARTING, self.client.close()).await;
    }
}

/// A text as an XPath literal.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
