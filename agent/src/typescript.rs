//! The snapshot and the commands as TypeScript, for the program's window.

use ts_rs::{Config, TS};

use buhphone_protocol::{
    conversation::{RequestKind, RequestState},
    visit::VisitStep,
};

use crate::{
    command::{Command, Field},
    view::*,
};

/// The types that cross between the agent and its window, with all they are made of.
#[must_use]
pub fn declarations() -> Vec<String> {
    let cfg = &Config::default();
    let mut all = buhphone_protocol::typescript::telemetry(cfg);
    all.extend([
        View::decl(cfg),
        Language::decl(cfg),
        LanguageChoice::decl(cfg),
        Stage::decl(cfg),
        ActivationStep::decl(cfg),
        ActivationError::decl(cfg),
        Connection::decl(cfg),
        LastAuthorization::decl(cfg),
        Ago::decl(cfg),
        Owner::decl(cfg),
        Trouble::decl(cfg),
        Sent::decl(cfg),
        Tray::decl(cfg),
        TrayIcon::decl(cfg),
        Talk::decl(cfg),
        Line::decl(cfg),
        ConversationHead::decl(cfg),
        Conversation::decl(cfg),
        ShownMessage::decl(cfg),
        Writer::decl(cfg),
        MessageState::decl(cfg),
        SelfCheckView::decl(cfg),
        SelfCheckResult::decl(cfg),
        CheckView::decl(cfg),
        Check::decl(cfg),
        Verdict::decl(cfg),
        Fix::decl(cfg),
        SavedReport::decl(cfg),
        VisitView::decl(cfg),
        VisitStepView::decl(cfg),
        StepState::decl(cfg),
        RequestKind::decl(cfg),
        RequestState::decl(cfg),
        VisitStep::decl(cfg),
        Command::decl(cfg),
        Field::decl(cfg),
    ]);
    all
}
