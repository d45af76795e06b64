//! The date is true: an authorization is written once, durable, and never moves backwards.

use std::collections::HashSet;

use buhphone_cloud::store::{StoreError, Written};
use buhphone_protocol::{
    cabinet::FailureRow,
    ids::DeviceId,
    telemetry::{Autostart, FailureKind, FailureTally, Origin},
};
use futures::{FutureExt, future::join_all};

use crate::{
    databases::test_both_dbs,
    world::{World, authorization, computer, hours, launch, morning},
};

test_both_dbs!(a_repetition_answers_the_first_time_again, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let mut new = authorization(launch(morning()), None, "e1");
    let first = world.authorize(device_id, &new, morning() + hours(1)).await;
    assert_eq!(first, Written { authorized_at: morning() + hours(1), echo: "e1".into(), first: true });

    new.next_echo = "e2".into();
    let again = world.authorize(device_id, &new, morning() + hours(5)).await;
    assert_eq!(again, Written { first: false, ..first });
    assert_eq!(world.date(world.user_id).await, Some(morning() + hours(1)));
});

test_both_dbs!(twenty_attempts_at_once_are_counted_once, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let mut new = authorization(launch(morning()), None, "e1");
    new.failures = vec![tally(FailureKind::Dns, 3)];
    let written = join_all((0..20).map(|n| {
        let (store, partner_id, mut new) = (world.store.clone(), world.partner_id, new.clone());
        new.next_echo = format!("e{n}");
        tokio::spawn(async move { store.authorize(partner_id, device_id, &new, morning() + hours(n)).await.unwrap().0 })
    }))
    .await;
    let written: Vec<Written> = written.into_iter().map(Result::unwrap).collect();
    assert_eq!(written.iter().filter(|written| written.first).count(), 1);
    let answers: HashSet<_> = written.iter().map(|written| (written.authorized_at, &written.echo)).collect();
    assert_eq!(answers.len(), 1, "all are answered alike");

    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!((history.authorizations.len(), history.failures.len()), (1, 1));
    assert_eq!(world.date(world.user_id).await, Some(written[0].authorized_at));
});

test_both_dbs!(the_date_never_moves_backwards, async |store| {
    let world = World::new(store).await;
    let office = world.device(world.user_id, morning()).await;
    let home = world.device(world.user_id, morning()).await;
    world.authorize(office, &authorization(launch(morning()), None, "e1"), morning() + hours(3)).await;
    world.authorize(home, &authorization(launch(morning()), None, "e1"), morning() + hours(1)).await;
    world.authorize(office, &authorization(launch(morning()), Some("e1"), "e2"), morning() + hours(2)).await;

    assert_eq!(world.date(world.user_id).await, Some(morning() + hours(3)));
    let owner = world.store.owner(world.partner_id, home).await.unwrap();
    assert_eq!(owner.last_authorization, Some(morning() + hours(3)), "the maximum over the computers");
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!(history.authorizations.len(), 3);
    let dates: HashSet<_> = history.devices.iter().map(|d| (d.device_id, d.last_authorization)).collect();
    assert_eq!(dates, HashSet::from([(office, Some(morning() + hours(3))), (home, Some(morning() + hours(1)))]));
});

test_both_dbs!(computers_authorizing_at_once_leave_the_latest_date, async |store| {
    let world = World::new(store).await;
    let mut devices = Vec::new();
    for _ in 0..8 {
        devices.push(world.device(world.user_id, morning()).await);
    }
    join_all((1_i64..).zip(&devices).map(|(hour, device_id)| {
        let (store, partner_id, device_id) = (world.store.clone(), world.partner_id, *device_id);
        let new = authorization(launch(morning()), None, "e1");
        tokio::spawn(
            async move { store.authorize(partner_id, device_id, &new, morning() + hours(hour)).await.unwrap() },
        )
    }))
    .await;
    assert_eq!(world.date(world.user_id).await, Some(morning() + hours(8)));
});

test_both_dbs!(an_id_of_another_computer_is_refused_and_nothing_written, async |store| {
    let world = World::new(store).await;
    let mine = world.device(world.user_id, morning()).await;
    let colleague = world.user(world.client_id, &world.fields("Петрова Анна")).await;
    let theirs = world.device(colleague, morning()).await;
    let new = authorization(launch(morning()), None, "e1");
    world.authorize(mine, &new, morning()).await;

    let refused = world.store.authorize(world.partner_id, theirs, &new, morning()).await;
    assert!(matches!(refused, Err(StoreError::Exists("authorization_id"))), "{refused:?}");
    let unknown = world.store.authorize(world.partner_id, DeviceId::generate(), &new, morning()).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("device_id"))), "{unknown:?}");
    assert_eq!(world.date(colleague).await, None);
    let history = world.store.user_history(world.partner_id, colleague).await.unwrap();
    assert_eq!((history.authorizations.len(), history.launches.len()), (0, 1));
});

test_both_dbs!(launches_are_told_once_and_stay_authorized, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let untold = launch(morning() - hours(24));
    let current = launch(morning() + hours(1));
    let mut new = authorization(current.clone(), None, "e1");
    new.launches = vec![untold.clone()];
    world.authorize(device_id, &new, morning() + hours(1)).await;

    // Told again, with another origin, by an intent of its own.
    let mut again = authorization(launch(morning() + hours(9)), Some("e1"), "e2");
    again.launches = vec![untold, current, again.launch.clone()];
    again.launches[0].origin = Origin::Person;
    world.authorize(device_id, &again, morning() + hours(9)).await;

    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    let launches: Vec<_> =
        history.launches.iter().map(|launch| (launch.started_at, launch.origin, launch.authorized)).collect();
    assert_eq!(
        launches,
        [
            (morning() + hours(9), Origin::Login, true),
            (morning() + hours(1), Origin::Login, true),
            (morning() - hours(24), Origin::Login, false),
            (morning(), Origin::Login, false),
        ]
    );
});

test_both_dbs!(the_card_shows_what_the_last_authorization_told, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let mut new = authorization(launch(morning()), None, "e1");
    new.failures = vec![tally(FailureKind::Dns, 3)];
    world.authorize(device_id, &new, morning()).await;

    let mut next = authorization(launch(morning()), Some("e1"), "e2");
    next.failures = vec![tally(FailureKind::Proxy, 2), tally(FailureKind::Timeout, 7)];
    next.autostart = Autostart::OffByPerson;
    next.computer = computer("БУХГАЛТЕРИЯ");
    next.computer.program = "0.2.0".into();
    world.authorize(device_id, &next, morning() + hours(1)).await;

    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    let failure = |kind, count| FailureRow {
        computer: "БУХГАЛТЕРИЯ".into(),
        kind,
        count,
        first_at: morning() - hours(2),
        last_at: morning() - hours(1),
    };
    assert_eq!(history.failures, [failure(FailureKind::Proxy, 2), failure(FailureKind::Timeout, 7)]);
    let device = &history.devices[0];
    assert_eq!((device.computer.as_str(), device.program.as_str()), ("БУХГАЛТЕРИЯ", "0.2.0"));
    assert_eq!(device.autostart, Autostart::OffByPerson);
    let computers: Vec<_> = history.authorizations.iter().map(|row| row.computer.as_str()).collect();
    assert_eq!(computers, ["БУХГАЛТЕРИЯ", "БУХ-1"], "history keeps the name it had");
});

test_both_dbs!(a_lost_answer_is_no_clone, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    // Answered, lost, lost, answered: it presents what it holds.
    for (presented, given) in [(None, "e1"), (None, "e2"), (Some("e2"), "e3"), (Some("e2"), "e4"), (Some("e4"), "e5")] {
        world.authorize(device_id, &authorization(launch(morning()), presented, given), morning()).await;
    }
    assert_eq!(cloned_at(&world).await, None);
});

test_both_dbs!(two_copies_of_one_disk_are_noticed_and_both_authorized, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let first = authorization(launch(morning()), None, "e1");
    world.authorize(device_id, &first, morning()).await;
    // The disk is copied here; the copies come in turn.
    for (hour, presented, given) in [(1, "e1", "a1"), (2, "e1", "b1"), (3, "a1", "a2"), (4, "b1", "b2")] {
        let new = authorization(launch(morning()), Some(presented), given);
        assert!(world.authorize(device_id, &new, morning() + hours(hour)).await.first);
    }
    assert_eq!(cloned_at(&world).await, Some(morning() + hours(3)), "the first time it was noticed");
});

test_both_dbs!(a_restored_backup_is_noticed, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    for (presented, given) in [(None, "e1"), (Some("e1"), "e2"), (Some("e2"), "e3")] {
        world.authorize(device_id, &authorization(launch(morning()), presented, given), morning()).await;
    }
    assert_eq!(cloned_at(&world).await, None);
    world.authorize(device_id, &authorization(launch(morning()), None, "e4"), morning() + hours(1)).await;
    assert_eq!(cloned_at(&world).await, Some(morning() + hours(1)));
});

test_both_dbs!(an_attempt_dropped_on_the_way_is_written_whole_or_not_at_all, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    for hour in 1..20 {
        let at = morning() + hours(hour);
        let mut new = authorization(launch(at), None, "e1");
        new.launches = (0..30).map(|_| launch(at)).collect();
        let attempt = world.store.authorize(world.partner_id, device_id, &new, at);
        // Left before its batch, in its middle, or after it: whichever the database's speed makes of it.
        drop(attempt.now_or_never());
        let again = world.authorize(device_id, &new, at).await;
        assert_eq!(again.authorized_at, at);
        let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
        let told = history.launches.iter().filter(|launch| launch.started_at == at).count();
        let written = history.authorizations.iter().filter(|row| row.at == at).count();
        assert_eq!((told, written), (31, 1));
        assert_eq!(world.date(world.user_id).await, Some(at));
    }
});

test_both_dbs!(five_hundred_at_once_come_to_what_they_would_one_after_another, async |store| {
    let world = World::new(store).await;
    let mut devices = Vec::new();
    for _ in 0..25 {
        let user = world.user(world.client_id, &world.fields("Петрова Анна")).await;
        devices.push((user, world.device(user, morning()).await, world.device(user, morning()).await));
    }
    let calls: Vec<_> = (0..500)
        .map(|n: i64| {
            let (user, first, second) = devices[usize::try_from(n).unwrap() % devices.len()];
            let device_id = if n % 50 < 25 { first } else { second };
            (user, device_id, authorization(launch(morning()), None, "e1"), morning() + hours(n % 97))
        })
        .collect();
    let written = join_all(calls.iter().map(|(_, device_id, new, at)| {
        let (store, partner_id, device_id, new, at) =
            (world.store.clone(), world.partner_id, *device_id, new.clone(), *at);
        tokio::spawn(async move { store.authorize(partner_id, device_id, &new, at).await.unwrap() })
    }))
    .await;
    for (call, written) in calls.iter().zip(written) {
        let (written, owner) = written.unwrap();
        assert_eq!(written, Written { authorized_at: call.3, echo: "e1".into(), first: true });
        assert!(owner.last_authorization >= Some(call.3), "the date is no earlier than one's own");
    }
    for (user, first, second) in devices {
        let latest = |device: DeviceId| calls.iter().filter(|call| call.1 == device).map(|call| call.3).max();
        let history = world.store.user_history(world.partner_id, user).await.unwrap();
        assert_eq!(world.date(user).await, latest(first).max(latest(second)));
        assert_eq!(history.launches.iter().filter(|launch| launch.authorized).count(), 20);
        let dates: HashSet<_> = history.devices.iter().map(|d| (d.device_id, d.last_authorization)).collect();
        assert_eq!(dates, HashSet::from([(first, latest(first)), (second, latest(second))]));
        assert!(
            history.devices.iter().all(|device| device.cloned_at.is_none()),
            "all presented what was presented last"
        );
    }
});

test_both_dbs!(a_device_many_times_at_once_exchanges_its_echo_in_turn, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    world.authorize(device_id, &authorization(launch(morning()), None, "e0"), morning()).await;
    // Polled in their order, they wait in it: each presents what the one before was answered.
    let chain: Vec<_> =
        (0..60).map(|n| authorization(launch(morning()), Some(&format!("e{n}")), &format!("e{}", n + 1))).collect();
    let answers =
        join_all((1..).zip(&chain).map(|(n, new)| world.authorize(device_id, new, morning() + hours(n)))).await;
    assert!(answers.iter().all(|written| written.first));
    assert_eq!(cloned_at(&world).await, None);
    let stranger = authorization(launch(morning()), Some("e7"), "e99");
    world.authorize(device_id, &stranger, morning() + hours(99)).await;
    assert_eq!(cloned_at(&world).await, Some(morning() + hours(99)));
});

test_both_dbs!(one_bad_among_many_fails_alone, async |store| {
    let world = World::new(store).await;
    let mine = world.device(world.user_id, morning()).await;
    let colleague = world.user(world.client_id, &world.fields("Петрова Анна")).await;
    let theirs = world.device(colleague, morning()).await;
    let taken = authorization(launch(morning()), None, "e1");
    world.authorize(mine, &taken, morning()).await;

    let good: Vec<_> = (0..40).map(|_| authorization(launch(morning()), None, "e2")).collect();
    let id = good[0].clone();
    let calls = (0..40).flat_map(|n| {
        let unknown = (DeviceId::generate(), taken.clone());
        [(theirs, good[n].clone()), unknown, (theirs, taken.clone()), (mine, id.clone())]
    });
    let store = &world.store;
    let outcomes =
        join_all(calls.map(|(device_id, new)| async move {
            store.authorize(world.partner_id, device_id, &new, morning()).await
        }))
        .await;
    for four in outcomes.chunks(4) {
        assert!(matches!(&four[0], Ok((written, _)) if written.first), "{four:?}");
        assert!(matches!(four[1], Err(StoreError::NotFound("device_id"))), "{four:?}");
        assert!(matches!(four[2], Err(StoreError::Exists("authorization_id"))), "{four:?}");
        assert!(matches!(four[3], Err(StoreError::Exists("authorization_id"))), "{four:?}");
    }
    let history = world.store.user_history(world.partner_id, colleague).await.unwrap();
    assert_eq!(history.launches.iter().filter(|launch| launch.authorized).count(), 40);
});

test_both_dbs!(what_the_database_refuses_of_one_is_no_fault_of_the_others, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    // Past the rules nobody can tell such a name; PostgreSQL refuses it.
    let mut calls: Vec<_> = (0..20).map(|_| authorization(launch(morning()), None, "e1")).collect();
    calls[7].computer.name = "БУХ\0".into();
    let outcomes =
        join_all(calls.iter().map(|new| world.store.authorize(world.partner_id, device_id, new, morning()))).await;
    let good = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(good >= 19, "{outcomes:?}");
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!(history.launches.iter().filter(|launch| launch.authorized).count(), good);
});

test_both_dbs!(callers_who_leave_do_not_break_the_batch_of_those_who_stay, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let calls: Vec<_> = (0..40).map(|_| authorization(launch(morning()), None, "e1")).collect();
    let mut waiting: Vec<_> =
        calls.iter().map(|new| Some(world.store.authorize(world.partner_id, device_id, new, morning()))).collect();
    let mut stayed = 0;
    for (n, attempt) in waiting.iter_mut().enumerate() {
        if n % 2 == 0 && attempt.as_mut().unwrap().now_or_never().is_none() {
            attempt.take();
        }
    }
    for attempt in waiting.into_iter().skip(1).step_by(2) {
        assert!(attempt.unwrap().await.unwrap().0.first);
        stayed += 1;
    }
    assert_eq!(stayed, 20);
    // Whatever became of those who left, they are counted once when they come again.
    for new in &calls {
        world.authorize(device_id, new, morning()).await;
    }
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!(history.launches.iter().filter(|launch| launch.authorized).count(), 40);
});

fn tally(kind: FailureKind, count: u32) -> FailureTally {
    FailureTally { kind, count, first_at: morning() - hours(2), last_at: morning() - hours(1) }
}

async fn cloned_at(world: &World) -> Option<jiff::Timestamp> {
    world.store.user_history(world.partner_id, world.user_id).await.unwrap().devices[0].cloned_at
}
