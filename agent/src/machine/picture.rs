//! The machine as it is shown: one snapshot, the same as long as nothing changed.

use buhphone_protocol::telemetry::FailureKind;
use jiff::{Timestamp, tz::TimeZone};

use super::Machine;
use crate::{
    ports::Now,
    view::{
        Ago, Connection, Language, LanguageChoice, LastAuthorization, Owner, Sent, Stage, Tray, TrayIcon, Trouble, View,
    },
    words,
};

impl Machine {
    /// All that is to be shown at `now`.
    #[must_use]
    pub fn view(&self, now: Now) -> View {
        let stage = self.stage();
        let troubles = self.troubles();
        let last = self.last_authorization(now);
        let authorizing = self.call.is_some_and(|call| matches!(call.kind, super::call::CallKind::Authorize { .. }));
        let tray = self.tray(&stage, &troubles, last.as_ref(), authorizing);
        View {
            language: self.language(),
            language_choice: self.saved.language,
            stage,
            connection: self.connection.clone(),
            last_authorization: last,
            authorizing,
            owner: self.owner(),
            autostart: self.autostart,
            troubles,
            last_sent: self.last_sent(),
            version: self.facts.version.clone(),
            cloud: self.target().as_str().trim_end_matches('/').to_owned(),
            tray,
            talk: self.talk(now),
            visit: self.visit(now),
            self_check: self.self_check_view(now),
        }
    }

    pub(super) fn language(&self) -> Language {
        match self.saved.language {
            LanguageChoice::System => self.facts.language,
            LanguageChoice::Ru => Language::Ru,
            LanguageChoice::En => Language::En,
        }
    }

    fn stage(&self) -> Stage {
        if self.last.is_none() {
            return Stage::Starting;
        }
        if let Some(step) = self.activation_step() {
            return Stage::Activating { step };
        }
        let asked = self.takes_codes() && (self.activation.offer.is_some() || self.activation.error.is_some());
        if self.saved.device.is_some() && !asked {
            return Stage::Active;
        }
        let offer = self.activation.offer.as_ref();
        let cloud = offer.and_then(|offer| offer.cloud.as_ref()).filter(|cloud| **cloud != self.facts.cloud);
        Stage::NotActivated {
            code: offer.map(|offer| offer.code.grouped()),
            cloud: cloud.map(|cloud| cloud.as_str().trim_end_matches('/').to_owned()),
            error: self.activation.error,
        }
    }

    fn owner(&self) -> Option<Owner> {
        let standing = &self.saved.device.as_ref()?.standing;
        Some(Owner {
            partner: standing.partner.name.clone(),
            phone: standing.partner.phone.clone(),
            client: standing.client.clone(),
            user: standing.user.clone(),
        })
    }

    pub(super) fn last_authorization(&self, now: Now) -> Option<LastAuthorization> {
        let device = self.saved.device.as_ref()?;
        let at = device.last_authorization?;
        let zone = TimeZone::get(&device.standing.partner.zone).unwrap_or(TimeZone::UTC);
        let same = self.computer_zone().is_some_and(|here| here.to_offset(at) == zone.to_offset(at));
        Some(LastAuthorization {
            at,
            printed: printed(at, zone),
            zone: (!same).then(|| device.standing.partner.zone.clone()),
            ago: self.ago(at, now),
            today: self.is_today(Some(at)),
        })
    }

    /// Whether `at` is of the partner's current day, as well as that is known.
    pub(super) fn is_today(&self, at: Option<Timestamp>) -> bool {
        let (Some(days), Some(time), Some(at)) = (&self.days, self.time, at) else { return false };
        at >= days.start(time.high)
    }

    fn ago(&self, at: Timestamp, now: Now) -> Ago {
        let cloud = self.time.map_or(now.wall, |time| match self.last {
            Some(last) => {
                let mut time = time;
                time.pass(last, now);
                time.high
            }
            None => time.high,
        });
        let minutes = u32::try_from(cloud.duration_since(at).as_secs() / 60).unwrap_or(0);
        match minutes {
            0 => Ago::JustNow,
            1..60 => Ago::Minutes(minutes),
            60..1440 => Ago::Hours(minutes / 60),
            _ => Ago::Days(minutes / 1440),
        }
    }

    fn last_sent(&self) -> Option<Sent> {
        let sent = self.saved.last_sent.as_ref()?;
        Some(Sent {
            at: sent.at,
            printed: printed(sent.at, self.computer_zone().unwrap_or(TimeZone::UTC)),
            body: serde_json::to_string_pretty(&sent.request).expect("a request has only string keys"),
            answered: sent.answered,
        })
    }

    pub(super) fn computer_zone(&self) -> Option<TimeZone> {
        self.computer.zone.as_deref().and_then(|zone| TimeZone::get(zone).ok())
    }

    fn tray(&self, stage: &Stage, troubles: &[Trouble], last: Option<&LastAuthorization>, authorizing: bool) -> Tray {
        let language = self.language();
        let today = last.is_some_and(|last| last.today);
        let offline = match self.connection {
            Connection::Offline { failure } => Some(failure),
            Connection::Unknown | Connection::Online => None,
        };
        let attention = troubles.iter().any(asks_for_a_person);
        let said = troubles.iter().find(|trouble| asks_for_a_person(trouble) || waits_for_partner(trouble));
        let (icon, state) = match stage {
            Stage::Starting => (TrayIcon::Offline, words::starting(language)),
            Stage::NotActivated { .. } => (TrayIcon::Attention, words::not_activated(language)),
            Stage::Activating { .. } => (TrayIcon::Offline, words::activating(language)),
            Stage::Active => match (said, offline) {
                (Some(trouble), _) if attention => (TrayIcon::Attention, words::trouble(language, trouble)),
                (Some(trouble), _) => (TrayIcon::Offline, words::trouble(language, trouble)),
                (None, Some(FailureKind::Clock)) => {
                    (TrayIcon::Attention, words::trouble(language, &Trouble::ClockWrong))
                }
                (None, Some(_)) => (TrayIcon::Offline, words::offline(language, today)),
                (None, None) if today => (TrayIcon::Authorized, words::authorized(language)),
                (None, None) if authorizing => (TrayIcon::Offline, words::authorizing(language)),
                (None, None) => (TrayIcon::Offline, words::not_yet(language)),
            },
        };
        let unread = self.unread();
        // A message waits for a person; so does a trouble, and that is not hidden.
        let icon = if unread > 0 && icon == TrayIcon::Authorized { TrayIcon::Unread } else { icon };
        let call_me = if self.saved.device.is_some() { words::call_me(language) } else { "" };
        Tray {
            icon,
            state: words::about_us(language, state),
            last: words::last(language, last.map(|last| last.printed.as_str())),
            open: words::open(language).to_owned(),
            call_me: call_me.to_owned(),
            unread: if unread > 0 { words::unread(language, unread) } else { String::new() },
            quit: words::quit(language).to_owned(),
        }
    }
}

/// Whether a trouble is mended by somebody, and not by waiting.
fn asks_for_a_person(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Disconnected
        | Trouble::UserArchived
        | Trouble::KeyLost
        | Trouble::ReconnectionRefused
        | Trouble::KeyringLocked
        | Trouble::ClockWrong
        | Trouble::AutostartOff
        | Trouble::AutostartOffByPerson
        | Trouble::AutostartForeign
        | Trouble::StateNotSaved => true,
        Trouble::NotAuthorized { failure } => {
            matches!(failure, FailureKind::Refused | FailureKind::Proxy | FailureKind::Tls)
        }
        Trouble::Reconnecting { failure, .. } => {
            matches!(failure, Some(FailureKind::Keyring | FailureKind::Clock | FailureKind::Refused))
        }
        // Nobody at this computer mends a policy.
        Trouble::AutostartForbidden | Trouble::ContractEnded | Trouble::StateSetAside { .. } => false,
    }
}

/// Somebody mends it elsewhere.
fn waits_for_partner(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Reconnecting { .. })
}

/// As 1С prints it: `23.11.2026 9:00:12`.
pub(super) fn printed(at: Timestamp, zone: TimeZone) -> String {
    at.to_zoned_datetime(zone).strftime("%d.%m.%Y %-H:%M:%S").to_string()
}
