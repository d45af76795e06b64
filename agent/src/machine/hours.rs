//! The line's hours, counted as the cloud counts them, so that what is shown stays true for as
//! long as the window is open and where there is no network.

use buhphone_protocol::desk::LineCard;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

/// A promise further off is no promise. Also ends the search on a line that hardly works.
const LOOK_AHEAD_DAYS: usize = 366;

/// How the end of a day is written.
const DAY_END: &str = "24:00";

/// What a line promises at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    pub(super) open_now: bool,
    /// None if it is open, or never opens.
    pub(super) opens_at: Option<Timestamp>,
    pub(super) promised_at: Option<Timestamp>,
}

pub(super) fn promise(line: &LineCard, zone: &TimeZone, now: Timestamp) -> Promise {
    let next = shifts(line, zone, now).next();
    let open_now = next.is_some_and(|(from, _)| from <= now);
    Promise {
        open_now,
        opens_at: next.map(|(from, _)| from).filter(|_| !open_now),
        promised_at: promised_at(line, zone, now),
    }
}

fn promised_at(line: &LineCard, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let mut left = SignedDuration::from_mins(line.promise_minutes.into());
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

/// The intervals in which the line works, in order: the one that holds `now` or the next, and on.
fn shifts(line: &LineCard, zone: &TimeZone, now: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let today = now.to_zoned_datetime(zone.clone()).date();
    let looked_at = if line.hours.is_empty() { 0 } else { LOOK_AHEAD_DAYS };
    std::iter::successors(Some(today), |date| date.tomorrow().ok())
        .take(looked_at)
        .filter_map(|date| shift(line, zone, date))
        .filter(move |(_, to)| *to > now)
}

/// The hours of a civil day as instants.
fn shift(line: &LineCard, zone: &TimeZone, date: Date) -> Option<(Timestamp, Timestamp)> {
    let hours =
        line.hours.iter().find(|hours| i16::from(hours.weekday) == i16::from(date.weekday().to_monday_one_offset()))?;
    let instant = |text: &str| zone.to_timestamp(date.to_datetime(time(text)?)).ok();
    let to = match hours.to.as_str() {
        DAY_END => Some(zone.to_timestamp(date.tomorrow().ok()?.to_datetime(Time::midnight())).ok()?),
        text => instant(text),
    };
    let (from, to) = (instant(&hours.from)?, to?);
    (from < to).then_some((from, to))
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use buhphone_protocol::desk::DayHours;

    use super::*;

    fn told(now: &str) -> (bool, Option<String>, Option<String>) {
        let day = |weekday| DayHours { weekday, from: "09:00".to_owned(), to: "18:00".to_owned() };
        let line = LineCard {
            name: String::new(),
            hours: (1..=5).map(day).collect(),
            open_now: false,
            opens_at: None,
            promise_minutes: 30,
            promised_at: None,
        };
        let promise = promise(&line, &TimeZone::get("Europe/Moscow").unwrap(), now.parse().unwrap());
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        (promise.open_now, text(promise.opens_at), text(promise.promised_at))
    }

    #[test]
    fn a_promise_is_counted_in_the_time_the_line_works() {
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(told("2026-11-23T06:00:00Z"), (true, None, at("2026-11-23T06:30:00Z")));
        assert_eq!(told("2026-11-23T14:50:00Z"), (true, None, at("2026-11-24T06:20:00Z")));
        assert_eq!(told("2026-11-27T15:00:00Z"), (false, at("2026-11-30T06:00:00Z"), at("2026-11-30T06:30:00Z")));
    }
}
