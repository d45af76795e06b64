//! The machine on a simulated computer: a cloud with the partner's days, clocks that sleep and
//! are wrong, a keyring, a network and a person. Weeks pass in microseconds.

mod activation;
mod calls;
mod conversations;
mod crashes;
mod days;
mod drafts;
mod pictures;
mod random;
mod reconnection;
mod self_check;
mod starts;
mod state;
mod visits;
