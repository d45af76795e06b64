//! A lost key is replaced by one that staff approved: the same computer, one wish at a time,
//! one decision, and the key before is nobody's.

use buhphone_cloud::store::{Asked, Binding, Decided, NewAuthorization, StoreError, WaitingWish};
use buhphone_protocol::{
    desk::LiveAbout,
    ids::{DeviceId, ReconnectionId, StaffId, UserId},
    key::PublicKey,
    telemetry::Computer,
};
use futures::future::join_all;
use jiff::Timestamp;

use crate::{
    databases::test_both_dbs,
    world::{World, authorization, computer, editor, hours, launch, morning, staff},
};

impl World {
    /// A computer of the user, with its key.
    async fn keyed(&self, user_id: UserId) -> (DeviceId, PublicKey) {
        let (_, hash) = self.code(user_id, morning()).await;
        let key = self.key();
        match self.bind(&hash, &key, morning()).await {
            Binding::Bound { device_id, .. } => (device_id, key),
            refused => panic!("not bound: {refused:?}"),
        }
    }

    async fn ask(&self, device_id: DeviceId, key: &PublicKey, at: Timestamp) -> Asked {
        self.store.ask_reconnection(device_id, key, &computer("БУХ-НОВЫЙ"), at).await.unwrap()
    }

    async fn wish(&self, device_id: DeviceId, key: &PublicKey, at: Timestamp) -> WaitingWish {
        match self.ask(device_id, key, at).await {
            Asked::Waiting(wish) => wish,
            other => panic!("does not wait: {other:?}"),
        }
    }

    async fn decide(&self, id: ReconnectionId, approve: bool, at: Timestamp) -> Decided {
        self.store.decide_reconnection(self.partner_id, id, approve, self.staff_id, at).await.unwrap()
    }

    async fn waiting(&self) -> Vec<ReconnectionId> {
        let rows = self.store.waiting_reconnections(self.partner_id, 100).await.unwrap();
        rows.into_iter().map(|row| row.reconnection_id).collect()
    }

    async fn owner_of(&self, key: &PublicKey) -> Option<DeviceId> {
        self.store.device_by_key(key).await.unwrap().map(|device| device.device_id)
    }
}

test_both_dbs!(an_approved_key_takes_the_place_of_the_lost_one, async |store| {
    let world = World::new(store).await;
    let (device_id, lost) = world.keyed(world.user_id).await;
    world.authorize(device_id, &authorization(launch(morning()), None, "e1"), morning()).await;
    let key = world.key();
    let wish = world.wish(device_id, &key, morning() + hours(1)).await;
    assert_eq!((wish.partner_id, wish.asked_at), (world.partner_id, morning() + hours(1)));
    assert_eq!((wish.first, wish.replaced), (true, false));
    assert_eq!(world.owner_of(&key).await, None, "asking grants nothing");
    assert_eq!(world.owner_of(&lost).await, Some(device_id));

    let row = world.store.waiting_reconnections(world.partner_id, 100).await.unwrap().remove(0);
    assert_eq!(
        (row.reconnection_id, row.user_id, row.client_id),
        (wish.reconnection_id, world.user_id, world.client_id)
    );
    assert_eq!((row.user.as_str(), row.client.as_str()), ("Иванова Анна Петровна", "ООО «Ромашка»"));
    assert_eq!((row.device_id, row.known_as.as_str(), row.computer.as_str()), (device_id, "БУХ-1", "БУХ-НОВЫЙ"));
    assert_eq!((row.system.as_str(), row.program.as_str()), ("Windows 11 23H2", "0.1.0"));
    assert_eq!((row.last_authorization, row.asked_at), (Some(morning()), morning() + hours(1)));

    let decided = world.decide(wish.reconnection_id, true, morning() + hours(2)).await;
    assert_eq!(decided, Decided::Done { device_id, first: true });
    assert_eq!((world.owner_of(&key).await, world.owner_of(&lost).await), (Some(device_id), None));
    assert_eq!(world.waiting().await, []);
    assert_eq!(world.ask(device_id, &key, morning() + hours(2)).await, Asked::Approved, "a lost answer");

    // The same computer with the same history, and no clone: the value it was given is still good.
    world.authorize(device_id, &authorization(launch(morning()), Some("e1"), "e2"), morning() + hours(3)).await;
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!((history.devices.len(), history.authorizations.len()), (1, 2));
    let device = &history.devices[0];
    assert_eq!((device.activated_at, device.cloned_at), (morning(), None));
    assert_eq!(device.reconnected_at, Some(morning() + hours(2)));
    assert_eq!(device.reconnected_by, "Ольга Смирнова");
});

test_both_dbs!(a_call_let_in_before_its_key_ended_is_not_written_after, async |store| {
    let world = World::new(store).await;
    let (replaced, lost) = world.keyed(world.user_id).await;
    let key = world.key();
    let before = NewAuthorization { signed_by: Some(lost.clone()), ..authorization(launch(morning()), None, "e0") };
    assert!(world.authorize(replaced, &before, morning()).await.first);
    let wish = world.wish(replaced, &key, morning() + hours(1)).await;
    world.decide(wish.reconnection_id, true, morning() + hours(1)).await;
    let (disconnected, cut_off) = world.keyed(world.user_id).await;
    world.store.disconnect_device(world.partner_id, disconnected, morning()).await.unwrap();
    let colleague = world.user(world.client_id, &world.fields("Петрова Мария Ивановна")).await;
    let (of_archived, theirs) = world.keyed(colleague).await;
    world.store.archive_user(world.partner_id, colleague, true, &editor(morning())).await.unwrap();
    let (another, its_own) = world.keyed(world.user_id).await;

    let signed = |device_id, key: &PublicKey| {
        let new = authorization(launch(morning()), Some("e0"), "e1");
        (device_id, NewAuthorization { signed_by: Some(key.clone()), ..new })
    };
    let calls = [
        signed(replaced, &lost),
        signed(disconnected, &cut_off),
        signed(of_archived, &theirs),
        signed(another, &lost),
        (replaced, before),
        signed(another, &its_own),
        signed(replaced, &key),
    ];
    let at = morning() + hours(2);
    let answers =
        join_all(calls.iter().map(|(device_id, new)| world.store.authorize(world.partner_id, *device_id, new, at)))
            .await;
    let (ended, written) = answers.split_at(5);
    assert!(ended.iter().all(|answer| matches!(answer, Err(StoreError::KeyEnded))), "{ended:?}");
    assert!(written.iter().all(|answer| answer.as_ref().is_ok_and(|(written, _)| written.first)), "{written:?}");
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!(history.authorizations.len(), 3, "the one before, and the last two");
    assert_eq!(world.date(colleague).await, None);
});

test_both_dbs!(a_wish_repeated_by_twenty_at_once_is_one, async |store| {
    let world = World::new(store).await;
    let (device_id, _) = world.keyed(world.user_id).await;
    let before = world.store.last_live_seq(world.partner_id).await.unwrap();
    let key = world.key();
    let asked = join_all((0..20).map(|_| {
        let (store, key) = (world.store.clone(), key.clone());
        tokio::spawn(
            async move { store.ask_reconnection(device_id, &key, &computer("БУХ-1"), morning()).await.unwrap() },
        )
    }))
    .await;
    let wishes: Vec<WaitingWish> = asked
        .into_iter()
        .map(|asked| match asked.unwrap() {
            Asked::Waiting(wish) => wish,
            other => panic!("does not wait: {other:?}"),
        })
        .collect();
    assert_eq!(wishes.iter().filter(|wish| wish.first).count(), 1);
    assert!(wishes.iter().all(|wish| wish.reconnection_id == wishes[0].reconnection_id && !wish.replaced));
    assert_eq!(world.waiting().await.len(), 1);
    assert_eq!(world.store.last_live_seq(world.partner_id).await.unwrap(), before + 1);
});

test_both_dbs!(a_later_wish_takes_the_place_of_the_earlier, async |store| {
    let world = World::new(store).await;
    let (device_id, _) = world.keyed(world.user_id).await;
    let (first, second) = (world.key(), world.key());
    let earlier = world.wish(device_id, &first, morning()).await;
    let later = world.wish(device_id, &second, morning() + hours(1)).await;
    assert!(later.first && later.replaced);
    assert_eq!(world.waiting().await, [later.reconnection_id]);
    assert_eq!(world.ask(device_id, &first, morning() + hours(1)).await, Asked::Refused);
    for approve in [true, false] {
        assert_eq!(world.decide(earlier.reconnection_id, approve, morning() + hours(1)).await, Decided::Otherwise);
    }
    assert_eq!(world.owner_of(&first).await, None);
});

test_both_dbs!(keys_that_ask_at_once_leave_one_waiting, async |store| {
    let world = World::new(store).await;
    let (device_id, _) = world.keyed(world.user_id).await;
    join_all((0..10).map(|_| {
        let (store, key) = (world.store.clone(), world.key());
        tokio::spawn(
            async move { store.ask_reconnection(device_id, &key, &computer("БУХ-1"), morning()).await.unwrap() },
        )
    }))
    .await
    .into_iter()
    .for_each(|asked| assert!(matches!(asked, Ok(Asked::Waiting(WaitingWish { first: true, .. })))));
    assert_eq!(world.waiting().await.len(), 1);
});

test_both_dbs!(a_refused_key_stays_refused_and_the_lost_one_stays_known, async |store| {
    let world = World::new(store).await;
    let (device_id, lost) = world.keyed(world.user_id).await;
    let key = world.key();
    let wish = world.wish(device_id, &key, morning()).await;
    let refused = Decided::Done { device_id, first: true };
    assert_eq!(world.decide(wish.reconnection_id, false, morning()).await, refused);
    assert_eq!(world.ask(device_id, &key, morning() + hours(1)).await, Asked::Refused);
    assert_eq!((world.owner_of(&key).await, world.owner_of(&lost).await), (None, Some(device_id)));
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!((history.devices[0].reconnected_at, history.devices[0].reconnected_by.as_str()), (None, ""));
    // Another key may ask again.
    assert!(!world.wish(device_id, &world.key(), morning() + hours(2)).await.replaced);
});

test_both_dbs!(of_two_who_decide_at_once_one_decides, async |store| {
    let world = World::new(store).await;
    let (device_id, lost) = world.keyed(world.user_id).await;
    let colleague = StaffId::generate();
    let email = format!("{colleague}@partner.ru");
    world.store.create_staff(&staff(world.partner_id, colleague, &email), morning()).await.unwrap();
    for round in 0..10 {
        let key = world.key();
        let wish = world.wish(device_id, &key, morning() + hours(round)).await;
        let before = world.store.last_live_seq(world.partner_id).await.unwrap();
        let decide = |approve, staff_id| {
            let (store, partner_id) = (world.store.clone(), world.partner_id);
            tokio::spawn(async move {
                let at = morning() + hours(round);
                store.decide_reconnection(partner_id, wish.reconnection_id, approve, staff_id, at).await.unwrap()
            })
        };
        let (approved, refused) = tokio::join!(decide(true, world.staff_id), decide(false, colleague));
        let done = Decided::Done { device_id, first: true };
        let is_its = match (approved.unwrap(), refused.unwrap()) {
            (approved, Decided::Otherwise) if approved == done => true,
            (Decided::Otherwise, refused) if refused == done => false,
            both => panic!("both decided: {both:?}"),
        };
        assert_eq!(world.owner_of(&key).await == Some(device_id), is_its);
        assert_eq!(world.store.last_live_seq(world.partner_id).await.unwrap(), before + 1);
        let again = world.decide(wish.reconnection_id, is_its, morning() + hours(round)).await;
        assert_eq!(again, Decided::Done { device_id, first: false });
    }
    let devices = world.store.user(world.partner_id, world.user_id).await.unwrap().devices;
    assert_eq!((devices, world.ask(device_id, &lost, morning() + hours(9)).await != Asked::Unknown), (1, true));
});

test_both_dbs!(a_key_approved_and_replaced_is_as_good_as_refused, async |store| {
    let world = World::new(store).await;
    let (device_id, _) = world.keyed(world.user_id).await;
    let (first, second) = (world.key(), world.key());
    for (hour, key) in [(1, &first), (2, &second)] {
        let wish = world.wish(device_id, key, morning() + hours(hour)).await;
        world.decide(wish.reconnection_id, true, morning() + hours(hour)).await;
    }
    assert_eq!(world.ask(device_id, &first, morning() + hours(3)).await, Asked::Refused);
    assert_eq!(world.ask(device_id, &second, morning() + hours(3)).await, Asked::Approved);
    let device = world.store.user_history(world.partner_id, world.user_id).await.unwrap().devices.remove(0);
    assert_eq!(device.reconnected_at, Some(morning() + hours(2)));
});

test_both_dbs!(a_key_of_another_computer_is_refused, async |store| {
    let world = World::new(store).await;
    let (mine, _) = world.keyed(world.user_id).await;
    let (other, others) = world.keyed(world.user_id).await;
    let before = world.store.last_live_seq(world.partner_id).await.unwrap();
    assert_eq!(world.ask(mine, &others, morning()).await, Asked::KeyTaken);
    let key = world.key();
    world.wish(mine, &key, morning()).await;
    assert_eq!(world.ask(other, &key, morning()).await, Asked::KeyTaken, "it waits for another computer");
    // Of another partner as well.
    let stranger = World::new(world.store.clone()).await;
    let (theirs, _) = stranger.keyed(stranger.user_id).await;
    assert_eq!(stranger.ask(theirs, &key, morning()).await, Asked::KeyTaken);
    assert_eq!(stranger.waiting().await, []);
    assert_eq!(world.store.last_live_seq(world.partner_id).await.unwrap(), before + 1);
});

test_both_dbs!(a_key_connected_by_a_code_meanwhile_is_not_approved, async |store| {
    let world = World::new(store).await;
    let (device_id, lost) = world.keyed(world.user_id).await;
    let key = world.key();
    let wish = world.wish(device_id, &key, morning()).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    let bound = world.bind(&hash, &key, morning()).await;
    assert!(matches!(bound, Binding::Bound { device_id: another, .. } if another != device_id));
    assert_eq!(world.decide(wish.reconnection_id, true, morning()).await, Decided::KeyTaken);
    assert_eq!(world.owner_of(&lost).await, Some(device_id));
    assert_eq!(world.waiting().await, [], "there is nothing left to decide");
});

test_both_dbs!(nothing_is_asked_or_approved_for_who_may_not_call, async |store| {
    let world = World::new(store).await;
    assert_eq!(world.ask(DeviceId::generate(), &world.key(), morning()).await, Asked::Unknown);
    let (gone, _) = world.keyed(world.user_id).await;
    let colleague = world.user(world.client_id, &world.fields("Петрова Анна")).await;
    let (theirs, lost) = world.keyed(colleague).await;
    let (gone_key, their_key) = (world.key(), world.key());
    let of_gone = world.wish(gone, &gone_key, morning()).await.reconnection_id;
    let of_theirs = world.wish(theirs, &their_key, morning() + hours(1)).await.reconnection_id;
    assert_eq!(world.waiting().await, [of_gone, of_theirs], "oldest first");

    world.store.disconnect_device(world.partner_id, gone, morning() + hours(2)).await.unwrap();
    world.store.archive_user(world.partner_id, colleague, true, &editor(morning() + hours(2))).await.unwrap();
    assert_eq!(world.waiting().await, []);
    assert_eq!(world.decide(of_gone, true, morning() + hours(3)).await, Decided::Disconnected);
    assert_eq!(world.decide(of_theirs, true, morning() + hours(3)).await, Decided::UserArchived);
    assert_eq!(world.ask(gone, &gone_key, morning() + hours(3)).await, Asked::Disconnected);
    assert_eq!(world.ask(theirs, &their_key, morning() + hours(3)).await, Asked::UserArchived);
    assert_eq!((world.owner_of(&gone_key).await, world.owner_of(&their_key).await), (None, None));

    // Brought back, the wish waits as it did.
    world.store.archive_user(world.partner_id, colleague, false, &editor(morning())).await.unwrap();
    assert_eq!(world.waiting().await, [of_theirs]);
    let approved = Decided::Done { device_id: theirs, first: true };
    assert_eq!(world.decide(of_theirs, true, morning() + hours(4)).await, approved);
    assert_eq!(world.owner_of(&lost).await, None);
});

test_both_dbs!(the_machine_is_compared_where_both_told_it, async |store| {
    let world = World::new(store).await;
    let told = |machine: Option<&str>| Computer { machine: machine.map(str::to_owned), ..computer("БУХ-1") };
    let [known, other] = ["5A".repeat(32), "00".repeat(32)];
    for (had, has, same) in [
        (Some(known.as_str()), Some(known.as_str()), Some(true)),
        (Some(&known), Some(&known.to_lowercase()), Some(true)),
        (Some(&known), Some(&other), Some(false)),
        (Some(&known), None, None),
        (None, Some(&known), None),
        (None, None, None),
    ] {
        let (device_id, _) = world.keyed(world.user_id).await;
        let mut new = authorization(launch(morning()), None, "e1");
        new.computer = told(had);
        world.authorize(device_id, &new, morning()).await;
        let asked = world.store.ask_reconnection(device_id, &world.key(), &told(has), morning()).await.unwrap();
        let Asked::Waiting(wish) = asked else { panic!("does not wait: {asked:?}") };
        let rows = world.store.waiting_reconnections(world.partner_id, 100).await.unwrap();
        let row = rows.into_iter().find(|row| row.reconnection_id == wish.reconnection_id).unwrap();
        assert_eq!(row.same_machine, same, "{had:?} {has:?}");
    }
});

test_both_dbs!(wishes_of_one_computer_take_a_bounded_place, async |store| {
    let world = World::new(store).await;
    let (device_id, _) = world.keyed(world.user_id).await;
    let approved = world.key();
    let wish = world.wish(device_id, &approved, morning()).await;
    world.decide(wish.reconnection_id, true, morning()).await;
    let mut keys = Vec::new();
    for minute in 1..=60 {
        let key = world.key();
        world.wish(device_id, &key, morning() + jiff::SignedDuration::from_mins(minute)).await;
        keys.push(key);
    }
    assert_eq!(world.waiting().await.len(), 1);
    // The lately refused are answered, the oldest are forgotten, who approved is still known.
    assert_eq!(world.ask(device_id, &keys[50], morning() + hours(2)).await, Asked::Refused);
    let device = world.store.user_history(world.partner_id, world.user_id).await.unwrap().devices.remove(0);
    assert_eq!((device.reconnected_at, device.reconnected_by.as_str()), (Some(morning()), "Ольга Смирнова"));
    assert!(matches!(world.ask(device_id, &keys[0], morning() + hours(2)).await, Asked::Waiting(_)));
});

test_both_dbs!(cabinets_are_told_of_wishes_and_decisions, async |store| {
    let world = World::new(store).await;
    let (device_id, _) = world.keyed(world.user_id).await;
    let before = world.store.last_live_seq(world.partner_id).await.unwrap();
    let key = world.key();
    let WaitingWish { reconnection_id, .. } = world.wish(device_id, &key, morning()).await;
    world.wish(device_id, &key, morning()).await;
    world.decide(reconnection_id, true, morning()).await;
    world.decide(reconnection_id, true, morning()).await;
    let live = world.store.live_after(world.partner_id, before, 10).await.unwrap();
    let about = |asked| LiveAbout::Reconnection { reconnection_id, user_id: world.user_id, asked };
    assert_eq!(live.events.into_iter().map(|event| event.about).collect::<Vec<_>>(), [about(true), about(false)]);
});

test_both_dbs!(only_the_partners_own_staff_decide, async |store| {
    let (mine, theirs) = (World::new(store.clone()).await, World::new(store.clone()).await);
    let (device_id, lost) = theirs.keyed(theirs.user_id).await;
    let id = theirs.wish(device_id, &theirs.key(), morning()).await.reconnection_id;
    assert_eq!(mine.waiting().await, []);
    for approve in [true, false] {
        let foreign = store.decide_reconnection(mine.partner_id, id, approve, mine.staff_id, morning()).await;
        assert!(matches!(foreign, Err(StoreError::NotFound("reconnection_id"))), "{foreign:?}");
        let nobody = store.decide_reconnection(theirs.partner_id, id, approve, mine.staff_id, morning()).await;
        assert!(matches!(nobody, Err(StoreError::NotFound("staff_id"))), "{nobody:?}");
    }
    assert_eq!(theirs.owner_of(&lost).await, Some(device_id));
    assert_eq!(theirs.waiting().await, [id]);
});

test_both_dbs!(a_computer_that_found_its_key_keeps_it_whatever_is_clicked, async |store| {
    let world = World::new(store).await;
    let (device_id, missed) = world.keyed(world.user_id).await;
    world.authorize(device_id, &authorization(launch(morning()), None, "e1"), morning()).await;
    let key = world.key();
    let wish = world.wish(device_id, &key, morning() + hours(1)).await;
    world.authorize(device_id, &authorization(launch(morning()), Some("e1"), "e2"), morning() + hours(2)).await;
    assert_eq!(world.waiting().await, []);
    assert_eq!(world.ask(device_id, &key, morning() + hours(3)).await, Asked::Refused);
    assert_eq!(world.decide(wish.reconnection_id, true, morning() + hours(3)).await, Decided::KeyFound);
    assert_eq!((world.owner_of(&missed).await, world.owner_of(&key).await), (Some(device_id), None));
    // It is lost once more, and asks with another key.
    let wish = world.wish(device_id, &world.key(), morning() + hours(4)).await;
    assert_eq!(world.waiting().await, [wish.reconnection_id]);
});
