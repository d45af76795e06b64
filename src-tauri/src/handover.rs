//! What a second start does while a first one holds the data: hands its arguments over, or
//! takes the place of a first that is gone. The claim alone decides which of them is the first.

#[cfg(target_os = "linux")]
mod bus;
#[cfg(not(target_os = "linux"))]
mod plugin;

#[cfg(target_os = "linux")]
pub(crate) use bus::{await_name, hand_over};
#[cfg(not(target_os = "linux"))]
pub(crate) use plugin::hand_over;

#[cfg(target_os = "linux")]
use crate::claim::Claim;

/// What became of a second start.
#[derive(Debug)]
pub(crate) enum Handover {
    /// The program that runs has its arguments, or another start has taken them on.
    Done,
    /// The first is gone, and this one is it now.
    #[cfg(target_os = "linux")]
    First(Claim),
}
