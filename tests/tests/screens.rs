//! The cabinet's screens on the demo partner, in both languages and themes, wide and narrow.

use anyhow::Result;
use buhphone_tests::{
    browser::{Browser, Look},
    cloud::Cloud,
    page::Page,
    pictures::picture,
};

const NOW: &str = "2026-11-23T06:00:12Z";

/// The user's own document, row for row: «Дата», «Пользователь 1С», «Категория Пользователя»,
/// «Дата последней авторизации», «Авторизация в отчетный период».
const DOCUMENT: [[&str; 5]; 23] = [
    ["", "Нет", "Пакет от 6 до 10 пользователей", "", "Нет"],
    ["", "Нет", "Пользователь без услуг", "", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "03.09.2013 4:03:05", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "20.11.2014 6:47:02", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "18.09.2013 6:25:24", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "21.05.2015 10:46:46", "Нет"],
    ["", "Нет", "Пакет от 6 до 10 пользователей", "17.11.2014 11:56:42", "Нет"],
    ["", "Нет", "Третий платный", "", "Нет"],
    ["", "Нет", "Второй платный", "", "Нет"],
    ["", "Нет", "Первый платный", "", "Нет"],
    ["", "Нет", "Пользователь без услуг", "10.11.2014 5:59:05", "Нет"],
    ["", "Нет", "Второй платный", "25.04.2013 12:48:07", "Нет"],
    ["", "Нет", "Первый платный", "", "Нет"],
    ["", "Да", "Пользователь без услуг", "24.11.2014 7:10:39", "Нет"],
    ["2015", "Да", "Пакет от 11 до 20 пользователей", "19.11.2014 11:43:45", "Нет"],
    ["2015", "Да", "Пакет от 11 до 20 пользователей", "28.04.2015 6:44:24", "Нет"],
    ["2015", "Да", "Пакет от 11 до 20 пользователей", "24.03.2014 8:57:54", "Нет"],
    ["2015", "Да", "Пользователь без услуг", "27.04.2015 12:45:04", "Нет"],
    ["2015", "Да", "Первый платный", "", "Нет"],
    ["2015", "Да", "Второй платный", "", "Нет"],
];

#[tokio::test(flavor = "multi_thread")]
async fn the_report_prints_the_document_row_for_row() -> Result<()> {
    let cloud = Cloud::start_demo(NOW.parse()?).await?;
    let browser = Browser::start(Look::default()).await?;
    let page = &browser.page;
    sign_in(page, &cloud).await?;

    // As the document tells: a period, «Нет», «Сформировать».
    page.client().find(fantoccini::Locator::Id("period")).await?.select_by_value("this_month").await?;
    page.click("Нет").await?;
    page.click("Сформировать").await?;
    page.see("Всего 23, авторизовались 0, не авторизовались 23").await?;
    assert_eq!(rows(page).await?, DOCUMENT.map(|row| row.map(str::to_owned)));
    page.picture(&picture("report")?).await?;

    // November of 2014: some of the dates fall into it.
    page.goto(&format!("{}/?from=2014-11-01&to=2014-11-30&authorized=yes", cloud.url)).await?;
    page.see("Всего 23, авторизовались 5, не авторизовались 18").await?;
    let dates: Vec<String> =
        rows(page).await?.into_iter().map(|[_, _, _, date, authorized]| date + " " + &authorized).collect();
    assert_eq!(
        dates,
        [
            "20.11.2014 6:47:02 Да",
            "17.11.2014 11:56:42 Да",
            "10.11.2014 5:59:05 Да",
            "24.11.2014 7:10:39 Да",
            "19.11.2014 11:43:45 Да",
        ]
    );

    // What is chosen is in the address: it survives a reload.
    page.client().refresh().await?;
    page.see("Всего 23, авторизовались 5, не авторизовались 18").await?;

    page.client().execute("localStorage.language = 'en'; localStorage.theme = 'dark'", vec![]).await?;
    page.client().refresh().await?;
    page.see("23").await?;
    page.picture(&picture("report-en-dark")?).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cabinet_fits_a_telephone() -> Result<()> {
    let cloud = Cloud::start_demo(NOW.parse()?).await?;
    let browser = Browser::start(Look { width: 360, height: 740, ..Look::default() }).await?;
    let page = &browser.page;
    sign_in(page, &cloud).await?;
    for (address, name) in [
        ("/?from=2014-11-01&to=2014-11-30&authorized=all", "phone-report"),
        ("/clients", "phone-clients"),
        ("/users", "phone-users"),
    ] {
        page.goto(&format!("{}{address}", cloud.url)).await?;
        page.until("the list", async |text| text.contains("Пользователи") && !text.contains("Загружаем")).await?;
        let wide = page
            .client()
            .execute("return document.documentElement.scrollWidth - document.documentElement.clientWidth", vec![])
            .await?;
        assert_eq!(wide.as_i64(), Some(0), "{name} is wider than the screen");
        page.picture(&picture(name)?).await?;
    }
    Ok(())
}

async fn sign_in(page: &Page, cloud: &Cloud) -> Result<()> {
    page.goto(&cloud.url).await?;
    page.fill("email", &cloud.email).await?;
    page.fill("password", "не тот пароль").await?;
    page.click("Войти").await?;
    page.see("Почта или пароль не подходят").await?;
    page.fill("password", &cloud.password).await?;
    page.click("Войти").await?;
    page.see("Статистика подключения пользователей").await
}

/// The document's five columns of every row shown.
async fn rows(page: &Page) -> Result<Vec<[String; 5]>> {
    page.see("Последний контакт").await?;
    let cells = page.texts_of("tbody tr > :nth-child(-n+5)").await?;
    Ok(cells.as_chunks::<5>().0.to_vec())
}
