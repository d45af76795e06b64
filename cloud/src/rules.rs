//! What is allowed and what follows. One duty a file; knows no HTTP and no SQL.
//!
//! A rule checks what it is given, reads the clock once, and asks the store for one
//! whole operation.

use std::sync::Arc;

use buhphone_protocol::cabinet::Role;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::{
    clock::Clock,
    settings::Settings,
    store::{Editor, Staff, Store},
};

pub mod activation;
pub mod authorization;
pub mod card;
pub mod categories;
pub mod codes;
pub mod day;
pub mod events;
pub mod fields;
pub mod guessing;
pub mod invitations;
pub mod letters;
pub mod line;
pub mod live;
pub mod operator;
pub mod outbox;
pub mod passwords;
pub mod persons;
pub mod reason;
pub mod reconnection;
pub mod refusal;
pub mod registering;
pub mod removal;
pub mod report;
pub mod requests;
pub mod sign_in;
pub mod standing;
pub mod visits;

use guessing::{Guessing, Wide};
use live::Live;
use passwords::Passwords;
pub use refusal::{Refusal, Result};

/// The rules with all they depend on.
pub struct Rules {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<dyn Store>,
    /// Who listens to this node now.
    pub(crate) live: Arc<Live>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    code_guesses: Guessing,
    reconnection_guesses: Guessing,
    sign_in_guesses: Guessing,
    /// Rung when letters were put in the post.
    post: Notify,
}

impl Rules {
    #[must_use]
    pub fn new(settings: Settings, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let limits = &settings.limits;
        Self {
            passwords: Passwords::new(limits.passwords_at_once),
            code_guesses: Guessing::new(limits.codes_of_address, limits.codes_of_all, Wide::WhoFailed, limits),
            reconnection_guesses: Guessing::new(
                limits.reconnections_of_address,
                limits.reconnections_of_all,
                Wide::WhoFailed,
                limits,
            ),
            sign_in_guesses: Guessing::new(
                limits.sign_ins_of_person,
                limits.sign_ins_of_address,
                Wide::Everybody,
                limits,
            ),
            live: Arc::new(Live::default()),
            post: Notify::new(),
            settings,
            store,
            clock,
        }
    }

    /// The cloud's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Who changes the register now.
    fn editor(&self, staff: &Staff) -> Editor {
        Editor { staff_id: Some(staff.staff_id), name: staff.name.clone(), at: self.now() }
    }
}

/// Registering, editing and archiving are for administrators and client managers;
/// a specialist reads, issues codes and disconnects computers on a visit.
fn may_register(staff: &Staff) -> Result<()> {
    match staff.role {
        Role::Administrator | Role::ClientManager => Ok(()),
        Role::Specialist => Err(Refusal::forbidden("specialists do not register, edit or archive")),
    }
}

/// What cannot be taken back is the administrator's.
fn may_administer(staff: &Staff) -> Result<()> {
    match staff.role {
        Role::Administrator => Ok(()),
        Role::ClientManager | Role::Specialist => Err(Refusal::forbidden("this is for administrators")),
    }
}
