//! ИНН: the taxpayer's number of a client, checked by its control digits.
//! Ten digits for a company, twelve for an entrepreneur or a person.
//! Source: order of the Federal Tax Service ММВ-7-6/435@ of 29.06.2012.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use ts_rs::TS;

/// A taxpayer's number whose control digits hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct Inn(String);

/// Why a text is no ИНН.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InnError {
    /// Something other than digits.
    NotDigits,
    /// Neither ten nor twelve digits; holds how many there were.
    Length(usize),
    /// The control digits do not hold.
    Mistyped,
}

impl Inn {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Inn {
    type Err = InnError;

    fn from_str(text: &str) -> Result<Self, InnError> {
        let text = text.trim();
        let digits = text.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<_>>>().ok_or(InnError::NotDigits)?;
        let holds = match digits.len() {
            10 => control(&digits, &[2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[9],
            12 => {
                control(&digits, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[10]
                    && control(&digits, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[11]
            }
            length => return Err(InnError::Length(length)),
        };
        // All zeros pass the arithmetic but are nobody's number.
        if holds && digits.iter().any(|&digit| digit != 0) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InnError::Mistyped)
        }
    }
}

fn control(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 % 10
}

impl fmt::Display for Inn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDigits => f.write_str("an INN holds digits only"),
            Self::Length(count) => write!(f, "an INN has 10 or 12 digits, this has {count}"),
            Self::Mistyped => f.write_str("the control digits of the INN do not hold"),
        }
    }
}

impl std::error::Error for InnError {}

impl Serialize for Inn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Inn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_companies_and_persons() {
        for text in ["7707083893", "7830002293", " 500100732259 "] {
            assert_eq!(text.parse::<Inn>().unwrap().as_str(), text.trim());
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, error) in [
            ("", InnError::Length(0)),
            ("77070838", InnError::Length(8)),
            ("7707083894", InnError::Mistyped),
            ("500100732258", InnError::Mistyped),
            ("0000000000", InnError::Mistyped),
            ("770708389X", InnError::NotDigits),
        ] {
            assert_eq!(text.parse::<Inn>(), Err(error), "{text}");
        }
    }
}
