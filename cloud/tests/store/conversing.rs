//! Requests and messages are recorded once by their ids, in order, with everything
//! that belongs to them; staff find them.

use buhphone_cloud::store::{KindFilter, RequestListing, StateFilter, StoreError};
use buhphone_protocol::{
    conversation::{Author, RequestKind, RequestState},
    desk::{LiveAbout, RequestCounts},
    ids::MessageId,
};
use futures::future::join_all;

use crate::{
    databases::test_both_dbs,
    talking::ANSWER,
    world::{World, hours, morning},
};

fn listing() -> RequestListing {
    RequestListing { page: 1, page_size: 50, ..RequestListing::default() }
}

test_both_dbs!(a_request_its_message_and_the_lines_answer_are_one, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let new = world.asks(device_id, RequestKind::Ordinary, "Не печатается счёт");
    let recorded = world.open(&new).await;
    assert!(recorded.first);
    assert_eq!((recorded.user_id, recorded.request.state), (world.user_id, RequestState::Waiting));
    assert_eq!(
        world.told(0).await,
        ["1 request Ordinary Waiting", "2 User: Не печатается счёт", &format!("3 Line: {ANSWER}")]
    );
    let card = world.store.request(world.partner_id, new.request_id).await.unwrap();
    assert_eq!(card.request, recorded.request);
    assert_eq!(card.user.user_id, world.user_id);
    assert_eq!(card.messages[0], recorded.message);
    assert_eq!(card.messages[1].author, Author::Line { name: "Линия консультаций".into() });
    assert_eq!(card.messages.len(), 2);
});

test_both_dbs!(an_answer_that_cannot_be_recorded_leaves_no_request, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let before = world.store.last_live_seq(world.partner_id).await.unwrap();
    let mut new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    new.answer.as_mut().unwrap().message_id = new.message_id;
    let refused = world.store.open_request(world.partner_id, &new, morning()).await;
    assert!(matches!(refused, Err(StoreError::Exists("message_id"))), "{refused:?}");
    assert_eq!(world.told(0).await, Vec::<String>::new());
    assert_eq!(world.store.requests(world.partner_id, &listing()).await.unwrap().total, 0);
    assert_eq!(world.store.last_live_seq(world.partner_id).await.unwrap(), before);
});

test_both_dbs!(repeated_by_twenty_at_once_it_is_recorded_once, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let new = world.asks(device_id, RequestKind::Trial, "");
    let opened = join_all((0..20).map(|_| {
        let (store, partner_id, new) = (world.store.clone(), world.partner_id, new.clone());
        tokio::spawn(async move { store.open_request(partner_id, &new, morning()).await.unwrap() })
    }))
    .await;
    assert_eq!(opened.iter().filter(|recorded| recorded.as_ref().unwrap().first).count(), 1);

    let message = world.user_says(device_id, new.request_id, "Алло");
    let said = join_all((0..20).map(|_| {
        let (store, partner_id, message) = (world.store.clone(), world.partner_id, message.clone());
        tokio::spawn(async move { store.say(partner_id, &message, morning()).await.unwrap() })
    }))
    .await;
    assert_eq!(said.iter().filter(|recorded| recorded.as_ref().unwrap().first).count(), 1);
    assert!(said.iter().all(|recorded| recorded.as_ref().unwrap().message.message_id == message.message_id));
    assert_eq!(world.events(0).await.len(), 4);
    assert_eq!(world.store.request(world.partner_id, new.request_id).await.unwrap().messages.len(), 3);
});

test_both_dbs!(numbers_have_no_gaps_when_twenty_write_at_once, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    world.open(&new).await;
    let live = world.store.last_live_seq(world.partner_id).await.unwrap();
    let said: Vec<_> = (0..20)
        .map(|n| match n % 2 {
            0 => world.user_says(device_id, new.request_id, &n.to_string()),
            _ => world.staff_says(new.request_id, &n.to_string()),
        })
        .collect();
    join_all(said.iter().map(|message| {
        let (store, partner_id, message) = (world.store.clone(), world.partner_id, message.clone());
        tokio::spawn(async move { assert!(store.say(partner_id, &message, morning()).await.unwrap().first) })
    }))
    .await
    .into_iter()
    .for_each(|joined| joined.unwrap());

    let events = world.store.events_after(world.partner_id, world.user_id, 0, 1_000).await.unwrap();
    let numbers: Vec<u64> = events.events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=events.last).collect::<Vec<_>>());
    let after = world.store.live_after(world.partner_id, live, 1_000).await.unwrap();
    let numbers: Vec<u64> = after.events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (live + 1..=live + 20).collect::<Vec<_>>());
    assert_eq!(after.last, live + 20);

    // The same order in the record and in the conversation.
    let card = world.store.request(world.partner_id, new.request_id).await.unwrap();
    let in_record = events.events.iter().filter_map(|event| match &event.change {
        buhphone_protocol::conversation::Change::Message { message } => Some(message.message_id),
        _ => None,
    });
    assert_eq!(
        card.messages.iter().map(|message| message.message_id).collect::<Vec<_>>(),
        in_record.collect::<Vec<_>>()
    );
});

test_both_dbs!(an_id_that_stands_for_something_else_is_refused, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let mine = world.asks(device_id, RequestKind::Ordinary, "Моё");
    world.open(&mine).await;

    let colleague = world.user(world.client_id, &world.fields("Петрова Анна")).await;
    let other_device = world.device(colleague, morning()).await;
    let mut theirs = world.asks(other_device, RequestKind::Ordinary, "Чужое");
    theirs.user_id = colleague;
    theirs.writer = buhphone_cloud::store::Writer::User { user_id: colleague, device_id: other_device };
    theirs.request_id = mine.request_id;
    let refused = world.store.open_request(world.partner_id, &theirs, morning()).await;
    assert!(matches!(refused, Err(StoreError::Exists("request_id"))), "{refused:?}");

    let mut said = world.user_says(other_device, mine.request_id, "Чужое");
    said.writer = theirs.writer;
    let refused = world.store.say(world.partner_id, &said, morning()).await;
    assert!(matches!(refused, Err(StoreError::NotFound("request_id"))), "{refused:?}");

    let mut again = mine.clone();
    again.message_id = MessageId::generate();
    let refused = world.store.open_request(world.partner_id, &again, morning()).await;
    assert!(matches!(refused, Err(StoreError::Exists("request_id"))), "{refused:?}");

    let mut staffs = world.staff_says(mine.request_id, "Под чужим номером");
    staffs.message_id = mine.message_id;
    let refused = world.store.say(world.partner_id, &staffs, morning()).await;
    assert!(matches!(refused, Err(StoreError::Exists("message_id"))), "{refused:?}");
    assert_eq!(world.events(0).await.len(), 3);
});

test_both_dbs!(staff_answer_and_a_users_message_reopens, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    let request_id = new.request_id;
    world.open(&new).await;
    assert_eq!(world.say(&world.staff_says(request_id, "Ответ")).await.request.state, RequestState::Answered);
    let closed = world.store.close_request(world.partner_id, request_id, true, morning()).await.unwrap();
    assert_eq!((closed.changed, closed.request.state), (true, RequestState::Closed));
    let again = world.store.close_request(world.partner_id, request_id, true, morning()).await.unwrap();
    assert_eq!((again.changed, again.request.state), (false, RequestState::Closed));
    let reopened = world.say(&world.user_says(device_id, request_id, "Ещё вопрос")).await;
    assert_eq!(reopened.request.state, RequestState::Waiting);
    assert_eq!(
        world.told(3).await,
        [
            "4 request Ordinary Answered",
            "5 Staff: Ответ",
            "6 request Ordinary Closed",
            "7 request Ordinary Waiting",
            "8 User: Ещё вопрос",
        ]
    );
});

test_both_dbs!(staff_write_first_and_it_shows_undelivered, async |store| {
    let world = World::new(store).await;
    let new = world.writes_first("Добрый день! Обновили отчёт.");
    assert_eq!(world.open(&new).await.message.author, Author::Staff { name: "Ольга Смирнова".into() });
    let row = world.store.requests(world.partner_id, &listing()).await.unwrap().rows.remove(0);
    assert_eq!((row.request.kind, row.request.state), (RequestKind::Staff, RequestState::Answered));
    assert_eq!((row.unread, row.undelivered), (0, 1));
    assert_eq!(world.told(0).await, ["1 request Staff Answered", "2 Staff: Добрый день! Обновили отчёт."]);
});

test_both_dbs!(requests_are_found_filtered_and_paged_newest_first, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let ordinary = world.asks(device_id, RequestKind::Ordinary, "Не печатается СЧЁТ 100%");
    let trial = world.asks(device_id, RequestKind::Trial, "");
    let mut callback = world.asks(device_id, RequestKind::Callback, "");
    callback.phone = Some("+7 (495) 123-45-67".into());
    for (hour, new) in (0..).zip([&ordinary, &trial, &callback]) {
        world.open_at(new, morning() + hours(hour)).await;
    }
    world.say_at(&world.staff_says(ordinary.request_id, "Смотрю"), morning() + hours(3)).await;

    let found = async |listing: RequestListing| {
        let page = world.store.requests(world.partner_id, &listing).await.unwrap();
        let rows: Vec<_> = page.rows.iter().map(|row| row.request.request_id).collect();
        (rows, page.total)
    };
    let [o, t, c] = [ordinary.request_id, trial.request_id, callback.request_id];
    assert_eq!(found(listing()).await, (vec![o, c, t], 3));
    assert_eq!(found(RequestListing { page: 2, page_size: 2, ..listing() }).await, (vec![t], 3));
    for (search, rows) in [
        ("счет 100%", vec![o]),
        ("4951234567", vec![c]),
        ("иванова", vec![o, c, t]),
        ("ромашка", vec![o, c, t]),
        ("смотрю", vec![o]),
        ("нет такого", vec![]),
    ] {
        assert_eq!(found(RequestListing { search: search.into(), ..listing() }).await.0, rows, "{search}");
    }
    for (state, rows) in [
        (StateFilter::Waiting, vec![c, t]),
        (StateFilter::Answered, vec![o]),
        (StateFilter::Open, vec![o, c, t]),
        (StateFilter::Closed, vec![]),
    ] {
        assert_eq!(found(RequestListing { state, ..listing() }).await.0, rows, "{state:?}");
    }
    assert_eq!(found(RequestListing { kind: KindFilter::Real, ..listing() }).await.0, [o, c]);
    assert_eq!(found(RequestListing { kind: KindFilter::Trial, ..listing() }).await.0, [t]);
    assert_eq!(found(RequestListing { user_id: Some(world.user_id), ..listing() }).await.0, [o, c, t]);
});

test_both_dbs!(trial_requests_are_counted_apart, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let ordinary = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    world.open(&ordinary).await;
    world.say(&world.user_says(device_id, ordinary.request_id, "Ещё")).await;
    world.open(&world.asks(device_id, RequestKind::Trial, "")).await;
    let counts = world.store.request_counts(world.partner_id).await.unwrap();
    assert_eq!(counts, RequestCounts { waiting: 1, waiting_trial: 1, unread: 2, unread_trial: 1 });
    world.say(&world.staff_says(ordinary.request_id, "Ответ")).await;
    assert_eq!(world.store.request_counts(world.partner_id).await.unwrap().waiting, 0);
});

test_both_dbs!(cabinets_are_told_what_came_from_a_user, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let before = world.store.last_live_seq(world.partner_id).await.unwrap();
    let new = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    world.open(&new).await;
    world.say(&world.staff_says(new.request_id, "Ответ")).await;
    let live = world.store.live_after(world.partner_id, before, 10).await.unwrap();
    let about =
        |from_user| LiveAbout::Request { request_id: new.request_id, user_id: world.user_id, from_user, trial: false };
    assert_eq!(live.events.into_iter().map(|event| event.about).collect::<Vec<_>>(), [about(true), about(false)]);
});

test_both_dbs!(long_texts_and_emoji_come_back_as_they_were, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let text = "<script>alert(1)</script>\r\n\u{7}👩‍👩‍👧 ё".repeat(2_500);
    let new = world.asks(device_id, RequestKind::Ordinary, &text);
    assert_eq!(world.open(&new).await.message.text, text);
    assert_eq!(world.store.request(world.partner_id, new.request_id).await.unwrap().messages[0].text, text);
});
