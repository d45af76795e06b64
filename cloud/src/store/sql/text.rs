//! Texts as they are compared: the same order and the same matches on both databases.
//!
//! SQLite lowers ASCII only and PostgreSQL compares by the server's locale, so
//! what is compared is made here and stored, and ordered by bytes.

/// Between the parts of an ordering key; below every character a name may hold.
const BETWEEN: &str = "\u{1}";

/// Lower case, ё as е, single spaces.
pub(super) fn key(text: &str) -> String {
    let lower = text.to_lowercase().replace('ё', "е");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Orders as the parts would, one after another.
pub(super) fn ordering(parts: &[&str]) -> String {
    parts.iter().map(|part| key(part)).collect::<Vec<_>>().join(BETWEEN)
}

/// As a person is printed: the parts that are there.
pub(super) fn full_name(surname: &str, name: &str, patronymic: &str) -> String {
    [surname, name, patronymic].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a search of people looks in. A telephone is found by its digits too, however it was written.
pub(super) fn searchable(names: &[&str], email: &str, phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    key(&[&names.join(" "), email, phone, &digits].join(" "))
}

/// A LIKE pattern, escaped by `\`, that matches keys holding the text; any key for no text.
pub(super) fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in key(search).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    if pattern.len() > 1 {
        pattern.push('%');
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_without_case_and_yo() {
        assert_eq!(key("  Ёлкина   АННА "), "елкина анна");
    }

    #[test]
    fn orders_a_shorter_surname_before_a_longer_one() {
        assert!(ordering(&["Иванов", "Яков", ""]) < ordering(&["Иванова", "Анна", ""]));
        assert!(ordering(&["Иванов", "", ""]) < ordering(&["Иванов", "Анна", ""]));
    }

    #[test]
    fn finds_wildcards_as_they_are() {
        assert_eq!(pattern(r"50%_\"), r"%50\%\_\\%");
        assert_eq!(pattern(" "), "%");
    }

    #[test]
    fn finds_a_telephone_by_its_digits() {
        assert_eq!(
            searchable(&["Ёлкина", "Анна", ""], "A@B.ru", "+7 (495) 123-45-67"),
            "елкина анна a@b.ru +7 (495) 123-45-67 74951234567"
        );
    }
}
