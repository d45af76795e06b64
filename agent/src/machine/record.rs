//! When the state and its rows are written. Whatever was loaded and cannot be read is set aside
//! first, and until that is done nothing is written over it. A write carries all that is not
//! known to be durable, so that one that fails takes nothing from those after it.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::{Effect, Machine, saved::Saved};
use crate::ports::{Change, Loaded, StoreError};

/// What is known of the record on disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// As last given out to be written.
    written: Option<Saved>,
    /// The number of its change, while it may not be on disk.
    unsaved_state: Option<u64>,
    /// Rows that may not be on disk as they are here, with the number of their change; no body is a deletion.
    unsaved: BTreeMap<String, (u64, Option<String>)>,
    /// Of the last change to the state or a row.
    changed: u64,
    /// Of the last change that was given out to be written.
    given_out: u64,
    /// Writes under way, each by the last change it holds.
    writes: VecDeque<u64>,
    /// Something there must be set aside before anything is written.
    held: bool,
    /// The last write, or the last setting aside, failed.
    pub(super) failing: bool,
    /// The name the unreadable state was set aside under.
    pub(super) set_aside: Option<String>,
}

impl Record {
    pub(super) fn put(&mut self, key: String, body: &impl Serialize) {
        let body = serde_json::to_string(body).expect("rows have only string keys");
        self.change(key, Some(body));
    }

    pub(super) fn delete(&mut self, key: String) {
        self.change(key, None);
    }

    fn change(&mut self, key: String, body: Option<String>) {
        self.changed += 1;
        self.unsaved.insert(key, (self.changed, body));
    }

    /// Whether the row is on disk as it is here.
    pub(super) fn is_durable(&self, key: &str) -> bool {
        !self.unsaved.contains_key(key)
    }

    /// Whether all that was given out is on disk.
    pub(super) fn is_settled(&self) -> bool {
        self.writes.is_empty() && self.unsaved_state.is_none() && self.unsaved.is_empty() && !self.failing && !self.held
    }
}

impl Machine {
    /// Reads what was loaded, or begins afresh beside it.
    pub(super) fn restore(&mut self, loaded: Loaded, effects: &mut Vec<Effect>) {
        let Loaded { state, rows, set_aside } = loaded;
        self.record.failing = false;
        self.record.set_aside = set_aside;
        match state.map(|text| Saved::parse(&text)) {
            None => self.record.written = Some(self.saved.clone()),
            Some(Ok(saved)) => {
                self.record.written = Some(saved.clone());
                self.saved = saved;
                self.restore_rows(rows);
            }
            Some(Err(reason)) => {
                tracing::warn!(%reason, "setting the saved state aside");
                self.record.held = true;
                effects.push(Effect::SetAside);
            }
        }
    }

    /// Gives the state and the rows out to be written, as far as they changed.
    pub(super) fn keep(&mut self, effects: &mut Vec<Effect>) {
        let record = &mut self.record;
        if record.held {
            return;
        }
        if record.written.as_ref() != Some(&self.saved) {
            record.written = Some(self.saved.clone());
            record.changed += 1;
            record.unsaved_state = Some(record.changed);
        }
        if record.given_out == record.changed {
            return;
        }
        let mut change = Change { state: record.unsaved_state.map(|_| self.saved.text()), ..Change::default() };
        for (key, (_, body)) in &record.unsaved {
            match body {
                Some(body) => change.put.push((key.clone(), body.clone())),
                None => change.delete.push(key.clone()),
            }
        }
        record.given_out = record.changed;
        record.writes.push_back(record.changed);
        effects.push(Effect::Save(change));
    }

    pub(super) fn kept(&mut self, result: Result<(), StoreError>) {
        let record = &mut self.record;
        let last = record.writes.pop_front();
        record.failing = result.is_err();
        if result.is_ok()
            && let Some(last) = last
        {
            record.unsaved_state = record.unsaved_state.filter(|change| *change > last);
            record.unsaved.retain(|_, (change, _)| *change > last);
        }
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
