//! dump
use buhphone_protocol::telemetry::{FailureKind, Origin};
use jiff::SignedDuration;
use crate::world::{Network, World};
#[test]
fn dump() {
    let w = World::connected("2026-11-23T06:00:12Z", "Europe/Moscow");
    std::fs::write("/tmp/0.1.0-connected.json", w.disk.clone().unwrap()).unwrap();
    let mut w = World::new("2026-11-23T06:00:12Z", "Europe/Moscow");
    w.network = Network::Down(FailureKind::Dns);
    w.launch(Origin::Person);
    w.type_code(1);
    w.work(SignedDuration::from_mins(1));
    std::fs::write("/tmp/0.1.0-activating.json", w.disk.clone().unwrap()).unwrap();
    let mut w = World::connected("2026-11-23T06:00:12Z", "Europe/Moscow");
    w.network = Network::Down(FailureKind::Timeout);
    w.launch(Origin::Login);
    w.work(SignedDuration::from_mins(1));
    w.launch(Origin::Login);
    w.work(SignedDuration::from_mins(1));
    std::fs::write("/tmp/0.1.0-unanswered.json", w.disk.clone().unwrap()).unwrap();
}
