//! Partners and staff: one e-mail one person, sessions that end.

use buhphone_cloud::store::StoreError;
use buhphone_protocol::ids::{PartnerId, StaffId};

use crate::{
    databases::test_both_dbs,
    world::{World, hours, morning, partner, staff},
};

test_both_dbs!(a_partner_reads_back_as_made, async |store| {
    let partner_id = PartnerId::generate();
    store.create_partner(&partner(partner_id), morning()).await.unwrap();
    let read = store.partner(partner_id).await.unwrap();
    assert_eq!(read.zone.iana_name(), Some("Europe/Moscow"));
    assert_eq!((read.name.as_str(), read.phone.as_str()), ("Первый БИТ", "+7 495 748-24-55"));
    assert_eq!(read.machine_salt, "5a17");
    assert_eq!(store.partners().await.unwrap().len(), 1);
    let again = store.create_partner(&partner(partner_id), morning()).await;
    assert!(matches!(again, Err(StoreError::Exists("partner_id"))), "{again:?}");
    let nobody = store.partner(PartnerId::generate()).await;
    assert!(matches!(nobody, Err(StoreError::NotFound("partner_id"))), "{nobody:?}");
});

test_both_dbs!(an_email_signs_in_one_person_of_the_cloud, async |store| {
    let world = World::new(store).await;
    let neighbour = World::new(world.store.clone()).await;
    let olga = staff(world.partner_id, StaffId::generate(), "olga@partner.ru");
    world.store.create_staff(&olga, morning()).await.unwrap();
    let namesake = staff(neighbour.partner_id, StaffId::generate(), "olga@partner.ru");
    let taken = world.store.create_staff(&namesake, morning()).await;
    assert!(matches!(taken, Err(StoreError::Exists("email"))), "{taken:?}");
    let stray = staff(PartnerId::generate(), StaffId::generate(), "stray@partner.ru");
    let refused = world.store.create_staff(&stray, morning()).await;
    assert!(matches!(refused, Err(StoreError::NotFound("partner_id"))), "{refused:?}");

    let found = world.store.staff_by_email("olga@partner.ru").await.unwrap().unwrap();
    assert_eq!((found.staff_id, found.partner_id, found.role), (olga.staff_id, world.partner_id, olga.role));
    assert!(world.store.staff_by_email("stray@partner.ru").await.unwrap().is_none());
    assert_eq!(world.store.staff(world.partner_id).await.unwrap().len(), 2);
    assert_eq!(world.store.staff(neighbour.partner_id).await.unwrap().len(), 1);
});

test_both_dbs!(a_session_lasts_until_it_ends_or_is_closed, async |store| {
    let world = World::new(store).await;
    let open = async |token: &[u8], at, until| {
        world.store.open_session(world.partner_id, world.staff_id, token, at, until).await.unwrap();
    };
    open(b"first", morning(), morning() + hours(1)).await;
    open(b"second", morning(), morning() + hours(8)).await;
    let session = async |token: &[u8], at| world.store.session(token, at).await.unwrap().map(|staff| staff.staff_id);

    assert_eq!(session(b"first", morning()).await, Some(world.staff_id));
    assert_eq!(session(b"first", morning() + hours(1)).await, None);
    assert_eq!(session(b"unknown", morning()).await, None);
    world.store.close_session(b"second").await.unwrap();
    world.store.close_session(b"second").await.unwrap();
    assert_eq!(session(b"second", morning()).await, None);

    open(b"third", morning() + hours(2), morning() + hours(8)).await;
    assert_eq!(session(b"first", morning()).await, None, "what ended is forgotten at the next sign-in");
});

test_both_dbs!(a_new_password_ends_all_sessions, async |store| {
    let world = World::new(store).await;
    let colleague = staff(world.partner_id, StaffId::generate(), "colleague@partner.ru");
    world.store.create_staff(&colleague, morning()).await.unwrap();
    for (staff_id, token) in [(world.staff_id, b"mine"), (colleague.staff_id, b"hers")] {
        world.store.open_session(world.partner_id, staff_id, token, morning(), morning() + hours(8)).await.unwrap();
    }
    world.store.set_password(world.partner_id, world.staff_id, "$argon2id$new").await.unwrap();
    assert!(world.store.session(b"mine", morning()).await.unwrap().is_none());
    assert!(world.store.session(b"hers", morning()).await.unwrap().is_some());
    let changed = world.store.staff(world.partner_id).await.unwrap();
    assert_eq!(changed.iter().filter(|staff| staff.password_hash == "$argon2id$new").count(), 1);
});
