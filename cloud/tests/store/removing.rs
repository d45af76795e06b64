//! A program that is uninstalled leaves its word; put back with its data, it goes on.

use buhphone_cloud::store::{Listing, StoreError};
use buhphone_protocol::ids::DeviceId;

use crate::{
    databases::test_both_dbs,
    world::{World, authorization, hours, launch, morning},
};

test_both_dbs!(a_removal_keeps_its_first_instant_and_ends_with_the_next_authorization, async |store| {
    let world = World::new(store).await;
    let (device_id, key) = world.device_and_key(world.user_id, morning()).await;
    let (store, partner_id) = (&world.store, world.partner_id);
    let told = async || world.card().await.devices[0].removed_at;
    assert_eq!(told().await, None);

    let removed_at = morning() + hours(1);
    assert_eq!(store.remove_device(partner_id, device_id, &key, removed_at).await.unwrap(), removed_at);
    assert_eq!(store.remove_device(partner_id, device_id, &key, removed_at + hours(1)).await.unwrap(), removed_at);
    assert_eq!(told().await, Some(removed_at));
    assert_eq!(store.user(partner_id, world.user_id).await.unwrap().devices, 0, "not connected now");
    let clients = store.clients(partner_id, &Listing { page: 1, page_size: 9, ..Listing::default() }).await.unwrap();
    assert_eq!(clients.rows[0].connected, 0);

    // Taken before the word, and written after it.
    world.authorize(device_id, &authorization(launch(morning()), None, "e1"), morning()).await;
    assert_eq!(told().await, Some(removed_at));
    world.authorize(device_id, &authorization(launch(morning()), None, "e2"), removed_at + hours(2)).await;
    assert_eq!(told().await, None);
    assert_eq!(store.user(partner_id, world.user_id).await.unwrap().devices, 1);
});

test_both_dbs!(only_the_devices_own_key_removes_it, async |store| {
    let world = World::new(store).await;
    let (device_id, key) = world.device_and_key(world.user_id, morning()).await;
    let (store, partner_id) = (&world.store, world.partner_id);
    let ended = store.remove_device(partner_id, device_id, &world.key(), morning()).await;
    assert!(matches!(ended, Err(StoreError::KeyEnded)), "{ended:?}");
    let nobodys = store.remove_device(partner_id, DeviceId::generate(), &key, morning()).await;
    assert!(matches!(nobodys, Err(StoreError::NotFound("device_id"))), "{nobodys:?}");
    store.disconnect_device(partner_id, device_id, morning()).await.unwrap();
    let ended = store.remove_device(partner_id, device_id, &key, morning()).await;
    assert!(matches!(ended, Err(StoreError::KeyEnded)), "{ended:?}");
    assert_eq!(world.card().await.devices[0].removed_at, None);
});
