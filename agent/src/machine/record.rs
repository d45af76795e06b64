//! When the state is written. Whatever was loaded and cannot be read is set aside first, and
//! until that is done nothing is written over it.

use super::{Effect, Machine, saved::Saved};
use crate::ports::{Loaded, StoreError};

/// What is known of the record on disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// As last given out to be written.
    written: Option<Saved>,
    /// Something there must be set aside before anything is written.
    held: bool,
    /// The last write, or the last setting aside, failed.
    pub(super) failing: bool,
    /// The name the unreadable state was set aside under.
    pub(super) set_aside: Option<String>,
}

impl Machine {
    /// Reads what was loaded, or begins afresh beside it.
    pub(super) fn restore(&mut self, loaded: Result<Loaded, StoreError>, effects: &mut Vec<Effect>) {
        let read = match loaded {
            Ok(loaded) => {
                self.record.set_aside = loaded.set_aside;
                loaded.state.map(|text| Saved::parse(&text).map_err(|unreadable| unreadable.to_string()))
            }
            Err(error) => Some(Err(error.to_string())),
        };
        match read {
            None => self.record.written = Some(self.saved.clone()),
            Some(Ok(saved)) => {
                self.record.written = Some(saved.clone());
                self.saved = saved;
            }
            Some(Err(reason)) => {
                tracing::warn!(reason, "setting the saved state aside");
                self.record.held = true;
                effects.push(Effect::SetAside);
            }
        }
    }

    /// Gives the state out to be written, if it changed.
    pub(super) fn keep(&mut self, effects: &mut Vec<Effect>) {
        if self.record.held {
            return;
        }
        if self.record.written.as_ref() != Some(&self.saved) {
            self.record.written = Some(self.saved.clone());
            effects.push(Effect::Save(self.saved.text()));
        }
    }

    pub(super) fn kept(&mut self, result: Result<(), StoreError>) {
        self.record.failing = result.is_err();
    }

    pub(super) fn put_aside(&mut self, result: Result<String, StoreError>) {
        self.record.failing = result.is_err();
        if let Ok(name) = result {
            self.record.held = false;
            self.record.set_aside = Some(name);
        }
    }

    /// Tries again what failed; once a tick, because a full disk seldom empties sooner.
    pub(super) fn keep_trying(&mut self, effects: &mut Vec<Effect>) {
        if !self.record.failing {
            return;
        }
        if self.record.held {
            effects.push(Effect::SetAside);
        } else {
            self.record.written = None;
        }
    }
}
