//! The wire's types as TypeScript, for the cabinet. Written by `cargo xtask types`;
//! a test compares what is in the tree.

use ts_rs::{Config, TS};

macro_rules! declare {
    ($cfg:ident: $($type:ty),* $(,)?) => {
        [$(<$type>::decl($cfg)),*]
    };
}

/// One TypeScript module of exported types, in the order given.
#[must_use]
pub fn module(declarations: &[String]) -> String {
    let mut text = String::from("// Made from the Rust types by `cargo xtask types`; do not edit.\n");
    for declaration in declarations {
        text.push_str("\nexport ");
        text.push_str(declaration);
        text.push('\n');
    }
    text
}

/// The types of the cabinet's wire, with all they are made of.
#[must_use]
pub fn cabinet() -> Vec<String> {
    use crate::{
        cabinet::*, conversation::*, desk::*, error::*, ids::*, inn::Inn, letters::*, reconnection::ReconnectionRow,
        register::*, report::*, visit::*,
    };

    let cfg = &Config::default();
    let mut all = telemetry(cfg);
    all.extend(declare!(cfg:
        PartnerId, ClientId, UserId, CategoryId, StaffId, DeviceId, CodeId,
        WireError, ErrorCode, Inn,
        SignIn, Session, Role,
        Category, CategoryDraft, ClientDraft, Client, UserDraft, User, Page<User>,
        UserCard, IssuedCode, CodeState, NewCode, Device, AuthorizationRow, LaunchRow, FailureRow,
        Edit, EditAction, FieldChange, CategoryRow, CategoryOrder, MergeInto, HandOver, Erase,
        CodeStory, CodeLetter, LetterState, UserCode, CodeFilter, IssueCodes, FoundUsers, IssuedCodes, CodeOf,
        SkippedUser, WhySkipped, ShownCodes, ShownCode, LettersPosted, LetterWords, OpenedCode, CodePage,
        RequestId, MessageId, RequestKind, RequestState, Request, Author, Message,
        RequestRow, RequestCard, Reply, FirstMessage, ReadUpTo, RequestCounts, LiveEvent, LiveAbout,
        ReconnectionId, ReconnectionRow,
        LineSettings, DayHours, LineCard, VisitStep, Visit, VisitStepRow,
        ReportQuery, Filter, Column, Report, ReportRow, LikelyReason,
    ));
    all
}

/// The types the program's window shares with the wire.
#[must_use]
pub fn telemetry(cfg: &Config) -> Vec<String> {
    use crate::telemetry::*;

    declare!(cfg: Origin, Trigger, Attended, Autostart, FailureKind).to_vec()
}
