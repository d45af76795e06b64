//! Windows tells the time of the last input; whether the session is locked, it tells only to windows.

use std::time::Duration;

use crate::environment::Environment;

pub(super) fn locked() -> Option<bool> {
    None
}

pub(super) fn idle(_: &Environment) -> Option<Duration> {
    user_idle2::UserIdle::get_time().ok().map(|idle| idle.duration())
}
