//! Calls that wait are done together: while one batch is at the database, the next gathers.
//! A call alone goes at once. What a batch does is its owner's; here is who waits for what.
//!
//! A caller who leaves before its batch began is left out of it; one who leaves later
//! changes nothing for the others.

use std::{
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::FutureExt as _;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::ACQUIRE;
use crate::store::Result;

/// Most calls of one batch: past it, one more costs as much as it saves, and all wait for the last.
pub(super) const AT_ONCE: usize = 256;
/// Calls that wait for their batch: two of them full. More wait for a place, each with its own limit.
const WAITING: usize = 2 * AT_ONCE;
/// How long a batch may take: a connection and a transaction, each as long as any may take.
const BATCH: Duration = Duration::from_secs(2 * ACQUIRE.as_secs());

/// None once closed.
type Queue<C, A> = Option<mpsc::Sender<Waiting<C, A>>>;

struct Waiting<C, A> {
    call: C,
    answer: oneshot::Sender<Result<A>>,
}

/// Where the calls of one kind wait. Its clones are one queue.
pub(super) struct Gathered<C, A> {
    queue: Arc<Mutex<Queue<C, A>>>,
    done: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

impl<C: Send + 'static, A: Send + 'static> Gathered<C, A> {
    /// Begins to do batches by `work`, which answers each call in its place.
    pub(super) fn start<W, F>(work: W) -> Self
    where
        W: Fn(Vec<C>) -> F + Send + Sync + 'static,
        F: Future<Output = Vec<Result<A>>> + Send,
    {
        let (queue, mut waiting) = mpsc::channel(WAITING);
        let done = tokio::spawn(async move {
            let mut batch = Vec::with_capacity(AT_ONCE);
            while waiting.recv_many(&mut batch, AT_ONCE).await > 0 {
                run(&work, &mut batch).await;
            }
        });
        Self { queue: Arc::new(Mutex::new(Some(queue))), done: Arc::new(tokio::sync::Mutex::new(Some(done))) }
    }

    /// What the call came to. One that was answered by an error may have been done all the
    /// same, if the database was lost before it told.
    pub(super) async fn ask(&self, call: C) -> Result<A> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let queue = queue.ok_or(sqlx::Error::PoolClosed)?;
        let (answer, answered) = oneshot::channel();
        let accepted = tokio::time::timeout(ACQUIRE, queue.send(Waiting { call, answer })).await;
        accepted.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        // Held, it would keep a queue that is being closed.
        drop(queue);
        answered.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }

    /// Takes no more calls; those taken are done and answered first.
    pub(super) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(done) = self.done.lock().await.take()
            && let Err(error) = done.await
        {
            tracing::error!(%error, "a queue of the store ended badly");
        }
    }
}

/// Does one batch and empties it. Whatever happens to it, the next one comes.
async fn run<C, A, F>(work: &impl Fn(Vec<C>) -> F, batch: &mut Vec<Waiting<C, A>>)
where
    F: Future<Output = Vec<Result<A>>> + Send,
{
    batch.retain(|waiting| !waiting.answer.is_closed());
    if batch.is_empty() {
        return;
    }
    let (calls, answers): (Vec<_>, Vec<_>) = batch.drain(..).map(|waiting| (waiting.call, waiting.answer)).unzip();
    // Dropped in its middle, a transaction is rolled back. A panic has said what it was.
    let worked = AssertUnwindSafe(async { tokio::time::timeout(BATCH, work(calls)).await }).catch_unwind().await;
    let Ok(worked) = worked else { return };
    match worked {
        Ok(outcomes) => {
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // Who left is not told.
                let _ = answer.send(outcome);
            }
        }
        Err(_) => {
            for answer in answers {
                let _ = answer.send(Err(sqlx::Error::PoolTimedOut.into()));
            }
        }
    }
}

impl<C, A> Clone for Gathered<C, A> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), done: self.done.clone() }
    }
}

impl<C, A> fmt::Debug for Gathered<C, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathered").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::store::StoreError;

    type Batches = Arc<Mutex<Vec<Vec<u32>>>>;

    /// Batches as they were done, each let through by a permit; answers the double.
    fn gathered() -> (Gathered<u32, u32>, Arc<Semaphore>, Batches) {
        let (gate, batches) = (Arc::new(Semaphore::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (through, seen) = (gate.clone(), batches.clone());
        let work = move |calls: Vec<u32>| {
            let (through, seen) = (through.clone(), seen.clone());
            async move {
                through.acquire().await.unwrap().forget();
                assert!(!calls.contains(&13), "unlucky");
                seen.lock().unwrap().push(calls.clone());
                calls.into_iter().map(|call| Ok(call * 2)).collect()
            }
        };
        (Gathered::start(work), gate, batches)
    }

    #[tokio::test]
    async fn what_comes_during_a_batch_is_the_next() {
        let (gathered, gate, batches) = gathered();
        let mut first = Box::pin(gathered.ask(1));
        assert!(first.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
        let mut others = Box::pin(join_all((2..5).map(|call| gathered.ask(call))));
        assert!(others.as_mut().now_or_never().is_none());
        gate.add_permits(2);
        assert_eq!(first.await.unwrap(), 2);
        let others: Vec<u32> = others.await.into_iter().map(Result::unwrap).collect();
        assert_eq!(others, [4, 6, 8]);
        assert_eq!(*batches.lock().unwrap(), [vec![1], vec![2, 3, 4]]);
    }

    #[tokio::test]
    async fn who_leaves_early_is_left_out_and_who_leaves_late_changes_nothing() {
        let (gathered, gate, batches) = gathered();
        let mut late = Box::pin(gathered.ask(1));
        assert!(late.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
        let mut early = Box::pin(gathered.ask(2));
        assert!(early.as_mut().now_or_never().is_none());
        let mut stays = Box::pin(gathered.ask(3));
        assert!(stays.as_mut().now_or_never().is_none());
        drop((late, early));
        gate.add_permits(2);
        assert_eq!(stays.await.unwrap(), 6);
        assert_eq!(*batches.lock().unwrap(), [vec![1], vec![3]]);
    }

    #[tokio::test]
    async fn a_batch_that_breaks_is_told_and_the_next_one_comes() {
        let (gathered, gate, _) = gathered();
        gate.add_permits(2);
        assert!(matches!(gathered.ask(13).await, Err(StoreError::Database(_))));
        assert_eq!(gathered.ask(1).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn closing_answers_what_was_taken_and_takes_no_more() {
        let (gathered, gate, _) = gathered();
        let mut taken = Box::pin(gathered.ask(1));
        assert!(taken.as_mut().now_or_never().is_none());
        let closing = tokio::spawn({
            let gathered = gathered.clone();
            async move { gathered.close().await }
        });
        tokio::task::yield_now().await;
        assert!(matches!(gathered.ask(2).await, Err(StoreError::Database(_))));
        gate.add_permits(1);
        closing.await.unwrap();
        assert_eq!(taken.await.unwrap(), 2);
        gathered.close().await;
    }
}
