//! The partner's day: instants to civil days and back, by the IANA database.
//! A day may have 23 or 25 hours, and need not begin at midnight.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The civil date of the partner at this instant.
#[must_use]
pub fn today(zone: &TimeZone, now: Timestamp) -> Date {
    zone.to_datetime(now).date()
}

/// The first instant of a day; `None` outside the calendar.
#[must_use]
pub fn start(zone: &TimeZone, day: Date) -> Option<Timestamp> {
    Some(day.to_zoned_datetime(zone.clone()).ok()?.start_of_day().ok()?.timestamp())
}

/// Whole seconds to the start of the next day, rounded up, so that who waits so long is there.
#[must_use]
pub fn due_in(zone: &TimeZone, now: Timestamp) -> u32 {
    let next = today(zone, now).tomorrow().ok().and_then(|tomorrow| start(zone, tomorrow));
    let left = next.map_or(0, |next| (next.as_nanosecond() - now.as_nanosecond() + 999_999_999) / 1_000_000_000);
    u32::try_from(left).unwrap_or(0)
}

/// As 1С prints a moment: `03.09.2013 4:03:05`, the hour without a leading zero.
#[must_use]
pub fn printed(zone: &TimeZone, at: Timestamp) -> String {
    let local = zone.to_datetime(at);
    format!("{} {}:{:02}:{:02}", local.date().strftime("%d.%m.%Y"), local.hour(), local.minute(), local.second())
}

/// Likewise without the seconds, as people tell each other a moment: `03.09.2013 4:03`.
#[must_use]
pub fn told(zone: &TimeZone, at: Timestamp) -> String {
    let local = zone.to_datetime(at);
    format!("{} {}:{:02}", local.date().strftime("%d.%m.%Y"), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn counts_to_the_partners_next_day() {
        for (name, now, seconds) in [
            ("Europe/Moscow", "2026-11-23T06:00:12Z", 15 * 3600 - 12),
            ("Europe/Moscow", "2026-11-23T20:59:59.5Z", 1),
            ("Europe/Moscow", "2026-11-23T21:00:00Z", 86_400),
            ("Asia/Kamchatka", "2026-11-23T12:00:00Z", 86_400),
            // The night the clocks went back for good: 25 hours.
            ("Europe/Moscow", "2014-10-25T20:00:00Z", 25 * 3600),
            // The night they went forward for good: 23 hours.
            ("Europe/Moscow", "2011-03-26T21:00:00Z", 23 * 3600),
        ] {
            assert_eq!(due_in(&zone(name), at(now)), seconds, "{name} {now}");
        }
    }

    #[test]
    fn prints_as_1c_does() {
        for (now, printed_as) in [
            ("2013-09-03T00:03:05Z", "03.09.2013 4:03:05"),
            ("2014-11-17T08:56:42Z", "17.11.2014 11:56:42"),
            ("2015-12-31T21:00:00Z", "01.01.2016 0:00:00"),
        ] {
            assert_eq!(printed(&zone("Europe/Moscow"), at(now)), printed_as);
        }
    }
}
