//! `report.page-10k`, `report.p99-10k`: «Статистика подключения пользователей» of a partner
//! with ten thousand users and a year behind them, by the cabinet's own route. The floor is
//! one statement written by hand for the same year's page and totals, on the same file.

mod year;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use buhphone_protocol::{
    cabinet::{CSRF_HEADER, PREFIX, SignIn},
    report::Report,
};
use reqwest::Client;
use sqlx::{Connection as _, SqliteConnection};

use self::year::Year;
use crate::{
    figures::{Figure, Goal, percentile},
    server::Server,
};

/// Pages of the whole year, each beside its floor.
const PAGES: usize = 60;

/// Reports as staff ask for them. No measure of [`PERIODS`] and the rest divides another, so
/// that everything meets everything.
const ASKED: usize = 700;

/// The dearest reports that are told, for whoever looks for the cause.
const SHOWN: usize = 12;

/// The year, the week before, this month so far, the month before, this day, a Sunday on
/// which nobody worked, a quarter, a month long past.
const PERIODS: [&str; 8] = [
    "from=2025-11-24&to=2026-11-23",
    "from=2026-11-16&to=2026-11-22",
    "from=2026-11-01&to=2026-11-23",
    "from=2026-10-01&to=2026-10-31",
    "from=2026-11-23&to=2026-11-23",
    "from=2026-11-15&to=2026-11-15",
    "from=2026-07-01&to=2026-09-30",
    "from=2026-04-01&to=2026-04-30",
];

/// Those to be called, mostly.
const FILTERS: [&str; 5] = ["&authorized=no", "&authorized=no", "&authorized=all", "&authorized=no", "&authorized=yes"];

const SORTS: [&str; 9] = [
    "",
    "&sort=reason",
    "&sort=last_authorization&descending=true",
    "",
    "&sort=client",
    "&sort=reason&descending=true",
    "&sort=last_contact",
    "&sort=category",
    "&sort=its_until",
];

/// None, mostly; a surname, a client, a telephone, an ИНН.
const SEARCHES: [&str; 11] = [
    "",
    "",
    "",
    "&search=%D0%B8%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0",
    "",
    "&search=%D0%90%D0%B7%D0%B8%D0%BC%D1%83%D1%82",
    "",
    "",
    "&search=1004242",
    "",
    "&search=77000014",
];

const WHICH_PAGES: [&str; 7] = ["", "", "&page=2", "", "", "&page=3&page_size=200", "&page=20"];

/// What the report shows of a page in its default order, and the year's totals. The users'
/// date spares the year's authorizations, as it does for the cloud.
const FLOOR: &str = "
    WITH found AS MATERIALIZED (
        SELECT u.user_id, u.uses_1c, c.name_key, u.full_name_key, u.last_authorization_at >= 1763931600000000 AS yes
        FROM users u JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
        WHERE u.partner_id = (SELECT partner_id FROM partners) AND u.archived_at IS NULL AND c.archived_at IS NULL),
    page AS (SELECT * FROM found ORDER BY uses_1c, name_key, full_name_key, user_id LIMIT 50)
    SELECT (SELECT COUNT(*) FROM found), (SELECT COUNT(*) FROM found WHERE yes), p.yes, u.its_until, u.uses_1c,
           u.last_authorization_at, u.surname, u.name, u.patronymic, c.name, g.name
    FROM page p
    JOIN users u ON u.partner_id = (SELECT partner_id FROM partners) AND u.user_id = p.user_id
    JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
    JOIN categories g ON g.partner_id = u.partner_id AND g.category_id = u.category_id
    ORDER BY p.uses_1c, p.name_key, p.full_name_key, p.user_id";

pub(crate) async fn measure(cloud: &Path) -> Result<Vec<Figure>> {
    let year = Year::made().await?;
    let mut server = Server::cloud(cloud, &year.folder).await?;
    let cabinet = Cabinet::open(server.url(), &year).await?;
    let mut bare = SqliteConnection::connect(&year.database()).await?;
    for asked in (0..ASKED).step_by(10) {
        cabinet.ask(&query(asked)).await?;
    }
    let (mut page, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..PAGES {
        let begun = now();
        let report = cabinet.ask(PERIODS[0]).await?;
        page.push(begun.elapsed());
        let begun = now();
        let rows = sqlx::query_as::<_, (i64, i64)>(FLOOR).fetch_all(&mut bare).await?;
        floor.push(begun.elapsed());
        let same = (i64::from(report.total), i64::from(report.authorized), report.rows.len());
        ensure!(rows.first().is_some_and(|row| (row.0, row.1, rows.len()) == same), "not the same: {rows:?} {same:?}");
    }
    let mut asked = Vec::new();
    for number in 0..ASKED {
        let before = server.scheduled()?;
        let begun = now();
        cabinet.ask(&query(number)).await?;
        let taken = begun.elapsed();
        let after = server.scheduled()?;
        asked.push(Asked {
            taken,
            ran: after.ran.saturating_sub(before.ran),
            waited: after.waited.saturating_sub(before.waited),
            number,
        });
    }
    bare.close().await?;
    server.stop().await?;
    let mut ran: Vec<Duration> = asked.iter().map(|asked| asked.ran).collect();
    for taken in [&mut page, &mut floor, &mut ran] {
        taken.sort_unstable();
    }
    asked.sort_unstable_by_key(|asked| asked.ran);
    println!("the cloud's own work of an answer: {:.0} ms in 99 of 100; the most of it in", percentile(&ran, 99));
    for Asked { taken, ran, waited, number } in asked.iter().rev().take(SHOWN) {
        println!("  {ran:.0?} of {taken:.0?}, waited for a processor {waited:.0?}: {}", query(*number));
    }
    let mut asked: Vec<Duration> = asked.iter().map(|asked| asked.taken).collect();
    asked.sort_unstable();
    let fastest = percentile(&floor, 50);
    Ok(vec![
        Figure::new("report.page-10k", "ms", percentile(&page, 50), fastest, &Goal::Ratio(2.0)),
        Figure::new("report.p99-10k", "ms", percentile(&asked, 99), fastest, &Goal::Value(100.0)),
    ])
}

fn query(number: usize) -> String {
    let of = |words: &[&'static str]| words[number % words.len()];
    [of(&PERIODS), of(&FILTERS), of(&SORTS), of(&SEARCHES), of(&WHICH_PAGES)].concat()
}

/// An answer's time as staff wait for it, and what the cloud's threads did meanwhile.
struct Asked {
    taken: Duration,
    ran: Duration,
    waited: Duration,
    number: usize,
}

struct Cabinet {
    http: Client,
    address: String,
    cookie: String,
}

impl Cabinet {
    async fn open(address: String, year: &Year) -> Result<Self> {
        let http = Client::builder().no_proxy().build()?;
        let given = SignIn { email: year.email.to_owned(), password: year.password.to_owned() };
        let call = http.post(format!("{address}{PREFIX}/session")).header(CSRF_HEADER, "1").json(&given);
        let answer = call.send().await?.error_for_status()?;
        let set = answer.headers().get("set-cookie").context("no session")?.to_str()?;
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { http, address, cookie })
    }

    async fn ask(&self, query: &str) -> Result<Report> {
        let call = self.http.get(format!("{}{PREFIX}/report?{query}", self.address)).header("cookie", &self.cookie);
        Ok(call.send().await?.error_for_status()?.json().await?)
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the stopwatch")]
fn now() -> Instant {
    Instant::now()
}
