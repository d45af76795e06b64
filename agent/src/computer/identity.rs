//! What the program tells about the computer, and no more: name, system, zone, and a
//! pseudonym of the machine that means nothing without the partner's salt.

use buhphone_protocol::telemetry::Computer;
use hmac::{Hmac, KeyInit, Mac};
use jiff::tz::TimeZone;
use sha2::Sha256;

/// As the wire allows.
const NAME_MAX: usize = 255;

/// Everything that the system tells. Without a salt there is no pseudonym.
pub(super) fn read(program: String, machine_salt: Option<&str>) -> Computer {
    Computer {
        name: gethostname::gethostname().to_string_lossy().chars().take(NAME_MAX).collect(),
        system: system(),
        program,
        zone: TimeZone::try_system().ok().and_then(|zone| zone.iana_name().map(str::to_owned)),
        machine: machine_salt.and_then(|salt| Some(pseudonym(&machine_uid::get().ok()?, salt))),
    }
}

pub(super) fn nameless(program: String) -> Computer {
    Computer { name: String::new(), system: String::new(), program, zone: None, machine: None }
}

/// HMAC-SHA256 of the machine's id under the salt's text, hex.
fn pseudonym(machine: &str, salt: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(machine.trim().as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `Debian GNU/Linux 12`: a distribution names itself better than any list of distributions does.
#[cfg(target_os = "linux")]
fn system() -> String {
    ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|path| os_release(&std::fs::read_to_string(path).ok()?))
        .unwrap_or_else(|| "Linux".to_owned())
}

/// `Windows 11 Pro 10.0.22631`.
#[cfg(windows)]
fn system() -> String {
    let info = os_info::get();
    let name = info.edition().map_or_else(|| info.os_type().to_string(), str::to_owned);
    format!("{name} {}", info.version())
}

/// Name and version of an os-release file.
#[cfg(target_os = "linux")]
fn os_release(text: &str) -> Option<String> {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    let name = value("NAME")?;
    Some(value("VERSION_ID").map_or_else(|| name.clone(), |version| format!("{name} {version}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_distribution_is_named_as_it_names_itself() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n";
        assert_eq!(os_release(debian).as_deref(), Some("Debian GNU/Linux 12"));
        assert_eq!(os_release("NAME='РЕД ОС'\nVERSION_ID=8.0\n").as_deref(), Some("РЕД ОС 8.0"));
        assert_eq!(os_release("NAME=Arch\nVERSION_ID=\n").as_deref(), Some("Arch"));
        assert_eq!(os_release("мусор"), None);
    }

    #[test]
    fn a_machine_is_one_pseudonym_per_partner_and_never_its_id() {
        let one = pseudonym("b7c9\n", "00ff");
        assert_eq!(one, pseudonym("b7c9", "00ff"));
        assert_ne!(one, pseudonym("b7c9", "00fe"));
        assert_eq!(one.len(), 64);
        assert!(!one.contains("b7c9"));
    }

    #[test]
    fn this_computer_tells_its_name_and_system() {
        let computer = read("0.1.0".to_owned(), Some("00ff"));
        assert!(!computer.name.is_empty());
        assert!(!computer.system.is_empty());
        assert_eq!(read("0.1.0".to_owned(), None).machine, None);
    }
}
