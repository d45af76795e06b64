//! The report: who of the partner's users authorized in a period, who did not, and the
//! evidence of why. One statement, whatever the number of users.
//!
//! The users that the search leaves are found once; the totals are counted and the page is
//! cut from what was found, and the evidence is gathered for the page's rows only.

use buhphone_protocol::{
    ids::{ClientId, PartnerId, UserId},
    report::{Column, Filter},
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    SqlStore, offset,
    reasons::{self, EVIDENCE, RANK},
    row::{Columns, blob, micros},
    text,
};
use crate::store::{ReportPage, ReportRecord, ReportSelection, Result};

/// Whether the user `u` authorized from $2 until $3, as 1 or 0. The user's date
/// decides it without looking, unless it lies after the period.
const AUTHORIZED: &str = "CASE
    WHEN u.last_authorization_at IS NULL OR u.last_authorization_at < $2 THEN 0
    WHEN u.last_authorization_at < $3 THEN 1
    WHEN EXISTS (SELECT 1 FROM authorizations a WHERE a.partner_id = $1 AND a.user_id = u.user_id
                 AND a.authorized_at >= $2 AND a.authorized_at < $3) THEN 1
    ELSE 0 END";

/// The last time the user `u` and the staff had to do with each other: a visit (a code was
/// used), a message of the staff, a message of the user in a request that is no trial.
const LAST_CONTACT: &str = "COALESCE(
    (SELECT MAX(CASE WHEN k.used_at > COALESCE(u.last_talk_at, 0) THEN k.used_at ELSE u.last_talk_at END)
     FROM codes k WHERE k.partner_id = $1 AND k.user_id = u.user_id),
    u.last_talk_at)";

pub(super) async fn report(store: &SqlStore, partner_id: PartnerId, selection: &ReportSelection) -> Result<ReportPage> {
    let rows = sqlx::query(AssertSqlSafe(statement(selection)))
        .bind(blob(partner_id.0))
        .bind(micros(selection.from))
        .bind(micros(selection.until))
        .bind(text::pattern(&selection.search))
        .bind(match selection.authorized {
            Filter::All => -1_i64,
            Filter::No => 0,
            Filter::Yes => 1,
        })
        .bind(i64::from(selection.page_size))
        .bind(offset(selection.page, selection.page_size))
        .bind(micros(selection.now))
        .fetch_all(&store.readers)
        .await?;
    // The totals are in every row; a page past the end is one row of them alone.
    let (matching, authorized) = match rows.first() {
        Some(row) => (row.count("all_matching")?, row.count("all_authorized")?),
        None => (0, 0),
    };
    let not_authorized = matching - authorized;
    Ok(ReportPage {
        rows: rows.iter().filter_map(|row| read(row).transpose()).collect::<Result<_>>()?,
        total: match selection.authorized {
            Filter::All => matching,
            Filter::Yes => authorized,
            Filter::No => not_authorized,
        },
        authorized,
        not_authorized,
    })
}

/// The search is $4; $5 is what `authorized` must be, or less than 0; $6 and $7 cut the page; $8 is now.
fn statement(selection: &ReportSelection) -> String {
    let sorted_by = sorted_by(selection.sort);
    let (order, order_again) = (order(selection, ""), order(selection, "u."));
    format!(
        r"WITH found AS MATERIALIZED (
            SELECT u.user_id, u.client_id, u.category_id, u.its_until, u.uses_1c, u.last_authorization_at,
                   u.last_talk_at, u.full_name_key, c.name_key AS client_key, {AUTHORIZED} AS authorized
            FROM users u JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
            WHERE u.partner_id = $1 AND u.archived_at IS NULL AND c.archived_at IS NULL
              AND (u.search_key LIKE $4 ESCAPE '\' OR c.name_key LIKE $4 ESCAPE '\'
                   OR COALESCE(c.inn, '') LIKE $4 ESCAPE '\')),
         totals AS (SELECT COUNT(*) AS all_matching, COALESCE(SUM(authorized), 0) AS all_authorized FROM found),
         page AS (
            SELECT u.*, {sorted_by} AS sorted_by FROM found u WHERE $5 < 0 OR u.authorized = $5
            ORDER BY {order} LIMIT $6 OFFSET $7)
         SELECT t.all_matching, t.all_authorized, u.user_id, u.client_id, u.its_until, u.uses_1c,
                u.last_authorization_at, u.authorized, p.surname, p.name, p.patronymic, c.name AS client,
                g.name AS category, {LAST_CONTACT} AS last_contact, {EVIDENCE}
         FROM totals t
         LEFT JOIN page u ON TRUE
         LEFT JOIN users p ON p.partner_id = $1 AND p.user_id = u.user_id
         LEFT JOIN clients c ON c.partner_id = $1 AND c.client_id = u.client_id
         LEFT JOIN categories g ON g.partner_id = $1 AND g.category_id = u.category_id
         ORDER BY {order_again}"
    )
}

/// What a column sorts by, of the found user `u`; what is not there comes first.
fn sorted_by(column: Column) -> String {
    let sorted_by = match column {
        Column::Default | Column::Uses1c => "u.uses_1c",
        Column::ItsUntil => {
            "COALESCE(CASE WHEN LENGTH(u.its_until) = 4 THEN u.its_until || '-12-31' ELSE u.its_until END, '')"
        }
        Column::Category => {
            "(SELECT g.name_key FROM categories g WHERE g.partner_id = $1 AND g.category_id = u.category_id)"
        }
        Column::LastAuthorization => "COALESCE(u.last_authorization_at, 0)",
        Column::Authorized => "u.authorized",
        Column::Client => "u.client_key",
        Column::User => "u.full_name_key",
        Column::Reason => RANK,
        Column::LastContact => return format!("COALESCE({LAST_CONTACT}, 0)"),
    };
    sorted_by.to_owned()
}

/// By the columns of the table named, with its dot.
fn order(selection: &ReportSelection, of: &str) -> String {
    let down = if selection.descending { " DESC" } else { "" };
    match selection.sort {
        Column::Default => {
            format!("{of}uses_1c{down}, {of}client_key{down}, {of}full_name_key{down}, {of}user_id{down}")
        }
        _ => format!("{of}sorted_by{down}, {of}uses_1c, {of}client_key, {of}full_name_key, {of}user_id"),
    }
}

/// None for a row that holds totals only.
fn read(row: &AnyRow) -> Result<Option<ReportRecord>> {
    let Some(user_id) = row.id_or_none("user_id")? else { return Ok(None) };
    Ok(Some(ReportRecord {
        user_id: UserId(user_id),
        client_id: ClientId(row.id("client_id")?),
        its_until: row.its_until("its_until")?,
        uses_1c: row.flag("uses_1c")?,
        category: row.text("category")?,
        last_authorization: row.instant_or_none("last_authorization_at")?,
        authorized: row.try_get::<i64, _>("authorized")? == 1,
        client: row.text("client")?,
        user: text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?),
        evidence: reasons::read(row)?,
        last_contact: row.instant_or_none("last_contact")?,
    }))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[tokio::test]
    async fn sqlite_reads_only_a_users_own_rows_for_the_user() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("cloud.db").display());
        SqlStore::migrate(&url).await.unwrap();
        let store = SqlStore::open(&url).await.unwrap();
        for sort in [Column::LastContact, Column::Reason] {
            let selection = ReportSelection {
                from: Timestamp::UNIX_EPOCH,
                until: Timestamp::UNIX_EPOCH,
                authorized: Filter::All,
                search: String::new(),
                sort,
                descending: false,
                page: 1,
                page_size: 50,
                now: Timestamp::UNIX_EPOCH,
            };
            let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement(&selection)));
            let plan = sqlx::query(explained).fetch_all(&store.readers).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
            for table in ["a", "d", "f", "k", "l"] {
                let mut reads = steps.iter().filter(|step| step.starts_with(&format!("SEARCH {table} "))).peekable();
                assert!(reads.peek().is_some(), "{table} is read: {steps:#?}");
                assert!(reads.all(|step| step.contains("partner_id=? AND user_id=?")), "{steps:#?}");
            }
            let unanswered = |step: &&String| step.starts_with("SEARCH l ");
            assert!(
                steps.iter().filter(unanswered).all(|step| step.contains("launches_unanswered")),
                "only launches that did not authorize are looked through: {steps:#?}"
            );
        }
    }
}
