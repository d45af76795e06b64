//! A mail server on loopback: takes letters, or answers what a story says, as servers do.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

pub(crate) struct PostOffice {
    pub(crate) address: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Answers to the next recipients; none left takes them.
    answers: Mutex<VecDeque<String>>,
    taken: Mutex<Vec<String>>,
    asked: Mutex<usize>,
    news: Notify,
}

impl PostOffice {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("smtp://{}?tls=none", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let serving = shared.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, serving.clone()));
            }
        });
        Self { address, shared }
    }

    /// What the next recipients are answered, each once.
    pub(crate) fn will_say(&self, answers: &[&str]) {
        self.shared.answers.lock().unwrap().extend(answers.iter().map(|answer| (*answer).to_owned()));
    }

    /// Waits until so many recipients were asked for, ever.
    pub(crate) async fn asked(&self, count: usize) {
        self.until(|shared| *shared.asked.lock().unwrap() >= count).await;
    }

    /// The letters taken, once there are so many.
    pub(crate) async fn letters(&self, count: usize) -> Vec<String> {
        self.until(|shared| shared.taken.lock().unwrap().len() >= count).await;
        self.shared.taken.lock().unwrap().clone()
    }

    async fn until(&self, holds: impl Fn(&Shared) -> bool) {
        let waiting = async {
            loop {
                let news = self.shared.news.notified();
                if holds(&self.shared) {
                    return;
                }
                news.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the cloud sends in time");
    }
}

impl Shared {
    fn answer(&self) -> String {
        *self.asked.lock().unwrap() += 1;
        let answer = self.answers.lock().unwrap().pop_front();
        answer.unwrap_or_else(|| "250 2.1.5 Ok".to_owned())
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut say = async |text: &str| write.write_all(format!("{text}\r\n").as_bytes()).await;
    if say("220 post.example.ru ESMTP").await.is_err() {
        return;
    }
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-post.example.ru\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "RCPT" => {
                let answer = shared.answer();
                shared.news.notify_waiters();
                answer
            }
            "DATA" => {
                if say("354 Go on").await.is_err() {
                    return;
                }
                let mut letter = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    letter.push_str(&line);
                    letter.push('\n');
                }
                shared.taken.lock().unwrap().push(letter);
                shared.news.notify_waiters();
                "250 2.0.0 Taken".to_owned()
            }
            "QUIT" => "221 Bye".to_owned(),
            _ => "250 Ok".to_owned(),
        };
        if say(&answer).await.is_err() || verb == "QUIT" {
            return;
        }
    }
}
