//! The line of consultations: its hours in the partner's zone, what it promises, and
//! which of its own two answers a request gets.
//!
//! Hours are civil: «с 9:00» is nine o'clock on the partner's wall, whatever the clocks
//! did that night. What is promised is counted in the time the line works.

use buhphone_protocol::desk::{DayHours, LineCard, LineSettings};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{Refusal, Result, Rules, day, fields, may_register};
use crate::store::Staff;

/// A promise further off is no promise. Also ends the search on a line that hardly works.
const LOOK_AHEAD_DAYS: u32 = 366;
const PROMISE_MINUTES_MAX: u32 = 24 * 60;
/// How the end of a day is written.
const DAY_END: &str = "24:00";

impl Rules {
    pub async fn line(&self, staff: &Staff) -> Result<LineSettings> {
        Ok(self.store.line(staff.partner_id).await?)
    }

    /// # Errors
    /// `Forbidden` to specialists; `Invalid` with the field.
    pub async fn set_line(&self, staff: &Staff, given: LineSettings) -> Result<LineSettings> {
        may_register(staff)?;
        let line = checked(given)?;
        self.store.set_line(staff.partner_id, &line).await?;
        Ok(line)
    }
}

fn checked(given: LineSettings) -> Result<LineSettings> {
    let mut hours = Vec::with_capacity(7);
    for (row, day) in given.hours.into_iter().enumerate() {
        let wrong = |part: &str, message: &'static str| Refusal::invalid(format!("hours[{row}].{part}"), message);
        if !(1..=7).contains(&day.weekday) {
            return Err(wrong("weekday", "a weekday is from 1, Monday, to 7"));
        }
        if hours.iter().any(|other: &DayHours| other.weekday == day.weekday) {
            return Err(wrong("weekday", "a weekday has one row at most"));
        }
        let from = time(&day.from).ok_or_else(|| wrong("from", "from is not of the form 09:00"))?;
        let to = if day.to == DAY_END { None } else { Some(time(&day.to)) };
        match to {
            Some(None) => return Err(wrong("to", "to is not of the form 18:00")),
            Some(Some(to)) if to <= from => return Err(wrong("to", "to is not later than from")),
            Some(Some(_)) | None => {}
        }
        hours.push(day);
    }
    hours.sort_by_key(|day| day.weekday);
    if !(1..=PROMISE_MINUTES_MAX).contains(&given.promise_minutes) {
        let message = format!("promise_minutes is from 1 to {PROMISE_MINUTES_MAX}");
        return Err(Refusal::invalid("promise_minutes", message));
    }
    Ok(LineSettings {
        name: fields::required("name", &given.name, 100)?,
        hours,
        answer_open: fields::letter("answer_open", &given.answer_open, 1000)?,
        answer_closed: fields::letter("answer_closed", &given.answer_closed, 1000)?,
        promise_minutes: given.promise_minutes,
    })
}

/// Exactly `HH:MM`.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (two(hour) && two(minute)).then_some(())?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// The line as its users see it at this instant.
#[must_use]
pub fn card(line: &LineSettings, zone: &TimeZone, now: Timestamp) -> LineCard {
    let open_now = is_open(line, zone, now);
    LineCard {
        name: line.name.clone(),
        hours: line.hours.clone(),
        open_now,
        opens_at: if open_now { None } else { shifts(line, zone, now).map(|(from, _)| from).next() },
        promise_minutes: line.promise_minutes,
        promised_at: promised_at(line, zone, now),
    }
}

/// What the line answers by itself to a request made at this instant.
#[must_use]
pub fn answer<'a>(line: &'a LineSettings, zone: &TimeZone, now: Timestamp) -> &'a str {
    if is_open(line, zone, now) { &line.answer_open } else { &line.answer_closed }
}

fn is_open(line: &LineSettings, zone: &TimeZone, now: Timestamp) -> bool {
    shifts(line, zone, now).next().is_some_and(|(from, _)| from <= now)
}

fn promised_at(line: &LineSettings, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let mut left = SignedDuration::from_mins(i64::from(line.promise_minutes));
    for (from, to) in shifts(line, zone, now) {
        let from = from.max(now);
        let lasts = to.duration_since(from);
        if left <= lasts {
            return from.checked_add(left).ok();
        }
        left -= lasts;
    }
    None
}

/// The intervals in which the line works, half open, in order: the one that holds `now` or the next, and on.
fn shifts(line: &LineSettings, zone: &TimeZone, now: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let mut date = Some(day::today(zone, now));
    let dates = std::iter::from_fn(move || {
        let this = date?;
        date = this.tomorrow().ok();
        Some(this)
    });
    let looked_at = if line.hours.is_empty() { 0 } else { LOOK_AHEAD_DAYS as usize };
    dates.take(looked_at).filter_map(move |date| shift(line, zone, date)).filter(move |(_, to)| *to > now)
}

/// The hours of a civil day as instants; an hour that the clocks skipped that day is not worked.
fn shift(line: &LineSettings, zone: &TimeZone, date: Date) -> Option<(Timestamp, Timestamp)> {
    let weekday = u8::try_from(date.weekday().to_monday_one_offset()).ok()?;
    let hours = line.hours.iter().find(|hours| hours.weekday == weekday)?;
    let instant = |at: Time| zone.to_timestamp(date.to_datetime(at)).ok();
    let from = instant(time(&hours.from)?)?;
    let to = if hours.to == DAY_END { day::start(zone, date.tomorrow().ok()?)? } else { instant(time(&hours.to)?)? };
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_open_by_the_wall_clock_of_the_partner() {
        let week: &[(u8, &str, &str)] = &[(1, "09:00", "18:00"), (2, "09:00", "18:00"), (5, "09:00", "18:00")];
        let night: &[(u8, &str, &str)] = &[(1, "22:00", "24:00"), (2, "00:00", "06:00")];
        let weekend: &[(u8, &str, &str)] = &[(6, "10:00", "16:00"), (7, "00:00", "24:00")];
        let sunday: &[(u8, &str, &str)] = &[(7, "01:30", "04:00")];
        let table = [
            // 23.11.2026 is a Monday; Moscow is at +3.
            ("Europe/Moscow", week, "2026-11-23T05:59:59Z", "opens 2026-11-23T06:00:00Z, by 2026-11-23T06:30:00Z"),
            ("Europe/Moscow", week, "2026-11-23T06:00:00Z", "open, by 2026-11-23T06:30:00Z"),
            ("Europe/Moscow", week, "2026-11-23T14:30:00Z", "open, by 2026-11-23T15:00:00Z"),
            ("Europe/Moscow", week, "2026-11-23T14:50:00Z", "open, by 2026-11-24T06:20:00Z"),
            ("Europe/Moscow", week, "2026-11-23T15:00:00Z", "opens 2026-11-24T06:00:00Z, by 2026-11-24T06:30:00Z"),
            // From Tuesday evening over two days off; from Friday over the weekend.
            ("Europe/Moscow", week, "2026-11-24T14:45:00Z", "open, by 2026-11-27T06:15:00Z"),
            ("Europe/Moscow", week, "2026-11-27T14:45:00Z", "open, by 2026-11-30T06:15:00Z"),
            ("Asia/Kamchatka", week, "2026-11-23T05:59:59Z", "open, by 2026-11-23T21:29:59Z"),
            // Over midnight, by two rows.
            ("Europe/Moscow", night, "2026-11-23T20:50:00Z", "open, by 2026-11-23T21:20:00Z"),
            ("Europe/Moscow", night, "2026-11-24T02:59:59Z", "open, by 2026-11-30T19:29:59Z"),
            ("Europe/Moscow", weekend, "2026-11-28T12:50:00Z", "open, by 2026-11-28T21:20:00Z"),
            ("Europe/Moscow", weekend, "2026-11-29T20:59:59Z", "open, by 2026-12-05T07:29:59Z"),
            // The clocks skip from 2:00 to 3:00 on 29.03.2026: 1:30–4:00 lasts an hour and a half.
            ("Europe/Berlin", sunday, "2026-03-29T00:45:00Z", "open, by 2026-03-29T01:15:00Z"),
            ("Europe/Berlin", sunday, "2026-03-29T01:45:00Z", "open, by 2026-04-04T23:45:00Z"),
            ("Europe/Berlin", sunday, "2026-03-29T02:00:00Z", "opens 2026-04-04T23:30:00Z, by 2026-04-05T00:00:00Z"),
            // And 2:00–3:00 happens twice on 25.10.2026: three hours and a half.
            ("Europe/Berlin", sunday, "2026-10-25T02:15:00Z", "open, by 2026-10-25T02:45:00Z"),
            ("Europe/Moscow", &[], "2026-11-23T06:00:00Z", "closed"),
        ];
        for (zone, hours, now, told) in table {
            let card = card(&line(hours, 30), &TimeZone::get(zone).unwrap(), now.parse().unwrap());
            let state = match (card.open_now, card.opens_at) {
                (true, None) => "open".to_owned(),
                (false, Some(at)) => format!("opens {at}"),
                (false, None) => "closed".to_owned(),
                (true, Some(_)) => panic!("open, and opens"),
            };
            let promise = card.promised_at.map_or(String::new(), |at| format!(", by {at}"));
            assert_eq!(format!("{state}{promise}"), told, "{zone} {now}");
        }
    }

    #[test]
    fn counts_a_long_promise_over_many_days() {
        let (moscow, friday) = (TimeZone::get("Europe/Moscow").unwrap(), "2026-11-27T14:00:00Z".parse().unwrap());
        let by = |hours, minutes| promised_at(&line(hours, minutes), &moscow, friday).map(|at| at.to_string());
        // A whole working day and an hour, of days of nine hours.
        let workdays = &[(1, "09:00", "18:00"), (5, "09:00", "18:00")];
        assert_eq!(by(workdays, 600).as_deref(), Some("2026-11-30T15:00:00Z"));
        // A minute a week will not make a day within a year.
        assert_eq!(by(&[(1, "09:00", "09:01")], 1440), None);
    }

    #[test]
    fn answers_by_the_hours() {
        let (line, moscow) = (line(&[(1, "09:00", "18:00")], 30), TimeZone::get("Europe/Moscow").unwrap());
        assert_eq!(answer(&line, &moscow, "2026-11-23T06:00:00Z".parse().unwrap()), "Слушаем");
        assert_eq!(answer(&line, &moscow, "2026-11-23T15:00:00Z".parse().unwrap()), "Закрыто");
    }

    #[test]
    fn names_what_is_wrong_with_the_hours() {
        for (hours, field) in [
            (&[(0, "09:00", "18:00")][..], "hours[0].weekday"),
            (&[(8, "09:00", "18:00")], "hours[0].weekday"),
            (&[(1, "09:00", "12:00"), (1, "13:00", "18:00")], "hours[1].weekday"),
            (&[(1, "9:00", "18:00")], "hours[0].from"),
            (&[(1, "24:00", "24:00")], "hours[0].from"),
            (&[(1, "+9:00", "18:00")], "hours[0].from"),
            (&[(1, "09:00", "18:60")], "hours[0].to"),
            (&[(1, "09:00", "25:00")], "hours[0].to"),
            (&[(1, "09:00", "09:00")], "hours[0].to"),
            (&[(1, "22:00", "06:00")], "hours[0].to"),
        ] {
            let refused = checked(line(hours, 30)).unwrap_err();
            assert_eq!(refused.field.as_deref(), Some(field), "{hours:?}");
        }
        let kept = checked(line(&[(7, "00:00", "24:00"), (1, "09:00", "18:00")], 1440)).unwrap();
        assert_eq!(kept.hours.iter().map(|day| day.weekday).collect::<Vec<_>>(), [1, 7]);
    }

    fn line(hours: &[(u8, &str, &str)], promise_minutes: u32) -> LineSettings {
        let hours =
            hours.iter().map(|&(weekday, from, to)| DayHours { weekday, from: from.to_owned(), to: to.to_owned() });
        LineSettings {
            name: "Линия консультаций".to_owned(),
            hours: hours.collect(),
            answer_open: "Слушаем".to_owned(),
            answer_closed: "Закрыто".to_owned(),
            promise_minutes,
        }
    }
}
