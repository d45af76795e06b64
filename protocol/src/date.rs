//! Dates in the precision they were registered with.
//! Whether a contract has ended is decided where the partner's zone is known.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize, de};
use ts_rs::TS;

/// The end of a 1С:ИТС contract: a whole year (`2015`) or a day (`31.12.2015`).
///
/// On the wire and in stores: `"2015"` or `"2015-12-31"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, TS)]
#[ts(type = "string")]
pub enum ItsUntil {
    Year(i16),
    Day(Date),
}

/// The years a contract can end in: 1С:ИТС began in the nineties, and two
/// digits too many is the commonest slip.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

impl ItsUntil {
    /// The last day of the contract, both precisions compared alike.
    #[must_use]
    pub fn last_day(self) -> Date {
        match self {
            Self::Year(year) => Date::constant(year, 12, 31),
            Self::Day(day) => day,
        }
    }

    /// As 1С prints it: `2015` or `31.12.2015`.
    #[must_use]
    pub fn printed(self) -> String {
        match self {
            Self::Year(year) => year.to_string(),
            Self::Day(day) => day.strftime("%d.%m.%Y").to_string(),
        }
    }
}

impl fmt::Display for ItsUntil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => year.fmt(f),
            Self::Day(day) => day.fmt(f),
        }
    }
}

/// The text is neither `2015`, `2015-12-31` nor `31.12.2015`, or the year is outside 1990–2099.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItsUntilError;

impl fmt::Display for ItsUntilError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a year (2015) or a date (31.12.2015), between 1990 and 2099")
    }
}

impl std::error::Error for ItsUntilError {}

impl FromStr for ItsUntil {
    type Err = ItsUntilError;

    fn from_str(text: &str) -> Result<Self, ItsUntilError> {
        let text = text.trim();
        let until = if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            Self::Year(text.parse().map_err(|_| ItsUntilError)?)
        } else {
            let day = Date::strptime("%Y-%m-%d", text)
                .or_else(|_| Date::strptime("%d.%m.%Y", text))
                .map_err(|_| ItsUntilError)?;
            Self::Day(day)
        };
        if YEARS.contains(&until.last_day().year()) { Ok(until) } else { Err(ItsUntilError) }
    }
}

impl Serialize for ItsUntil {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItsUntil {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_in_the_precision_it_was_registered_with() {
        for (given, printed, stored) in [
            ("2015", "2015", "2015"),
            ("31.12.2015", "31.12.2015", "2015-12-31"),
            ("2015-03-01", "01.03.2015", "2015-03-01"),
        ] {
            let until: ItsUntil = given.parse().unwrap();
            assert_eq!((until.printed().as_str(), until.to_string().as_str()), (printed, stored));
        }
    }

    #[test]
    fn compares_a_year_as_its_last_day() {
        assert_eq!(ItsUntil::Year(2015).last_day(), "2015-12-31".parse().unwrap());
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in ["", "15", "20155", "31.02.2015", "1889", "2015-13-01", "вчера"] {
            assert_eq!(text.parse::<ItsUntil>(), Err(ItsUntilError), "{text}");
        }
    }
}
