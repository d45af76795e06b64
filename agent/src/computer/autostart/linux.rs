//! The entry on Linux: a desktop entry in the session's autostart folder.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use auto_launch::{AutoLaunchBuilder, LinuxLaunchMode};
use buhphone_protocol::telemetry::Autostart;
use directories::BaseDirs;

use super::{HIDDEN, NAME, desktop_entry};

pub(super) fn read(program: &Path) -> io::Result<Autostart> {
    match fs::read_to_string(entry_file(base()?.config_dir())) {
        Ok(text) => Ok(state(&text, program, Path::exists)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Autostart::Off),
        Err(error) => Err(error),
    }
}

pub(super) fn write(program: &Path) -> io::Result<()> {
    let base = base()?;
    let program = program.to_str().ok_or_else(|| io::Error::other("the program's path is not text"))?;
    let entry = AutoLaunchBuilder::new()
        .set_app_name(NAME)
        .set_app_path(&desktop_entry::quoted(program))
        .set_args(&[HIDDEN])
        .set_linux_launch_mode(LinuxLaunchMode::XdgAutostart)
        .build()
        .map_err(io::Error::other)?;
    entry.enable().map_err(io::Error::other)?;

    // auto-launch knows only `~/.config`; the session reads where XDG_CONFIG_HOME points.
    let (written, wanted) = (entry_file(&base.home_dir().join(".config")), entry_file(base.config_dir()));
    if written != wanted {
        fs::create_dir_all(wanted.parent().expect("it is in the autostart folder"))?;
        fs::copy(&written, &wanted)?;
        fs::remove_file(&written)?;
    }
    // Power lost now must not leave an empty entry: nothing would start us to notice.
    File::open(wanted)?.sync_all()
}

pub(super) fn remove(program: &Path) -> io::Result<()> {
    let file = entry_file(base()?.config_dir());
    match fs::read_to_string(&file) {
        Ok(text) if started(&text).is_some_and(|started| Path::new(&started) == program) => fs::remove_file(file),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn base() -> io::Result<BaseDirs> {
    BaseDirs::new().ok_or_else(|| io::Error::other("the account has no home folder"))
}

fn entry_file(config: &Path) -> PathBuf {
    config.join("autostart").join(format!("{NAME}.desktop"))
}

/// What an entry's text means for us. A program that is started and is not `there` any more starts nothing.
fn state(text: &str, program: &Path, there: impl Fn(&Path) -> bool) -> Autostart {
    let is = |key, value| desktop_entry::value(text, key).is_some_and(|found| found.eq_ignore_ascii_case(value));
    if is("Hidden", "true") || is("X-GNOME-Autostart-enabled", "false") {
        return Autostart::OffByPerson;
    }
    match started(text) {
        Some(started) if Path::new(&started) == program => Autostart::On,
        Some(started) if there(Path::new(&started)) => Autostart::Foreign,
        _ => Autostart::Off,
    }
}

/// The program an entry's text starts.
fn started(text: &str) -> Option<String> {
    desktop_entry::arguments(&desktop_entry::value(text, "Exec")?)?.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_states_of_an_entry_apart() {
        let program = Path::new("/opt/Бухфон тест 1/buhphone");
        let there = |path: &Path| path == Path::new("/opt/buhphone");
        let told = |text: &str| state(&format!("[Desktop Entry]\nType=Application\n{text}\n"), program, there);

        assert_eq!(told("Exec=\"/opt/Бухфон тест 1/buhphone\" --hidden"), Autostart::On);
        assert_eq!(told("Exec=/opt/buhphone --hidden"), Autostart::Foreign);
        assert_eq!(told("Exec=\"/opt/Бухфон тест 1/buhphone\"\nHidden=true"), Autostart::OffByPerson);
        assert_eq!(
            told("Exec=\"/opt/Бухфон тест 1/buhphone\"\nX-GNOME-Autostart-enabled=false"),
            Autostart::OffByPerson
        );
        assert_eq!(told("Exec=\"/opt/Бухфон тест 1/buhphone\"\nX-GNOME-Autostart-enabled=true"), Autostart::On);
        assert_eq!(told("Exec=/mnt/gone/buhphone --hidden"), Autostart::Off, "it starts nothing");
        assert_eq!(told("Exec="), Autostart::Off);
        assert_eq!(told(""), Autostart::Off);
        assert_eq!(state("", program, there), Autostart::Off);
    }
}
