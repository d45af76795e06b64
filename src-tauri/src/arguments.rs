//! What a start of the program asks for, read from its command line.
//! Unknown arguments are passed over: desktops and debuggers add their own.

use buhphone_agent::computer::autostart::HIDDEN;
use buhphone_protocol::telemetry::Origin;

/// The scheme of links that open the program.
pub(crate) const LINK_SCHEME: &str = "buhphone:";

const CLOUD: &str = "--cloud";

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// Start without a window.
    pub(crate) hidden: bool,
    /// A `buhphone://` link, as it was given.
    pub(crate) link: Option<String>,
    /// The cloud's address, before the one of the environment and the built-in one.
    pub(crate) cloud: Option<String>,
}

impl Arguments {
    /// Reads the arguments after the program's own name.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Self {
        let mut asked = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if argument == HIDDEN {
                asked.hidden = true;
            } else if argument == CLOUD {
                asked.cloud = arguments.next();
            } else if let Some(cloud) = argument.strip_prefix(CLOUD).and_then(|rest| rest.strip_prefix('=')) {
                asked.cloud = Some(cloud.to_owned());
            } else if argument.get(..LINK_SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(LINK_SCHEME)) {
                asked.link = Some(argument);
            }
        }
        asked
    }

    /// Whether somebody waits for a window: a link is somebody's even in a hidden start.
    pub(crate) fn wants_window(&self) -> bool {
        !self.hidden || self.link.is_some()
    }

    /// Who started the process, as far as the command line tells.
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self { link: Some(_), .. } => Origin::Link,
            Self { hidden: true, .. } => Origin::Login,
            _ => Origin::Person,
        }
    }
}

// A link holds an activation code.
impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arguments")
            .field("hidden", &self.hidden)
            .field("link", &self.link.is_some())
            .field("cloud", &self.cloud)
            .finish()
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
        assert_eq!(given("--cloud https://a.example --hidden").cloud.as_deref(), Some("https://a.example"));
        assert_eq!(given("--cloud=https://a.example").cloud.as_deref(), Some("https://a.example"));
        assert_eq!(given("--cloud").cloud, None);
    }

    #[test]
    fn what_is_not_ours_is_passed_over() {
        assert_eq!(given("--sm-client-id 10 https://buhphone.example --cloudy=1 Привет"), Arguments::default());
    }

    #[test]
    fn the_code_in_a_link_is_not_printed() {
        let printed = format!("{:?}", given("buhphone://connect?code=4821-0937-5526"));
        assert!(!printed.contains("4821"), "{printed}");
    }
}
