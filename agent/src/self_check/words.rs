//! The words of the self-check, in Russian and English: one plain sentence of what is so, and
//! one of what to do where something is.

use buhphone_protocol::{
    error::ErrorCode,
    telemetry::{Autostart, FailureKind, FailureTally},
};

use super::{Disk, Found, Key, Known, Proxy, ProxySettings, Road, Tls};
use crate::{
    view::{Check, Language, Verdict},
    words::choose,
};

const MIB: u64 = 1024 * 1024;

pub(super) fn title(language: Language, check: Check) -> &'static str {
    match check {
        Check::Network => choose(language, "Связь с облаком", "Connection to the cloud"),
        Check::Proxy => choose(language, "Прокси-сервер", "Proxy server"),
        Check::Tls => choose(language, "Защищённое соединение", "Secure connection"),
        Check::Clock => choose(language, "Часы компьютера", "The computer's clock"),
        Check::Key => choose(language, "Ключ компьютера", "The computer's key"),
        Check::Autostart => choose(language, "Запуск с компьютером", "Start with the computer"),
        Check::Disk => choose(language, "Место для данных", "Room for the data"),
        Check::Version => choose(language, "Версия", "Version"),
        Check::History => choose(language, "Авторизация", "Authorization"),
    }
}

pub(super) fn summary(language: Language, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good | Verdict::Unknown => choose(language, "Всё в порядке.", "All is well."),
        Verdict::Attention => choose(
            language,
            "Программа работает, но кое-что стоит исправить.",
            "The program works, but something should be put right.",
        ),
        Verdict::Bad => {
            choose(language, "Программа сейчас не может авторизоваться.", "The program cannot authorize now.")
        }
    }
}

pub(super) fn text(language: Language, check: Check, known: &Known, found: &Found) -> String {
    let road = &found.road;
    match check {
        Check::Network => network(language, known, road),
        Check::Proxy => proxy(language, road),
        Check::Tls => tls(language, road),
        Check::Clock => clock(language, road),
        Check::Key => key(language, &found.key),
        Check::Autostart => autostart(language, known, found.autostart).to_owned(),
        Check::Disk => disk(language, &found.disk),
        Check::Version => format!("{} {}, {}", choose(language, "Бухфон", "Buhphone"), known.version, known.system),
        Check::History => history(language, known),
    }
}

fn network(language: Language, known: &Known, road: &Road) -> String {
    let cloud = &known.cloud;
    let Some(failure) = &road.failure else {
        return format!("{} {cloud}", choose(language, "Облако отвечает:", "The cloud answers:"));
    };
    format!("{} {} ({cloud})", failed(language, failure.kind), remedy(language, failure.kind))
}

/// What happened, as a sentence.
fn failed(language: Language, kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Dns => choose(language, "Нет интернета.", "There is no internet."),
        FailureKind::Connect => choose(language, "Облако недоступно.", "The cloud cannot be reached."),
        FailureKind::Tls => {
            choose(language, "Защищённое соединение не установлено.", "No secure connection could be made.")
        }
        FailureKind::Clock => choose(language, "Мешает неверное время.", "The wrong time stands in the way."),
        FailureKind::Proxy => choose(
            language,
            "Не пропускает прокси-сервер или страница входа в сеть.",
            "A proxy server or a network's sign-in page does not let the program through.",
        ),
        FailureKind::Timeout => choose(language, "Ответ не пришёл вовремя.", "No answer came in time."),
        FailureKind::Unavailable => choose(language, "Облако временно не работает.", "The cloud is down for now."),
        _ => choose(language, "Облако не ответило как должно.", "The cloud did not answer as it should."),
    }
}

fn remedy(language: Language, kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Dns => choose(language, "Проверьте подключение к сети.", "Check the network."),
        FailureKind::Connect => choose(
            language,
            "Если сайты открываются, соединение закрывает антивирус или сетевой экран: покажите это администратору.",
            "If sites open, an antivirus or a firewall closes the connection: show this to the administrator.",
        ),
        FailureKind::Tls => choose(
            language,
            "Его мог подменить антивирус или сетевой фильтр: покажите это администратору.",
            "An antivirus or a network filter may have replaced it: show this to the administrator.",
        ),
        FailureKind::Clock => {
            choose(language, "Исправьте дату и время компьютера.", "Put the computer's date and time right.")
        }
        FailureKind::Proxy => choose(
            language,
            "Откройте любой сайт в браузере; если не поможет, покажите это администратору.",
            "Open any site in a browser; if that does not help, show this to the administrator.",
        ),
        _ => choose(language, "Программа попробует ещё раз сама.", "The program tries again by itself."),
    }
}

fn proxy(language: Language, road: &Road) -> String {
    let Some(Proxy { address, whose }) = &road.proxy else {
        return choose(language, "Не используется.", "Not used.").to_owned();
    };
    let whose = match whose {
        ProxySettings::Given => choose(language, "указан для программы", "given to the program"),
        ProxySettings::Environment => choose(language, "из переменных окружения", "from the environment variables"),
        ProxySettings::System => choose(language, "из настроек системы", "from the system's settings"),
    };
    format!("{address}, {whose}")
}

fn tls(language: Language, road: &Road) -> String {
    match &road.tls {
        Tls::Plain => {
            choose(language, "Не нужно: облако на этом же компьютере.", "Not needed: the cloud is on this computer.")
                .to_owned()
        }
        Tls::Trusted { authority } => {
            let text = choose(language, "Проверено. Сертификат выдал:", "Verified. Certificate issued by:");
            format!("{text} {authority}")
        }
        Tls::Refused { authority } => {
            let text =
                choose(language, "Сертификат не принят. Его выдал:", "The certificate was refused. It was issued by:");
            format!("{text} {authority}")
        }
        Tls::Unseen => {
            choose(language, "Не проверено: до облака не дошли.", "Not verified: the cloud was not reached.").to_owned()
        }
    }
}

fn clock(language: Language, road: &Road) -> String {
    let is_culprit = road.failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::Clock);
    let Some(ahead) = road.clock_ahead_s else {
        return choose(
            language,
            if is_culprit {
                "Похоже, неверны дата или время. Исправьте их в настройках системы."
            } else {
                "Не проверено: до облака не дошли."
            },
            if is_culprit {
                "The date or the time seems to be wrong. Put them right in the system's settings."
            } else {
                "Not verified: the cloud was not reached."
            },
        )
        .to_owned();
    };
    let off = span(language, ahead.unsigned_abs());
    if ahead.unsigned_abs() <= super::CLOCK_OFF_S {
        return choose(language, "Идут верно.", "Right.").to_owned();
    }
    match (language, ahead > 0) {
        (Language::Ru, true) => format!("Спешат на {off}. Исправьте время в настройках системы."),
        (Language::Ru, false) => format!("Отстают на {off}. Исправьте время в настройках системы."),
        (Language::En, true) => format!("Ahead by {off}. Put the time right in the system's settings."),
        (Language::En, false) => format!("Behind by {off}. Put the time right in the system's settings."),
    }
}

/// `5 мин`, `3 ч`, `12 дн.`
fn span(language: Language, seconds: u64) -> String {
    match seconds / 60 {
        minutes @ 0..60 => format!("{minutes} {}", choose(language, "мин", "min")),
        minutes @ 60..2880 => format!("{} {}", minutes / 60, choose(language, "ч", "h")),
        minutes => format!("{} {}", minutes / 1440, choose(language, "дн.", "days")),
    }
}

fn key(language: Language, key: &Key) -> String {
    let text = match key {
        Key::NotMade => choose(
            language,
            "Хранилище паролей отвечает. Ключ появится при подключении.",
            "The password storage answers. The key is made when the computer is connected.",
        ),
        Key::Kept { refused: None } => {
            choose(language, "В хранилище паролей, читается.", "In the password storage, and readable.")
        }
        Key::Kept { refused: Some(ErrorCode::DeviceDisconnected | ErrorCode::DeviceUnknown) } => choose(
            language,
            "Партнёр отключил этот компьютер. Попросите у него новый код.",
            "The partner disconnected this computer. Ask for a new code.",
        ),
        Key::Kept { refused: Some(ErrorCode::UserArchived) } => choose(
            language,
            "Партнёр перенёс пользователя в архив. Если это ошибка, позвоните ему.",
            "The partner archived the user. If this is a mistake, call them.",
        ),
        Key::Kept { refused: Some(_) } => choose(
            language,
            "Облако не приняло ключ. Позвоните партнёру.",
            "The cloud refused the key. Call the partner.",
        ),
        Key::Gone => choose(
            language,
            "В хранилище паролей его нет. Партнёр может подтвердить компьютер заново.",
            "It is not in the password storage. The partner can confirm the computer anew.",
        ),
        Key::NotReady { .. } => choose(
            language,
            "Хранилище паролей недоступно. Если система спрашивает пароль, введите его; иначе войдите в систему заново.",
            "The password storage is not available. If the system asks for a password, type it; otherwise sign in to the system again.",
        ),
    };
    text.to_owned()
}

fn autostart(language: Language, known: &Known, autostart: Autostart) -> &'static str {
    match autostart {
        Autostart::On => choose(language, "Включён.", "On."),
        Autostart::Off if !known.connected => {
            choose(language, "Включится при подключении.", "Will be switched on with the connection.")
        }
        Autostart::Off => choose(
            language,
            "Не включён: сама программа каждый день не запустится.",
            "Off: the program will not start by itself every day.",
        ),
        Autostart::OffByPerson => {
            choose(language, "Выключен в настройках системы.", "Switched off in the system's settings.")
        }
        Autostart::Forbidden => choose(
            language,
            "Запрещён политикой администратора. Разрешить его может только он.",
            "Forbidden by the administrator's policy. Only the administrator can allow it.",
        ),
        Autostart::Foreign => {
            choose(language, "Запускается другая копия программы.", "Another copy of the program is started.")
        }
        Autostart::Unknown => choose(language, "Система не сообщила.", "The system did not tell."),
    }
}

fn disk(language: Language, disk: &Disk) -> String {
    let folder = &disk.folder;
    if disk.failure.is_some() {
        let text = choose(
            language,
            "Записать данные не удаётся: нет места или запись запрещена. Папка:",
            "The data cannot be written: there is no room, or writing is forbidden. Folder:",
        );
        return format!("{text} {folder}");
    }
    let Some(free) = disk.free_bytes else {
        return format!("{} {folder}", choose(language, "Запись работает. Папка:", "Writing works. Folder:"));
    };
    let (unit, amount) = if free < 10 * 1024 * MIB {
        (choose(language, "МБ", "MB"), free / MIB)
    } else {
        (choose(language, "ГБ", "GB"), free / 1024 / MIB)
    };
    format!(
        "{} {amount} {unit}. {} {folder}",
        choose(language, "Свободно", "Free:"),
        choose(language, "Папка:", "Folder:")
    )
}

fn history(language: Language, known: &Known) -> String {
    if !known.connected {
        return choose(
            language,
            "Компьютер не подключён: нужен код от партнёра.",
            "The computer is not connected: a code from the partner is needed.",
        )
        .to_owned();
    }
    let never = choose(language, "ещё не было", "none yet");
    let mut text = format!(
        "{}: {}.",
        choose(language, "Последняя авторизация", "Last authorization"),
        known.last_authorization.as_deref().unwrap_or(never)
    );
    if !known.today {
        text.push_str(choose(language, " Сегодня её не было.", " None today."));
    }
    if !known.failures.is_empty() {
        let list = known.failures.iter().map(|tally| tallied(language, tally)).collect::<Vec<_>>().join(", ");
        text.push_str(choose(language, " С тех пор неудачно: ", " Failed since: "));
        text.push_str(&list);
        text.push('.');
    }
    text
}

/// `нет интернета (3)`.
fn tallied(language: Language, tally: &FailureTally) -> String {
    let kind = match tally.kind {
        FailureKind::Dns => choose(language, "нет интернета", "no internet"),
        FailureKind::Connect => choose(language, "облако недоступно", "cloud not reached"),
        FailureKind::Tls => choose(language, "защищённое соединение", "secure connection"),
        FailureKind::Clock => choose(language, "неверное время", "wrong time"),
        FailureKind::Proxy => choose(language, "прокси-сервер или сеть", "proxy or network"),
        FailureKind::Timeout => choose(language, "нет ответа вовремя", "no answer in time"),
        FailureKind::Unavailable => choose(language, "облако не работало", "cloud was down"),
        FailureKind::Refused => choose(language, "облако отказало", "cloud refused"),
        FailureKind::Keyring => choose(language, "хранилище паролей", "password storage"),
        FailureKind::KeyLost => choose(language, "нет ключа", "no key"),
        FailureKind::DayEnded => choose(language, "день закончился без ответа", "day ended without an answer"),
        FailureKind::Other => choose(language, "другая причина", "another reason"),
    };
    format!("{kind} ({})", tally.count)
}
