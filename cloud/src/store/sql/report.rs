//! The report: who of the partner's users authorized in a period, who did not,
//! and the evidence of why. Two statements, whatever the number of users.
//!
//! The users that the search leaves are counted and ordered first; the evidence
//! is gathered for the rows of the page only.

use buhphone_protocol::{
    ids::{ClientId, PartnerId, UserId},
    report::{Column, Filter},
};
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};

use super::{
    SqlStore, offset,
    row::{Columns, blob, micros},
    text,
};
use crate::store::{Evidence, ReportPage, ReportRecord, ReportSelection, Result};

/// Whether the user `u` authorized from $2 until $3, as 1 or 0. The user's date
/// decides it without looking, unless it lies after the period.
const AUTHORIZED: &str = "CASE
    WHEN u.last_authorization_at IS NULL OR u.last_authorization_at < $2 THEN 0
    WHEN u.last_authorization_at < $3 THEN 1
    WHEN EXISTS (SELECT 1 FROM authorizations a WHERE a.partner_id = $1 AND a.user_id = u.user_id
                 AND a.authorized_at >= $2 AND a.authorized_at < $3) THEN 1
    ELSE 0 END";

/// The users in question; the search is $4.
const FROM: &str = r"FROM users u
    JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
    JOIN categories g ON g.partner_id = u.partner_id AND g.category_id = u.category_id
    WHERE u.partner_id = $1 AND u.archived_at IS NULL AND c.archived_at IS NULL
      AND (u.search_key LIKE $4 ESCAPE '\' OR c.name_key LIKE $4 ESCAPE '\' OR COALESCE(c.inn, '') LIKE $4 ESCAPE '\')";

/// The last time the user `u` and the staff had to do with each other: a visit (a code was
/// used), a message of the staff, a message of the user in a request that is no trial.
const LAST_CONTACT: &str = "NULLIF(CASE
    WHEN COALESCE(u.last_talk_at, 0) > COALESCE((SELECT MAX(k.used_at) FROM codes k
                                                 WHERE k.partner_id = $1 AND k.user_id = u.user_id), 0)
    THEN u.last_talk_at
    ELSE COALESCE((SELECT MAX(k.used_at) FROM codes k WHERE k.partner_id = $1 AND k.user_id = u.user_id), 0)
    END, 0)";

/// Evidence about the user `u`; $8 is now.
const EVIDENCE: &str = "
    EXISTS (SELECT 1 FROM codes k WHERE k.partner_id = $1 AND k.user_id = u.user_id) AS codes_issued,
    EXISTS (SELECT 1 FROM codes k WHERE k.partner_id = $1 AND k.user_id = u.user_id
            AND k.used_at IS NULL AND k.revoked_at IS NULL AND k.expires_at > $8) AS code_active,
    (SELECT MIN(d.activated_at) FROM devices d
     WHERE d.partner_id = $1 AND d.user_id = u.user_id) AS first_activated_at,
    EXISTS (SELECT 1 FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id
            AND d.disconnected_at IS NULL) AS devices_connected,
    EXISTS (SELECT 1 FROM launches l WHERE l.partner_id = $1 AND l.user_id = u.user_id
            AND l.started_at >= $2 AND l.started_at < $3 AND NOT l.authorized) AS launched_in_period,
    (SELECT f.kind FROM failures f WHERE f.partner_id = $1 AND f.user_id = u.user_id
     AND f.last_at >= $2 AND f.first_at < $3
     GROUP BY f.kind ORDER BY SUM(f.attempts) DESC, f.kind LIMIT 1) AS failure_in_period,
    (SELECT d.autostart FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id
     AND d.disconnected_at IS NULL AND d.autostart IS NOT NULL
     ORDER BY CASE d.autostart WHEN 'on' THEN 0 ELSE 1 END, d.last_authorization_at DESC, d.device_id
     LIMIT 1) AS autostart";

pub(super) async fn report(store: &SqlStore, partner_id: PartnerId, selection: &ReportSelection) -> Result<ReportPage> {
    let pattern = text::pattern(&selection.search);
    let mut tx = store.reading().await?;
    let (matching, authorized) = totals(&mut tx, partner_id, selection, &pattern).await?;
    let not_authorized = matching - authorized;
    Ok(ReportPage {
        rows: rows(&mut tx, partner_id, selection, &pattern).await?,
        total: match selection.authorized {
            Filter::All => matching,
            Filter::Yes => authorized,
            Filter::No => not_authorized,
        },
        authorized,
        not_authorized,
    })
}

async fn totals(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    selection: &ReportSelection,
    pattern: &str,
) -> Result<(u32, u32)> {
    let sql = format!(
        "SELECT COUNT(*) AS matching, COALESCE(SUM(authorized), 0) AS authorized
         FROM (SELECT {AUTHORIZED} AS authorized {FROM}) AS found"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(blob(partner_id.0))
        .bind(micros(selection.from))
        .bind(micros(selection.until))
        .bind(pattern)
        .fetch_one(&mut **tx)
        .await?;
    Ok((row.count("matching")?, row.count("authorized")?))
}

async fn rows(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    selection: &ReportSelection,
    pattern: &str,
) -> Result<Vec<ReportRecord>> {
    // The rules sort by the reason they conclude, so they need every row.
    let (limit, offset) = match selection.sort {
        Column::Reason => (i64::MAX, 0),
        _ => (i64::from(selection.page_size), offset(selection.page, selection.page_size)),
    };
    let rows = sqlx::query(AssertSqlSafe(statement(selection)))
        .bind(blob(partner_id.0))
        .bind(micros(selection.from))
        .bind(micros(selection.until))
        .bind(pattern)
        .bind(match selection.authorized {
            Filter::All => -1_i64,
            Filter::No => 0,
            Filter::Yes => 1,
        })
        .bind(limit)
        .bind(offset)
        .bind(micros(selection.now))
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(read).collect()
}

/// $5 is what `authorized` must be, or less than 0; $6 and $7 cut the page.
fn statement(selection: &ReportSelection) -> String {
    let sorted_by = sorted_by(selection.sort);
    let order = order(selection);
    format!(
        "WITH found AS (
            SELECT u.user_id, u.client_id, u.its_until, u.uses_1c, u.last_authorization_at, u.last_talk_at,
                   u.surname, u.name, u.patronymic, u.full_name_key,
                   c.name AS client, c.name_key AS client_key, g.name AS category,
                   {AUTHORIZED} AS authorized, {sorted_by} AS sorted_by
            {FROM}),
         u AS (SELECT * FROM found WHERE $5 < 0 OR authorized = $5 ORDER BY {order} LIMIT $6 OFFSET $7)
         SELECT u.*, {LAST_CONTACT} AS last_contact, {EVIDENCE} FROM u ORDER BY {order}"
    )
}

/// What a column sorts by; what is not there comes first.
fn sorted_by(column: Column) -> String {
    let sorted_by = match column {
        Column::Default | Column::Reason | Column::Uses1c => "u.uses_1c",
        Column::ItsUntil => {
            "COALESCE(CASE WHEN LENGTH(u.its_until) = 4 THEN u.its_until || '-12-31' ELSE u.its_until END, '')"
        }
        Column::Category => "g.name_key",
        Column::LastAuthorization => "COALESCE(u.last_authorization_at, 0)",
        Column::Authorized => AUTHORIZED,
        Column::Client => "c.name_key",
        Column::User => "u.full_name_key",
        Column::LastContact => return format!("COALESCE({LAST_CONTACT}, 0)"),
    };
    sorted_by.to_owned()
}

fn order(selection: &ReportSelection) -> &'static str {
    match (selection.sort, selection.descending) {
        (Column::Reason, _) | (Column::Default, false) => "uses_1c, client_key, full_name_key, user_id",
        (Column::Default, true) => "uses_1c DESC, client_key DESC, full_name_key DESC, user_id DESC",
        (_, false) => "sorted_by, uses_1c, client_key, full_name_key, user_id",
        (_, true) => "sorted_by DESC, uses_1c, client_key, full_name_key, user_id",
    }
}

fn read(row: &AnyRow) -> Result<ReportRecord> {
    let first_activated_at = row.instant_or_none("first_activated_at")?;
    Ok(ReportRecord {
        user_id: UserId(row.id("user_id")?),
        client_id: ClientId(row.id("client_id")?),
        its_until: row.its_until("its_until")?,
        uses_1c: row.flag("uses_1c")?,
        category: row.text("category")?,
        last_authorization: row.instant_or_none("last_authorization_at")?,
        authorized: row.try_get::<i64, _>("authorized")? == 1,
        client: row.text("client")?,
        user: text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?),
        evidence: Evidence {
            archived: false,
            codes_issued: row.flag("codes_issued")?,
            code_active: row.flag("code_active")?,
            devices_ever: first_activated_at.is_some(),
            devices_connected: row.flag("devices_connected")?,
            first_activated_at,
            launched_in_period: row.flag("launched_in_period")?,
            failure_in_period: row.word_or_none("failure_in_period")?,
            autostart: row.word_or_none("autostart")?,
        },
        last_contact: row.instant_or_none("last_contact")?,
    })
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
        let selection = ReportSelection {
            from: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
            authorized: Filter::All,
            search: String::new(),
            sort: Column::LastContact,
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
    }
}
