//! What may happen to computers, people, the network and the partner's staff, drawn from a seed.
//! Each happening means something by itself, whatever was left out before it, so that a
//! story that went wrong can be cut down to what matters.

use std::time::Duration;

use buhphone_protocol::telemetry::{FailureKind, Origin};
use buhphone_simulator::Network;
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

/// Computers of one life: two are one user's, so that dates and transcripts are shared.
pub(crate) const COMPUTERS: usize = 3;
pub(crate) const USERS: usize = 2;

/// The shortest and the longest life: the finest faults need some ten happenings in a row.
const LENGTHS: std::ops::Range<usize> = 6..26;

const ZONES: [&str; 3] = ["Europe/Kaliningrad", "Asia/Kamchatka", "America/New_York"];

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Happening {
    /// All computers that are on stay on for so many minutes.
    Work(u16),
    /// All sleep for so many minutes.
    Sleep(u16),
    /// The next morning; whoever was switched off is switched on, with all or none of the others.
    Morning {
        off: bool,
    },
    Launch(usize, Origin),
    Kill(usize),
    /// Killed after so many more effects.
    KillAfter(usize, usize),
    Network(usize, Network),
    NetworkUp(usize),
    Person(usize, bool),
    /// The wall clock is set to so many hours off the true time.
    SetWall(usize, i32),
    Zone(usize, &'static str),
    Keyring(usize, bool),
    KeysLost(usize),
    DiskFull(usize, bool),
    Issue(usize),
    /// Types the last code of a user, or an older one by its place from the end.
    Type(usize, usize, usize),
    Click(usize),
    Look(usize),
    Ask(usize),
    /// In which conversation, counted among those there are.
    Say(usize, usize),
    Trial(usize),
    CallMe(usize),
    Show(usize, usize),
    StaffWriteFirst(usize),
    StaffReply(usize),
    StaffRead(usize),
    StaffClose(usize, bool),
    StaffReceived,
    Archive(usize, bool),
    Disconnect(usize),
    /// «Подключить заново».
    Reconnect(usize),
    /// Staff let in whoever asks, or nobody.
    Decide(bool),
    /// The first's disk and keyring are put into the second.
    Copy(usize, usize),
    Backup(usize),
    Restore(usize),
}

/// A life by its seed.
pub(crate) fn life(seed: u64) -> Vec<Happening> {
    let mut rng = StdRng::seed_from_u64(seed);
    let length = rng.random_range(LENGTHS);
    // Faults that exempt much are kept to some of the lives, so that the rest are held to everything.
    let (copies, disks) = (rng.random_range(0..8) == 0, rng.random_range(0..4) == 0);
    (0..length).map(|_| happening(&mut rng, copies, disks)).collect()
}

fn happening(rng: &mut impl Rng, copies: bool, disks: bool) -> Happening {
    use Happening::*;
    // The first computer is connected from the beginning and is where most happens.
    let pc = [0, 0, 0, 1, 2][rng.random_range(0..5)];
    let user = rng.random_range(0..USERS);
    let any = rng.random_range(0..8_usize);
    let yes = rng.random_range(0..2) == 0;
    match rng.random_range(0..100) {
        0..16 => Work([1, 3, 10, 35][rng.random_range(0..4)]),
        16..20 => Sleep([2, 45, 600, 1440, 3000][rng.random_range(0..5)]),
        20..27 => Morning { off: yes },
        27..31 => Launch(pc, if yes { Origin::Login } else { Origin::Person }),
        31..33 => Kill(pc),
        33..39 => KillAfter(pc, rng.random_range(0..14)),
        39..52 => Network(pc, network(rng)),
        52..54 => NetworkUp(pc),
        54..57 => Person(pc, yes),
        57..60 => SetWall(pc, [0, -24, 24, -149_000, 9000][rng.random_range(0..5)]),
        60 => Zone(pc, ZONES[rng.random_range(0..ZONES.len())]),
        61..63 => Keyring(pc, yes),
        63 => KeysLost(pc),
        64 => {
            if disks {
                DiskFull(pc, yes)
            } else {
                KeysLost(pc)
            }
        }
        65 => Reconnect(pc),
        66 => Decide(yes),
        67..69 => Issue(user),
        69..72 => Type(pc, user, [0, 0, 0, 1][rng.random_range(0..4)]),
        72..75 => Click(pc),
        75 => Look(pc),
        76..81 => Ask(pc),
        81..85 => Say(pc, any),
        85 => Trial(pc),
        86 => CallMe(pc),
        87 => Show(pc, any),
        88 => StaffWriteFirst(user),
        89..91 => StaffReply(any),
        91 => StaffRead(any),
        92 => StaffClose(any, yes),
        93 => StaffReceived,
        94..96 => Archive(user, yes),
        96 => Disconnect(pc),
        97 => {
            if copies {
                Copy(0, 1)
            } else {
                Click(pc)
            }
        }
        98 => {
            if copies {
                Backup(pc)
            } else {
                Ask(pc)
            }
        }
        _ => {
            if copies {
                Restore(pc)
            } else {
                Launch(pc, Origin::Login)
            }
        }
    }
}

fn network(rng: &mut impl Rng) -> Network {
    match rng.random_range(0..10) {
        0..4 => Network::Up,
        4 => Network::Down(FailureKind::Dns),
        5 => Network::Down(FailureKind::Timeout),
        6 | 7 => Network::LosesAnswers,
        8 => [Network::Hangs, Network::Repeats][rng.random_range(0..2)],
        _ => Network::AnswersLate(Duration::from_secs([7, 200, 2000][rng.random_range(0..3)])),
    }
}
