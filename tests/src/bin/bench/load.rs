//! Load on one route: calls signed beforehand, sent over connections that stay open.
//! As fast as they are answered, or each at its time; what is no 200 ends the bench.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::device::Device;

/// Longer than any answer takes that is not lost.
const ANSWER: Duration = Duration::from_secs(20);

/// A call as it goes over the wire, signed.
pub(crate) fn call(device: &Device, path: &str, body: &[u8]) -> Result<Vec<u8>> {
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n");
    for (name, value) in device.headers("POST", path, "?", body)? {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    Ok([head.as_bytes(), body].concat())
}

/// Sends every call as soon as one of the connections is free: how long all took.
pub(crate) async fn flood(server: SocketAddr, calls: Vec<Vec<u8>>, connections: usize) -> Result<Duration> {
    let begun = now();
    send(server, calls, connections, move |_| begun).await?;
    Ok(begun.elapsed())
}

/// Sends so many calls a second, whatever is answered meanwhile: how long each took from
/// the time it was due, shortest first.
pub(crate) async fn pace(
    server: SocketAddr,
    calls: Vec<Vec<u8>>,
    connections: usize,
    rate: f64,
) -> Result<Vec<Duration>> {
    let begun = now();
    let due = move |place: usize| begun + Duration::from_secs_f64(place as f64 / rate);
    let mut taken = send(server, calls, connections, due).await?;
    taken.sort_unstable();
    Ok(taken)
}

async fn send(
    server: SocketAddr,
    calls: Vec<Vec<u8>>,
    connections: usize,
    due: impl Fn(usize) -> Instant + Copy + Send + 'static,
) -> Result<Vec<Duration>> {
    let (calls, next) = (Arc::new(calls), Arc::new(AtomicUsize::new(0)));
    let mut sending = JoinSet::new();
    for _ in 0..connections {
        let (calls, next) = (calls.clone(), next.clone());
        let mut stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        sending.spawn(async move {
            let (mut taken, mut answer) = (Vec::new(), Vec::new());
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(call) = calls.get(place) else { return anyhow::Ok(taken) };
                let due = due(place);
                tokio::time::sleep_until(due.into()).await;
                stream.write_all(call).await?;
                let answered = tokio::time::timeout(ANSWER, read(&mut stream, &mut answer)).await;
                answered.context("a call was not answered")??;
                taken.push(due.elapsed());
            }
        });
    }
    let mut taken = Vec::with_capacity(calls.len());
    while let Some(sent) = sending.join_next().await {
        taken.append(&mut sent??);
    }
    Ok(taken)
}

/// Reads one answer to its end.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<()> {
    answer.clear();
    let mut whole = usize::MAX;
    while answer.len() < whole {
        ensure!(stream.read_buf(answer).await? > 0, "the connection ended");
        if whole == usize::MAX
            && let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n")
        {
            ensure!(answer.starts_with(b"HTTP/1.1 200"), "refused: {}", String::from_utf8_lossy(answer));
            let lines = std::str::from_utf8(&answer[..head])?.lines();
            let length = lines.filter_map(|line| line.strip_prefix("content-length: ")).next();
            whole = head + 4 + length.context("an answer of unknown length")?.parse::<usize>()?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the stopwatch")]
fn now() -> Instant {
    Instant::now()
}
