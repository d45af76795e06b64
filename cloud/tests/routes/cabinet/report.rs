//! `/report`: «Статистика подключения пользователей», exactly.
//! The partner's own 23 rows are the fixture; the rest is told by authorizations over the wire.

use buhphone_protocol::cabinet::Role;
use serde_json::{Value, json};

use crate::{
    app::{Cabinet, Db, TestApp, text},
    device::Device,
};

/// The report as 1С printed it.
const SEED: &str = include_str!("report.tsv");

stories! {
    prints_the_23_rows_as_1c_printed_them,
    filters_and_counts_by_authorization,
    says_yes_on_the_day_of_an_authorization_and_on_no_other,
    divides_days_at_midnight_in_moscow,
    divides_days_on_both_sides_of_the_change_of_2014,
    sorts_and_pages,
    knows_the_likely_reason,
    counts_a_user_by_all_their_computers,
}

async fn report(cabinet: &Cabinet<'_>, query: &str) -> Value {
    cabinet.get(&format!("/report?{query}")).await.json()
}

fn printed(report: &Value) -> String {
    let yes = |value: &Value| if value.as_bool().unwrap() { "Да" } else { "Нет" };
    let mut lines = vec![
        "Дата\tПользователь 1С\tКатегория Пользователя\tДата последней авторизации\tАвторизация в отчетный период"
            .to_owned(),
    ];
    for row in report["rows"].as_array().unwrap() {
        lines.push(format!(
            "{}\t{}\t{}\t{}\t{}",
            text(&row["its_until"]),
            yes(&row["uses_1c"]),
            text(&row["category"]),
            text(&row["last_authorization"]),
            yes(&row["authorized"])
        ));
    }
    lines.join("\n") + "\n"
}

/// The dates of those who authorized in the period.
async fn authorized(cabinet: &Cabinet<'_>, from: &str, to: &str) -> Vec<String> {
    let report = report(cabinet, &format!("from={from}&to={to}&authorized=yes")).await;
    report["rows"].as_array().unwrap().iter().map(|row| text(&row["last_authorization"])).collect()
}

async fn prints_the_23_rows_as_1c_printed_them(store: Db) {
    let app = TestApp::init(store).await;
    let (_, cabinet) = app.seeded().await;
    for period in ["from=2016-01-01&to=2016-01-31", "from=2015-05-22&to=2018-05-01", "from=2026-11-23&to=2026-11-23"] {
        assert_eq!(printed(&report(&cabinet, period).await), SEED, "{period}");
        assert_eq!(printed(&report(&cabinet, &format!("{period}&authorized=no")).await), SEED, "{period}");
    }
    // Ours come after theirs.
    insta::assert_json_snapshot!(report(&cabinet, "from=2016-01-01&to=2016-01-31&page_size=3").await, {
        ".rows[].user_id" => "[id]", ".rows[].client_id" => "[id]",
    }, @r#"
    {
      "authorized": 0,
      "made_at": "2026-11-23T06:00:12Z",
      "not_authorized": 23,
      "page": 1,
      "page_size": 3,
      "rows": [
        {
          "authorized": false,
          "category": "Пакет от 6 до 10 пользователей",
          "client": "ООО «Апрель»",
          "client_id": "[id]",
          "its_until": "",
          "last_authorization": "",
          "last_contact": "",
          "reason": {
            "kind": "not_invited"
          },
          "user": "Андреева Анна Павловна",
          "user_id": "[id]",
          "uses_1c": false
        },
        {
          "authorized": false,
          "category": "Пользователь без услуг",
          "client": "ООО «Апрель»",
          "client_id": "[id]",
          "its_until": "",
          "last_authorization": "",
          "last_contact": "",
          "reason": {
            "kind": "not_invited"
          },
          "user": "Белова Вера Ивановна",
          "user_id": "[id]",
          "uses_1c": false
        },
        {
          "authorized": false,
          "category": "Пакет от 6 до 10 пользователей",
          "client": "ООО «Апрель»",
          "client_id": "[id]",
          "its_until": "",
          "last_authorization": "03.09.2013 4:03:05",
          "last_contact": "03.09.2013 4:02:05",
          "reason": {
            "kind": "silent"
          },
          "user": "Волков Олег Петрович",
          "user_id": "[id]",
          "uses_1c": false
        }
      ],
      "total": 23,
      "zone": "Europe/Moscow"
    }
    "#);
}

async fn filters_and_counts_by_authorization(store: Db) {
    let app = TestApp::init(store).await;
    let (_, cabinet) = app.seeded().await;
    let totals = async |query: &str| {
        let report = report(&cabinet, &format!("from=2014-01-01&to=2014-12-31&{query}")).await;
        let rows = report["rows"].as_array().unwrap().len();
        format!("{rows} {} {} {}", report["total"], report["authorized"], report["not_authorized"])
    };
    assert_eq!(totals("").await, "23 23 6 17");
    assert_eq!(totals("authorized=all").await, "23 23 6 17");
    assert_eq!(totals("authorized=yes").await, "6 6 6 17");
    assert_eq!(totals("authorized=no").await, "17 17 6 17");
    assert_eq!(totals("authorized=no&page=2&page_size=10").await, "7 17 6 17");
    // «Гранит», whatever its case.
    assert_eq!(totals("search=%D0%93%D0%A0%D0%90%D0%9D&authorized=no").await, "2 2 2 2");
}

async fn says_yes_on_the_day_of_an_authorization_and_on_no_other(store: Db) {
    let app = TestApp::init(store).await;
    let (_, cabinet) = app.seeded().await;
    for line in SEED.lines().skip(1) {
        let date = line.split('\t').nth(3).unwrap();
        let Some((day, _)) = date.split_once(' ') else { continue };
        let day = jiff::civil::Date::strptime("%d.%m.%Y", day).unwrap();
        let (before, after) = (day.yesterday().unwrap(), day.tomorrow().unwrap());
        let of = async |day: jiff::civil::Date| authorized(&cabinet, &day.to_string(), &day.to_string()).await;
        assert!(of(day).await.contains(&date.to_owned()), "{date}");
        assert!(!of(before).await.contains(&date.to_owned()), "{date}");
        assert!(!of(after).await.contains(&date.to_owned()), "{date}");
    }
    assert_eq!(authorized(&cabinet, "2013-04-25", "2013-04-25").await, ["25.04.2013 12:48:07"]);
    assert_eq!(authorized(&cabinet, "2014-11-19", "2014-11-20").await, ["20.11.2014 6:47:02", "19.11.2014 11:43:45"]);
}

/// Days on which one user's only authorization, at `at`, counts; of those from `from` on.
async fn days_of(app: &TestApp, at: &str, from: &str) -> (Vec<String>, String) {
    app.at(at);
    let cabinet = app.with_staff(Role::Administrator).await;
    let device = Device::new();
    device.activate(app, &cabinet.with_code(&cabinet.with_user().await.id).await).await.json();
    device.authorize(app).await.json();
    let mut days = Vec::new();
    let mut day: jiff::civil::Date = from.parse().unwrap();
    for _ in 0..4 {
        if !authorized(&cabinet, &day.to_string(), &day.to_string()).await.is_empty() {
            days.push(day.to_string());
        }
        day = day.tomorrow().unwrap();
    }
    let row = report(&cabinet, &format!("from={from}&to={from}")).await;
    (days, text(&row["rows"][0]["last_authorization"]))
}

async fn divides_days_at_midnight_in_moscow(store: Db) {
    let app = TestApp::init(store).await;
    for (at, day, printed) in [
        ("2015-12-31T20:59:59Z", "2015-12-31", "31.12.2015 23:59:59"),
        ("2015-12-31T21:00:00Z", "2016-01-01", "01.01.2016 0:00:00"),
        ("2016-01-01T20:59:59.999999Z", "2016-01-01", "01.01.2016 23:59:59"),
        ("2016-01-01T21:00:00Z", "2016-01-02", "02.01.2016 0:00:00"),
        ("2013-09-02T19:59:00Z", "2013-09-02", "02.09.2013 23:59:00"),
        ("2013-09-02T20:00:00Z", "2013-09-03", "03.09.2013 0:00:00"),
    ] {
        let from = if at.starts_with("2013") { "2013-09-01" } else { "2015-12-30" };
        assert_eq!(days_of(&app, at, from).await, (vec![day.to_owned()], printed.to_owned()), "{at}");
    }
}

async fn divides_days_on_both_sides_of_the_change_of_2014(store: Db) {
    let app = TestApp::init(store).await;
    for (at, day, printed) in [
        ("2014-10-25T19:59:59Z", "2014-10-25", "25.10.2014 23:59:59"),
        ("2014-10-25T20:00:00Z", "2014-10-26", "26.10.2014 0:00:00"),
        // 1:30 came twice that night.
        ("2014-10-25T21:30:00Z", "2014-10-26", "26.10.2014 1:30:00"),
        ("2014-10-25T22:30:00Z", "2014-10-26", "26.10.2014 1:30:00"),
        ("2014-10-26T20:59:59Z", "2014-10-26", "26.10.2014 23:59:59"),
        ("2014-10-26T21:00:00Z", "2014-10-27", "27.10.2014 0:00:00"),
    ] {
        assert_eq!(days_of(&app, at, "2014-10-24").await, (vec![day.to_owned()], printed.to_owned()), "{at}");
    }
}

async fn sorts_and_pages(store: Db) {
    let app = TestApp::init(store).await;
    let (_, cabinet) = app.seeded().await;
    let column = async |query: &str, name: &str| {
        let report = report(&cabinet, &format!("from=2014-01-01&to=2014-12-31&{query}")).await;
        let rows = report["rows"].as_array().unwrap().iter().map(|row| row[name].to_string().replace('"', ""));
        rows.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        column("sort=last_authorization&descending=true&page_size=3", "last_authorization").await,
        "21.05.2015 10:46:46; 28.04.2015 6:44:24; 27.04.2015 12:45:04"
    );
    assert_eq!(column("sort=authorized&descending=true&page_size=2", "authorized").await, "true; true");
    assert_eq!(
        column("sort=its_until&descending=true&page_size=7&page=1", "its_until").await,
        "2015; 2015; 2015; 2015; 2015; 2015; "
    );
    let mut users = Vec::new();
    for page in 1..=5 {
        let of_page = column(&format!("sort=reason&page_size=5&page={page}"), "user").await;
        users.extend(of_page.split("; ").map(str::to_owned).collect::<Vec<_>>());
    }
    users.sort();
    users.dedup();
    assert_eq!(users.len(), 23);
    for sort in [
        "default",
        "its_until",
        "uses1c",
        "category",
        "last_authorization",
        "authorized",
        "client",
        "user",
        "reason",
        "last_contact",
    ] {
        let up = column(&format!("sort={sort}"), "user").await;
        let down = column(&format!("sort={sort}&descending=true"), "user").await;
        assert_ne!(up, down, "{sort}");
    }
}

async fn knows_the_likely_reason(store: Db) {
    let app = TestApp::init(store).await;
    let (seeded, cabinet) = app.seeded().await;
    cabinet.with_code(&seeded.users[0].to_string()).await;
    let reasons = async |period: &str| {
        let report = report(&cabinet, &format!("{period}&page_size=4")).await;
        let rows = report["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["reason"]["kind"].as_str().unwrap_or("-").to_owned());
        rows.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(reasons("from=2016-01-01&to=2016-01-31").await, "code_not_used not_invited silent silent");
    assert_eq!(reasons("from=2013-09-01&to=2013-09-30").await, "code_not_used not_invited - connected_later");
}

async fn counts_a_user_by_all_their_computers(store: Db) {
    let app = TestApp::init(store).await;
    let cabinet = app.with_staff(Role::Administrator).await;
    let user = cabinet.with_user().await;
    for day in ["2026-11-20T06:00:00Z", "2026-11-23T06:00:00Z"] {
        app.at(day);
        let cabinet = app.staff_of(cabinet.staff.partner_id, Role::Specialist).await;
        let device = Device::new();
        device.activate(&app, &cabinet.with_code(&user.id).await).await.json();
        device.authorize(&app).await.json();
    }
    let cabinet = app.staff_of(cabinet.staff.partner_id, Role::Specialist).await;
    for day in ["2026-11-20", "2026-11-23"] {
        assert_eq!(authorized(&cabinet, day, day).await, ["23.11.2026 9:00:00"]);
    }
    let between = report(&cabinet, "from=2026-11-21&to=2026-11-22").await;
    assert_eq!(
        (&between["authorized"], &between["rows"][0]["last_authorization"]),
        (&json!(0), &json!("23.11.2026 9:00:00"))
    );
}
