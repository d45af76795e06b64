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
        Ok(text) => Ok(state(&text, program)),
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

fn base() -> io::Result<BaseDirs> {
    BaseDirs::new().ok_or_else(|| io::Error::other("the account has no home folder"))
}

fn entry_file(config: &Path) -> PathBuf {
    config.join("autostart").join(format!("{NAME}.desktop"))
}

/// What an entry's text means for us.
fn state(text: &str, program: &Path) -> Autostart {
    let is = |key, value| desktop_entry::value(text, key).is_some_and(|found| found.eq_ignore_ascii_case(value));
    if is("Hidden", "true") || is("X-GNOME-Autostart-enabled", "false") {
        return Autostart::OffByPerson;
    }
    let Some(exec) = desktop_entry::value(text, "Exec") else {
        return Autostart::Off;
    };
    match desktop_entry::arguments(&exec).as_deref() {
        Some([started, ..]) if Path::new(started) == program => Autostart::On,
        Some([_, ..]) => Autostart::Foreign,
        _ => Autostart::Off,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_states_of_an_entry_apart() {
        let program = Path::new("/opt/Бухфон тест 1/buhphone");
        let told = |text: &str| state(&format!("[Desktop Entry]\nType=Application\n{text}\n"), program);

        assert_eq!(told("Exec=\"/opt/Бухфон тест 1/buhphone\" --hidden"), Autostart::On);
        assert_eq!(told("Exec=/opt/buhphone --hidden"), Autostart::Foreign);
        assert_eq!(told("Exec=\"/opt/Бухфон тест 1/buhphone\"\nHidden=true"), Autostart::OffByPerson);
        assert_eq!(
            told("Exec=\"/opt/Бухфон тест 1/buhphone\"\nX-GNOME-Autostart-enabled=false"),
            Autostart::OffByPerson
        );
        assert_eq!(told("Exec=\"/opt/Бухфон тест 1/buhphone\"\nX-GNOME-Autostart-enabled=true"), Autostart::On);
        assert_eq!(told("Exec="), Autostart::Off);
        assert_eq!(told(""), Autostart::Off);
        assert_eq!(state("", program), Autostart::Off);
    }
}
