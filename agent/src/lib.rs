//! The core of the program: what it knows, decides and remembers. Knows no window toolkit.
//!
//! [`machine`] decides and is pure; [`driver`] is the only loop and the only
//! holder of clocks; [`ports`] are the questions the driver asks the world, and
//! the files beside them answer those questions on a real computer.

pub mod command;
pub mod machine;
pub mod ports;
pub mod typescript;
pub mod view;
