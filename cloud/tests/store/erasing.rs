//! A person who demands it is erased everywhere, and what was counted is counted the same.

use buhphone_cloud::store::{Binding, Erased, ReportSelection, RequestListing, StoreError};
use buhphone_protocol::{
    conversation::RequestKind,
    register::EditAction,
    report::{Column, Filter},
};

use crate::{
    databases::test_both_dbs,
    world::{World, authorization, code, editor, hours, launch, morning},
};

test_both_dbs!(an_erased_person_is_nowhere_and_the_counts_stay, async |store| {
    let world = World::new(store).await;
    let mut fields = world.fields("Ёлкина Аделаида Модестовна");
    fields.email = "adelaida@example.ru".into();
    fields.phone = "+7 495 111-22-33".into();
    let user_id = world.user(world.client_id, &fields).await;
    fields.phone = "+7 495 111-22-44".into();
    world.store.update_user(world.partner_id, user_id, &fields, &editor(morning())).await.unwrap();
    let device_id = world.device(user_id, morning()).await;
    world.authorize(device_id, &authorization(launch(morning()), None, "e1"), morning()).await;
    world.open(&world_asks(&world, user_id, device_id)).await;
    let (_, active) = world.code(user_id, morning()).await;

    let before = counts(&world).await;
    let by = editor(morning() + hours(1));
    let erased = world.store.erase_user(world.partner_id, user_id, &by).await.unwrap();
    assert_eq!(erased, Erased::Done { devices: vec![device_id] });
    assert_eq!(counts(&world).await, before);
    assert_eq!(world.store.erase_user(world.partner_id, user_id, &by).await.unwrap(), Erased::Already);

    let user = world.store.user(world.partner_id, user_id).await.unwrap();
    assert!(user.erased);
    assert_eq!(user.last_authorization, Some(morning()));
    let person = world.store.person(world.partner_id, user_id).await.unwrap();
    let left = format!("{user:?} {person:?}");
    for personal in ["лкина", "Аделаида", "Модестовна", "adelaida", "111", "БУХ-1", "Windows", "секрет"]
    {
        assert!(!left.contains(personal), "{personal} is left: {left}");
    }
    assert_eq!((person.authorizations.len(), person.requests.len()), (1, 1));
    assert_eq!(person.edits[0].action, EditAction::Erased);
    assert_eq!(person.edits[0].by, "Ольга Смирнова");
    assert!(person.edits.iter().all(|edit| edit.changes.is_empty()));

    assert_eq!(world.bind(&active, &world.key(), morning() + hours(2)).await, Binding::Revoked);
    let again = world.store.update_user(world.partner_id, user_id, &fields, &by).await;
    assert!(matches!(again, Err(StoreError::NotFound("user_id"))), "{again:?}");
    let code = code(user_id, morning() + hours(2));
    let issued = world.store.issue_code(world.partner_id, &code, b"new", world.staff_id).await;
    assert!(matches!(issued, Err(StoreError::NotFound("user_id"))), "{issued:?}");
    let listing = RequestListing { page: 1, page_size: 10, search: "секрет".into(), ..RequestListing::default() };
    assert_eq!(world.store.requests(world.partner_id, &listing).await.unwrap().total, 0);
});

fn world_asks(
    world: &World,
    user_id: buhphone_protocol::ids::UserId,
    device_id: buhphone_protocol::ids::DeviceId,
) -> buhphone_cloud::store::NewRequest {
    let mut new = world.asks(device_id, RequestKind::Callback, "Мой секрет");
    new.user_id = user_id;
    new.writer = buhphone_cloud::store::Writer::User { user_id, device_id };
    new.phone = Some("+7 495 111-22-33".into());
    new
}

/// What the report, the client and the list of requests count.
async fn counts(world: &World) -> String {
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
    let report = world.store.report(world.partner_id, &selection).await.unwrap();
    let client = world.store.client(world.partner_id, world.client_id).await.unwrap();
    let listing = RequestListing { page: 1, page_size: 10, ..RequestListing::default() };
    let requests = world.store.requests(world.partner_id, &listing).await.unwrap().total;
    format!("{} {} {} {} {requests}", report.total, report.authorized, report.not_authorized, client.users)
}
