//! The texts people type: trimmed, without control characters, of a bounded length.
//! Each check names the field at fault; interfaces show the message beside it.

use std::borrow::Cow;

use super::{Refusal, Result};

/// 1–`max` characters.
pub(super) fn required(field: &'static str, text: &str, max: usize) -> Result<String> {
    match optional(field, text, max)? {
        text if text.is_empty() => Err(Refusal::invalid(field, format!("{field} is empty"))),
        text => Ok(text),
    }
}

/// 0–`max` characters.
pub(super) fn optional(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, format!("{field} holds a control character")));
    }
    bounded(field, text, max)?;
    Ok(text.to_owned())
}

/// A search is forgiving: control characters are dropped, and what is too long finds nothing.
pub(super) fn search(text: &str) -> Result<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = text.trim();
    bounded("search", text, 200)?;
    Ok(text.to_owned())
}

/// Told by a computer, not typed: control characters are dropped rather than refused.
pub(super) fn told(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = text.trim();
    bounded(field, text, max)?;
    Ok(text.to_owned())
}

/// A text of many lines, told rather than typed into a form: of control characters only line
/// breaks and tabs are kept. 1–`max` characters, of which one at least is no space.
pub(super) fn letter(field: &'static str, text: &str, max: usize) -> Result<String> {
    match letter_or_empty(field, text, max)? {
        text if text.is_empty() => Err(Refusal::invalid(field, format!("{field} is empty"))),
        text => Ok(text),
    }
}

/// Likewise; nothing but spaces is empty.
pub(super) fn letter_or_empty(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    bounded(field, &text, max)?;
    Ok(text)
}

/// Empty, or one that mail can be sent to. Whether somebody reads it only mail can tell.
pub(super) fn email(text: &str) -> Result<String> {
    let text = optional("email", text, 254)?.to_lowercase();
    let plausible = text.is_empty()
        || text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
                && !text.contains(|c: char| c.is_whitespace() || "\"(),:;<>[\\]".contains(c))
                && !domain.contains('@')
        });
    if plausible { Ok(text) } else { Err(Refusal::invalid("email", "email is not of the form name@example.ru")) }
}

/// Empty, or digits with what people put between them.
pub(super) fn phone(text: &str) -> Result<String> {
    let text = optional("phone", text, 32)?;
    if text.chars().all(|c| c.is_ascii_digit() || "+()- ".contains(c)) {
        Ok(text)
    } else {
        Err(Refusal::invalid("phone", "phone holds digits, spaces and +()- only"))
    }
}

fn bounded(field: &'static str, text: &str, max: usize) -> Result<()> {
    let count = text.chars().count();
    if count <= max {
        return Ok(());
    }
    let message: Cow<'static, str> = format!("{field} has {count} characters, at most {max} are allowed").into();
    Err(Refusal::invalid(field, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_addresses_people_have() {
        for good in ["", " Anna@Example.RU ", "a.b+c@mail.example.ru", "бухгалтер@пример.рф"] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in
            ["anna", "@example.ru", "anna@", "anna@example", "a b@example.ru", "a@b@example.ru", "a@.ru", "<a@b.ru>"]
        {
            assert_eq!(email(bad).unwrap_err().field.as_deref(), Some("email"), "{bad}");
        }
    }

    #[test]
    fn takes_the_telephones_people_write() {
        for good in ["", "+7 (495) 123-45-67", "112"] {
            assert!(phone(good).is_ok(), "{good}");
        }
        for bad in ["доб. 5", "+7 495 123 45 67 +7 495 123 45 678", "1;2"] {
            assert_eq!(phone(bad).unwrap_err().field.as_deref(), Some("phone"), "{bad}");
        }
    }

    #[test]
    fn keeps_the_lines_of_a_letter_and_drops_what_is_no_text() {
        assert_eq!(letter("text", "Раз\r\n\tдва\0\u{1b}[31m 🙂\u{85}", 100).unwrap(), "Раз\n\tдва[31m 🙂");
        assert_eq!(letter_or_empty("text", " \n\0 ", 100).unwrap(), "");
        assert!(letter("text", " \n\0 ", 100).is_err());
        assert!(letter("text", &"🙂".repeat(100), 100).is_ok());
        assert!(letter("text", &"🙂".repeat(101), 100).is_err());
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        assert!(required("name", &"я".repeat(100), 100).is_ok());
        assert!(required("name", &"я".repeat(101), 100).is_err());
        assert!(required("name", " \t ", 100).is_err());
        assert!(required("name", "a\0b", 100).is_err());
    }
}
