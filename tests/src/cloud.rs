//! The cloud in this process: a real database and a real port, under a clock the test sets.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result};
use buhphone_cloud::{
    clock::ManualClock,
    demo,
    rules::{Refusal, Rules, passwords},
    secret::{self, Pepper},
    settings::Settings,
    store::{Partner, Staff, Store, UserHistory, sql::SqlStore},
};
use buhphone_protocol::{
    cabinet::{CategoryDraft, ClientDraft, NewCode, Role, UserDraft},
    desk::{FirstMessage, Reply},
    ids::{MessageId, RequestId, UserId},
};
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A cloud with one partner in Europe/Moscow and one administrator.
pub struct Cloud {
    pub url: String,
    pub clock: Arc<ManualClock>,
    pub rules: Rules,
    pub store: Arc<dyn Store>,
    pub partner: Partner,
    pub email: String,
    pub password: String,
    settings: Settings,
    address: SocketAddr,
    serving: Option<Serving>,
    _folder: tempfile::TempDir,
}

struct Serving {
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Cloud {
    /// Starts a cloud with an empty register, whose clock stands at `at`.
    ///
    /// # Errors
    /// When the database or the port refuses.
    pub async fn start(at: Timestamp) -> Result<Self> {
        Self::with(at, async |_, rules| {
            rules.create_partner("Учёт и Ко", "+7 495 123-45-67", "Europe/Moscow").await.map_err(refused)
        })
        .await
    }

    /// Starts a cloud that holds the demo partner's 23 users.
    ///
    /// # Errors
    /// As above.
    pub async fn start_demo(at: Timestamp) -> Result<Self> {
        Self::with(at, async |store, _| Ok(demo::seed(store).await?.partner)).await
    }

    async fn with(at: Timestamp, partner: impl AsyncFnOnce(&dyn Store, &Rules) -> Result<Partner>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite:{}", folder.path().join("cloud.sqlite").display());
        SqlStore::migrate(&database).await?;
        let store: Arc<dyn Store> = Arc::new(SqlStore::open(&database).await?);
        let clock = Arc::new(ManualClock::at(at));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let url = format!("http://{address}");
        let settings = Settings::new(url.parse().context("the cloud's address")?, Pepper::from_bytes(secret::random()));
        let rules = Rules::new(settings.clone(), Arc::clone(&store), Arc::<ManualClock>::clone(&clock));
        let partner = partner(store.as_ref(), &rules).await?;
        let (email, password) = ("olga@uchet.example".to_owned(), passwords::generate());
        rules
            .create_staff(partner.partner_id, "Ольга Смирнова", &email, Role::Administrator, password.clone())
            .await
            .map_err(refused)?;
        let mut cloud = Self {
            url,
            clock,
            rules,
            store,
            partner,
            email,
            password,
            settings,
            address,
            serving: None,
            _folder: folder,
        };
        cloud.serve(listener);
        Ok(cloud)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Moves the clock by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Answers nobody any more, until [`Cloud::resume`].
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn pause(&mut self) -> Result<()> {
        if let Some(Serving { stop, task }) = self.serving.take() {
            drop(stop);
            task.await??;
        }
        Ok(())
    }

    /// Answers again, at the same address.
    ///
    /// # Errors
    /// When the port was taken meanwhile.
    pub async fn resume(&mut self) -> Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        self.serve(listener);
        Ok(())
    }

    fn serve(&mut self, listener: TcpListener) {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(buhphone_cloud::launch(
            self.settings.clone(),
            Arc::clone(&self.store),
            Arc::<ManualClock>::clone(&self.clock),
            listener,
            async move { drop(stopped.await) },
        ));
        self.serving = Some(Serving { stop, task });
    }

    /// Registers a client with one user, as the cabinet would.
    ///
    /// # Errors
    /// When the rules refuse.
    pub async fn register(&self, surname: &str) -> Result<UserId> {
        let staff = self.administrator().await?;
        let client = ClientDraft { name: "ООО «Ромашка»".to_owned(), inn: "7707083893".to_owned() };
        let client = self.rules.create_client(&staff, client).await.map_err(refused)?;
        let category = CategoryDraft { name: "Первый платный".to_owned() };
        let category = self.rules.create_category(&staff, category).await.map_err(refused)?;
        let user = UserDraft {
            surname: surname.to_owned(),
            name: "Анна".to_owned(),
            patronymic: "Петровна".to_owned(),
            category_id: category.category_id,
            uses_1c: true,
            its_until: "31.12.2026".to_owned(),
            email: String::new(),
            phone: String::new(),
        };
        let user = self.rules.create_user(&staff, client.client_id, user).await.map_err(refused)?;
        Ok(user.user_id)
    }

    /// Issues a code for a user.
    ///
    /// # Errors
    /// When the rules refuse.
    pub async fn issue_code(&self, user_id: UserId) -> Result<NewCode> {
        self.rules.issue_code(&self.administrator().await?, user_id).await.map_err(refused)
    }

    /// What the cabinet's card of a user shows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn history(&self, user_id: UserId) -> Result<UserHistory> {
        Ok(self.store.user_history(self.partner.partner_id, user_id).await?)
    }

    /// Staff write first.
    ///
    /// # Errors
    /// When the rules refuse.
    pub async fn write_first(&self, user_id: UserId, text: &str) -> Result<RequestId> {
        let first = FirstMessage {
            request_id: RequestId::generate(),
            message_id: MessageId::generate(),
            text: text.to_owned(),
        };
        let request = self.rules.write_first(&self.administrator().await?, user_id, first).await.map_err(refused)?;
        Ok(request.request_id)
    }

    /// Staff write once more.
    ///
    /// # Errors
    /// When the rules refuse.
    pub async fn say(&self, request_id: RequestId, text: &str) -> Result<()> {
        let reply = Reply { message_id: MessageId::generate(), text: text.to_owned() };
        self.rules.reply(&self.administrator().await?, request_id, reply).await.map_err(refused)?;
        Ok(())
    }

    /// The user has read everything in a conversation.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_read(&self, request_id: RequestId) -> Result<bool> {
        let request = self.store.request(self.partner.partner_id, request_id).await?;
        Ok(request.messages.iter().all(|message| message.read_at.is_some()))
    }

    async fn administrator(&self) -> Result<Staff> {
        self.store.staff_by_email(&self.email).await?.context("the administrator")
    }
}

fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!("the cloud refused: {refusal:?}")
}
