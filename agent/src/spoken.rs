//! What the command line says, in Russian and English: plain sentences, one a line.

use crate::{
    enrolling::Outcome,
    once::Uninstalled,
    view::{ActivationError, Language},
    words::choose,
};

#[must_use]
pub fn outcome(language: Language, outcome: &Outcome) -> String {
    match (outcome, language) {
        (Outcome::Connected { partner, user }, Language::Ru) => {
            format!("Компьютер подключён. Пользователь: {user}. Вас обслуживает {partner}.")
        }
        (Outcome::Connected { partner, user }, Language::En) => {
            format!("The computer is connected. User: {user}. You are served by {partner}.")
        }
        (Outcome::Already { partner, user }, Language::Ru) => {
            format!("Компьютер уже подключён, код не использован. Пользователь: {user}. Вас обслуживает {partner}.")
        }
        (Outcome::Already { partner, user }, Language::En) => {
            format!(
                "The computer is connected already, the code was not used. User: {user}. You are served by {partner}."
            )
        }
        (Outcome::Refused { error }, _) => failed(language, *error).to_owned(),
        (Outcome::Kept { error }, _) => {
            let kept = choose(
                language,
                "Код сохранён: программа подключится сама, когда запустится.",
                "The code is kept: the program connects by itself when it runs.",
            );
            let why = error.map_or(
                choose(language, "Подключение ещё не закончено.", "The connection is not finished yet."),
                |error| failed(language, error),
            );
            format!("{why} {kept}")
        }
    }
}

fn failed(language: Language, error: ActivationError) -> &'static str {
    match error {
        ActivationError::CodeIncomplete => choose(language, "В коде должно быть 12 цифр.", "A code has 12 digits."),
        ActivationError::CodeMistyped => choose(language, "В коде опечатка.", "The code is mistyped."),
        ActivationError::CodeUnknown => choose(language, "Такого кода нет.", "There is no such code."),
        ActivationError::CodeUsed => choose(
            language,
            "Этот код уже использован на другом компьютере.",
            "This code has been used on another computer.",
        ),
        ActivationError::CodeExpired => choose(language, "Срок действия кода истёк.", "The code has expired."),
        ActivationError::CodeRevoked => {
            choose(language, "Партнёр отозвал этот код.", "The partner withdrew this code.")
        }
        ActivationError::SlowDown => {
            choose(language, "Из этой сети было слишком много попыток.", "Too many attempts came from this network.")
        }
        ActivationError::Offline => choose(language, "Нет связи с облаком.", "The cloud was not reached."),
        ActivationError::Unavailable => choose(language, "Облако временно не работает.", "The cloud is down for now."),
        ActivationError::Proxy => choose(
            language,
            "Не пропускает прокси-сервер или страница входа в сеть.",
            "A proxy server or a network's sign-in page does not let the program through.",
        ),
        ActivationError::Tls => {
            choose(language, "Защищённое соединение не установлено.", "No secure connection could be made.")
        }
        ActivationError::Clock => {
            choose(language, "На компьютере неверные дата или время.", "The computer's date or time is wrong.")
        }
        ActivationError::Keyring => {
            choose(language, "Хранилище паролей системы недоступно.", "The system's password storage is not available.")
        }
        ActivationError::Refused => {
            choose(language, "Облако отказало. Позвоните партнёру.", "The cloud refused. Call the partner.")
        }
        ActivationError::BadLink => choose(language, "Ссылка не подходит.", "The link does not fit."),
        ActivationError::BadServer => choose(
            language,
            "Адрес облака не подходит: он должен начинаться с https://.",
            "The cloud's address does not fit: it has to begin with https://.",
        ),
    }
}

/// The running program could not be asked.
#[must_use]
pub fn unreachable(language: Language) -> &'static str {
    choose(
        language,
        "Программа запущена, но не отвечает. Закройте её и повторите.",
        "The program runs, but does not answer. Close it and try again.",
    )
}

/// Nothing of the program runs any more.
#[must_use]
pub fn ended(language: Language) -> &'static str {
    choose(language, "Программа не запущена.", "The program is not running.")
}

/// A line for each thing worth one.
#[must_use]
pub fn uninstalled(language: Language, done: &Uninstalled) -> String {
    let mut lines =
        vec![choose(language, "Программа убрала за собой.", "The program has cleaned up after itself.").to_owned()];
    if let Some(told) = done.told {
        let (yes, no) = (
            choose(language, "Партнёр узнает, что программа удалена.", "The partner is told of the removal."),
            choose(
                language,
                "Сообщить партнёру об удалении не удалось.",
                "The partner could not be told of the removal.",
            ),
        );
        lines.push((if told { yes } else { no }).to_owned());
    }
    lines.extend(
        done.left
            .iter()
            .map(|(what, error)| format!("{} {what}: {error}", choose(language, "Осталось:", "Left behind:"))),
    );
    lines.join("\n")
}
