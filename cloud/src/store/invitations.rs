//! The operations of codes by the hundred and of the letters that carry them.

use async_trait::async_trait;
use buhphone_protocol::{
    ids::{ClientId, CodeId, LetterId, PartnerId, StaffId, UserId},
    letters::{CodeStory, LetterWords, WhySkipped},
};
use jiff::Timestamp;

use super::{CodeRecord, Listing, Partner, Result};

/// A code with what became of it.
#[derive(Clone, Debug)]
pub struct KeptCode {
    pub record: CodeRecord,
    pub story: CodeStory,
}

/// Whom a code is for.
#[derive(Clone, Debug)]
pub struct Addressee {
    pub user_id: UserId,
    /// The full name.
    pub user: String,
    pub name: String,
    pub patronymic: String,
    pub client: String,
    /// May be empty.
    pub email: String,
}

/// What came of issuing a code to one of many.
#[derive(Clone, Debug)]
pub enum IssuedOrNot {
    /// The code of this place among those given.
    Issued(usize, Addressee),
    Skipped(Addressee, WhySkipped),
}

/// A code by its id, with the hash that its digits must have.
#[derive(Clone, Debug)]
pub struct NamedCode {
    pub record: CodeRecord,
    pub code_hash: Vec<u8>,
    pub to: Addressee,
}

/// A letter to send, as it was sealed.
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub letter_id: LetterId,
    pub user_id: Option<UserId>,
    pub code_id: Option<CodeId>,
    pub recipient: String,
    pub content: Vec<u8>,
    /// Not sent after this.
    pub until: Timestamp,
}

/// A letter taken to be sent now.
#[derive(Clone, Debug)]
pub struct DueLetter {
    pub partner_id: PartnerId,
    pub letter_id: LetterId,
    pub recipient: String,
    pub content: Vec<u8>,
    pub made_at: Timestamp,
    pub until: Timestamp,
    /// This attempt included.
    pub attempts: u32,
    /// Its code could not be used any more.
    pub stale: bool,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    Sent,
    /// Once more then.
    Later {
        due_at: Timestamp,
        error: String,
    },
    Failed {
        error: String,
    },
    Withdrawn,
}

/// The page behind a code: whose it is, and how it stands.
#[derive(Clone, Debug)]
pub struct OpenedRecord {
    pub partner: Partner,
    pub record: CodeRecord,
    pub user_archived: bool,
}

#[async_trait]
pub trait Invitations: Send + Sync {
    /// Those of one client if it is named, in the order of the list, at most `limit`; the listing's pages are not read.
    async fn user_ids(
        &self,
        partner_id: PartnerId,
        client_id: Option<ClientId>,
        listing: &Listing,
        limit: u32,
    ) -> Result<Vec<UserId>>;

    /// Issues the codes with their hashes, as `issue_code` each, in one transaction; `replace` withdraws
    /// a code that could still be used, otherwise its user is skipped. One for every code, in the order of names.
    ///
    /// `NotFound("user_id")` when one is not the partner's, `Exists("code")` when a hash is taken: nothing is written.
    async fn issue_codes(
        &self,
        partner_id: PartnerId,
        codes: &[(CodeRecord, Vec<u8>)],
        issued_by: StaffId,
        replace: bool,
    ) -> Result<Vec<IssuedOrNot>>;

    /// In the order asked. `NotFound("code_id")` when one is not the partner's.
    async fn named_codes(&self, partner_id: PartnerId, code_ids: &[CodeId]) -> Result<Vec<NamedCode>>;

    /// Somebody opened the page of a code. None of this hash: unknown.
    async fn open_code(&self, code_hash: &[u8], at: Timestamp) -> Result<Option<OpenedRecord>>;

    /// Puts letters in the post, in one transaction; of each code only the last is sent.
    async fn post_letters(&self, partner_id: PartnerId, letters: &[NewLetter], at: Timestamp) -> Result<()>;
    /// Takes letters that are due, of all partners, for whoever sends them until `back_at`.
    async fn take_letters(&self, at: Timestamp, back_at: Timestamp, limit: u32) -> Result<Vec<DueLetter>>;
    /// One that was settled meanwhile stays as it is.
    async fn settle_letter(
        &self,
        partner_id: PartnerId,
        letter_id: LetterId,
        posted: &Posted,
        at: Timestamp,
    ) -> Result<()>;

    async fn letter_words(&self, partner_id: PartnerId) -> Result<Option<LetterWords>>;
    async fn set_letter_words(&self, partner_id: PartnerId, words: &LetterWords) -> Result<()>;
}
