//! The road between the program and the cloud: a middleman on one port whose manner a test changes
//! while it runs, over TCP or TLS; the same stands for an office's proxy. Takes every call down.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// Connections waiting to be taken: the program makes three at once at most.
const BACKLOG: u32 = 16;

/// What the road does with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    Passes,
    /// Nobody listens.
    Refuses,
    /// Brings the call, and the answer so much later.
    Slow(Duration),
    /// Brings the call, and of the answer a byte a second.
    Drips,
    /// Answers so in the cloud's place.
    Answers(String),
    /// Brings calls to this path, and no answer; all others pass.
    LosesAnswersTo(&'static str),
}

/// A call as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Since the road was laid.
    pub at: Duration,
    /// `POST /api/device/v1/authorize`.
    pub line: String,
}

#[derive(Clone)]
struct State {
    manner: Manner,
    tls: Option<TlsAcceptor>,
}

/// A road, as long as it is kept.
pub struct Road {
    pub address: SocketAddr,
    state: watch::Sender<State>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Road {
    /// Lays a road to `to` that passes everything, on a free port of this computer.
    ///
    /// # Errors
    /// When no port is free.
    pub fn to(to: SocketAddr, tls: Option<TlsAcceptor>) -> Result<Self> {
        Self::from(SocketAddr::from(([127, 0, 0, 1], 0)), to, tls)
    }

    /// As above, listening at `from`.
    ///
    /// # Errors
    /// When the address is not this computer's.
    pub fn from(from: SocketAddr, to: SocketAddr, tls: Option<TlsAcceptor>) -> Result<Self> {
        // Keeps the port ours while nobody listens on it.
        let holder = socket(from)?;
        let address = holder.local_addr()?;
        let (state, states) = watch::channel(State { manner: Manner::Passes, tls });
        let taken = Arc::<Mutex<Vec<Taken>>>::default();
        let traveller = Traveller { to, taken: taken.clone(), laid: now() };
        let listener = listen(address)?;
        tokio::spawn(async move {
            keep(address, listener, states, traveller).await;
            drop(holder);
        });
        Ok(Self { address, state, taken })
    }

    /// Behaves so from now on; connections under way are cut.
    pub fn behave(&self, manner: Manner) {
        self.state.send_modify(|state| state.manner = manner);
    }

    /// Presents this certificate from now on; connections under way are cut.
    pub fn present(&self, certificate: TlsAcceptor) {
        self.state.send_modify(|state| state.tls = Some(certificate));
    }

    /// The calls since the road was laid.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When calls came whose line has this in it.
    #[must_use]
    pub fn times_of(&self, part: &str) -> Vec<Duration> {
        self.taken().into_iter().filter(|call| call.line.contains(part)).map(|call| call.at).collect()
    }
}

/// An answer of somebody in the cloud's place; `headers` each end a line.
#[must_use]
pub fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn socket(address: SocketAddr) -> Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address).with_context(|| format!("the road's address {address}"))?;
    Ok(socket)
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    Ok(socket(address)?.listen(BACKLOG)?)
}

async fn keep(address: SocketAddr, listener: TcpListener, mut states: watch::Receiver<State>, traveller: Traveller) {
    let mut listening = Some(listener);
    loop {
        let state = states.borrow_and_update().clone();
        // Those before are cut.
        let mut connections = JoinSet::new();
        if state.manner == Manner::Refuses {
            listening = None;
        } else if listening.is_none() {
            listening = Some(listen(address).expect("the port is held"));
        }
        loop {
            let accepted = async {
                match &listening {
                    Some(listener) => listener.accept().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = states.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                accepted = accepted => {
                    let Ok((program, _)) = accepted else { continue };
                    let (state, traveller) = (state.clone(), traveller.clone());
                    connections.spawn(async move {
                        // Either side may hang up at any time; who refuses the certificate does so here.
                        drop(match state.tls {
                            None => traveller.travel(program, &state.manner).await,
                            Some(tls) => match tls.accept(program).await {
                                Ok(program) => traveller.travel(program, &state.manner).await,
                                Err(error) => Err(error),
                            },
                        });
                    });
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

#[derive(Clone)]
struct Traveller {
    to: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
    laid: Instant,
}

impl Traveller {
    async fn travel(&self, mut program: impl AsyncRead + AsyncWrite + Unpin, manner: &Manner) -> std::io::Result<()> {
        let call = read_message(&mut program).await?;
        let text = String::from_utf8_lossy(&call);
        let line = text.lines().next().and_then(|line| line.rsplit_once(' ')).map_or("", |(line, _)| line).to_owned();
        let taken = Taken { at: now().duration_since(self.laid), line: line.clone() };
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(taken);
        if let Manner::Answers(answer) = manner {
            program.write_all(answer.as_bytes()).await?;
            return program.shutdown().await;
        }
        let mut cloud = TcpStream::connect(self.to).await?;
        if line.starts_with("CONNECT ") {
            program.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        } else {
            cloud.write_all(&call).await?;
        }
        match manner {
            Manner::Slow(late) => {
                let answer = read_message(&mut cloud).await?;
                tokio::time::sleep(*late).await;
                program.write_all(&answer).await?;
            }
            Manner::Drips => {
                for byte in read_message(&mut cloud).await? {
                    program.write_all(&[byte]).await?;
                    program.flush().await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            Manner::LosesAnswersTo(path) if line.ends_with(path) => drop(read_message(&mut cloud).await?),
            _ => drop(tokio::io::copy_bidirectional(&mut program, &mut cloud).await?),
        }
        program.shutdown().await
    }
}

/// A head and as much body as it tells of, of a call or an answer.
async fn read_message(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if bytes.len() >= head + 4 + length.unwrap_or(0) {
                return Ok(bytes);
            }
        }
        if from.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "calls are told by the true time between them")]
fn now() -> Instant {
    Instant::now()
}
