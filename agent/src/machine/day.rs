//! The partner's days, counted from the boundary the cloud told. The zone's own rules are
//! followed while they agree with the cloud; a program older than a change of them counts
//! whole days of twenty-four hours instead, and is corrected by the next answer.

use buhphone_protocol::standing::Standing;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::cloud_time::later;

const DAY_S: i64 = 24 * 60 * 60;

/// The cloud tells whole seconds, and its time has a fraction.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

pub(super) struct PartnerDays {
    /// The day the cloud told of. Most questions are about it, and zones are slow to ask.
    start: Timestamp,
    next: Timestamp,
    zone: Option<TimeZone>,
}

impl PartnerDays {
    pub(super) fn of(standing: &Standing) -> Self {
        let told = later(standing.now, SignedDuration::from_secs(standing.due_in.into()));
        let zone = TimeZone::get(&standing.partner.zone).ok();
        let start = zone.as_ref().and_then(|zone| start_of_day(later(told, SLACK), zone));
        let (next, zone) = match start.filter(|start| told.duration_since(*start).abs() <= SLACK) {
            Some(next) => (next, zone),
            // Rather late by the fraction that was cut off than before the day began.
            None => (later(told, SignedDuration::from_secs(1)), None),
        };
        let days = Self { start: next, next, zone };
        Self { start: days.start(later(next, -SLACK)), ..days }
    }

    /// The start of the day that holds `at`.
    pub(super) fn start(&self, at: Timestamp) -> Timestamp {
        if self.start <= at && at < self.next {
            return self.start;
        }
        self.zone.as_ref().and_then(|zone| start_of_day(at, zone)).unwrap_or_else(|| {
            let days = at.duration_since(self.next).as_secs().div_euclid(DAY_S);
            later(self.next, SignedDuration::from_secs(days.saturating_mul(DAY_S)))
        })
    }

    /// The start of the day after the one that holds `at`.
    pub(super) fn end(&self, at: Timestamp) -> Timestamp {
        if self.start <= at && at < self.next {
            return self.next;
        }
        // No day is longer than 27 hours or shorter than 21, so 36 hours into it is the next one.
        self.start(later(self.start(at), SignedDuration::from_hours(36)))
    }
}

fn start_of_day(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    at.to_zoned_datetime(zone.clone()).start_of_day().ok().map(|start| start.timestamp())
}

#[cfg(test)]
mod tests {
    use buhphone_protocol::standing::PartnerCard;

    use super::*;

    fn days(zone: &str, now: &str, due_in: u32) -> PartnerDays {
        PartnerDays::of(&Standing {
            partner: PartnerCard {
                name: String::new(),
                phone: String::new(),
                zone: zone.to_owned(),
                machine_salt: String::new(),
            },
            client: String::new(),
            user: String::new(),
            last_authorization: None,
            contract_ended: false,
            now: now.parse().unwrap(),
            due_in,
            line: None,
            phone: String::new(),
        })
    }

    fn day(days: &PartnerDays, at: &str) -> (String, String) {
        let at = at.parse().unwrap();
        (days.start(at).to_string(), days.end(at).to_string())
    }

    #[test]
    fn a_day_of_winter_time_has_twenty_five_hours() {
        let days = days("Europe/Moscow", "2014-10-25T12:00:00Z", 8 * 3600);
        assert_eq!(
            day(&days, "2014-10-26T20:59:59Z"),
            ("2014-10-25T20:00:00Z".to_owned(), "2014-10-26T21:00:00Z".to_owned())
        );
    }

    #[test]
    fn the_cut_off_fraction_of_a_second_moves_no_midnight() {
        for (now, due_in) in [("2026-11-23T12:00:00.9Z", 8 * 3600 + 3599), ("2026-11-23T12:00:00.9Z", 9 * 3600)] {
            let days = days("Europe/Moscow", now, due_in);
            assert_eq!(day(&days, "2026-11-23T20:59:59Z").1, "2026-11-23T21:00:00Z");
        }
    }

    #[test]
    fn the_cloud_is_believed_where_its_zone_differs_from_ours() {
        // The cloud knows of a zone change that this program does not: midnight an hour later.
        let days = days("Europe/Moscow", "2026-11-23T12:00:00Z", 10 * 3600);
        assert_eq!(
            day(&days, "2026-11-25T21:30:00Z"),
            ("2026-11-24T22:00:01Z".to_owned(), "2026-11-25T22:00:01Z".to_owned())
        );
    }
}
