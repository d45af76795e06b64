//! Receipts move one way, tell the other side, and write nothing twice. Whoever was
//! away gets what happened meanwhile; a program reinstalled gets all of it.

use buhphone_cloud::store::StoreError;
use buhphone_protocol::{
    conversation::{Author, Change, RequestKind},
    ids::MessageId,
};
use futures::future::join_all;

use crate::{
    databases::test_both_dbs,
    world::{World, hours, morning},
};

test_both_dbs!(a_computer_that_holds_a_message_makes_it_delivered, async |store| {
    let world = World::new(store).await;
    world.device(world.user_id, morning()).await;
    let (me, user_id) = (world.partner_id, world.user_id);
    let (first, second) = (world.writes_first("Первое"), world.writes_first("Второе"));
    world.open(&first).await;
    world.open(&second).await;
    let live = world.store.last_live_seq(me).await.unwrap();

    let at = morning() + hours(1);
    assert!(world.store.delivered_to_user(me, user_id, 2, at).await.unwrap());
    let delivered = async |request_id| world.store.request(me, request_id).await.unwrap().messages[0].delivered_at;
    assert_eq!(delivered(first.request_id).await, Some(at));
    assert_eq!(delivered(second.request_id).await, None);
    assert!(!world.store.delivered_to_user(me, user_id, 2, at + hours(1)).await.unwrap());
    assert!(!world.store.delivered_to_user(me, user_id, 1, at + hours(1)).await.unwrap());
    assert_eq!(world.store.last_live_seq(me).await.unwrap(), live + 1);
    assert!(world.store.delivered_to_user(me, user_id, u64::MAX, at + hours(2)).await.unwrap());
    assert_eq!(delivered(first.request_id).await, Some(at));
    assert_eq!(delivered(second.request_id).await, Some(at + hours(2)));
    assert_eq!(world.store.last_seq(me, user_id).await.unwrap(), 4, "the user's record did not grow");
});

test_both_dbs!(what_the_user_read_is_told_once_and_stays, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let (me, user_id) = (world.partner_id, world.user_id);
    let new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    world.open(&new).await;
    let first = world.say(&world.staff_says(new.request_id, "Ответ")).await.message.message_id;
    let second = world.say(&world.staff_says(new.request_id, "Дополнение")).await.message.message_id;
    let at = morning() + hours(1);
    assert!(world.store.read_by_user(me, user_id, new.request_id, first, at).await.unwrap());
    assert!(!world.store.read_by_user(me, user_id, new.request_id, first, at + hours(1)).await.unwrap());
    assert!(world.store.read_by_user(me, user_id, new.request_id, second, at + hours(2)).await.unwrap());
    assert!(!world.store.read_by_user(me, user_id, new.request_id, first, at + hours(3)).await.unwrap());

    let messages = world.store.request(me, new.request_id).await.unwrap().messages;
    let read: Vec<_> = messages.iter().map(|message| (message.delivered_at, message.read_at)).collect();
    let (early, late) = (Some(at), Some(at + hours(2)));
    assert_eq!(read, [(None, None), (early, early), (early, early), (late, late)]);
    assert_eq!(world.told(6).await, ["7 receipt of_user=false read=true", "8 receipt of_user=false read=true"]);

    let stranger = world.store.read_by_user(me, user_id, new.request_id, MessageId::generate(), at).await;
    assert!(matches!(stranger, Err(StoreError::NotFound("message_id"))), "{stranger:?}");
});

test_both_dbs!(staff_receive_and_read_what_the_user_wrote, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let me = world.partner_id;
    let new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    let first = world.open(&new).await.message.message_id;
    let received = world.store.last_live_seq(me).await.unwrap();
    let second = world.say(&world.user_says(device_id, new.request_id, "Алло")).await.message.message_id;

    let at = morning() + hours(1);
    assert_eq!(world.store.delivered_to_staff(me, received, at).await.unwrap(), [world.user_id]);
    assert_eq!(world.store.delivered_to_staff(me, received, at + hours(1)).await.unwrap(), []);
    assert_eq!(world.store.delivered_to_staff(me, received - 1, at + hours(1)).await.unwrap(), []);
    let messages = world.store.request(me, new.request_id).await.unwrap().messages;
    assert_eq!((messages[0].delivered_at, messages[2].delivered_at), (Some(at), None));

    let read = world.store.read_by_staff(me, new.request_id, second, at + hours(1)).await.unwrap();
    assert_eq!(read, Some(world.user_id));
    assert_eq!(world.store.read_by_staff(me, new.request_id, second, at + hours(2)).await.unwrap(), None);
    assert_eq!(world.store.read_by_staff(me, new.request_id, first, at + hours(2)).await.unwrap(), None);
    assert_eq!(world.store.delivered_to_staff(me, u64::MAX, at + hours(2)).await.unwrap(), []);
    assert_eq!(world.store.request_counts(me).await.unwrap().unread, 0);

    let receipts: Vec<_> = world.events(4).await.into_iter().map(|event| event.change).collect();
    let receipt = |up_to, at, read| Change::Receipt { request_id: new.request_id, up_to, of_user: true, at, read };
    assert_eq!(receipts, [receipt(first, at, false), receipt(second, at + hours(1), true)]);
});

test_both_dbs!(a_number_beyond_what_there_is_delivers_nothing_of_the_future, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    assert_eq!(world.store.delivered_to_staff(world.partner_id, u64::MAX, morning()).await.unwrap(), []);
    world.open(&world.asks(device_id, RequestKind::Ordinary, "Вопрос")).await;
    let last = world.store.last_live_seq(world.partner_id).await.unwrap();
    let told = world.store.delivered_to_staff(world.partner_id, last, morning()).await.unwrap();
    assert_eq!(told, [world.user_id]);
});

test_both_dbs!(a_program_reinstalled_gets_the_whole_history_in_pages, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let (me, user_id) = (world.partner_id, world.user_id);
    let new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    world.open(&new).await;
    let answer = world.say(&world.staff_says(new.request_id, "Ответ")).await.message;
    world.store.standing_changed(me, user_id, morning()).await.unwrap();
    world.store.read_by_user(me, user_id, new.request_id, answer.message_id, morning()).await.unwrap();

    let mut history = Vec::new();
    loop {
        let after = history.last().map_or(0, |event: &buhphone_protocol::conversation::Event| event.seq);
        let page = world.store.events_after(me, user_id, after, 2).await.unwrap();
        assert_eq!(page.last, 7);
        if page.events.is_empty() {
            break;
        }
        history.extend(page.events);
    }
    assert_eq!(history, world.events(0).await);
    assert_eq!(history.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    // A message comes as it stands: read already.
    let Change::Message { message } = &history[4].change else { panic!("{:?}", history[4]) };
    assert_eq!((message.message_id, message.read_at), (answer.message_id, Some(morning())));
    assert_eq!(history[5].change, Change::Standing);
});

test_both_dbs!(everything_at_once_waits_for_each_other_and_leaves_no_gap, async |store| {
    let world = std::sync::Arc::new(World::new(store).await);
    let (me, user_id) = (world.partner_id, world.user_id);
    let device_id = world.device(user_id, morning()).await;
    let new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    world.open(&new).await;
    let colleagues = join_all((0..4).map(|n| {
        let world = world.clone();
        async move { world.user(world.client_id, &world.fields(&format!("Петрова{n}"))).await }
    }))
    .await;
    let hands = (0..20).map(|n| {
        let (world, new, colleague) = (world.clone(), new.clone(), colleagues[n % 4]);
        tokio::spawn(async move {
            let (store, at) = (&world.store, morning());
            match n % 5 {
                0 => drop(world.say(&world.user_says(device_id, new.request_id, "Ещё")).await),
                1 => drop(world.say(&world.staff_says(new.request_id, "Ответ")).await),
                2 => drop(world.device(colleague, at).await),
                3 => {
                    let last = store.last_live_seq(me).await.unwrap();
                    store.delivered_to_staff(me, last, at).await.unwrap();
                    store.read_by_staff(me, new.request_id, new.message_id, at).await.unwrap();
                }
                _ => {
                    let mut first = world.writes_first("Добрый день");
                    first.user_id = colleague;
                    world.open(&first).await;
                    let last = store.last_seq(me, user_id).await.unwrap();
                    store.delivered_to_user(me, user_id, last, at).await.unwrap();
                }
            }
        })
    });
    for hand in join_all(hands).await {
        hand.unwrap();
    }
    for user_id in colleagues.into_iter().chain([user_id]) {
        let page = world.store.events_after(me, user_id, 0, 1_000).await.unwrap();
        let numbers: Vec<u64> = page.events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=page.last).collect::<Vec<_>>());
    }
    let live = world.store.live_after(me, 0, 1_000).await.unwrap();
    assert_eq!(live.events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=live.last).collect::<Vec<_>>());
    world.store.delivered_to_staff(me, live.last, morning()).await.unwrap();
    let messages = world.store.request(me, new.request_id).await.unwrap().messages;
    assert!(messages.iter().all(|message| message.author != Author::User || message.delivered_at.is_some()));
});
