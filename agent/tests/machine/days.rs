//! Every day worked is a day authorized: wherever the computer is, whatever its clock says,
//! however it sleeps.

use buhphone_protocol::telemetry::{Attended, Autostart, Origin, Trigger};
use buhphone_simulator::{Monotonic, World};
use jiff::{SignedDuration, civil::Date, tz::TimeZone};

const ZONES: [&str; 11] = [
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
];

const MINUTES_WORKED: i64 = 10;

fn dates(first: &str, count: i64) -> Vec<Date> {
    let first: Date = first.parse().unwrap();
    (0..count).map(|day| first + SignedDuration::from_hours(24 * day)).collect()
}

/// Brings the world to this hour of the partner's civil day.
fn at_hour(world: &World, date: Date, hour: i8) -> SignedDuration {
    let zone = TimeZone::get(&world.cloud.zone).unwrap();
    date.at(hour, 10, 0, 0).to_zoned_datetime(zone).unwrap().timestamp().duration_since(world.now)
}

/// Fourteen days of work from a fixed hour: switched on and off, or left to sleep.
fn fourteen_days(
    partner: &str,
    computer: &str,
    hour: i8,
    monotonic: Monotonic,
    sleeps: bool,
    wall_off: SignedDuration,
) {
    let case = format!("{partner}, computer in {computer}, {hour}h, {monotonic:?}, sleeps: {sleeps}, clock {wall_off}");
    let mut world = World::new("2026-11-20T00:00:00Z", partner);
    world.zone = computer.to_owned();
    world.monotonic = monotonic;
    world.wall_off = wall_off;
    let worked = dates("2026-11-23", 14);
    for (day, date) in worked.iter().enumerate() {
        world.sleep(at_hour(&world, *date, hour));
        if day == 0 || !sleeps {
            world.stop();
            world.launch(Origin::Login);
        }
        if day == 0 {
            world.type_code(1);
        }
        world.work(SignedDuration::from_mins(MINUTES_WORKED));
    }
    assert_eq!(world.cloud.days(), worked, "{case}");
    // The day of activation holds the activation's alone; every other day holds one.
    assert_eq!(world.cloud.recorded.len(), 14, "{case}");
    let wanted = if sleeps { Trigger::Resume } else { Trigger::Launch };
    assert!(world.cloud.recorded[1..].iter().all(|recorded| recorded.request.trigger == wanted), "{case}");
}

fn every_zone_and_hour(monotonic: Monotonic, sleeps: bool) {
    for zone in ZONES {
        for hour in 0..24 {
            fourteen_days(zone, zone, hour, monotonic, sleeps, SignedDuration::ZERO);
        }
    }
}

#[test]
fn every_day_worked_is_authorized_where_computers_are_switched_off() {
    every_zone_and_hour(Monotonic::SleepsToo, false);
}

#[test]
fn every_day_worked_is_authorized_where_the_monotonic_clock_sleeps_too() {
    every_zone_and_hour(Monotonic::SleepsToo, true);
}

#[test]
fn every_day_worked_is_authorized_where_the_monotonic_clock_counts_sleep() {
    every_zone_and_hour(Monotonic::CountsSleep, true);
}

#[test]
fn the_computers_own_zone_and_date_decide_nothing() {
    let year_2009 = SignedDuration::from_hours(-24 * 365 * 18);
    let far_ahead = SignedDuration::from_hours(24 * 400);
    for (partner, computer) in [
        ("Europe/Moscow", "Asia/Kamchatka"),
        ("Asia/Kamchatka", "Europe/Kaliningrad"),
        ("Asia/Omsk", "America/New_York"),
    ] {
        for hour in 0..24 {
            for sleeps in [false, true] {
                for wall_off in [year_2009, far_ahead] {
                    fourteen_days(partner, computer, hour, Monotonic::SleepsToo, sleeps, wall_off);
                }
            }
        }
    }
}

#[test]
fn a_process_that_sees_midnight_authorizes_on_both_sides_of_it() {
    for (zone, before, days) in [
        ("Europe/Moscow", "2014-10-25T19:00:00Z", ["2014-10-25", "2014-10-26"]),
        // Winter time: this day has twenty-five hours.
        ("Europe/Moscow", "2014-10-26T20:10:00Z", ["2014-10-26", "2014-10-27"]),
        ("Europe/Berlin", "2026-10-25T22:10:00Z", ["2026-10-25", "2026-10-26"]),
        // Summer time: twenty-three.
        ("Europe/Berlin", "2026-03-29T21:10:00Z", ["2026-03-29", "2026-03-30"]),
    ] {
        let mut world = World::connected(before, zone);
        world.work_hours(2);
        let days: Vec<Date> = days.iter().map(|day| day.parse().unwrap()).collect();
        assert_eq!(world.cloud.days(), days, "{zone} {before}");
        assert_eq!(world.cloud.recorded.len(), 2, "{zone} {before}");
        assert_eq!(world.cloud.recorded[1].request.trigger, Trigger::NewDay);
    }
}

#[test]
fn one_process_alive_for_three_weeks_authorizes_on_days_with_a_person_alone() {
    for monotonic in [Monotonic::SleepsToo, Monotonic::CountsSleep] {
        let mut world = World::connected("2026-11-23T06:00:00Z", "Europe/Moscow");
        world.monotonic = monotonic;
        let mut worked = vec!["2026-11-23".parse::<Date>().unwrap()];
        for date in dates("2026-11-24", 20) {
            // At three in the night the network wakes the computer, and nobody is there.
            world.person = false;
            world.sleep(at_hour(&world, date, 3));
            world.input(buhphone_agent::machine::Input::NetworkUp);
            world.work(SignedDuration::from_mins(20));
            assert_eq!(world.cloud.days(), worked, "{monotonic:?}: nobody is there");
            if matches!(date.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday) {
                continue;
            }
            world.sleep(at_hour(&world, date, 9));
            world.person = true;
            world.work_hours(1);
            worked.push(date);
        }
        assert_eq!(world.cloud.days(), worked, "{monotonic:?}");
        assert_eq!(world.cloud.recorded.len(), worked.len(), "{monotonic:?}");
        assert!(world.cloud.recorded.iter().all(|recorded| recorded.request.attended == Attended::Yes));
    }
}

#[test]
fn a_locked_session_waits_for_its_person_and_an_unknown_one_does_not() {
    for (unlocked, authorizes) in [(Attended::No, false), (Attended::Unknown, true)] {
        let mut world = World::connected("2026-11-23T06:00:00Z", "Europe/Moscow");
        world.unlocked = unlocked;
        world.tells_idle = false;
        world.work_hours(24);
        assert_eq!(world.cloud.days().len(), if authorizes { 2 } else { 1 }, "{unlocked:?}");
        world.unlocked = Attended::Yes;
        world.work_hours(1);
        assert_eq!(world.cloud.days().len(), 2, "{unlocked:?}");
    }
}

#[test]
fn a_launch_authorizes_even_if_the_day_is_done_and_nobody_is_there() {
    let mut world = World::connected("2026-11-23T06:00:00Z", "Europe/Moscow");
    world.person = false;
    world.unlocked = Attended::No;
    world.work_hours(1);
    world.launch(Origin::Login);
    world.work(SignedDuration::from_secs(21));
    let last = &world.cloud.recorded[1].request;
    assert_eq!((last.trigger, last.attended), (Trigger::Launch, Attended::No));
    assert_eq!(last.autostart, Autostart::On);
    assert_eq!(last.computer.machine.as_deref(), Some(format!("{:016x}{:0>48}", 0, "5a17").as_str()));
    assert_eq!(last.echo, Some(format!("echo of {}", world.cloud.recorded[0].request.authorization_id)));
}

#[test]
fn a_clock_that_is_set_moves_no_day() {
    for monotonic in [Monotonic::SleepsToo, Monotonic::CountsSleep] {
        let mut world = World::connected("2026-11-23T06:00:00Z", "Europe/Moscow");
        world.monotonic = monotonic;
        for wall in ["2026-11-24T06:00:00Z", "2027-11-23T06:00:00Z", "2009-01-01T00:00:00Z", "2026-11-23T06:00:00Z"] {
            world.set_wall(wall);
            world.work(SignedDuration::from_mins(30));
            assert_eq!(world.cloud.recorded.len(), 1, "{monotonic:?}, set to {wall}");
        }
        // Each jump costs a question or two, and marks nothing.
        assert!(world.calls.len() < 12, "{}", world.calls.len());
        world.sleep_until("2026-11-24T06:00:00Z");
        world.work_hours(1);
        assert_eq!(world.cloud.recorded.len(), 2, "{monotonic:?}");
    }
}
