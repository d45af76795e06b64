//! The machine against a simulated world: a cloud with the partner's days, a computer whose
//! clocks sleep and are wrong, a keyring, a network and a person. Weeks pass in microseconds.

mod activation;
mod calls;
mod conversations;
mod crashes;
mod days;
mod pictures;
mod random;
mod state;
mod visits;
mod world;
