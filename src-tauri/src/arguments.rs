//! What a start of the program asks for, read from its command line: of our own making, of a
//! desktop's, or of 1С, which adds a name and a password that are nobody's business and are
//! passed over. Unknown arguments are, too: desktops and debuggers add their own.

use std::iter::Peekable;

use buhphone_agent::computer::autostart::HIDDEN;
use buhphone_protocol::telemetry::Origin;

/// The scheme of links that open the program.
pub(crate) const LINK_SCHEME: &str = "buhphone:";

const SERVER: &str = "--server";
const ACTIVATE: &str = "--activate";
const ANSWER: &str = "--answer";
const SELF_CHECK: &str = "--self-check";
const JSON: &str = "--json";
const QUIT: &str = "--quit";
const UNINSTALLING: &str = "--uninstalling";
const KEEP_DATA: &str = "--keep-data";

/// As configurations of 1С start us. What follows it in the same argument is not ours.
const FROM_1C: &str = "/StartedFrom1CConf";
/// With a value after the colon, or in the next argument.
const OF_1C: [&str; 2] = ["/login", "/password"];

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// Start without a window.
    pub(crate) hidden: bool,
    /// A `buhphone://` link, as it was given.
    pub(crate) link: Option<String>,
    /// The cloud's address, given by an installer or an administrator.
    pub(crate) server: Option<String>,
    /// 1С has started us.
    pub(crate) from_1c: bool,
    pub(crate) task: Option<Task>,
}

/// What is done without a window, and told on the console.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Task {
    Activate {
        code: String,
        /// The name under which the outcome is left for another start, which waits for it.
        answer: Option<String>,
    },
    SelfCheck {
        json: bool,
    },
    /// The running program is to end.
    Quit,
    Uninstall {
        keep_data: bool,
    },
}

impl Arguments {
    /// Reads the arguments after the program's own name.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Self {
        let mut asked = Self::default();
        let (mut activate, mut answer) = (None, None);
        let (mut self_check, mut quit, mut uninstalling) = (false, false, false);
        let (mut json, mut keep_data) = (false, false);
        let mut arguments = arguments.into_iter().peekable();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                HIDDEN => asked.hidden = true,
                SELF_CHECK => self_check = true,
                JSON => json = true,
                QUIT => quit = true,
                UNINSTALLING => uninstalling = true,
                KEEP_DATA => keep_data = true,
                text if begins(text, FROM_1C) => asked.from_1c = true,
                text if OF_1C.iter().any(|name| begins(text, name)) => pass_over(text, &mut arguments),
                text if begins(text, LINK_SCHEME) => asked.link = Some(argument),
                text => {
                    if let Some(given) = value(text, SERVER, &mut arguments) {
                        asked.server = given;
                    } else if let Some(given) = value(text, ACTIVATE, &mut arguments) {
                        activate = Some(given.unwrap_or_default());
                    } else if let Some(given) = value(text, ANSWER, &mut arguments) {
                        answer = given.filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric()));
                    }
                }
            }
        }
        asked.task = match activate {
            _ if uninstalling => Some(Task::Uninstall { keep_data }),
            _ if quit => Some(Task::Quit),
            Some(code) => Some(Task::Activate { code, answer }),
            None => self_check.then_some(Task::SelfCheck { json }),
        };
        asked
    }

    /// The same again, for the program that is running: whatever else stood on the command line,
    /// a password of 1С first of all, stays where it was.
    pub(crate) fn retold(&self) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |parts: &[&str]| told.extend(parts.iter().map(|part| (*part).to_owned()));
        if self.hidden {
            tell(&[HIDDEN]);
        }
        if self.from_1c {
            tell(&[FROM_1C]);
        }
        if let Some(server) = &self.server {
            tell(&[SERVER, server]);
        }
        match &self.task {
            None => {}
            Some(Task::Activate { code, answer }) => {
                tell(&[ACTIVATE, code]);
                if let Some(answer) = answer {
                    tell(&[ANSWER, answer]);
                }
            }
            Some(Task::SelfCheck { .. }) => tell(&[SELF_CHECK]),
            Some(Task::Quit) => tell(&[QUIT]),
            Some(Task::Uninstall { .. }) => tell(&[UNINSTALLING]),
        }
        if let Some(link) = &self.link {
            tell(&[link]);
        }
        told
    }

    /// Whether somebody waits for a window: a link is somebody's even in a hidden start.
    pub(crate) fn wants_window(&self) -> bool {
        self.task.is_none() && (!self.hidden || self.link.is_some() || self.from_1c)
    }

    /// Who started the process, as far as the command line tells.
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self { link: Some(_), .. } => Origin::Link,
            Self { from_1c: true, .. } => Origin::From1c,
            Self { hidden: true, .. } => Origin::Login,
            _ => Origin::Person,
        }
    }
}

/// Whatever the case: scripts and configurations write as they like.
fn begins(argument: &str, name: &str) -> bool {
    argument.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// A value that stands by itself is not taken for an argument of ours, whatever it says.
fn pass_over(argument: &str, rest: &mut Peekable<impl Iterator<Item = String>>) {
    let has_value = argument.split_once(':').is_some_and(|(_, value)| !value.is_empty());
    if !has_value {
        rest.next_if(|next| !OF_1C.iter().chain(&[FROM_1C]).any(|name| begins(next, name)));
    }
}

/// The value of `name`, if that is what `argument` is: after an equals sign, or the next argument.
fn value(argument: &str, name: &str, rest: &mut Peekable<impl Iterator<Item = String>>) -> Option<Option<String>> {
    match argument.strip_prefix(name)? {
        "" => Some(rest.next_if(|next| !next.starts_with("--"))),
        given => given.strip_prefix('=').map(|given| Some(given.to_owned())),
    }
}

// A link and a task hold an activation code.
impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arguments")
            .field("hidden", &self.hidden)
            .field("link", &self.link.is_some())
            .field("server", &self.server)
            .field("from_1c", &self.from_1c)
            .field("task", &self.task)
            .finish()
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Activate { .. } => "Activate",
            Self::SelfCheck { .. } => "SelfCheck",
            Self::Quit => "Quit",
            Self::Uninstall { .. } => "Uninstall",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(line: &str) -> Arguments {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_bare_start_is_a_persons() {
        assert_eq!(given(""), Arguments::default());
        assert_eq!(given("").origin(), Origin::Person);
        assert!(given("").wants_window());
    }

    #[test]
    fn the_autostart_entry_is_a_login_without_a_window() {
        assert!(!given("--hidden").wants_window());
        assert_eq!(given("--hidden").origin(), Origin::Login);
    }

    #[test]
    fn a_link_is_kept_as_it_was_given_whatever_the_case_of_its_scheme() {
        let asked = given("BuhPhone://connect?code=4821-0937-5526&cloud=https%3A%2F%2Fcloud.example");
        assert_eq!(
            asked.link.as_deref(),
            Some("BuhPhone://connect?code=4821-0937-5526&cloud=https%3A%2F%2Fcloud.example")
        );
        assert_eq!(asked.origin(), Origin::Link);
        assert!(given("--hidden buhphone://connect").wants_window());
    }

    #[test]
    fn the_clouds_address_comes_in_either_form() {
        assert_eq!(given("--server https://a.example --hidden").server.as_deref(), Some("https://a.example"));
        assert_eq!(given("--server=https://a.example").server.as_deref(), Some("https://a.example"));
        assert_eq!(given("--server").server, None);
        assert!(given("--server --hidden").hidden, "an address that was forgotten");
    }

    #[test]
    fn tasks_have_no_window() {
        let activate = |code: &str| Some(Task::Activate { code: code.to_owned(), answer: None });
        assert_eq!(given("--activate 4821-0937-5526 --server https://a.example").task, activate("4821-0937-5526"));
        assert_eq!(given("--activate=482109375526").task, activate("482109375526"));
        assert_eq!(given("--activate").task, activate(""), "it is refused as no code");
        assert_eq!(given("--self-check").task, Some(Task::SelfCheck { json: false }));
        assert_eq!(given("--json --self-check").task, Some(Task::SelfCheck { json: true }));
        assert_eq!(given("--json").task, None);
        assert_eq!(given("--quit").task, Some(Task::Quit));
        assert_eq!(given("--uninstalling").task, Some(Task::Uninstall { keep_data: false }));
        assert_eq!(given("--uninstalling --keep-data").task, Some(Task::Uninstall { keep_data: true }));
        for line in ["--activate 1", "--self-check", "--quit", "--uninstalling"] {
            assert!(!given(line).wants_window(), "{line}");
        }
    }

    #[test]
    fn every_form_of_1c_is_its_start_and_nothing_else() {
        for line in [
            "/StartedFrom1CConf",
            "/startedfrom1cconf",
            "/STARTEDFROM1CCONF /LOGIN:anna /PASSWORD:secret",
            "/StartedFrom1CConf /login:anna /password:secret",
            "/StartedFrom1CConf/login:anna/password:secret",
            "/StartedFrom1CConf /login: anna /password: secret",
            "/StartedFrom1CConf /login anna /password secret",
            "/login:anna /password:secret /StartedFrom1CConf",
            "/StartedFrom1CConf /login: /password:",
            "/StartedFrom1CConf /password: --quit",
            "/StartedFrom1CConf /password --uninstalling",
            "/StartedFrom1CConf /login buhphone://connect?code=1",
        ] {
            assert_eq!(given(line), Arguments { from_1c: true, ..Arguments::default() }, "{line}");
            assert_eq!(given(line).origin(), Origin::From1c);
            assert!(given(line).wants_window());
            assert_eq!(given(line).retold(), ["/StartedFrom1CConf"], "{line}");
        }
        let joined = Arguments::parse(["/StartedFrom1CConf /login:anna /password:--quit".to_owned()]);
        assert_eq!(joined.retold(), ["/StartedFrom1CConf"]);
        let spaced = Arguments::parse(["/StartedFrom1CConf", "/login", "Анна Иванова"].map(str::to_owned));
        assert_eq!(spaced.retold(), ["/StartedFrom1CConf"]);
    }

    #[test]
    fn what_is_retold_reads_as_what_was_asked() {
        for line in [
            "",
            "--hidden",
            "--hidden --server https://a.example buhphone://connect?code=1",
            "/StartedFrom1CConf",
            "--activate 482109375526 --answer 01ab --server https://a.example",
            "--quit",
        ] {
            assert_eq!(Arguments::parse(given(line).retold()), given(line), "{line}");
        }
        assert_eq!(given("--activate 1 --answer ../../etc").task, given("--activate 1").task, "a name is no path");
    }

    #[test]
    fn what_is_not_ours_is_passed_over() {
        assert_eq!(given("--sm-client-id 10 https://buhphone.example --servers=1 Привет"), Arguments::default());
    }

    #[test]
    fn neither_a_code_nor_a_password_is_printed() {
        for line in [
            "buhphone://connect?code=4821-0937-5526",
            "--activate 4821-0937-5526",
            "/StartedFrom1CConf /login:4821 /password:4821",
        ] {
            let printed = format!("{:?}", given(line));
            assert!(!printed.contains("4821"), "{printed}");
        }
    }
}
