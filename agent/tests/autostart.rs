//! Autostart through the files a real desktop reads, and started as a real desktop starts it.
#![cfg(target_os = "linux")]

#[path = "support/probe.rs"]
mod probe;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use probe::Probe;
use tempfile::TempDir;

/// An account with nothing in it, and a program in a folder of this name.
struct Account {
    home: TempDir,
    program: PathBuf,
}

impl Account {
    fn new(folder: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join(folder);
        fs::create_dir_all(&folder).expect("it is writable");
        let program = folder.join("buhphone");
        // Tells what it was started with, whole or not at all.
        fs::write(
            &program,
            "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" > \"$HOME/part\" && mv \"$HOME/part\" \"$HOME/started\"\n",
        )
        .expect("it is writable");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
        Self { home, program }
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", self.home.path());
        command
    }

    fn probe(&self, program: &Path) -> Probe {
        let mut command = self.command(probe::executable());
        command.arg("host").arg(program);
        Probe::start(command)
    }

    fn entry(&self) -> PathBuf {
        self.home.path().join(".config/autostart/Бухфон.desktop")
    }

    /// Starts the entry by GLib, as GNOME, Xfce, MATE and Cinnamon do.
    fn start_as_the_desktop_does(&self) -> String {
        let launched =
            self.command("gio").arg("launch").arg(self.entry()).output().expect("GLib's tools are installed");
        assert!(launched.status.success(), "{}", String::from_utf8_lossy(&launched.stderr));
        let started = self.home.path().join("started");
        for _ in 0..500 {
            if let Ok(text) = fs::read_to_string(&started) {
                return text;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
        panic!("the desktop did not start the program within five seconds");
    }
}

#[test]
fn the_entry_starts_the_program_hidden_from_any_folder() {
    for folder in
        ["Бухфон тест 1", "a \"quoted\" name", "cost $HOME `id`", r"back\slash\n", "tab\tand 'single'; & (x) #"]
    {
        let account = Account::new(folder);
        let mut host = account.probe(&account.program);
        assert_eq!(host.ask("read"), "Off");
        assert_eq!(host.ask("enable"), "On", "{folder}");
        assert_eq!(account.probe(&account.program).ask("read"), "On", "read by another process");

        let started = account.start_as_the_desktop_does();
        assert_eq!(started, format!("{}\n--hidden\n", account.program.display()), "{folder}");
    }
}

/// GLib looks for a program named with the doubled per cent and refuses the entry, though the
/// specification doubles it; so this one is held to the specification alone.
#[test]
fn a_per_cent_in_the_path_is_doubled_as_specified() {
    let account = Account::new("50% готово");
    assert_eq!(account.probe(&account.program).ask("enable"), "On");
    let entry = fs::read_to_string(account.entry()).expect("it was written");
    assert!(entry.contains("/50%% готово/buhphone\" --hidden\n"), "{entry}");
}

#[test]
fn a_persons_off_is_kept_until_a_person_wants_it_on() {
    for off in ["Hidden=true", "X-GNOME-Autostart-enabled=false"] {
        let account = Account::new("Бухфон тест 1");
        let mut host = account.probe(&account.program);
        assert_eq!(host.ask("enable"), "On");
        let entry = fs::read_to_string(account.entry()).expect("it was written");
        let switched_off = format!("{}\n{off}\n", entry.trim_end());
        fs::write(account.entry(), &switched_off).expect("it is writable");

        assert_eq!(host.ask("read"), "OffByPerson");
        assert_eq!(host.ask("enable"), "OffByPerson");
        assert_eq!(fs::read_to_string(account.entry()).expect("it stays"), switched_off);
        assert_eq!(host.ask("insist"), "On");
    }
}

#[test]
fn another_copys_entry_is_foreign_and_a_vanished_one_is_off() {
    let account = Account::new("Бухфон тест 1");
    let earlier = account.home.path().join("старый buhphone");
    fs::copy(&account.program, &earlier).expect("it is writable");
    assert_eq!(account.probe(&earlier).ask("enable"), "On");

    let mut host = account.probe(&account.program);
    assert_eq!(host.ask("read"), "Foreign");
    fs::remove_file(earlier).expect("it is ours");
    assert_eq!(host.ask("read"), "Off", "what it starts is gone");
    assert_eq!(host.ask("enable"), "On");
    fs::remove_file(account.entry()).expect("it is ours");
    assert_eq!(host.ask("read"), "Off");
}

#[test]
fn the_entry_is_where_the_session_looks_for_it() {
    let account = Account::new("Бухфон тест 1");
    let config = account.home.path().join("другое место");
    let mut command = account.command(probe::executable());
    command.env("XDG_CONFIG_HOME", &config).arg("host").arg(&account.program);

    assert_eq!(Probe::start(command).ask("enable"), "On");
    assert!(config.join("autostart/Бухфон.desktop").exists());
    assert!(!account.entry().exists());
}

#[test]
fn an_appimage_starts_by_its_own_file_not_by_its_mount() {
    let account = Account::new("Бухфон тест 1");
    let mut command = account.command(probe::executable());
    command.env("APPIMAGE", &account.program).arg("host").arg("/tmp/.mount_buhphone/usr/bin/buhphone");

    assert_eq!(Probe::start(command).ask("enable"), "On");
    assert_eq!(account.start_as_the_desktop_does(), format!("{}\n--hidden\n", account.program.display()));
}

#[test]
fn an_entry_that_cannot_be_written_is_told_as_off() {
    let account = Account::new("Бухфон тест 1");
    fs::write(account.home.path().join(".config"), "файл на месте папки").expect("it is writable");
    let answer = account.probe(&account.program).ask("enable");
    assert!(["Off", "Unknown"].contains(&answer.as_str()), "{answer}");
}
