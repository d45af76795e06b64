//! A simulated computer for the program's pure core: its disk, keyring, clocks that sleep and
//! are wrong, the person at it and the road to a cloud. Weeks pass in microseconds.
//!
//! The cloud is whatever answers [`Cloud`]; [`MemoryCloud`] is a strict one in memory.

mod cloud;
mod computer;
mod memory;
mod road;
mod world;

pub use self::{
    cloud::{Cloud, refused},
    computer::Monotonic,
    memory::{Decision, Desk, MemoryCloud, REFUSED, Recorded, Wish, Wishes, code},
    road::Network,
    world::World,
};
