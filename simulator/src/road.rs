//! The road between a computer and the cloud: what becomes of calls on their way.

use std::time::Duration;

use buhphone_agent::ports::CallError;
use buhphone_protocol::telemetry::FailureKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Up,
    Down(FailureKind),
    /// Requests arrive, answers do not.
    LosesAnswers,
    /// Calls are begun and never end.
    Hangs,
    /// Every request arrives twice; the second answer is brought back.
    Repeats,
    /// Requests arrive, their answers so much later.
    AnswersLate(Duration),
}

impl Network {
    /// Whether a stream of events gets through.
    pub(crate) fn carries_streams(self) -> Result<(), CallError> {
        match self {
            Self::Up | Self::Repeats => Ok(()),
            Self::Down(failure) => Err(unreached(failure)),
            Self::LosesAnswers | Self::Hangs | Self::AnswersLate(_) => Err(unreached(FailureKind::Timeout)),
        }
    }

    /// Brings a request to the cloud and the answer back, as far as this road does.
    pub(crate) fn carry<T>(self, mut ask: impl FnMut() -> Result<T, CallError>) -> Result<T, CallError> {
        match self {
            Self::Up | Self::AnswersLate(_) => ask(),
            Self::Repeats => {
                let _first = ask();
                ask()
            }
            Self::Down(failure) => Err(unreached(failure)),
            Self::LosesAnswers | Self::Hangs => {
                let _lost = ask();
                Err(unreached(FailureKind::Timeout))
            }
        }
    }
}

fn unreached(failure: FailureKind) -> CallError {
    CallError::Unreached { failure, detail: String::new() }
}
