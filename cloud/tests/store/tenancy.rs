//! A partner sees and changes only its own, by every operation that names a partner.

use buhphone_cloud::store::{ClientFields, Listing, ReportSelection, RequestListing, Result, StoreError, Writer};
use buhphone_protocol::{
    conversation::RequestKind,
    desk::RequestCounts,
    ids::{ClientId, StaffId, UserId},
    report::{Column, Filter},
    visit::{StepReport, VisitStep},
};

use crate::{
    databases::test_both_dbs,
    world::{World, authorization, code, editor, hours, launch, morning},
};

#[track_caller]
fn not_found<T: std::fmt::Debug>(result: Result<T>, what: &str) {
    assert!(matches!(&result, Err(StoreError::NotFound(field)) if *field == what), "{result:?}");
}

test_both_dbs!(anothers_things_are_not_there, async |store| {
    let (mine, theirs) = (World::new(store.clone()).await, World::new(store.clone()).await);
    let me = mine.partner_id;
    let device_id = theirs.device(theirs.user_id, morning()).await;
    let (code_id, hash) = theirs.code(theirs.user_id, morning()).await;
    let client = ClientFields { name: "Чужой".into(), inn: None };

    not_found(store.client(me, theirs.client_id).await, "client_id");
    not_found(store.update_client(me, theirs.client_id, &client, &editor(morning())).await, "client_id");
    not_found(store.archive_client(me, theirs.client_id, true, &editor(morning())).await, "client_id");
    not_found(store.user(me, theirs.user_id).await.map(drop), "user_id");
    not_found(store.user_history(me, theirs.user_id).await.map(drop), "user_id");
    not_found(store.update_user(me, theirs.user_id, &mine.fields("Чужая"), &editor(morning())).await, "user_id");
    not_found(store.archive_user(me, theirs.user_id, true, &editor(morning())).await, "user_id");
    let fields = mine.fields("Чужая");
    not_found(store.create_user(me, theirs.client_id, UserId::generate(), &fields, morning()).await, "client_id");
    let fields = theirs.fields("Чужая");
    not_found(store.create_user(me, mine.client_id, UserId::generate(), &fields, morning()).await, "category_id");
    not_found(store.update_user(me, mine.user_id, &fields, &editor(morning())).await, "category_id");
    not_found(store.issue_code(me, &code(theirs.user_id, morning()), b"hash", mine.staff_id).await, "user_id");
    not_found(store.issue_code(me, &code(mine.user_id, morning()), b"hash", theirs.staff_id).await, "staff_id");
    not_found(store.revoke_code(me, code_id, morning()).await, "code_id");
    not_found(store.owner(me, device_id).await.map(drop), "device_id");
    not_found(store.disconnect_device(me, device_id, morning()).await, "device_id");
    let (by, mine_code) = (editor(morning()), code(mine.user_id, morning()));
    not_found(store.hand_over(me, device_id, &mine_code, b"hash", mine.staff_id, &by).await, "device_id");
    let my_device = mine.device(mine.user_id, morning()).await;
    let their_code = code(theirs.user_id, morning());
    not_found(store.hand_over(me, my_device, &their_code, b"hash", mine.staff_id, &by).await, "user_id");
    not_found(store.client_edits(me, theirs.client_id).await.map(drop), "client_id");
    not_found(store.rename_category(me, theirs.category_id, "Чужая").await, "category_id");
    not_found(store.order_categories(me, &[theirs.category_id]).await, "category_id");
    not_found(store.archive_category(me, theirs.category_id, Some(morning())).await, "category_id");
    not_found(store.merge_category(me, theirs.category_id, mine.category_id, &by).await.map(drop), "category_id");
    not_found(store.merge_category(me, mine.category_id, theirs.category_id, &by).await.map(drop), "category_id");
    not_found(store.erase_user(me, theirs.user_id, &by).await.map(drop), "user_id");
    not_found(store.person(me, theirs.user_id).await.map(drop), "user_id");
    not_found(store.remove_device(me, device_id, &theirs.key(), morning()).await, "device_id");
    let new = authorization(launch(morning()), None, "e1");
    not_found(store.authorize(me, device_id, &new, morning()).await, "device_id");
    not_found(store.set_password(me, theirs.staff_id, "$").await, "staff_id");
    let stranger = StaffId::generate();
    not_found(store.open_session(me, theirs.staff_id, b"token", morning(), morning() + hours(1)).await, "staff_id");
    not_found(store.open_session(me, stranger, b"token", morning(), morning() + hours(1)).await, "staff_id");

    // Nothing of theirs changed by any of it.
    let user = store.user(theirs.partner_id, theirs.user_id).await.unwrap();
    assert_eq!((user.surname.as_str(), user.archived, user.devices), ("Иванова", false, 1));
    assert_eq!(user.last_authorization, None);
    let card = store.user_history(theirs.partner_id, theirs.user_id).await.unwrap();
    assert_eq!((card.codes.len(), card.authorizations.len()), (2, 0));
    assert!(card.codes.iter().all(|code| code.record.revoked_at.is_none()));
    assert_eq!(store.client(theirs.partner_id, theirs.client_id).await.unwrap().name, "ООО «Ромашка»");
    assert!(matches!(theirs.bind(&hash, &theirs.key(), morning()).await, buhphone_cloud::store::Binding::Bound { .. }));
});

test_both_dbs!(lists_and_the_report_hold_ones_own_only, async |store| {
    let (mine, theirs) = (World::new(store.clone()).await, World::new(store.clone()).await);
    let device_id = theirs.device(theirs.user_id, morning()).await;
    theirs.authorize(device_id, &authorization(launch(morning()), None, "e1"), morning()).await;
    let listing = Listing { page: 1, page_size: 100, ..Listing::default() };
    let selection = ReportSelection {
        from: morning() - hours(24),
        until: morning() + hours(24),
        authorized: Filter::All,
        search: String::new(),
        sort: Column::Default,
        descending: false,
        page: 1,
        page_size: 100,
        now: morning(),
    };

    let clients: Vec<ClientId> =
        store.clients(mine.partner_id, &listing).await.unwrap().rows.iter().map(|row| row.client_id).collect();
    assert_eq!(clients, [mine.client_id]);
    let users = store.users(mine.partner_id, None, &listing).await.unwrap();
    assert_eq!((users.rows[0].user_id, users.total), (mine.user_id, 1));
    assert_eq!(store.users(mine.partner_id, Some(theirs.client_id), &listing).await.unwrap().total, 0);
    assert_eq!(store.categories(mine.partner_id).await.unwrap()[0].category_id, mine.category_id);
    assert_eq!(store.staff(mine.partner_id).await.unwrap()[0].staff_id, mine.staff_id);
    let report = store.report(mine.partner_id, &selection).await.unwrap();
    assert_eq!((report.total, report.authorized, report.not_authorized), (1, 0, 1));
    assert_eq!((report.rows[0].user_id, report.rows[0].evidence.devices_ever), (mine.user_id, false));
});

test_both_dbs!(partners_may_use_the_same_authorization_id, async |store| {
    let (mine, theirs) = (World::new(store.clone()).await, World::new(store.clone()).await);
    let new = authorization(launch(morning()), None, "e1");
    for world in [&mine, &theirs] {
        let device_id = world.device(world.user_id, morning()).await;
        assert!(world.authorize(device_id, &new, morning()).await.first);
    }
});

test_both_dbs!(anothers_conversations_and_visits_are_not_there, async |store| {
    let (mine, theirs) = (World::new(store.clone()).await, World::new(store.clone()).await);
    let me = mine.partner_id;
    let my_device = mine.device(mine.user_id, morning()).await;
    let (code_id, hash) = theirs.code(theirs.user_id, morning()).await;
    theirs.bind(&hash, &theirs.key(), morning()).await;
    let device_id = theirs.device(theirs.user_id, morning()).await;
    let new = theirs.asks(device_id, RequestKind::Ordinary, "Вопрос");
    let (request_id, first) = (new.request_id, theirs.open(&new).await.message.message_id);
    let record = theirs.told(0).await;
    let live = store.last_live_seq(theirs.partner_id).await.unwrap();

    not_found(store.open_request(me, &new, morning()).await, "user_id");
    let mut from_theirs = mine.asks(my_device, RequestKind::Ordinary, "Чужое");
    from_theirs.writer = Writer::User { user_id: mine.user_id, device_id };
    not_found(store.open_request(me, &from_theirs, morning()).await, "device_id");
    let mut by_theirs = mine.writes_first("Чужое");
    by_theirs.writer = Writer::Staff { staff_id: theirs.staff_id };
    not_found(store.open_request(me, &by_theirs, morning()).await, "staff_id");
    not_found(store.say(me, &mine.staff_says(request_id, "Чужое"), morning()).await, "request_id");
    not_found(store.say(me, &mine.user_says(my_device, request_id, "Чужое"), morning()).await, "request_id");
    not_found(store.close_request(me, request_id, true, morning()).await, "request_id");
    not_found(store.read_by_user(me, theirs.user_id, request_id, first, morning()).await, "request_id");
    not_found(store.read_by_staff(me, request_id, first, morning()).await, "request_id");
    not_found(store.standing_changed(me, theirs.user_id, morning()).await, "user_id");
    not_found(store.events_after(me, theirs.user_id, 0, 100).await, "user_id");
    not_found(store.last_seq(me, theirs.user_id).await, "user_id");
    not_found(store.request(me, request_id).await.map(drop), "request_id");
    not_found(store.visit(me, code_id).await, "code_id");
    let report = StepReport { step: VisitStep::Autostart, elapsed_ms: 1, failed: None };
    not_found(store.tell_step(me, device_id, code_id, &report, morning()).await, "code_id");

    assert!(!store.delivered_to_user(me, theirs.user_id, u64::MAX, morning()).await.unwrap());
    assert_eq!(store.delivered_to_staff(me, u64::MAX, morning()).await.unwrap(), []);
    let listing = RequestListing { page: 1, page_size: 100, ..RequestListing::default() };
    assert_eq!(store.requests(me, &listing).await.unwrap().total, 0);
    let of_theirs = RequestListing { user_id: Some(theirs.user_id), ..listing };
    assert_eq!(store.requests(me, &of_theirs).await.unwrap().total, 0);
    assert_eq!(store.request_counts(me).await.unwrap(), RequestCounts::default());
    assert_eq!(store.visits(me, 1, 100).await.unwrap().total, 1);
    assert_eq!(store.live_after(me, 0, 100).await.unwrap().events.len(), 1, "my own visit");

    // Nothing of theirs changed by any of it; and their ids say nothing to me.
    assert_eq!(theirs.told(0).await, record);
    assert_eq!(store.last_live_seq(theirs.partner_id).await.unwrap(), live);
    let mut same_ids = mine.asks(my_device, RequestKind::Ordinary, "Своё");
    (same_ids.request_id, same_ids.message_id) = (new.request_id, new.message_id);
    assert!(mine.open(&same_ids).await.first);
});
