//! The activation code as a person types it: twelve digits in groups of four.
//!
//! Digits, because they have no look-alikes, are the same on a Russian and a
//! Latin layout, and can be dictated by telephone. The last is a check digit.

use std::fmt;

/// Digits of a code that carry its randomness; one more checks them.
pub const RANDOM_DIGITS: usize = 11;
const DIGITS: usize = RANDOM_DIGITS + 1;
const GROUP: usize = 4;

/// A code whose check digit holds. Its Debug is redacted: the digits let somebody in.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; DIGITS]);

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// Something other than digits, spaces and dashes.
    NotDigits,
    /// Not twelve digits; holds how many there were.
    Length(usize),
    /// The check digit does not hold: a digit is wrong, or two are swapped.
    Mistyped,
}

impl Code {
    /// Makes a code of the first eleven decimal digits of `random`.
    #[must_use]
    pub fn from_random(random: u64) -> Self {
        let mut digits = [0; DIGITS];
        let mut rest = random;
        for digit in &mut digits[..RANDOM_DIGITS] {
            *digit = (rest % 10) as u8;
            rest /= 10;
        }
        digits[RANDOM_DIGITS] = damm(&digits[..RANDOM_DIGITS]);
        Self(digits)
    }

    /// Reads what a person typed; spaces and any dashes are ignored.
    ///
    /// # Errors
    /// See [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut digits = [0; DIGITS];
        let mut count = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐'..='―' | '−')) {
            let digit = c.to_digit(10).ok_or(CodeError::NotDigits)?;
            if let Some(place) = digits.get_mut(count) {
                *place = digit as u8;
            }
            count += 1;
        }
        if count != DIGITS {
            return Err(CodeError::Length(count));
        }
        if damm(&digits) != 0 {
            return Err(CodeError::Mistyped);
        }
        Ok(Self(digits))
    }

    /// The twelve digits without groups: what is hashed and what a link carries.
    #[must_use]
    pub fn digits(&self) -> String {
        self.0.iter().map(|digit| char::from(b'0' + digit)).collect()
    }

    /// As shown and dictated: `4821-0937-5526`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let digits = self.digits();
        [&digits[..GROUP], &digits[GROUP..2 * GROUP], &digits[2 * GROUP..]].join("-")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDigits => f.write_str("a code holds digits only"),
            Self::Length(count) => write!(f, "a code has {DIGITS} digits, this has {count}"),
            Self::Mistyped => f.write_str("a digit is mistyped"),
        }
    }
}

impl std::error::Error for CodeError {}

/// Damm's check: finds every single wrong digit and every swap of neighbours.
/// The quasigroup is the one of the thesis (H. M. Damm, 2004).
fn damm(digits: &[u8]) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.iter().fold(0, |interim, &digit| TABLE[usize::from(interim)][usize::from(digit)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_type() {
        let code = Code::from_random(12_345_678_901);
        let shown = code.grouped();
        for typed in [shown.clone(), shown.replace('-', " "), shown.replace('-', "–"), format!("  {} ", code.digits())]
        {
            assert_eq!(Code::parse(&typed), Ok(code.clone()), "{typed}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(Code::parse(""), Err(CodeError::Length(0)));
        assert_eq!(Code::parse("1234-5678"), Err(CodeError::Length(8)));
        assert_eq!(Code::parse("абвг"), Err(CodeError::NotDigits));
    }

    #[test]
    fn keeps_its_digits_out_of_debug() {
        assert_eq!(format!("{:?}", Code::from_random(7)), "Code(…)");
    }

    proptest! {
        #[test]
        fn finds_every_wrong_digit_and_every_swap(random in 0u64..100_000_000_000, at in 0usize..12, shift in 1u8..10) {
            let code = Code::from_random(random);
            let mut wrong = code.digits().into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + shift) % 10;
            prop_assert_eq!(Code::parse(std::str::from_utf8(&wrong).unwrap()), Err(CodeError::Mistyped));

            let mut swapped = code.digits().into_bytes();
            let next = (at + 1) % 12;
            if at < next && swapped[at] != swapped[next] {
                swapped.swap(at, next);
                prop_assert_eq!(Code::parse(std::str::from_utf8(&swapped).unwrap()), Err(CodeError::Mistyped));
            }
        }
    }
}
