//! The register: clients, users and categories as they are entered, changed and archived.

use buhphone_cloud::store::{Binding, ClientFields, Listing, StoreError};
use buhphone_protocol::{
    cabinet::{Category, Client, User},
    ids::{CategoryId, ClientId, UserId},
};

use crate::{
    databases::test_both_dbs,
    world::{World, editor, hours, morning},
};

test_both_dbs!(a_user_reads_back_as_entered, async |store| {
    let world = World::new(store).await;
    let mut fields = world.fields("Ёлкина Анна-Мария Иль'инична");
    fields.its_until = Some("2015-12-31".parse().unwrap());
    fields.uses_1c = false;
    fields.email = "Anna@Romashka.ru".into();
    fields.phone = "+7 (495) 748-24-55".into();
    let user_id = world.user(world.client_id, &fields).await;
    let expected = User {
        user_id,
        client_id: world.client_id,
        client: "ООО «Ромашка»".into(),
        surname: "Ёлкина".into(),
        name: "Анна-Мария".into(),
        patronymic: "Иль'инична".into(),
        category_id: world.category_id,
        category: "Первый платный".into(),
        uses_1c: false,
        its_until: Some("2015-12-31".parse().unwrap()),
        email: "Anna@Romashka.ru".into(),
        phone: "+7 (495) 748-24-55".into(),
        archived: false,
        erased: false,
        devices: 0,
        last_authorization: None,
        code: None,
    };
    assert_eq!(world.store.user(world.partner_id, user_id).await.unwrap(), expected);

    fields.surname = "Петрова".into();
    fields.uses_1c = true;
    fields.its_until = Some("2016".parse().unwrap());
    world.store.update_user(world.partner_id, user_id, &fields, &editor(morning())).await.unwrap();
    let changed =
        User { surname: "Петрова".into(), uses_1c: true, its_until: Some("2016".parse().unwrap()), ..expected };
    assert_eq!(world.store.user(world.partner_id, user_id).await.unwrap(), changed);
});

test_both_dbs!(a_user_of_no_category_is_not_written, async |store| {
    let world = World::new(store).await;
    let user_id = UserId::generate();
    let mut fields = world.fields("Петрова Анна");
    fields.category_id = CategoryId::generate();
    let refused = world.store.create_user(world.partner_id, world.client_id, user_id, &fields, morning()).await;
    assert!(matches!(refused, Err(StoreError::NotFound("category_id"))), "{refused:?}");
    fields.category_id = world.category_id;
    let refused = world.store.create_user(world.partner_id, ClientId::generate(), user_id, &fields, morning()).await;
    assert!(matches!(refused, Err(StoreError::NotFound("client_id"))), "{refused:?}");
    assert_eq!(world.store.users(world.partner_id, None, &all()).await.unwrap().total, 1);

    fields.category_id = CategoryId::generate();
    fields.surname = "Сидорова".into();
    let refused = world.store.update_user(world.partner_id, world.user_id, &fields, &editor(morning())).await;
    assert!(matches!(refused, Err(StoreError::NotFound("category_id"))), "{refused:?}");
    assert_eq!(world.store.user(world.partner_id, world.user_id).await.unwrap().surname, "Иванова");
});

test_both_dbs!(a_client_counts_its_users_and_the_connected_ones, async |store| {
    let world = World::new(store).await;
    world.device(world.user_id, morning()).await;
    world.device(world.user_id, morning()).await;
    let gone = world.user(world.client_id, &world.fields("Уволена Анна")).await;
    world.device(gone, morning()).await;
    world.store.archive_user(world.partner_id, gone, true, &editor(morning())).await.unwrap();
    let disconnected = world.user(world.client_id, &world.fields("Петрова Анна")).await;
    let device_id = world.device(disconnected, morning()).await;
    world.store.disconnect_device(world.partner_id, device_id, morning()).await.unwrap();

    let expected = Client {
        client_id: world.client_id,
        name: "ООО «Ромашка»".into(),
        inn: None,
        archived: false,
        users: 2,
        connected: 1,
    };
    assert_eq!(world.store.client(world.partner_id, world.client_id).await.unwrap(), expected);
    assert_eq!(world.store.clients(world.partner_id, &all()).await.unwrap().rows, [expected]);
});

test_both_dbs!(an_inn_is_one_client_of_a_partner, async |store| {
    let world = World::new(store).await;
    let with = |inn: &str| ClientFields { name: "ПАО «Сбер»".into(), inn: Some(inn.parse().unwrap()) };
    let (first, second) = (ClientId::generate(), ClientId::generate());
    let create =
        async |id, fields: &ClientFields| world.store.create_client(world.partner_id, id, fields, morning()).await;
    create(first, &with("7707083893")).await.unwrap();
    assert!(matches!(create(second, &with("7707083893")).await, Err(StoreError::Exists("inn"))));
    create(second, &with("7830002293")).await.unwrap();
    let taken = world.store.update_client(world.partner_id, second, &with("7707083893"), &editor(morning())).await;
    assert!(matches!(taken, Err(StoreError::Exists("inn"))), "{taken:?}");
    let kept = world.store.client(world.partner_id, second).await.unwrap();
    assert_eq!(kept.inn, Some("7830002293".parse().unwrap()));
    world.store.update_client(world.partner_id, second, &with("7830002293"), &editor(morning())).await.unwrap();

    let neighbour = World::new(world.store.clone()).await;
    let theirs = &with("7707083893");
    neighbour.store.create_client(neighbour.partner_id, ClientId::generate(), theirs, morning()).await.unwrap();
});

test_both_dbs!(a_category_is_one_name_without_case, async |store| {
    let world = World::new(store).await;
    let category = Category { category_id: CategoryId::generate(), name: "ПЕРВЫЙ  ПЛАТНЫЙ".into() };
    let taken = world.store.create_category(world.partner_id, &category).await;
    assert!(matches!(taken, Err(StoreError::Exists("name"))), "{taken:?}");
    world.category("Пакет от 6 до 10 пользователей").await;
    world.category("без услуг").await;
    let names: Vec<_> =
        world.store.categories(world.partner_id).await.unwrap().into_iter().map(|category| category.name).collect();
    assert_eq!(names, ["без услуг", "Пакет от 6 до 10 пользователей", "Первый платный"]);
});

test_both_dbs!(archiving_a_user_revokes_the_code_and_hides_the_user, async |store| {
    let world = World::new(store).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    world.store.archive_user(world.partner_id, world.user_id, true, &editor(morning() + hours(1))).await.unwrap();
    assert_eq!(world.bind(&hash, &world.key(), morning() + hours(2)).await, Binding::Revoked);
    assert_eq!(world.store.users(world.partner_id, None, &all()).await.unwrap().total, 0);
    assert!(world.store.users(world.partner_id, None, &archived()).await.unwrap().rows[0].archived);

    let (_, late) = world.code(world.user_id, morning() + hours(2)).await;
    assert_eq!(world.bind(&late, &world.key(), morning() + hours(2)).await, Binding::UserArchived);
    world.store.archive_user(world.partner_id, world.user_id, false, &editor(morning())).await.unwrap();
    assert!(matches!(world.bind(&late, &world.key(), morning() + hours(3)).await, Binding::Bound { .. }));
});

test_both_dbs!(an_archived_users_computer_is_known_as_such, async |store| {
    let world = World::new(store).await;
    let (_, hash) = world.code(world.user_id, morning()).await;
    let key = world.key();
    world.bind(&hash, &key, morning()).await;
    world.store.archive_client(world.partner_id, world.client_id, true, &editor(morning())).await.unwrap();
    assert!(world.store.device_by_key(&key).await.unwrap().unwrap().user_archived);
    world.store.archive_client(world.partner_id, world.client_id, false, &editor(morning())).await.unwrap();
    assert!(!world.store.device_by_key(&key).await.unwrap().unwrap().user_archived);
});

test_both_dbs!(a_client_comes_back_with_the_users_it_left_with, async |store| {
    let world = World::new(store).await;
    let gone = world.user(world.client_id, &world.fields("Уволена Анна")).await;
    world.store.archive_user(world.partner_id, gone, true, &editor(morning())).await.unwrap();
    let (_, hash) = world.code(world.user_id, morning()).await;

    let archive = async |archive, at| {
        world.store.archive_client(world.partner_id, world.client_id, archive, &editor(at)).await.unwrap();
    };
    archive(true, morning() + hours(1)).await;
    archive(true, morning() + hours(2)).await;
    assert_eq!(world.store.users(world.partner_id, None, &archived()).await.unwrap().total, 2);
    assert_eq!(world.store.clients(world.partner_id, &archived()).await.unwrap().total, 1);
    assert_eq!(world.store.clients(world.partner_id, &all()).await.unwrap().total, 0);
    assert_eq!(world.bind(&hash, &world.key(), morning() + hours(2)).await, Binding::Revoked);

    archive(false, morning() + hours(3)).await;
    let back = world.store.users(world.partner_id, None, &all()).await.unwrap().rows;
    assert_eq!(back.iter().map(|user| user.user_id).collect::<Vec<_>>(), [world.user_id]);
    assert!(world.store.user(world.partner_id, gone).await.unwrap().archived);
});

fn all() -> Listing {
    Listing { page: 1, page_size: 100, ..Listing::default() }
}

fn archived() -> Listing {
    Listing { archived: true, ..all() }
}
