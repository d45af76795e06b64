//! A code lets one key in, once, and says why it lets no other.

use buhphone_cloud::store::{Binding, StoreError};
use buhphone_protocol::{
    cabinet::LaunchRow,
    ids::{DeviceId, StaffId, UserId},
    telemetry::Origin,
};
use futures::future::join_all;

use crate::{
    databases::test_both_dbs,
    world::{World, code, computer, hours, launch, morning},
};

test_both_dbs!(a_code_used_by_twenty_at_once_binds_one, async |store| {
    let world = World::new(store).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    let keys: Vec<_> = (0..20).map(|_| world.key()).collect();
    let bindings = join_all(keys.iter().map(|key| {
        let (store, hash, key) = (world.store.clone(), hash.clone(), key.clone());
        tokio::spawn(async move {
            let started = launch(morning());
            store.bind(&hash, &key, DeviceId::generate(), &started, &computer("БУХ-1"), morning()).await.unwrap()
        })
    }))
    .await;
    let bound = bindings.iter().filter(|binding| matches!(binding, Ok(Binding::Bound { .. }))).count();
    let refused = bindings.iter().filter(|binding| matches!(binding, Ok(Binding::UsedByAnotherKey))).count();
    assert_eq!((bound, refused), (1, 19));
    assert_eq!(world.store.user(world.partner_id, world.user_id).await.unwrap().devices, 1);
});

test_both_dbs!(one_key_presented_with_two_codes_at_once_is_one_device, async |store| {
    let world = World::new(store).await;
    let colleague = world.user(world.client_id, &world.fields("Петрова Анна")).await;
    let (_, first) = world.code(world.user_id, morning()).await;
    let (_, second) = world.code(colleague, morning()).await;
    let key = world.key();
    let both = tokio::join!(world.bind(&first, &key, morning()), world.bind(&second, &key, morning()));
    let taken = [both.0, both.1].iter().filter(|binding| **binding == Binding::KeyTaken).count();
    assert_eq!(taken, 1);
});

test_both_dbs!(the_same_key_gets_the_same_device_again_even_when_the_code_expired, async |store| {
    let world = World::new(store).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    let key = world.key();
    let first = world.bind(&hash, &key, morning()).await;
    assert!(matches!(first, Binding::Bound { .. }));
    assert_eq!(world.bind(&hash, &key, morning() + hours(24 * 30)).await, first);
});

test_both_dbs!(a_bound_key_is_known_with_its_owner, async |store| {
    let world = World::new(store).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    let key = world.key();
    let Binding::Bound { device_id, .. } = world.bind(&hash, &key, morning()).await else { panic!("not bound") };

    let device = world.store.device_by_key(&key).await.unwrap().unwrap();
    assert_eq!((device.partner_id, device.device_id, device.user_id), (world.partner_id, device_id, world.user_id));
    assert_eq!((device.key, device.disconnected, device.user_archived), (key, false, false));

    let owner = world.store.owner(world.partner_id, device_id).await.unwrap();
    assert_eq!(owner.partner.zone.iana_name(), Some("Europe/Moscow"));
    assert_eq!((owner.client.as_str(), owner.user.as_str()), ("ООО «Ромашка»", "Иванова Анна Петровна"));
    assert_eq!(owner.last_authorization, None);
});

test_both_dbs!(the_launch_that_activated_is_recorded, async |store| {
    let world = World::new(store).await;
    world.device(world.user_id, morning()).await;
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!(
        history.launches,
        [LaunchRow {
            started_at: morning(),
            told_at: morning(),
            computer: "БУХ-1".into(),
            origin: Origin::Login,
            authorized: false,
        }]
    );
    assert_eq!(history.codes[0].record.used_at, Some(morning()));
    assert_eq!(history.codes[0].record.issued_by, "Ольга Смирнова");
});

test_both_dbs!(says_why_a_code_does_not_bind_and_writes_nothing, async |store| {
    let world = World::new(store).await;
    let user = async |name: &str| world.user(world.client_id, &world.fields(name)).await;
    let key = world.key();
    assert_eq!(world.bind(b"never issued", &key, morning()).await, Binding::Unknown);

    let (code_id, revoked) = world.code(user("Отозвана").await, morning()).await;
    world.store.revoke_code(world.partner_id, code_id, morning()).await.unwrap();
    assert_eq!(world.bind(&revoked, &key, morning()).await, Binding::Revoked);

    let (_, expired) = world.code(user("Опоздала").await, morning()).await;
    assert_eq!(world.bind(&expired, &key, morning() + hours(7 * 24)).await, Binding::Expired);

    let (_, used) = world.code(user("Занята").await, morning()).await;
    let taken = world.key();
    world.bind(&used, &taken, morning()).await;
    assert_eq!(world.bind(&used, &key, morning()).await, Binding::UsedByAnotherKey);

    let (_, second) = world.code(user("Вторая").await, morning()).await;
    assert_eq!(world.bind(&second, &taken, morning()).await, Binding::KeyTaken);

    assert!(world.store.device_by_key(&key).await.unwrap().is_none());
    assert!(matches!(world.bind(&second, &key, morning()).await, Binding::Bound { .. }), "nothing had used it");
});

test_both_dbs!(a_new_code_revokes_the_one_before, async |store| {
    let world = World::new(store).await;
    let (_, first) = world.code(world.user_id, morning()).await;
    let (_, second) = world.code(world.user_id, morning() + hours(1)).await;
    assert_eq!(world.bind(&first, &world.key(), morning() + hours(2)).await, Binding::Revoked);
    assert!(matches!(world.bind(&second, &world.key(), morning() + hours(2)).await, Binding::Bound { .. }));
});

test_both_dbs!(codes_issued_at_once_leave_one_active, async |store| {
    let world = World::new(store).await;
    join_all((0..10).map(|_| world.code(world.user_id, morning()))).await;
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!(history.codes.len(), 10);
    assert_eq!(history.codes.iter().filter(|code| code.record.revoked_at.is_none()).count(), 1);
});

test_both_dbs!(revoking_a_used_code_changes_nothing, async |store| {
    let world = World::new(store).await;
    let (code_id, hash) = world.code(world.user_id, morning()).await;
    let key = world.key();
    let bound = world.bind(&hash, &key, morning()).await;
    world.store.revoke_code(world.partner_id, code_id, morning()).await.unwrap();
    assert_eq!(world.bind(&hash, &key, morning()).await, bound);
});

test_both_dbs!(a_refused_code_leaves_the_earlier_one_as_it_was, async |store| {
    let world = World::new(store).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    let again = code(world.user_id, morning());
    let issue = async |code, by| world.store.issue_code(world.partner_id, code, &hash, by).await;
    assert!(matches!(issue(&again, world.staff_id).await, Err(StoreError::Exists("code"))));
    let stranger = StaffId::generate();
    let other = world.store.issue_code(world.partner_id, &again, b"other", stranger).await;
    assert!(matches!(other, Err(StoreError::NotFound("staff_id"))));
    let nobody = code(UserId::generate(), morning());
    assert!(matches!(issue(&nobody, world.staff_id).await, Err(StoreError::NotFound("user_id"))));
    assert!(matches!(world.bind(&hash, &world.key(), morning()).await, Binding::Bound { .. }));
});

test_both_dbs!(a_computer_disconnected_stays_known_as_such, async |store| {
    let world = World::new(store).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    let key = world.key();
    let Binding::Bound { device_id, .. } = world.bind(&hash, &key, morning()).await else { panic!("not bound") };
    world.store.disconnect_device(world.partner_id, device_id, morning() + hours(1)).await.unwrap();
    world.store.disconnect_device(world.partner_id, device_id, morning() + hours(2)).await.unwrap();
    assert!(world.store.device_by_key(&key).await.unwrap().unwrap().disconnected);
    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    assert_eq!(history.devices[0].disconnected_at, Some(morning() + hours(1)));
    assert_eq!(world.store.user(world.partner_id, world.user_id).await.unwrap().devices, 0);
});
