//! Letters in the partner's words: put in the post, sent, and sent again.
//!
//! What a mail server refuses for good is told on the user's row; what it puts off
//! (greylisting, a full queue, no network) is repeated less and less often until
//! the letter is of no use any more. Between being sent and being settled a node
//! may die: then the letter goes twice, under one id, rather than never.

use std::convert::Infallible;

use buhphone_protocol::{
    code::Code,
    error::ErrorCode,
    ids::{LetterId, UserId},
    letters::{CODES_MAX, LetterWords, LettersPosted, ShownCodes},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::MissedTickBehavior;

use super::{Refusal, Result, Rules, day, fields, may_register};
use crate::{
    mail::{Letter, SendError},
    store::{Addressee, DueLetter, NewLetter, Partner, Posted, Staff},
};

/// The first words of every partner.
const SUBJECT: &str = "Подключение к «{партнёр}»: ваш код";
const TEXT: &str = "Здравствуйте, {имя}!\n\n\
    Чтобы быть на связи с нами прямо с вашего компьютера, подключите программу «Бухфон».\n\n\
    Откройте страницу {ссылка} — на ней программа и ваш код.\n\
    Код: {код}. Он действует до {срок} и только один раз.\n\n\
    Если что-то не получится, позвоните нам: {телефон}.\n\n\
    {партнёр}";

/// Letters taken at once: as many as one connection sends within the lease.
const AT_ONCE: u32 = 20;
/// A node that took letters and was not heard of for so long has died.
const LEASE: SignedDuration = SignedDuration::from_mins(15);
/// After each attempt that was put off. Servers that greylist want to be asked after some
/// minutes, and forget whoever comes after some hours.
const AGAIN: [SignedDuration; 6] = [
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(6),
    SignedDuration::from_mins(15),
    SignedDuration::from_mins(40),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(4),
];
/// Longer answers of mail servers are cut: they are shown on a row.
const ERROR_MAX: usize = 300;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    /// Shown as the sender, before the cloud's own address.
    from: String,
    reply_to: String,
    subject: String,
    text: String,
}

impl Rules {
    pub async fn letter_words(&self, staff: &Staff) -> Result<LetterWords> {
        Ok(self.store.letter_words(staff.partner_id).await?.unwrap_or_else(first_words))
    }

    /// # Errors
    /// `Invalid` with the field: the text leads nowhere without the code or the link.
    pub async fn set_letter_words(&self, staff: &Staff, given: LetterWords) -> Result<LetterWords> {
        may_register(staff)?;
        let words = LetterWords {
            subject: fields::required("subject", &given.subject, 200)?,
            text: fields::letter("text", &given.text, 5_000)?,
        };
        if !words.text.contains("{код}") && !words.text.contains("{ссылка}") {
            return Err(Refusal::invalid("text", "text holds neither {код} nor {ссылка}"));
        }
        self.store.set_letter_words(staff.partner_id, &words).await?;
        Ok(words)
    }

    /// Puts a letter in the post for each code whose user has an address.
    ///
    /// # Errors
    /// `Unavailable` where the operator set up no mail.
    pub async fn post_codes(&self, staff: &Staff, shown: ShownCodes) -> Result<LettersPosted> {
        self.demand_mail()?;
        let named = self.named_codes(staff, shown).await?;
        let partner = self.store.partner(staff.partner_id).await?;
        let words = self.letter_words(staff).await?;
        let mut letters = Vec::with_capacity(named.len().min(CODES_MAX));
        let mut without_address: Vec<UserId> = Vec::new();
        for (code, named) in &named {
            if named.to.email.is_empty() {
                without_address.push(named.to.user_id);
                continue;
            }
            let until = named.record.expires_at;
            let content = self.worded(&words, &partner, staff, &named.to, code, until);
            letters.push(NewLetter {
                user_id: Some(named.to.user_id),
                code_id: Some(named.record.code_id),
                ..self.sealed(&named.to.email, &content, until)?
            });
        }
        self.store.post_letters(staff.partner_id, &letters, self.now()).await?;
        self.post.notify_one();
        Ok(LettersPosted { posted: u32::try_from(letters.len()).unwrap_or(u32::MAX), without_address })
    }

    /// The letter as a user would get it, to whoever asks: with a code that is none.
    pub async fn post_sample(&self, staff: &Staff) -> Result<()> {
        self.demand_mail()?;
        may_register(staff)?;
        let partner = self.store.partner(staff.partner_id).await?;
        let words = self.letter_words(staff).await?;
        let to = Addressee {
            user_id: UserId::generate(),
            user: "Иванова Мария Петровна".to_owned(),
            name: "Мария".to_owned(),
            patronymic: "Петровна".to_owned(),
            client: "ООО «Ромашка»".to_owned(),
            email: staff.email.clone(),
        };
        let now = self.now();
        let until = now.checked_add(SignedDuration::from_hours(24)).unwrap_or(now);
        let content = self.worded(&words, &partner, staff, &to, &Code::from_random(0), until);
        self.store.post_letters(staff.partner_id, &[self.sealed(&to.email, &content, until)?], now).await?;
        self.post.notify_one();
        Ok(())
    }

    fn demand_mail(&self) -> Result<()> {
        match self.settings.mail {
            Some(_) => Ok(()),
            None => Err(Refusal::new(ErrorCode::Unavailable, "the operator has not set up mail")),
        }
    }

    fn worded(
        &self,
        words: &LetterWords,
        partner: &Partner,
        staff: &Staff,
        to: &Addressee,
        code: &Code,
        until: Timestamp,
    ) -> Content {
        let named = [to.name.as_str(), to.patronymic.as_str()];
        let name = named.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let values = [
            ("{имя}", if name.is_empty() { to.user.clone() } else { name }),
            ("{клиент}", to.client.clone()),
            ("{код}", code.grouped()),
            ("{ссылка}", self.code_page_link(code)),
            ("{срок}", day::told(&partner.zone, until)),
            ("{партнёр}", partner.name.clone()),
            ("{телефон}", partner.phone.clone()),
        ];
        Content {
            from: partner.name.clone(),
            reply_to: staff.email.clone(),
            subject: filled(&words.subject, &values),
            text: filled(&words.text, &values),
        }
    }

    fn sealed(&self, recipient: &str, content: &Content, until: Timestamp) -> Result<NewLetter> {
        let letter_id = LetterId::generate();
        let content = serde_json::to_vec(content).map_err(|error| {
            tracing::error!(%error, "a letter cannot be written");
            Refusal::new(ErrorCode::Unavailable, "the letter cannot be written")
        })?;
        Ok(NewLetter {
            letter_id,
            user_id: None,
            code_id: None,
            recipient: recipient.to_owned(),
            content: self.settings.pepper.seal(letter_id.0.as_bytes(), &content),
            until,
        })
    }

    /// Sends what is due, as soon as it is. Never ends; without mail it does nothing.
    pub async fn deliver(&self) -> Infallible {
        if self.settings.mail.is_none() {
            return std::future::pending().await;
        }
        let mut every = tokio::time::interval(self.settings.post_every);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = every.tick() => {}
                () = self.post.notified() => {}
            }
            if let Err(error) = self.send_due().await {
                tracing::warn!(%error, "the post waits");
            }
        }
    }

    async fn send_due(&self) -> Result<()> {
        loop {
            let now = self.now();
            let back_at = now.checked_add(LEASE).unwrap_or(now);
            let due = self.store.take_letters(now, back_at, AT_ONCE).await?;
            let all = due.len() < AT_ONCE as usize;
            for letter in &due {
                let posted = self.send(letter).await;
                self.store.settle_letter(letter.partner_id, letter.letter_id, &posted, self.now()).await?;
                // The states are on rows that are open somewhere.
                self.live.wake_staff(letter.partner_id);
            }
            if all {
                return Ok(());
            }
        }
    }

    async fn send(&self, due: &DueLetter) -> Posted {
        let now = self.now();
        if due.stale || due.until <= now {
            return Posted::Withdrawn;
        }
        let opened = self.settings.pepper.open(due.letter_id.0.as_bytes(), &due.content);
        let content = opened.and_then(|content| serde_json::from_slice::<Content>(&content).ok());
        let (Some(content), Some(mail)) = (content, &self.settings.mail) else {
            tracing::error!(letter = %due.letter_id, "a letter was sealed by another key");
            return Posted::Failed { error: "the letter was sealed by another key".to_owned() };
        };
        let letter = Letter {
            id: due.letter_id,
            made_at: due.made_at,
            to: due.recipient.clone(),
            from: content.from,
            reply_to: content.reply_to,
            subject: content.subject,
            text: content.text,
        };
        match mail.send(&letter).await {
            Ok(()) => Posted::Sent,
            Err(SendError::Never(error)) => Posted::Failed { error: cut(&error) },
            Err(SendError::Later(error)) => {
                tracing::info!(letter = %due.letter_id, attempt = due.attempts, %error, "a letter was put off");
                match again(due.attempts, due.until, now) {
                    Some(due_at) => Posted::Later { due_at, error: cut(&error) },
                    None => Posted::Failed { error: cut(&error) },
                }
            }
        }
    }
}

/// When to try once more after so many attempts; not at all past the letter's end.
fn again(attempts: u32, until: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX).min(AGAIN.len() - 1);
    let due_at = now.checked_add(AGAIN[place]).ok()?;
    (due_at < until).then_some(due_at)
}

/// Each name once, in one pass: a value that looks like a name stays as it is.
fn filled(words: &str, values: &[(&str, String)]) -> String {
    let mut text = String::with_capacity(words.len() + 200);
    let mut rest = words;
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                text.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                text.push('{');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn first_words() -> LetterWords {
    LetterWords { subject: SUBJECT.to_owned(), text: TEXT.to_owned() }
}

fn cut(error: &str) -> String {
    error.chars().filter(|c| !c.is_control()).take(ERROR_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_again_less_and_less_often_until_it_is_of_no_use() {
        let now: Timestamp = "2026-11-23T06:00:12Z".parse().unwrap();
        let week = now + SignedDuration::from_hours(7 * 24);
        let minutes = |attempts| again(attempts, week, now).map(|at| at.duration_since(now).as_mins());
        assert_eq!((0..9).map(minutes).collect::<Vec<_>>(), [2, 2, 6, 15, 40, 120, 240, 240, 240].map(Some));
        assert_eq!(again(1, now + SignedDuration::from_mins(2), now), None);
    }

    #[test]
    fn fills_in_each_name_once_and_leaves_the_rest() {
        let values = [("{имя}", "{код}".to_owned()), ("{код}", "4821".to_owned())];
        assert_eq!(filled("{имя}: {код} {коды} {", &values), "{код}: 4821 {коды} {");
    }
}
