//! The self-check: what is so, what is wrong, what the program can do about it, and what it keeps
//! of it as a file.

use std::time::Duration;

use buhphone_agent::{
    command::Command,
    environment::LOGIN_WAIT,
    machine::{Facts, Input, Machine, Started},
    ports::{Loaded, Now, Presence},
    self_check::{Disk, Failure, Found, Key, Known, Proxy, ProxySettings, Road, Tls, judge, verdict},
    view::{Check, Fix, Language, SavedReport, Stage, Verdict},
};
use buhphone_protocol::{
    error::ErrorCode,
    ids::LaunchId,
    telemetry::{Attended, Autostart, Computer, FailureKind, Launch, Origin},
};
use buhphone_simulator::{Network, World};
use jiff::SignedDuration;

const START: &str = "2026-11-23T06:00:12Z";

fn found() -> Found {
    Found {
        checked_at: START.parse().unwrap(),
        road: Road {
            failure: None,
            proxy: None,
            tls: Tls::Trusted { authority: "Let's Encrypt, R11".to_owned() },
            clock_ahead_s: Some(0),
        },
        key: Key::Kept { refused: None },
        autostart: Autostart::On,
        disk: Disk { folder: "/home/anna/buhphone".to_owned(), free_bytes: Some(84 << 30), failure: None },
    }
}

fn known() -> Known {
    Known {
        version: "0.1.0".to_owned(),
        system: "Debian GNU/Linux 12".to_owned(),
        cloud: "https://cloud.example".to_owned(),
        connected: true,
        last_authorization: Some("23.11.2026 9:00:12".to_owned()),
        today: true,
        failures: Vec::new(),
    }
}

fn failing(kind: FailureKind) -> Road {
    let failure = Some(Failure { kind, detail: "as the system said".to_owned() });
    Road { failure, proxy: None, tls: Tls::Unseen, clock_ahead_s: None }
}

#[test]
fn all_is_well_in_one_line_each() {
    let checks = judge(&known(), &found(), Language::Ru);
    assert_eq!(verdict(&checks), Verdict::Good);
    let lines: Vec<_> = checks.iter().map(|check| format!("{}: {}", check.title, check.text)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Связь с облаком: Облако отвечает: https://cloud.example
    Прокси-сервер: Не используется.
    Защищённое соединение: Проверено. Сертификат выдал: Let's Encrypt, R11
    Часы компьютера: Идут верно.
    Ключ компьютера: В хранилище паролей, читается.
    Запуск с компьютером: Включён.
    Место для данных: Свободно 84 ГБ. Папка: /home/anna/buhphone
    Версия: Бухфон 0.1.0, Debian GNU/Linux 12
    Авторизация: Последняя авторизация: 23.11.2026 9:00:12.
    ");
}

#[test]
fn each_finding_has_its_verdict_and_its_remedy() {
    let road = |road| Found { road, ..found() };
    let key = |key| Found { key, ..found() };
    let autostart = |autostart| Found { autostart, ..found() };
    let refused = || Tls::Refused { authority: "AO Kaspersky Lab".to_owned() };
    let disk = |free_bytes, failure: Option<&str>| Found {
        disk: Disk { free_bytes, failure: failure.map(str::to_owned), ..found().disk },
        ..found()
    };
    let cases = [
        (road(failing(FailureKind::Dns)), Check::Network, Verdict::Bad, None),
        (road(failing(FailureKind::Dns)), Check::Tls, Verdict::Unknown, None),
        (road(failing(FailureKind::Dns)), Check::Clock, Verdict::Unknown, None),
        (road(failing(FailureKind::Proxy)), Check::Proxy, Verdict::Bad, None),
        (road(Road { tls: refused(), ..failing(FailureKind::Tls) }), Check::Tls, Verdict::Bad, None),
        (road(Road { tls: refused(), ..failing(FailureKind::Clock) }), Check::Tls, Verdict::Unknown, None),
        (road(Road { tls: refused(), ..failing(FailureKind::Clock) }), Check::Clock, Verdict::Bad, None),
        (road(Road { tls: Tls::Plain, ..found().road }), Check::Tls, Verdict::Good, None),
        (road(Road { clock_ahead_s: Some(120), ..found().road }), Check::Clock, Verdict::Good, None),
        (road(Road { clock_ahead_s: Some(-121), ..found().road }), Check::Clock, Verdict::Attention, None),
        (key(Key::NotMade), Check::Key, Verdict::Good, None),
        (key(Key::Gone), Check::Key, Verdict::Bad, Some(Fix::Reconnect)),
        (key(Key::NotReady { detail: "locked".to_owned() }), Check::Key, Verdict::Bad, None),
        (key(Key::Kept { refused: Some(ErrorCode::DeviceDisconnected) }), Check::Key, Verdict::Bad, None),
        (autostart(Autostart::Off), Check::Autostart, Verdict::Attention, Some(Fix::Autostart)),
        (autostart(Autostart::OffByPerson), Check::Autostart, Verdict::Attention, Some(Fix::Autostart)),
        (autostart(Autostart::Foreign), Check::Autostart, Verdict::Attention, Some(Fix::Autostart)),
        (autostart(Autostart::Forbidden), Check::Autostart, Verdict::Attention, None),
        (autostart(Autostart::Unknown), Check::Autostart, Verdict::Unknown, None),
        (disk(Some(50 << 20), None), Check::Disk, Verdict::Attention, None),
        (disk(None, None), Check::Disk, Verdict::Unknown, None),
        (disk(Some(50 << 30), Some("read-only")), Check::Disk, Verdict::Bad, None),
    ];
    for (found, check, expected, fix) in cases {
        for language in [Language::Ru, Language::En] {
            let checks = judge(&known(), &found, language);
            let one = checks.iter().find(|one| one.check == check).unwrap();
            assert_eq!((one.verdict, one.fix), (expected, fix), "{check:?} of {found:?}");
            assert!(!one.text.is_empty() && !one.text.contains("read-only"), "{}", one.text);
        }
    }
}

#[test]
fn the_gravest_verdict_is_the_whole_ones_and_what_is_unknown_is_none() {
    let whole = |found: &Found| verdict(&judge(&known(), found, Language::Ru));
    assert_eq!(whole(&Found { autostart: Autostart::Unknown, ..found() }), Verdict::Good);
    assert_eq!(whole(&Found { autostart: Autostart::Off, ..found() }), Verdict::Attention);
    let both = Found { autostart: Autostart::Off, road: failing(FailureKind::Timeout), ..found() };
    assert_eq!(whole(&both), Verdict::Bad);
    let yesterday = Known { today: false, ..known() };
    let checks = judge(&yesterday, &found(), Language::Ru);
    assert_eq!((verdict(&checks), checks[8].fix), (Verdict::Attention, Some(Fix::Authorize)));
    let stranger = Known { connected: false, today: false, last_authorization: None, ..known() };
    let checks = judge(&stranger, &Found { autostart: Autostart::Off, key: Key::NotMade, ..found() }, Language::Ru);
    assert_eq!((checks[5].verdict, checks[8].verdict, checks[8].fix), (Verdict::Good, Verdict::Attention, None));
}

#[test]
fn a_proxy_is_named_with_whose_settings_it_is_of() {
    let proxy = |whose| {
        let proxy = Some(Proxy { address: "http://proxy:3128".to_owned(), whose });
        judge(&known(), &Found { road: Road { proxy, ..found().road }, ..found() }, Language::Ru)[1].text.clone()
    };
    assert_eq!(proxy(ProxySettings::System), "http://proxy:3128, из настроек системы");
    assert_eq!(proxy(ProxySettings::Environment), "http://proxy:3128, из переменных окружения");
}

#[test]
fn a_fault_that_is_put_right_is_seen_to_be_right_without_another_look() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.autostart = Autostart::OffByPerson;
    world.command(Command::CheckSelf);
    let seen = world.view().self_check;
    assert!(!seen.running);
    let result = seen.result.unwrap();
    assert_eq!((result.verdict, result.printed.as_str()), (Verdict::Attention, "23.11.2026 9:00:12"));
    world.command(Command::RepairAutostart);
    let result = world.view().self_check.result.unwrap();
    assert_eq!((result.verdict, result.checks[5].fix), (Verdict::Good, None));
}

#[test]
fn a_look_that_never_ends_is_given_up() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.network = Network::Down(FailureKind::Dns);
    world.command(Command::CheckSelf);
    assert_eq!(world.view().self_check.result.unwrap().verdict, Verdict::Bad);

    let facts = Facts {
        seed: [0; 32],
        launch: Launch { launch_id: LaunchId::generate(), origin: Origin::Person, started_at: world.now },
        version: "0.1.0".to_owned(),
        language: Language::Ru,
        cloud: "https://cloud.example".parse().unwrap(),
        login_wait: LOGIN_WAIT,
    };
    let mut machine = Machine::new(facts);
    let at = |seconds| Now { wall: world.now, monotonic: Duration::from_secs(seconds) };
    let nobody = Presence { unlocked: Attended::Unknown, idle: None };
    let started = Started {
        loaded: Ok(Loaded::default()),
        computer: Computer {
            name: String::new(),
            system: String::new(),
            program: "0.1.0".to_owned(),
            zone: None,
            machine: None,
        },
        autostart: Autostart::Off,
        presence: nobody,
    };
    machine.handle(Input::Started(started), at(1));
    machine.handle(Input::Command(Command::CheckSelf), at(2));
    machine.handle(Input::Tick { presence: nobody }, at(60));
    assert!(machine.view(at(60)).self_check.running);
    machine.handle(Input::Tick { presence: nobody }, at(200));
    assert!(!machine.view(at(200)).self_check.running);
}

#[test]
fn a_report_holds_what_was_found_and_neither_a_secret_nor_what_people_wrote() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.command(Command::SaveReport);
    assert!(world.reports.is_empty(), "there is nothing to save");
    world.command(Command::Ask { text: "Не печатает счёт".to_owned() });
    world.network = Network::Down(FailureKind::Proxy);
    world.command(Command::CheckSelf);
    world.command(Command::SaveReport);
    let saved = world.view().self_check.result.unwrap().saved;
    let file = "/home/anna/Бухфон, самопроверка 2026-11-23 09-00-12.txt".to_owned();
    assert_eq!(saved, Some(SavedReport::Saved { file }));
    let report = world.reports.last().unwrap();
    assert!(report.contains("[ошибка] Прокси-сервер"), "{report}");
    assert!(report.contains("\"verdict\": \"bad\""), "{report}");
    let code = buhphone_simulator::code(1);
    for secret in ["Не печатает", "Иванова", "device-", code.as_str(), "00ff"] {
        assert!(!report.contains(secret), "{secret} in {report}");
    }
    world.command(Command::CheckSelf);
    assert_eq!(world.view().self_check.result.unwrap().saved, None, "the report is of the look before");
}

#[test]
fn a_computer_of_nobody_is_checked_as_well() {
    let mut world = World::new(START, "Europe/Moscow");
    world.launch(Origin::Person);
    world.command(Command::CheckSelf);
    let result = world.view().self_check.result.unwrap();
    assert_eq!((result.checks[4].verdict, result.checks[5].fix), (Verdict::Good, None));
    assert!(matches!(world.view().stage, Stage::NotActivated { .. }));
    world.work(SignedDuration::from_mins(1));
}
