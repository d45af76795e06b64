//! What is shown in each state, in both languages: the whole snapshot of one, the tray of all.

use buhphone_agent::{
    command::Command,
    view::{LanguageChoice, View},
};
use buhphone_protocol::{
    error::ErrorCode,
    telemetry::{Autostart, FailureKind, Origin},
};
use buhphone_simulator::{Network, World};
use jiff::SignedDuration;

const START: &str = "2026-11-23T06:00:12Z";

/// The tray and what is wrong, in Russian and in English.
fn told(mut world: World) -> String {
    [LanguageChoice::Ru, LanguageChoice::En]
        .map(|language| {
            world.command(Command::SetLanguage { language });
            let View { tray, troubles, stage, .. } = world.view();
            format!("{:?} | {} | {} | {stage:?} | {troubles:?}", tray.icon, tray.state, tray.last)
        })
        .join("\n")
}

fn connected(change: impl FnOnce(&mut World)) -> String {
    let mut world = World::connected(START, "Europe/Moscow");
    change(&mut world);
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    told(world)
}

#[test]
fn a_connected_computer_shows_the_clouds_truth() {
    let mut world = World::new(START, "Europe/Moscow");
    world.zone = "Asia/Omsk".to_owned();
    world.launch(Origin::Person);
    world.type_code(1);
    world.work(SignedDuration::from_mins(150));
    let shown = world.view();
    assert_eq!(shown, world.view(), "equal while nothing changed");
    insta::assert_json_snapshot!(shown, {
        ".last_sent.body" => "[the request]",
        ".talk" => "[conversations]",
        ".visit" => "[the visit]",
    }, @r#"
    {
      "language": "ru",
      "language_choice": "system",
      "stage": {
        "kind": "active"
      },
      "connection": {
        "kind": "online"
      },
      "last_authorization": {
        "at": "2026-11-23T06:00:12Z",
        "printed": "23.11.2026 9:00:12",
        "zone": "Europe/Moscow",
        "ago": {
          "unit": "hours",
          "count": 2
        },
        "today": true
      },
      "authorizing": false,
      "owner": {
        "partner": "Ромашка-Сервис",
        "phone": "+7 495 123-45-67",
        "client": "ООО «Лютик»",
        "user": "Иванова Анна Петровна"
      },
      "autostart": "on",
      "troubles": [],
      "last_sent": {
        "at": "2026-11-23T06:00:12Z",
        "printed": "23.11.2026 12:00:12",
        "body": "[the request]",
        "answered": true
      },
      "version": "0.1.0",
      "cloud": "https://cloud.example",
      "tray": {
        "icon": "authorized",
        "state": "Бухфон: авторизован сегодня",
        "last": "Последняя авторизация: 23.11.2026 9:00:12",
        "open": "Открыть Бухфон",
        "call_me": "Перезвоните мне",
        "unread": "",
        "quit": "Выйти"
      },
      "talk": "[conversations]",
      "visit": "[the visit]",
      "self_check": {
        "running": false,
        "result": null
      }
    }
    "#);
}

#[test]
fn a_computer_in_the_partners_zone_does_not_name_it() {
    let last = World::connected(START, "Europe/Moscow").view().last_authorization.unwrap();
    assert_eq!((last.printed.as_str(), last.zone), ("23.11.2026 9:00:12", None));
}

#[test]
fn before_the_activation() {
    let mut world = World::new(START, "Europe/Moscow");
    world.launch(Origin::Person);
    insta::assert_snapshot!(told(world), @r#"
    Attention | Бухфон: не подключён, нужен код | Последняя авторизация: ещё не было | NotActivated { code: None, cloud: None, error: None } | []
    Attention | Buhphone: not connected, needs a code | Last authorization: none yet | NotActivated { code: None, cloud: None, error: None } | []
    "#);
}

#[test]
fn authorized_today() {
    insta::assert_snapshot!(connected(|_| {}), @r#"
    Authorized | Бухфон: авторизован сегодня | Последняя авторизация: 23.11.2026 9:00:30 | Active | []
    Authorized | Buhphone: authorized today | Last authorization: 23.11.2026 9:00:30 | Active | []
    "#);
}

#[test]
fn a_new_day_that_waits_for_a_person() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.person = false;
    world.work_hours(24);
    insta::assert_snapshot!(told(world), @r#"
    Offline | Бухфон: сегодня ещё не авторизован | Последняя авторизация: 23.11.2026 9:00:12 | Active | []
    Offline | Buhphone: not authorized yet today | Last authorization: 23.11.2026 9:00:12 | Active | []
    "#);
}

#[test]
fn offline_on_an_authorized_day() {
    insta::assert_snapshot!(connected(|world| world.network = Network::Down(FailureKind::Dns)), @r#"
    Offline | Бухфон: авторизован сегодня, сейчас нет связи | Последняя авторизация: 23.11.2026 9:00:12 | Active | []
    Offline | Buhphone: authorized today, offline now | Last authorization: 23.11.2026 9:00:12 | Active | []
    "#);
}

#[test]
fn offline_on_a_new_day() {
    insta::assert_snapshot!(connected(|world| {
        world.network = Network::Down(FailureKind::Dns);
        world.sleep(SignedDuration::from_hours(24));
    }), @r#"
    Offline | Бухфон: нет связи, сегодня не авторизован | Последняя авторизация: 23.11.2026 9:00:12 | Active | [NotAuthorized { failure: Dns }]
    Offline | Buhphone: offline, not authorized today | Last authorization: 23.11.2026 9:00:12 | Active | [NotAuthorized { failure: Dns }]
    "#);
}

#[test]
fn the_clock_is_wrong() {
    insta::assert_snapshot!(connected(|world| world.network = Network::Down(FailureKind::Clock)), @r#"
    Attention | Бухфон: проверьте дату и время компьютера | Последняя авторизация: 23.11.2026 9:00:12 | Active | [ClockWrong]
    Attention | Buhphone: check the computer's date and time | Last authorization: 23.11.2026 9:00:12 | Active | [ClockWrong]
    "#);
}

#[test]
fn the_keyring_is_locked() {
    insta::assert_snapshot!(connected(|world| world.keyring_ready = false), @r#"
    Attention | Бухфон: хранилище паролей недоступно | Последняя авторизация: 23.11.2026 9:00:12 | Active | [KeyringLocked]
    Attention | Buhphone: the password storage is not available | Last authorization: 23.11.2026 9:00:12 | Active | [KeyringLocked]
    "#);
}

#[test]
fn the_key_is_lost() {
    insta::assert_snapshot!(connected(|world| world.keyring.clear()), @r#"
    Attention | Бухфон: ключ потерян, подключите заново | Последняя авторизация: 23.11.2026 9:00:12 | Active | [KeyLost]
    Attention | Buhphone: the key is lost, connect again | Last authorization: 23.11.2026 9:00:12 | Active | [KeyLost]
    "#);
}

/// A computer whose key is gone, and who asked for another.
fn asking(change: impl FnOnce(&mut World)) -> String {
    let mut world = World::connected(START, "Europe/Moscow");
    world.keyring.clear();
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    change(&mut world);
    world.command(Command::Reconnect);
    told(world)
}

#[test]
fn the_partner_decides_about_a_new_key() {
    insta::assert_snapshot!(asking(|_| {}), @r#"
    Offline | Бухфон: ждёт подтверждения партнёра | Последняя авторизация: 23.11.2026 9:00:12 | Active | [Reconnecting { told: true, failure: None }]
    Offline | Buhphone: waiting for the partner to confirm | Last authorization: 23.11.2026 9:00:12 | Active | [Reconnecting { told: true, failure: None }]
    "#);
}

#[test]
fn the_partner_could_not_be_asked_about_a_new_key() {
    insta::assert_snapshot!(asking(|world| world.network = Network::Down(FailureKind::Dns)), @r#"
    Offline | Бухфон: просит партнёра подключить заново | Последняя авторизация: 23.11.2026 9:00:12 | Active | [Reconnecting { told: false, failure: Some(Dns) }]
    Offline | Buhphone: asking the partner to connect again | Last authorization: 23.11.2026 9:00:12 | Active | [Reconnecting { told: false, failure: Some(Dns) }]
    "#);
}

#[test]
fn the_partner_refused_the_new_key() {
    let mut world = World::connected(START, "Europe/Moscow");
    world.keyring.clear();
    world.launch(Origin::Login);
    world.work(SignedDuration::from_mins(1));
    world.command(Command::Reconnect);
    world.cloud.decide(false);
    world.work(SignedDuration::from_mins(1));
    insta::assert_snapshot!(told(world), @r#"
    Attention | Бухфон: партнёр не подтвердил подключение | Последняя авторизация: 23.11.2026 9:00:12 | Active | [ReconnectionRefused]
    Attention | Buhphone: the partner did not confirm the connection | Last authorization: 23.11.2026 9:00:12 | Active | [ReconnectionRefused]
    "#);
}

#[test]
fn the_partner_disconnected_the_computer() {
    insta::assert_snapshot!(
        connected(|world| world.cloud.refuses = Some(ErrorCode::DeviceDisconnected)), @r#"
    Attention | Бухфон: компьютер отключён партнёром | Последняя авторизация: 23.11.2026 9:00:12 | Active | [Disconnected]
    Attention | Buhphone: disconnected by the partner | Last authorization: 23.11.2026 9:00:12 | Active | [Disconnected]
    "#);
}

#[test]
fn the_user_is_archived() {
    insta::assert_snapshot!(connected(|world| world.cloud.refuses = Some(ErrorCode::UserArchived)), @r#"
    Attention | Бухфон: пользователь в архиве у партнёра | Последняя авторизация: 23.11.2026 9:00:12 | Active | [UserArchived]
    Attention | Buhphone: the user is archived | Last authorization: 23.11.2026 9:00:12 | Active | [UserArchived]
    "#);
}

#[test]
fn a_person_switched_the_start_off() {
    insta::assert_snapshot!(connected(|world| world.autostart = Autostart::OffByPerson), @r#"
    Attention | Бухфон: не запускается вместе с компьютером | Последняя авторизация: 23.11.2026 9:00:30 | Active | [AutostartOffByPerson]
    Attention | Buhphone: does not start with the computer | Last authorization: 23.11.2026 9:00:30 | Active | [AutostartOffByPerson]
    "#);
}

#[test]
fn the_contract_is_past_its_end() {
    insta::assert_snapshot!(connected(|world| world.cloud.contract_ended = true), @r#"
    Authorized | Бухфон: авторизован сегодня | Последняя авторизация: 23.11.2026 9:00:30 | Active | [ContractEnded]
    Authorized | Buhphone: authorized today | Last authorization: 23.11.2026 9:00:30 | Active | [ContractEnded]
    "#);
}

#[test]
fn the_state_was_set_aside() {
    let mut world = World::new(START, "Europe/Moscow");
    world.disk = Some("not ours".to_owned());
    world.launch(Origin::Person);
    insta::assert_snapshot!(told(world), @r#"
    Attention | Бухфон: не подключён, нужен код | Последняя авторизация: ещё не было | NotActivated { code: None, cloud: None, error: None } | [StateSetAside { file: "state.damaged" }]
    Attention | Buhphone: not connected, needs a code | Last authorization: none yet | NotActivated { code: None, cloud: None, error: None } | [StateSetAside { file: "state.damaged" }]
    "#);
}

#[test]
fn the_notifications() {
    let mut notices = Vec::new();
    for language in [LanguageChoice::Ru, LanguageChoice::En] {
        for refusal in [ErrorCode::DeviceDisconnected, ErrorCode::UserArchived] {
            let mut world = World::connected(START, "Europe/Moscow");
            world.command(Command::SetLanguage { language });
            world.cloud.refuses = Some(refusal);
            world.command(Command::AuthorizeNow);
            notices.extend(world.notices.iter().map(|notice| format!("{}: {}", notice.title, notice.body)));
        }
    }
    for language in [LanguageChoice::Ru, LanguageChoice::En] {
        for approve in [true, false] {
            let mut world = World::connected(START, "Europe/Moscow");
            world.command(Command::SetLanguage { language });
            world.keyring.clear();
            world.command(Command::AuthorizeNow);
            world.command(Command::Reconnect);
            world.cloud.decide(approve);
            world.work(SignedDuration::from_mins(1));
            notices.extend(world.notices.iter().map(|notice| format!("{}: {}", notice.title, notice.body)));
        }
    }
    insta::assert_snapshot!(notices.join("\n"), @r#"
    Бухфон: Партнёр отключил этот компьютер. Чтобы подключить его снова, попросите новый код.
    Бухфон: Партнёр перенёс вас в архив. Если это ошибка, позвоните партнёру.
    Buhphone: The partner disconnected this computer. Ask for a new code to connect it again.
    Buhphone: The partner archived you. If this is a mistake, call the partner.
    Бухфон: Ключ этого компьютера потерян. Откройте программу и нажмите «Подключить заново».
    Бухфон: Компьютер снова подключён. Вас обслуживает Ромашка-Сервис.
    Бухфон: Ключ этого компьютера потерян. Откройте программу и нажмите «Подключить заново».
    Бухфон: Партнёр не подтвердил подключение этого компьютера. Позвоните ему: понадобится новый код.
    Buhphone: This computer's key is lost. Open the program and click “Connect again”.
    Buhphone: The computer is connected again. You are served by Ромашка-Сервис.
    Buhphone: This computer's key is lost. Open the program and click “Connect again”.
    Buhphone: The partner did not confirm this computer. Call them: a new code will be needed.
    "#);
}
