//! The cloud is killed (`kill -9`) before every single outward step of taking in what a computer
//! sends and giving out what staff answer: each write and sync of its database, each piece received
//! or sent. Started again on the same database, it and the clients come to one transcript.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::Mutex as Shared,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use buhphone_cloud::{rules::passwords, store::sql::SqlStore};
use buhphone_protocol::{
    cabinet::{CSRF_HEADER, PREFIX, SignIn},
    conversation::{Author, Change, Message, RequestKind, Seq},
    desk::{Reply, RequestCard},
    ids::MessageId,
    live::{EVENTS_PATH, Events, Item, OUTBOX_PATH, Outbox, OutboxRecorded},
};
use buhphone_tests::{
    browser::await_port,
    cloud_path,
    device::Device,
    interposer::{Interposer, Order, Ran, enumerate},
    ports::Port,
    register::{EMAIL, register},
};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use xtask::children::Kept;

/// Clouds at once: more than processors, because every other one waits for a disk.
const CLOUDS: usize = 4;

/// A run takes a second or two.
const PATIENCE: Duration = Duration::from_secs(60);

/// Seconds that a computer listens in one call: longer than staff take to answer here.
const LISTEN_S: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_killed_at_any_step_of_a_conversation_comes_to_the_same_transcript() -> Result<()> {
    let registered = Registered::new().await?;
    let struck = enumerate(vec![(); CLOUDS], async |_: &mut (), step| {
        let talk = Talk::begin(&registered, step).await?;
        let told = tokio::time::timeout(PATIENCE, talk.tell()).await;
        let told = told.context("the clients did not come to an end").and_then(|told| told);
        told.with_context(|| format!("after these steps:\n{}", talk.watch.story().unwrap_or_default()))?;
        Ok(if talk.watch.was_killed()? { Ran::Struck } else { Ran::ToItsEnd })
    })
    .await?;
    println!("{struck} steps");
    ensure!(struck > 40, "only {struck} steps were found");
    Ok(())
}

/// A partner with one connected computer and an open cabinet, on a database that every run begins with.
struct Registered {
    folder: tempfile::TempDir,
    device: Device,
    cookie: String,
}

impl Registered {
    async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite:{}", folder.path().join("cloud.sqlite").display());
        SqlStore::migrate(&database).await?;
        let store = SqlStore::open(&database).await?;
        let password = passwords::generate();
        let connected = register(&store, &password, 1).await;
        store.close().await;
        let device = connected?.1.pop().context("the computer")?;
        let port = Port::take()?;
        let server = Server::start(folder.path(), port.number, None).await?;
        let http = Client::builder().no_proxy().build()?;
        let given = SignIn { email: EMAIL.to_owned(), password };
        let call = http.post(server.url(&format!("{PREFIX}/session"))).header(CSRF_HEADER, "1").json(&given);
        let answer = call.send().await?.error_for_status()?;
        let set = answer.headers().get("set-cookie").context("no session")?.to_str()?;
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { folder, device, cookie })
    }

    /// A copy of the database and the secret.
    fn copied(&self) -> Result<tempfile::TempDir> {
        let copy = tempfile::tempdir()?;
        for file in std::fs::read_dir(self.folder.path())? {
            let file = file?;
            std::fs::copy(file.path(), copy.path().join(file.file_name()))?;
        }
        Ok(copy)
    }
}

/// The cloud's process.
struct Server {
    port: u16,
    process: Kept,
}

impl Server {
    async fn start(folder: &Path, port: u16, watch: Option<&Interposer>) -> Result<Self> {
        let mut command = Command::new(cloud_path());
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"]).arg(folder);
        // Whatever the developer's environment says of a cloud is of another one.
        for name in ["DATABASE", "SECRET_FILE", "PUBLIC_URL", "TRUSTED_PROXIES", "PROGRAM_URL"] {
            command.env_remove(format!("BUHPHONE_{name}"));
        }
        command.env("BUHPHONE_LOG", "error").stdin(Stdio::null());
        if let Some(watch) = watch {
            watch.set_up(&mut command);
        }
        let process = Kept::start("the cloud", &mut command)?;
        await_port(port).await?;
        Ok(Self { port, process })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", SocketAddr::from(([127, 0, 0, 1], self.port)))
    }
}

impl Drop for Server {
    /// As a power cut would: nothing of it is asked to end.
    fn drop(&mut self) {
        let _ = self.process.signal("KILL");
    }
}

/// The process that is to be killed, and the one after it.
struct Run {
    server: Option<Server>,
    again: bool,
}

/// One run: a cloud that is killed at one step and comes back, a computer and a page that repeat
/// what was not acknowledged.
struct Talk<'a> {
    registered: &'a Registered,
    folder: tempfile::TempDir,
    watch: Interposer,
    port: Port,
    run: Mutex<Run>,
    http: Client,
    /// What the computer has heard, by the numbers of the events.
    heard: Shared<Vec<(Seq, Change)>>,
}

impl<'a> Talk<'a> {
    async fn begin(registered: &'a Registered, step: u32) -> Result<Self> {
        let (folder, port) = (registered.copied()?, Port::take()?);
        let watch = Interposer::new(&cloud_path())?.on_files_in(folder.path())?.on_port(port.number);
        let server = Server::start(folder.path(), port.number, Some(&watch)).await?;
        watch.order(Order::KillAt(step))?;
        Ok(Self {
            registered,
            folder,
            watch,
            port,
            run: Mutex::new(Run { server: Some(server), again: false }),
            http: Client::builder().no_proxy().timeout(PATIENCE).build()?,
            heard: Shared::default(),
        })
    }

    /// The conversation: three items in one letter, an answer that is listened for, one more
    /// message with the receipt, an answer to that. Then both sides are compared.
    async fn tell(&self) -> Result<()> {
        let device = &self.registered.device;
        let request_id = device.request_id;
        let ids: [MessageId; 6] = std::array::from_fn(|_| MessageId::generate());
        let say = |at: usize, text: &str| Item::Say {
            request_id,
            message_id: ids[at],
            text: text.to_owned(),
            made_at: Timestamp::UNIX_EPOCH,
        };
        let open = Item::Open {
            request_id,
            request: RequestKind::Ordinary,
            message_id: ids[0],
            text: "первое".to_owned(),
            phone: None,
            made_at: Timestamp::UNIX_EPOCH,
        };
        self.send(vec![open, say(1, "второе"), say(2, "третье")]).await?;
        self.listen_for(ids[2]).await?;
        tokio::try_join!(self.listen_for(ids[3]), self.reply(ids[3], "ответ"))?;
        let up_to = self.heard()?.last().map_or(0, |(seq, _)| *seq);
        let read = Item::Read { request_id, up_to: ids[3] };
        self.send(vec![Item::Delivered { up_to }, read, say(4, "четвёртое")]).await?;
        tokio::try_join!(self.listen_for(ids[5]), self.reply(ids[5], "и ещё ответ"))?;

        let numbers: Vec<Seq> = self.heard()?.iter().map(|(seq, _)| *seq).collect();
        ensure!(numbers == (1..=Seq::try_from(numbers.len())?).collect::<Vec<_>>(), "heard {numbers:?}");
        let heard = self.heard()?;
        let told = heard.iter().filter_map(|(_, change)| match change {
            Change::Message { message } => Some(message),
            _ => None,
        });
        let here: Vec<_> = told.map(in_transcript).collect();
        let card: RequestCard = self
            .ask(|http| {
                let call = http.get(self.url(&format!("{PREFIX}/requests/{request_id}")));
                Ok(call.header("cookie", &self.registered.cookie))
            })
            .await?;
        let there: Vec<_> = card.messages.iter().map(in_transcript).collect();
        ensure!(here == there, "the computer holds {here:?},\nthe cloud {there:?}");
        let of_people: Vec<&str> =
            card.messages.iter().filter(|one| !of_line(one)).map(|message| message.text.as_str()).collect();
        ensure!(
            of_people == ["первое", "второе", "третье", "ответ", "четвёртое", "и ещё ответ"],
            "written was {of_people:?}"
        );
        ensure!(card.messages.iter().filter(|one| of_line(one)).count() == 1, "the line answers once: {there:?}");
        Ok(())
    }

    async fn send(&self, items: Vec<Item>) -> Result<()> {
        let body = serde_json::to_vec(&Outbox { items })?;
        let recorded: OutboxRecorded = self
            .ask(|http| {
                let call = http.post(self.url(OUTBOX_PATH)).header("content-type", "application/json");
                self.signed(call, "POST", OUTBOX_PATH, "?", &body).map(|call| call.body(body.clone()))
            })
            .await?;
        ensure!(recorded.rejected.is_empty(), "rejected: {recorded:?}");
        Ok(())
    }

    /// Listens, from where it is, until it has this message.
    async fn listen_for(&self, message_id: MessageId) -> Result<()> {
        loop {
            let heard = self.heard()?;
            let has =
                |change: &Change| matches!(change, Change::Message { message } if message.message_id == message_id);
            if heard.iter().any(|(_, change)| has(change)) {
                return Ok(());
            }
            let query = format!("?after={}&wait={LISTEN_S}", heard.last().map_or(0, |(seq, _)| *seq));
            let events: Events = self
                .ask(|http| {
                    let call = http.get(self.url(&format!("{EVENTS_PATH}{query}")));
                    self.signed(call, "GET", EVENTS_PATH, &query, b"")
                })
                .await?;
            let mut heard = self.heard.lock().map_err(|_| anyhow::anyhow!("a panic"))?;
            heard.extend(events.events.into_iter().map(|event| (event.seq, event.change)));
        }
    }

    async fn reply(&self, message_id: MessageId, text: &str) -> Result<()> {
        let reply = Reply { message_id, text: text.to_owned() };
        let request_id = self.registered.device.request_id;
        let _: serde_json::Value = self
            .ask(|http| {
                let call = http.post(self.url(&format!("{PREFIX}/requests/{request_id}/messages")));
                Ok(call.header("cookie", &self.registered.cookie).header(CSRF_HEADER, "1").json(&reply))
            })
            .await?;
        Ok(())
    }

    /// Asks until it is answered; a cloud that was killed is started again.
    async fn ask<T: DeserializeOwned>(&self, call: impl Fn(&Client) -> Result<RequestBuilder>) -> Result<T> {
        loop {
            match call(&self.http)?.send().await {
                Ok(answer) => {
                    let (status, body) = (answer.status(), answer.bytes().await);
                    if let Ok(body) = body {
                        ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
                        return Ok(serde_json::from_slice(&body)?);
                    }
                }
                Err(error) if error.is_timeout() => bail!(error),
                Err(_) => {}
            }
            self.come_back().await?;
        }
    }

    async fn come_back(&self) -> Result<()> {
        let mut run = self.run.lock().await;
        ensure!(self.watch.was_killed()?, "a call was not answered by a cloud that lives");
        if !run.again {
            // One that dies holds its port to the end.
            run.server = None;
            run.server = Some(Server::start(self.folder.path(), self.port.number, None).await?);
            run.again = true;
        }
        Ok(())
    }

    fn signed(
        &self,
        mut call: RequestBuilder,
        method: &str,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> Result<RequestBuilder> {
        for (name, value) in self.registered.device.headers(method, path, query, body)? {
            call = call.header(name, value);
        }
        Ok(call)
    }

    fn heard(&self) -> Result<Vec<(Seq, Change)>> {
        Ok(self.heard.lock().map_err(|_| anyhow::anyhow!("a panic"))?.clone())
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", SocketAddr::from(([127, 0, 0, 1], self.port.number)))
    }
}

/// What both sides must agree on.
fn in_transcript(message: &Message) -> (MessageId, Author, String) {
    (message.message_id, message.author.clone(), message.text.clone())
}

fn of_line(message: &Message) -> bool {
    matches!(message.author, Author::Line { .. })
}
