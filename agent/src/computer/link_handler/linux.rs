//! The account's desktop entry for the scheme, and the line of the list that names it.

use std::{fs, io, path::Path};

use directories::BaseDirs;

use crate::computer::autostart::desktop_entry;

const SCHEME: &str = "x-scheme-handler/buhphone";

pub(super) fn remove(program: &Path) -> io::Result<()> {
    let base = BaseDirs::new().ok_or_else(|| io::Error::other("the account has no home folder"))?;
    let Some(name) = program.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
    let name = format!("{name}-handler.desktop");
    let entry = base.data_dir().join("applications").join(&name);
    match fs::read_to_string(&entry) {
        Ok(text) if opens_by(&text, program) => fs::remove_file(entry)?,
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    let list = base.config_dir().join("mimeapps.list");
    match fs::read_to_string(&list) {
        Ok(text) => fs::write(list, without(&text, &name)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn opens_by(entry: &str, program: &Path) -> bool {
    let exec = desktop_entry::value(entry, "Exec").and_then(|exec| desktop_entry::arguments(&exec));
    exec.is_some_and(|arguments| arguments.first().is_some_and(|first| Path::new(first) == program))
}

/// The list without `name` among those that open the scheme.
fn without(list: &str, name: &str) -> String {
    let kept = list.lines().filter_map(|line| {
        let Some(value) = line.strip_prefix(SCHEME).and_then(|rest| rest.trim_start().strip_prefix('=')) else {
            return Some(line.to_owned());
        };
        let others: Vec<&str> = value.split(';').map(str::trim).filter(|one| !one.is_empty() && *one != name).collect();
        (!others.is_empty()).then(|| format!("{SCHEME}={};", others.join(";")))
    });
    kept.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_line_leaves_the_list() {
        let list =
            "[Default Applications]\ntext/html=browser.desktop\nx-scheme-handler/buhphone=buhphone-handler.desktop\n";
        let left = without(list, "buhphone-handler.desktop");
        assert_eq!(left, "[Default Applications]\ntext/html=browser.desktop\n");
        let shared = "x-scheme-handler/buhphone=other.desktop;buhphone-handler.desktop;\n";
        assert_eq!(without(shared, "buhphone-handler.desktop"), "x-scheme-handler/buhphone=other.desktop;\n");
        assert_eq!(without(&left, "buhphone-handler.desktop"), left);
    }

    #[test]
    fn an_entry_of_another_copy_is_not_ours() {
        let entry = "[Desktop Entry]\nExec=\"/opt/Бухфон 1/buhphone\" %u\n";
        assert!(opens_by(entry, Path::new("/opt/Бухфон 1/buhphone")));
        assert!(!opens_by(entry, Path::new("/opt/buhphone")));
    }
}
