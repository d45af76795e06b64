//! The words of the tray and of notifications, in Russian and English. The window words
//! everything else itself, from the same snapshot.

use buhphone_protocol::{ids::RequestId, telemetry::FailureKind};

use crate::{
    machine::notices::Grave,
    view::{Language, Notice, Trouble},
};

/// Systems show three lines or so.
const NOTICE_TEXT_MAX: usize = 200;

/// One of two, by the language.
pub(crate) fn choose(language: Language, ru: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}

fn name(language: Language) -> &'static str {
    choose(language, "Бухфон", "Buhphone")
}

/// `Бухфон: авторизован сегодня`.
pub(crate) fn about_us(language: Language, state: &str) -> String {
    format!("{}: {state}", name(language))
}

pub(crate) fn starting(language: Language) -> &'static str {
    choose(language, "запускается", "starting")
}

pub(crate) fn not_activated(language: Language) -> &'static str {
    choose(language, "не подключён, нужен код", "not connected, needs a code")
}

pub(crate) fn activating(language: Language) -> &'static str {
    choose(language, "подключается", "connecting")
}

pub(crate) fn authorizing(language: Language) -> &'static str {
    choose(language, "авторизуется", "authorizing")
}

pub(crate) fn authorized(language: Language) -> &'static str {
    choose(language, "авторизован сегодня", "authorized today")
}

pub(crate) fn not_yet(language: Language) -> &'static str {
    choose(language, "сегодня ещё не авторизован", "not authorized yet today")
}

pub(crate) fn offline(language: Language, today: bool) -> &'static str {
    if today {
        choose(language, "авторизован сегодня, сейчас нет связи", "authorized today, offline now")
    } else {
        choose(language, "нет связи, сегодня не авторизован", "offline, not authorized today")
    }
}

pub(crate) fn trouble(language: Language, trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Disconnected => choose(language, "компьютер отключён партнёром", "disconnected by the partner"),
        Trouble::UserArchived => choose(language, "пользователь в архиве у партнёра", "the user is archived"),
        Trouble::KeyLost => choose(language, "ключ потерян, подключите заново", "the key is lost, connect again"),
        Trouble::Reconnecting { failure: Some(FailureKind::Keyring), .. } => {
            self::trouble(language, &Trouble::KeyringLocked)
        }
        Trouble::Reconnecting { failure: Some(FailureKind::Clock), .. } => {
            self::trouble(language, &Trouble::ClockWrong)
        }
        Trouble::Reconnecting { told: true, .. } => {
            choose(language, "ждёт подтверждения партнёра", "waiting for the partner to confirm")
        }
        Trouble::Reconnecting { told: false, .. } => {
            choose(language, "просит партнёра подключить заново", "asking the partner to connect again")
        }
        Trouble::ReconnectionRefused => {
            choose(language, "партнёр не подтвердил подключение", "the partner did not confirm the connection")
        }
        Trouble::KeyringLocked => {
            choose(language, "хранилище паролей недоступно", "the password storage is not available")
        }
        Trouble::NotAuthorized { .. } => choose(language, "не удалось авторизоваться", "could not authorize"),
        Trouble::ClockWrong => {
            choose(language, "проверьте дату и время компьютера", "check the computer's date and time")
        }
        Trouble::AutostartOff | Trouble::AutostartOffByPerson => {
            choose(language, "не запускается вместе с компьютером", "does not start with the computer")
        }
        Trouble::AutostartForbidden => choose(
            language,
            "запуск вместе с компьютером запрещён администратором",
            "the administrator forbids the start with the computer",
        ),
        Trouble::AutostartForeign => {
            choose(language, "с компьютером запускается другая копия", "another copy starts with the computer")
        }
        Trouble::ContractEnded => choose(language, "договор 1С:ИТС закончился", "the 1C:ITS contract has ended"),
        Trouble::StateSetAside { .. } => {
            choose(language, "данные программы были повреждены", "the program's data was damaged")
        }
        Trouble::StateNotSaved => choose(language, "не удаётся записать данные на диск", "cannot write to the disk"),
    }
}

/// `Последняя авторизация: 23.11.2026 9:00:12`.
pub(crate) fn last(language: Language, printed: Option<&str>) -> String {
    let label = choose(language, "Последняя авторизация", "Last authorization");
    let never = choose(language, "ещё не было", "none yet");
    format!("{label}: {}", printed.unwrap_or(never))
}

pub(crate) fn open(language: Language) -> &'static str {
    choose(language, "Открыть Бухфон", "Open Buhphone")
}

pub(crate) fn call_me(language: Language) -> &'static str {
    choose(language, "Перезвоните мне", "Call me back")
}

/// `Новые сообщения: 2`.
pub(crate) fn unread(language: Language, count: u32) -> String {
    format!("{}: {count}", choose(language, "Новые сообщения", "New messages"))
}

/// `пн`, from 1.
pub(crate) fn weekday(language: Language, day: u8) -> &'static str {
    match day {
        1 => choose(language, "пн", "Mon"),
        2 => choose(language, "вт", "Tue"),
        3 => choose(language, "ср", "Wed"),
        4 => choose(language, "чт", "Thu"),
        5 => choose(language, "пт", "Fri"),
        6 => choose(language, "сб", "Sat"),
        _ => choose(language, "вс", "Sun"),
    }
}

pub(crate) fn today(language: Language) -> &'static str {
    choose(language, "сегодня", "today")
}

pub(crate) fn tomorrow(language: Language) -> &'static str {
    choose(language, "завтра", "tomorrow")
}

/// `сегодня в 14:30`.
pub(crate) fn day_at(language: Language, day: &str, time: &str) -> String {
    format!("{day} {} {time}", choose(language, "в", "at"))
}

/// A person of the partner wrote.
pub(crate) fn message(language: Language, name: &str, text: &str, id: RequestId) -> Notice {
    let mut body: String = text.chars().take(NOTICE_TEXT_MAX).collect();
    if body.len() < text.len() {
        body.push('…');
    }
    let title = if name.is_empty() { self::name(language).to_owned() } else { name.to_owned() };
    Notice { title, body, conversation: Some(id.to_string()) }
}

pub(crate) fn quit(language: Language) -> &'static str {
    choose(language, "Выйти", "Quit")
}

/// One notification for a grave trouble.
pub(crate) fn grave(language: Language, grave: Grave) -> Notice {
    let body = match grave {
        Grave::Disconnected => choose(
            language,
            "Партнёр отключил этот компьютер. Чтобы подключить его снова, попросите новый код.",
            "The partner disconnected this computer. Ask for a new code to connect it again.",
        ),
        Grave::UserArchived => choose(
            language,
            "Партнёр перенёс вас в архив. Если это ошибка, позвоните партнёру.",
            "The partner archived you. If this is a mistake, call the partner.",
        ),
        Grave::KeyLost => choose(
            language,
            "Ключ этого компьютера потерян. Откройте программу и нажмите «Подключить заново».",
            "This computer's key is lost. Open the program and click “Connect again”.",
        ),
        Grave::Silent => choose(
            language,
            "Программа не может авторизоваться уже три дня. Откройте её, чтобы узнать причину.",
            "The program could not authorize for three days. Open it to see why.",
        ),
    };
    Notice { title: name(language).to_owned(), body: body.to_owned(), conversation: None }
}

/// The activation finished by itself.
pub(crate) fn connected(language: Language, partner: &str) -> Notice {
    let body = match language {
        Language::Ru => format!("Компьютер подключён. Вас обслуживает {partner}."),
        Language::En => format!("The computer is connected. You are served by {partner}."),
    };
    Notice { title: name(language).to_owned(), body, conversation: None }
}

/// The name of a self-check's file.
pub(crate) fn report_name(language: Language, stamp: &str) -> String {
    format!("{} {stamp}.txt", choose(language, "Бухфон, самопроверка", "Buhphone self-check"))
}

/// The partner let the new key in.
pub(crate) fn reconnected(language: Language, partner: &str) -> Notice {
    let body = match language {
        Language::Ru => format!("Компьютер снова подключён. Вас обслуживает {partner}."),
        Language::En => format!("The computer is connected again. You are served by {partner}."),
    };
    Notice { title: name(language).to_owned(), body, conversation: None }
}

/// The partner did not.
pub(crate) fn reconnection_refused(language: Language) -> Notice {
    let body = choose(
        language,
        "Партнёр не подтвердил подключение этого компьютера. Позвоните ему: понадобится новый код.",
        "The partner did not confirm this computer. Call them: a new code will be needed.",
    );
    Notice { title: name(language).to_owned(), body: body.to_owned(), conversation: None }
}
