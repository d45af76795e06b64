//! The starts of the program and what each of them wishes: the process's own, and those from 1С
//! that find it running. One that the system made waits a little, so that the computer's start
//! is not slowed; a person who asks for anything ends the wait.

use std::time::Duration;

use buhphone_protocol::{
    ids::LaunchId,
    telemetry::{Launch, Origin},
};
use rand::RngExt;

use super::Machine;
use crate::ports::Now;

impl Machine {
    /// The process that began has to authorize.
    pub(super) fn wish_launch(&mut self, now: Now) {
        let spread = match self.facts.launch.origin {
            Origin::Login => self.facts.login_wait.mul_f64(self.rng.random_range(0.0..1.0)),
            Origin::Person | Origin::Link | Origin::From1c | Origin::Unknown => Duration::ZERO,
        };
        self.wishes.launch = true;
        self.wishes.launch_at = now.monotonic + spread;
    }

    /// Monotonic: until then the program keeps quiet, because the computer is starting.
    pub(super) fn quiet_until(&self, now: Now) -> Option<Duration> {
        let waits = self.wishes.launch && self.facts.launch.origin == Origin::Login;
        Some(self.wishes.launch_at).filter(|at| waits && *at > now.monotonic)
    }

    /// A person is there and waits for something.
    pub(super) fn end_quiet(&mut self, now: Now) {
        self.wishes.launch_at = self.wishes.launch_at.min(now.monotonic);
    }

    /// 1С has started the program, which was running: a launch of its own, in this process.
    /// Those that come before it is told are the same one: an impatient person clicks again.
    pub(super) fn started_from_1c(&mut self, now: Now) {
        let under_way = self.wishes.launch && self.facts.launch.origin == Origin::From1c;
        if self.saved.device.is_none() || under_way || self.wishes.next_launch.is_some() {
            return;
        }
        let launch_id = LaunchId(self.fresh_id(now));
        let launch = Launch { launch_id, origin: Origin::From1c, started_at: now.wall };
        self.saved.launched(&launch);
        self.wishes.next_launch = Some(launch);
        self.take_next_launch();
    }

    /// A launch is told by its own authorization, after that of the one before it.
    pub(super) fn take_next_launch(&mut self) {
        if !self.wishes.launch
            && let Some(launch) = self.wishes.next_launch.take()
        {
            self.facts.launch = launch;
            self.wishes.launch = true;
        }
    }
}
