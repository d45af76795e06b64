//! Random lives of an office: simulated computers with every fault we know, against the real
//! rules and the real store. Whatever happens, the rules of the product hold.
//!
//! A life that breaks one is cut down to what matters and told as a story. `BUHPHONE_LIFE=SEED`
//! tells that one life; `BUHPHONE_LIVES=COUNT` lives so many in each part.

mod happening;
mod life;
mod office;

use std::rc::Rc;

use happening::{Happening, life};
use life::{Broken, live};
use office::Office;

/// Lives of one test; there are ten tests, so that they share the cores. Nine tenths of a life is
/// the real database, some twenty milliseconds: all of them are two minutes of two cores.
const LIVES: u64 = 1000;

/// Between the seeds of two tests: more than anybody waits for.
const PART: u64 = 1_000_000;

/// Lives in one database: more make it slower, fewer make more of them.
const LIVES_OF_OFFICE: u64 = 500;

fn begin() -> Rc<Office> {
    Rc::new(Office::open("2026-11-23T06:00:00Z".parse().expect("a time")))
}

fn lives(part: u64) {
    let count = told("BUHPHONE_LIVES").unwrap_or(LIVES);
    let mut office = begin();
    for place in 0..count {
        if place % LIVES_OF_OFFICE == LIVES_OF_OFFICE - 1 {
            office = begin();
        }
        let seed = part * PART + place;
        let happenings = life(seed);
        if live(&office, seed, &happenings, false).is_some() {
            let (happenings, broken) = shrink(seed, happenings);
            panic!("{}", story(seed, place, &happenings, &broken));
        }
    }
}

/// The shortest life found that breaks the same rule.
fn shrink(seed: u64, mut happenings: Vec<Happening>) -> (Vec<Happening>, Broken) {
    let retell = |happenings: &[Happening]| live(&begin(), seed, happenings, true);
    let mut broken = retell(&happenings).expect("a life repeats itself");
    let mut length = happenings.len();
    while length > 0 {
        let mut from = 0;
        while from < happenings.len() {
            let to = (from + length).min(happenings.len());
            let shorter = [&happenings[..from], &happenings[to..]].concat();
            match retell(&shorter) {
                Some(again) if again.rule == broken.rule => (happenings, broken) = (shorter, again),
                _ => from = to,
            }
        }
        length /= 2;
    }
    (happenings, broken)
}

fn story(seed: u64, place: u64, happenings: &[Happening], broken: &Broken) -> String {
    let Broken { rule, what, story } = broken;
    format!(
        "broken: {rule}\n  {what}\n\n{}\n\nlife {seed}, after {place} that went well: BUHPHONE_LIFE={seed}\n{happenings:?}",
        story.join("\n")
    )
}

#[expect(clippy::disallowed_methods, reason = "whoever repeats a life says which")]
fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

macro_rules! parts {
    ($($name:ident: $part:literal),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                lives($part);
            }
        )*
    };
}

parts! {
    the_rules_hold_in_lives_of_part_0: 0,
    the_rules_hold_in_lives_of_part_1: 1,
    the_rules_hold_in_lives_of_part_2: 2,
    the_rules_hold_in_lives_of_part_3: 3,
    the_rules_hold_in_lives_of_part_4: 4,
    the_rules_hold_in_lives_of_part_5: 5,
    the_rules_hold_in_lives_of_part_6: 6,
    the_rules_hold_in_lives_of_part_7: 7,
    the_rules_hold_in_lives_of_part_8: 8,
    the_rules_hold_in_lives_of_part_9: 9,
}

#[test]
fn a_life_that_was_named_is_told() {
    let seed = told("BUHPHONE_LIFE").unwrap_or_default();
    if let Some(broken) = live(&begin(), seed, &life(seed), true) {
        panic!("{}", story(seed, 0, &life(seed), &broken));
    }
}
