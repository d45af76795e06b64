//! An office proxy of the bad kind, between a program and its cloud: one call a connection.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Temper {
    Honest,
    /// Streams end after so many bytes, wherever that is.
    CutsStreams(usize),
    /// Streams are held back for as long as they last.
    HoldsStreams,
    /// Calls arrive twice, and the one answer or the other is brought back; of every third neither is.
    RepeatsAndLoses,
}

/// The address to call instead of `cloud`.
pub(crate) async fn between(cloud: &Url, temper: Temper) -> Url {
    let cloud: SocketAddr = cloud.authority().parse().expect("an address of this computer");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let calls = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((program, _)) = listener.accept().await {
            let calls = calls.clone();
            // Either side may hang up at any time.
            tokio::spawn(async move { drop(pass(program, cloud, temper, &calls).await) });
        }
    });
    address.parse().expect("it is an address")
}

async fn pass(mut program: TcpStream, cloud: SocketAddr, temper: Temper, calls: &AtomicUsize) -> std::io::Result<()> {
    let call = read_call(&mut program).await?;
    let is_stream = contains(&call, b"text/event-stream");
    let mut upstream = TcpStream::connect(cloud).await?;
    upstream.write_all(&call).await?;
    match temper {
        Temper::CutsStreams(bytes) if is_stream => {
            tokio::io::copy(&mut upstream.take(bytes as u64), &mut program).await?;
        }
        Temper::HoldsStreams if is_stream => {
            let mut held = Vec::new();
            upstream.read_to_end(&mut held).await?;
        }
        Temper::RepeatsAndLoses if call.starts_with(b"POST") => {
            let first = read_call(&mut upstream).await?;
            let mut again = TcpStream::connect(cloud).await?;
            again.write_all(&call).await?;
            let answer = read_call(&mut again).await?;
            match calls.fetch_add(1, Ordering::Relaxed) % 3 {
                0 => program.write_all(&answer).await?,
                1 => program.write_all(&first).await?,
                _ => {}
            }
        }
        _ => drop(tokio::io::copy_bidirectional(&mut program, &mut upstream).await?),
    }
    Ok(())
}

/// A head and as much body as it tells of, of a call or an answer.
async fn read_call(from: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            if bytes.len() >= head + 4 + length.map_or(0, |length| length.parse().expect("a number")) {
                return Ok(bytes);
            }
        }
        if from.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
