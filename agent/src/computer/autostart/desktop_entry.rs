//! The quoting of `Exec` in a desktop entry, both ways, by the Desktop Entry Specification:
//! arguments are quoted as for a shell, per cents doubled, and the whole escaped as a string.

/// One argument as it stands in `Exec`, whatever it holds.
#[must_use]
pub fn quoted(argument: &str) -> String {
    let mut text = String::from("\"");
    for c in argument.chars() {
        match c {
            // A backslash for the shell's quoting, and each backslash doubled for the string's.
            '"' | '`' | '$' => text.extend(['\\', '\\', c]),
            '\\' => text.push_str(r"\\\\"),
            '%' => text.push_str("%%"),
            '\n' => text.push_str(r"\n"),
            '\t' => text.push_str(r"\t"),
            '\r' => text.push_str(r"\r"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// A key of the main group, its string escapes undone.
#[must_use]
pub fn value(entry: &str, key: &str) -> Option<String> {
    let mut group = entry.lines().skip_while(|line| line.trim_end() != "[Desktop Entry]").skip(1);
    group.by_ref().take_while(|line| !line.starts_with('[')).find_map(|line| {
        let (found, value) = line.split_once('=')?;
        (found.trim_end() == key).then(|| unescaped(value.trim_start().trim_end_matches('\r')))
    })
}

/// The arguments of an `Exec` value: none if its quoting is broken. Field codes stand for nothing.
#[must_use]
pub fn arguments(exec: &str) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut is_quoted = false;
    let mut chars = exec.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                current.get_or_insert_default();
            }
            '\\' => current.get_or_insert_default().push(chars.next()?),
            '%' => match chars.next()? {
                '%' => current.get_or_insert_default().push('%'),
                _field_code => {}
            },
            c if c.is_ascii_whitespace() && !is_quoted => arguments.extend(current.take()),
            c => current.get_or_insert_default().push(c),
        }
    }
    arguments.extend(current);
    (!is_quoted).then_some(arguments)
}

fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('s') => text.push(' '),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('\\') | None => text.push('\\'),
            Some(other) => text.extend(['\\', other]),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_as_the_specification_does() {
        assert_eq!(quoted("/opt/Бухфон тест 1/buhphone"), "\"/opt/Бухфон тест 1/buhphone\"");
        assert_eq!(quoted(r"/a\b"), r#""/a\\\\b""#);
        assert_eq!(quoted("/50%"), "\"/50%%\"");
        assert_eq!(quoted("/$HOME`\""), r#""/\\$HOME\\`\\"""#);
    }

    #[test]
    fn reads_only_the_main_group() {
        let entry = "# заметка\n[Desktop Entry]\nName=A\n\n[Desktop Action x]\nExec=/wrong\n";
        assert_eq!(value(entry, "Name").as_deref(), Some("A"));
        assert_eq!(value(entry, "Exec"), None);
        assert_eq!(arguments("\"не закрыто"), None);
        assert_eq!(arguments("/opt/a %U --x").expect("it reads"), ["/opt/a", "--x"]);
    }

    proptest! {
        #[test]
        fn any_path_survives_the_entry(path in "[^\0]{1,40}") {
            let entry = format!("[Desktop Entry]\nExec={} --hidden\n", quoted(&path));
            let read = arguments(&value(&entry, "Exec").expect("the key is there")).expect("it reads");
            prop_assert_eq!(read, [path, "--hidden".to_owned()]);
        }
    }
}
