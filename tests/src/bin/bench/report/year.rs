//! The year that reports are made of: a partner registered by the cloud's own rules, the
//! rest in a few statements of SQL. Made once and kept beside the built programs, because
//! it takes longer than the bench; made anew when its statements change.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use buhphone_cloud::{
    clock::SystemClock,
    rules::Rules,
    secret::{self, Pepper},
    settings::Settings,
    store::sql::SqlStore,
};
use buhphone_protocol::cabinet::Role;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, SqliteConnection};

const STATEMENTS: &str = include_str!("year.sql");

/// Nothing of it needs to survive a crash, and its one transaction is the whole file.
const UNSAFE_AND_FAST: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;
    PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF";

/// As many of each as the statements take.
const WORDS: [(&str, &str); 5] = [
    ("category", "Первый Второй Третий Пакет-до-5 Пакет-от-6-до-10 Пакет-от-11-до-20 Пакет-от-21 Без-услуг Пробный"),
    (
        "client",
        "Апрель Азимут Акация Алмаз Альфа Арктика Астра Берег Береза Буран Вега Вектор Весна Визит Волга Восток \
         Гарант Гвоздика Горизонт Гранит Дельта Диалог Днепр Дуэт Заря Звезда Зенит Импульс Истра Кама Каскад \
         Квант Клен Комета Контур Кристалл Лада Лидер Лотос Луч Магнит Маяк Меридиан Метро Мир Нива Норма Омега \
         Орион Парус Пламя Радуга Ритм Родник Ромашка Салют Сигма Сокол Титан Юность",
    ),
    (
        "surname",
        "Александрова Андреева Антонова Афанасьева Баранова Белова Белякова Борисова Васильева Виноградова \
         Власова Волкова Воробьева Гаврилова Герасимова Голубева Григорьева Громова Давыдова Данилова Денисова \
         Дмитриева Егорова Ершова Жукова Зайцева Захарова Иванова Ильина Калинина Киселева Ковалева Козлова \
         Комарова Королева Крылова Кудрявцева Кузнецова Лебедева Макарова Максимова Медведева Миронова Михайлова \
         Морозова Никитина Новикова Орлова Осипова Павлова Петрова Полякова Романова Семенова Сергеева Сидорова \
         Соколова Степанова Тарасова Федорова",
    ),
    ("name", "Алла Анна Вера Галина Елена Ирина Людмила Мария Наталья Ольга Светлана Татьяна"),
    (
        "patronymic",
        "Александровна Алексеевна Андреевна Борисовна Викторовна Ивановна Михайловна Николаевна Олеговна Павловна \
         Петровна Сергеевна",
    ),
];

pub(crate) struct Year {
    /// As the cloud is given it.
    pub(crate) folder: PathBuf,
    pub(crate) email: &'static str,
    pub(crate) password: &'static str,
}

impl Year {
    /// The one kept, brought up to the program's schema, or a new one.
    pub(crate) async fn made() -> Result<Self> {
        let kept = std::env::current_exe()?.with_file_name("bench-report");
        let made_by = Sha256::digest(format!("{STATEMENTS}{WORDS:?}"));
        let folder = kept.join(made_by[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let year =
            Self { folder, email: "olga@year.example", password: "прошлый год, десять тысяч" };
        if !year.folder.exists() {
            // Years made by other statements are not asked for again, and large.
            match fs::remove_dir_all(&kept) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            let making = kept.join("making");
            fs::create_dir_all(&making)?;
            year.make(&making).await.context("the year was not made")?;
            fs::rename(making, &year.folder)?;
        }
        SqlStore::migrate(&year.database()).await?;
        Ok(year)
    }

    pub(crate) fn database(&self) -> String {
        database(&self.folder)
    }

    async fn make(&self, folder: &Path) -> Result<()> {
        let url = database(folder);
        SqlStore::migrate(&url).await?;
        let store = SqlStore::open(&url).await?;
        self.register(&store).await?;
        store.close().await;
        let mut connection = SqliteConnection::connect(&url).await?;
        sqlx::raw_sql(UNSAFE_AND_FAST).execute(&mut connection).await?;
        sqlx::raw_sql(
            "CREATE TEMP TABLE owner AS SELECT partner_id, staff_id FROM staff;
             CREATE TEMP TABLE words (kind TEXT, place INTEGER, text TEXT, key TEXT, PRIMARY KEY (kind, place))",
        )
        .execute(&mut connection)
        .await?;
        for (kind, words) in WORDS {
            for (place, word) in (0_i64..).zip(words.split_whitespace()) {
                sqlx::query("INSERT INTO words VALUES ($1, $2, $3, $4)")
                    .bind(kind)
                    .bind(place)
                    .bind(word)
                    .bind(word.to_lowercase())
                    .execute(&mut connection)
                    .await?;
            }
        }
        let mut making = connection.begin().await?;
        sqlx::raw_sql(STATEMENTS).execute(&mut *making).await?;
        making.commit().await?;
        connection.close().await?;
        Ok(())
    }

    async fn register(&self, store: &SqlStore) -> Result<()> {
        let settings = Settings::new("http://127.0.0.1".parse()?, Pepper::from_bytes(secret::random()));
        let rules = Rules::new(settings, Arc::new(store.clone()), Arc::new(SystemClock));
        let refused = |refusal| anyhow::anyhow!("the cloud refused: {refusal:?}");
        let partner = rules.create_partner("Учёт и Ко", "+7 495 123-45-67", "Europe/Moscow").await.map_err(refused)?;
        let (role, password) = (Role::ClientManager, self.password.to_owned());
        rules.create_staff(partner.partner_id, "Ольга Смирнова", self.email, role, password).await.map_err(refused)?;
        Ok(())
    }
}

fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("cloud.sqlite").display())
}
