//! «Статистика подключения пользователей»: the period's days become instants here, and
//! the rows found become texts as 1С prints them.

use buhphone_protocol::{
    date::ItsUntil,
    report::{Report, ReportQuery, ReportRow},
};
use jiff::{Timestamp, tz::TimeZone};

use super::{Refusal, Result, Rules, day, fields, reason, registering};
use crate::store::{Partner, ReportRecord, ReportSelection, Staff};

/// Three years, which authorizations are kept for, with a little room for whole months.
const DAYS_MAX: i32 = 1100;

impl Rules {
    /// # Errors
    /// `Invalid` with the field: days that are no period, or too long a one.
    pub async fn report(&self, staff: &Staff, query: ReportQuery, page_size: u32) -> Result<Report> {
        let Partner { zone, .. } = self.store.partner(staff.partner_id).await?;
        let (from, until) = period(&zone, &query)?;
        let (page, page_size) = registering::page(query.page, page_size)?;
        let now = self.now();
        let selection = ReportSelection {
            from,
            until,
            authorized: query.authorized,
            search: fields::search(&query.search)?,
            sort: query.sort,
            descending: query.descending,
            page,
            page_size,
            now,
        };
        let found = self.store.report(staff.partner_id, &selection).await?;
        Ok(Report {
            rows: found.rows.into_iter().map(|record| row(&zone, until, record)).collect(),
            total: found.total,
            authorized: found.authorized,
            not_authorized: found.not_authorized,
            page,
            page_size,
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            made_at: now,
        })
    }
}

/// From the start of the first day to the start of the day after the last.
fn period(zone: &TimeZone, query: &ReportQuery) -> Result<(Timestamp, Timestamp)> {
    if query.from > query.to {
        return Err(Refusal::invalid("to", "to is earlier than from"));
    }
    if (query.to - query.from).get_days() >= DAYS_MAX {
        return Err(Refusal::invalid("to", format!("a period has at most {DAYS_MAX} days")));
    }
    let from = day::start(zone, query.from);
    let until = query.to.tomorrow().ok().and_then(|day| day::start(zone, day));
    let outside = |field: &'static str| move || Refusal::invalid(field, format!("{field} is outside the calendar"));
    Ok((from.ok_or_else(outside("from"))?, until.ok_or_else(outside("to"))?))
}

fn row(zone: &TimeZone, until: Timestamp, record: ReportRecord) -> ReportRow {
    let printed = |at: Option<Timestamp>| at.map(|at| day::printed(zone, at)).unwrap_or_default();
    ReportRow {
        user_id: record.user_id,
        client_id: record.client_id,
        its_until: record.its_until.map(ItsUntil::printed).unwrap_or_default(),
        uses_1c: record.uses_1c,
        category: record.category,
        last_authorization: printed(record.last_authorization),
        authorized: record.authorized,
        client: record.client,
        user: record.user,
        reason: (!record.authorized).then(|| reason::conclude(&record.evidence, until)),
        last_contact: printed(record.last_contact),
    }
}

#[cfg(test)]
mod tests {
    use buhphone_protocol::report::{Column, Filter};

    use super::*;

    fn query(from: &str, to: &str) -> ReportQuery {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        ReportQuery {
            from,
            to,
            authorized: Filter::All,
            search: String::new(),
            sort: Column::Default,
            descending: false,
            page: 1,
        }
    }

    #[test]
    fn takes_whole_days_of_the_partners_zone() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        for (from, to, start, end) in [
            ("2014-10-26", "2014-10-26", "2014-10-25T20:00:00Z", "2014-10-26T21:00:00Z"),
            ("2014-10-25", "2014-10-25", "2014-10-24T20:00:00Z", "2014-10-25T20:00:00Z"),
            ("2024-02-01", "2024-02-29", "2024-01-31T21:00:00Z", "2024-02-29T21:00:00Z"),
        ] {
            let (from, until) = period(&zone, &query(from, to)).unwrap();
            assert_eq!((from.to_string().as_str(), until.to_string().as_str()), (start, end));
        }
    }

    #[test]
    fn names_the_field_of_a_bad_period() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        for (from, to, field) in [
            ("2026-11-02", "2026-11-01", "to"),
            ("2020-01-01", "2026-01-01", "to"),
            ("9999-12-31", "9999-12-31", "to"),
            ("-009999-01-01", "-009999-01-01", "from"),
        ] {
            assert_eq!(period(&zone, &query(from, to)).unwrap_err().field.as_deref(), Some(field), "{from} {to}");
        }
    }
}
