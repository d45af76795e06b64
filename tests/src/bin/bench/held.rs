//! Live connections of many computers, held open and read as they come: each a bare
//! socket, so that thousands fit in one process beside what is measured.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use buhphone_protocol::live::EVENTS_PATH;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
};

use crate::device::Device;

/// Opened at once.
const OPENING: usize = 64;
/// Addresses of the loopback that connections come from, so that ports suffice.
const SOURCES: usize = 8;
/// Longer than a connection takes to open on a busy machine.
const OPEN: Duration = Duration::from_secs(20);
/// Twice the cloud's comment that keeps proxies awake, and some.
const HEAR: Duration = Duration::from_secs(40);

/// Closed when dropped.
pub(crate) struct Held {
    reading: JoinSet<()>,
    heard: Arc<AtomicUsize>,
}

impl Held {
    /// A stream of events for every computer, each open to its first comment.
    pub(crate) async fn open(server: SocketAddr, devices: &[Device]) -> Result<Self> {
        let opening = devices.iter().enumerate().map(|(number, device)| async move {
            let opened = tokio::time::timeout(OPEN, open(server, number % SOURCES, device));
            opened.await.context("a stream did not open in time")?
        });
        let streams: Vec<TcpStream> = stream::iter(opening).buffer_unordered(OPENING).try_collect().await?;
        let (mut reading, heard) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
        for stream in streams {
            reading.spawn(read(stream, heard.clone()));
        }
        Ok(Self { reading, heard })
    }

    /// Every stream has been written to since it was opened, and none has ended.
    pub(crate) async fn all_heard(&mut self) -> Result<()> {
        let all = self.reading.len();
        let heard = async {
            while self.heard.load(Ordering::Acquire) < all {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(100)) => {}
                    _ = self.reading.join_next() => bail!("a stream ended"),
                }
            }
            Ok(())
        };
        tokio::time::timeout(HEAR, heard).await.context("a stream was not kept awake")?
    }

    /// How many are open still.
    pub(crate) fn open_still(&mut self) -> usize {
        while self.reading.try_join_next().is_some() {}
        self.reading.len()
    }
}

async fn open(server: SocketAddr, source: usize, device: &Device) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::new(127, 0, 0, u8::try_from(2 + source)?), 0).into())?;
    let mut stream = socket.connect(server).await?;
    let query = "?after=0";
    let mut call = format!("GET {EVENTS_PATH}{query} HTTP/1.1\r\nhost: {server}\r\naccept: text/event-stream\r\n");
    for (name, value) in device.headers("GET", EVENTS_PATH, query, b"")? {
        call += &format!("{name}: {value}\r\n");
    }
    stream.write_all((call + "\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.windows(3).any(|three| three == b"\n:\n" || three == b": \n") {
        ensure!(stream.read_buf(&mut answer).await? > 0, "refused: {}", String::from_utf8_lossy(&answer));
    }
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "refused: {}", String::from_utf8_lossy(&answer));
    Ok(stream)
}

async fn read(mut stream: TcpStream, heard: Arc<AtomicUsize>) {
    let mut buffer = [0; 512];
    let mut first = true;
    while let Ok(1..) = stream.read(&mut buffer).await {
        if std::mem::take(&mut first) {
            heard.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Lets this process, and those it starts, hold so many connections.
pub(crate) fn allow(connections: usize) -> Result<()> {
    let needed = connections as u64 + 500;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < needed) {
        ensure!(maximum.is_none_or(|most| most >= needed), "{needed} open files are needed: raise `ulimit -Hn`");
        setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum })?;
    }
    Ok(())
}
