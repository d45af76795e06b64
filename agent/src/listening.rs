//! The loop beside the driver's: keeps the live link up, and hands on what comes down it.
//! Which way is taken and how long is waited is the business of [`crate::live`].

use std::{sync::Arc, time::Duration};

use buhphone_protocol::{
    conversation::{Event, Seq},
    live::WAIT_MAX_S,
    telemetry::FailureKind,
};
use futures::StreamExt;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    clock::pause,
    live::{End, Link, Way},
    machine::{Input, LiveState},
    ports::{CallError, Clock, Cloud, Heard},
};

/// Inputs waiting for the driver: more would only be read sooner than they are saved.
const INPUTS_MAX: usize = 4;

/// Events that are there together are saved together; fifty of the longest letters are a few megabytes.
const EVENTS_MAX: usize = 50;

/// A wrong header must not cut a computer off for a day.
const SILENCE_MAX: Duration = Duration::from_secs(60 * 60);

/// The driver's hold on the loop; it ends when this is dropped.
pub(crate) struct Listener {
    wanted: watch::Sender<Option<Seq>>,
    _task: JoinSet<()>,
}

impl Listener {
    pub(crate) fn start(cloud: Arc<dyn Cloud>, clock: Arc<dyn Clock>) -> (Self, mpsc::Receiver<Input>) {
        let (wanted, orders) = watch::channel(None);
        let (inputs, heard) = mpsc::channel(INPUTS_MAX);
        let mut task = JoinSet::new();
        task.spawn(
            Loop { cloud, clock, inputs, link: Link::default(), connected: false, silent_until: Duration::ZERO }
                .run(orders),
        );
        (Self { wanted, _task: task }, heard)
    }

    /// At once, in place of any listening before.
    pub(crate) fn listen(&self, after: Seq) {
        self.wanted.send_replace(Some(after));
    }

    pub(crate) fn stop(&self) {
        self.wanted.send_replace(None);
    }
}

struct Loop {
    cloud: Arc<dyn Cloud>,
    clock: Arc<dyn Clock>,
    inputs: mpsc::Sender<Input>,
    link: Link,
    /// As last told to the machine.
    connected: bool,
    /// Monotonic: until then the cloud asked to be left alone, whoever wants to listen.
    silent_until: Duration,
}

impl Loop {
    async fn run(mut self, mut orders: watch::Receiver<Option<Seq>>) {
        loop {
            let wanted = *orders.borrow_and_update();
            let changed = match wanted {
                None => orders.changed().await,
                Some(after) => {
                    self.link.hinted();
                    self.connected = false;
                    tokio::select! {
                        biased;
                        changed = orders.changed() => changed,
                        () = self.listen(after) => return,
                    }
                }
            };
            if changed.is_err() {
                return;
            }
        }
    }

    /// Ends only when nobody hears any more.
    async fn listen(&mut self, mut after: Seq) {
        while !self.inputs.is_closed() {
            pause(self.silent_until.saturating_sub(self.now())).await;
            let end = match self.link.begin(self.now()) {
                Way::Stream => self.stream(&mut after).await,
                Way::Poll => self.poll(&mut after).await,
            };
            let rest = self.link.ended(end, self.now(), &mut rand::rng());
            pause(rest).await;
        }
    }

    async fn stream(&mut self, after: &mut Seq) -> End {
        let opened = tokio::select! {
            opened = self.cloud.listen(*after) => opened,
            () = pause(self.left()) => return End::Silent,
        };
        let mut stream = match opened {
            Ok(stream) => stream.ready_chunks(EVENTS_MAX),
            Err(error) => return self.lost(error).await,
        };
        loop {
            let heard = tokio::select! {
                heard = stream.next() => heard,
                () = pause(self.left()) => return End::Silent,
            };
            let Some(heard) = heard else { return End::Cut };
            let mut events = Vec::new();
            let mut broken = None;
            for one in heard {
                match one {
                    Ok(Heard::Event(event)) => events.push(event),
                    Ok(Heard::Alive) => {}
                    Err(error) => broken = Some(error),
                }
            }
            if broken.is_none() || !events.is_empty() {
                self.link.heard(self.now());
                self.told(events, after).await;
            }
            if let Some(error) = broken {
                tracing::info!(%error, "the live link was cut");
                return End::Cut;
            }
        }
    }

    async fn poll(&mut self, after: &mut Seq) -> End {
        // The first is answered at once, so that a cloud that was away is known to be back.
        let wait = if self.connected { Duration::from_secs(WAIT_MAX_S.into()) } else { Duration::ZERO };
        match self.cloud.poll(*after, wait).await {
            Ok(answer) => {
                if !answer.events.is_empty() || !self.connected {
                    self.link.heard(self.now());
                }
                self.told(answer.events, after).await;
                End::Answered
            }
            Err(error) => self.lost(error).await,
        }
    }

    async fn told(&mut self, events: Vec<Event>, after: &mut Seq) {
        if !std::mem::replace(&mut self.connected, true) {
            self.tell(Input::Live(LiveState::Connected)).await;
        }
        if let Some(last) = events.iter().map(|event| event.seq).max() {
            *after = last.max(*after);
            self.tell(Input::Heard(events)).await;
        }
    }

    async fn lost(&mut self, error: CallError) -> End {
        self.connected = false;
        if let CallError::Refused { retry_after: Some(wait), .. } = &error {
            self.silent_until = self.now() + (*wait).min(SILENCE_MAX);
        }
        let end = match &error {
            CallError::Unreached { failure: FailureKind::Dns | FailureKind::Connect, .. } => End::Unreached,
            _ => End::Failed,
        };
        self.tell(Input::Live(LiveState::Lost(error))).await;
        end
    }

    async fn tell(&self, input: Input) {
        // Nobody hears only when the program ends.
        let _ = self.inputs.send(input).await;
    }

    fn left(&self) -> Duration {
        self.link.deadline().saturating_sub(self.now())
    }

    fn now(&self) -> Duration {
        self.clock.now().monotonic
    }
}
