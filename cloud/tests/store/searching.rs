//! Lists: found whatever the case, in one order on both databases, page by page.

use std::time::Duration;

use buhphone_cloud::store::{ClientFields, Listing};
use buhphone_protocol::ids::ClientId;
use futures::{StreamExt, stream};

use crate::{
    databases::test_both_dbs,
    world::{World, morning},
};

test_both_dbs!(finds_users_by_any_part_without_case, async |store| {
    let world = World::new(store).await;
    let mut fields = world.fields("Ёлкина Анна Ильинична");
    fields.email = "Buh@Romashka.RU".into();
    fields.phone = "+7 (495) 748-24-55".into();
    world.user(world.client_id, &fields).await;
    let other = world.client("ИП Щукин 100%_\\").await;
    world.user(other, &world.fields("Борисов Пётр")).await;

    for (search, expected) in [
        ("", &["Борисов", "Ёлкина", "Иванова"][..]),
        ("ЕЛКИНА", &["Ёлкина"]),
        ("ёлкина анна", &["Ёлкина"]),
        ("  Ильин ", &["Ёлкина"]),
        ("buh@romashka", &["Ёлкина"]),
        ("(495)", &["Ёлкина"]),
        ("4957482455", &["Ёлкина"]),
        ("борисов петр", &["Борисов"]),
        ("щукин", &["Борисов"]),
        ("РОМАШ", &["Ёлкина", "Иванова"]),
        ("%", &["Борисов"]),
        ("_", &["Борисов"]),
        ("\\", &["Борисов"]),
        ("' OR '1'='1", &[]),
        ("нет такой", &[]),
    ] {
        let page = world.store.users(world.partner_id, None, &listing(search, 1, 10)).await.unwrap();
        let found: Vec<_> = page.rows.iter().map(|user| user.surname.as_str()).collect();
        assert_eq!((found.as_slice(), page.total as usize), (expected, expected.len()), "{search}");
    }
    let page = world.store.users(world.partner_id, Some(other), &listing("", 1, 10)).await.unwrap();
    assert_eq!(page.total, 1);
});

test_both_dbs!(finds_clients_by_name_and_inn, async |store| {
    let world = World::new(store).await;
    let fields = ClientFields { name: "ПАО «Сбербанк»".into(), inn: Some("7707083893".parse().unwrap()) };
    world.store.create_client(world.partner_id, ClientId::generate(), &fields, morning()).await.unwrap();
    for (search, expected) in [("СБЕР", 1), ("770708", 1), ("«", 2), ("9999", 0)] {
        let page = world.store.clients(world.partner_id, &listing(search, 1, 10)).await.unwrap();
        assert_eq!(page.total, expected, "{search}");
    }
});

test_both_dbs!(orders_as_the_alphabet_does_without_case, async |store| {
    let world = World::new(store).await;
    for name in ["яблоко", "Ёж", "ЖУК", "Егерь", "ель", "Alpha", "1С-Форус", "Елена"] {
        world.client(name).await;
    }
    let page = world.store.clients(world.partner_id, &listing("", 1, 20)).await.unwrap();
    let names: Vec<_> = page.rows.iter().map(|client| client.name.as_str()).collect();
    assert_eq!(names, ["1С-Форус", "Alpha", "Егерь", "Ёж", "Елена", "ель", "ЖУК", "ООО «Ромашка»", "яблоко"]);

    for name in ["Иванов Яков", "иванов Алексей Петрович", "Иванов Алексей", "Ивановский Аркадий"]
    {
        world.user(world.client_id, &world.fields(name)).await;
    }
    let page = world.store.users(world.partner_id, None, &listing("", 1, 20)).await.unwrap();
    let names: Vec<_> =
        page.rows.iter().map(|user| format!("{} {} {}", user.surname, user.name, user.patronymic)).collect();
    assert_eq!(
        names,
        ["Иванов Алексей ", "иванов Алексей Петрович", "Иванов Яков ", "Иванова Анна Петровна", "Ивановский Аркадий "]
    );
});

test_both_dbs!(pages_hold_every_row_once, async |store| {
    let world = World::new(store).await;
    for n in 0..24 {
        // Namesakes: only the id tells them apart.
        world.user(world.client_id, &world.fields(if n % 2 == 0 { "Петрова Анна" } else { "Сидорова Анна" })).await;
    }
    let mut seen = std::collections::HashSet::new();
    for (page, rows) in [(1, 10), (2, 10), (3, 5), (4, 0)] {
        let page = world.store.users(world.partner_id, None, &listing("", page, 10)).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (rows, 25));
        assert!(page.rows.iter().all(|user| seen.insert(user.user_id)));
    }
    let first = world.store.users(world.partner_id, None, &listing("", 0, 10)).await.unwrap();
    assert_eq!((first.page, first.rows.len()), (1, 10));
});

test_both_dbs!(five_thousand_users_are_listed_quickly, async |store| {
    let world = World::new(store).await;
    let (world, fields) = (&world, &world.fields("Петрова Анна Ивановна"));
    stream::iter(0..5_000)
        .for_each_concurrent(8, |_| async {
            world.user(world.client_id, fields).await;
        })
        .await;
    // A page takes milliseconds; the bound is for a machine busy with other tests.
    let quickly = tokio::time::timeout(Duration::from_secs(5), async {
        let list = listing("петрова", 50, 100);
        let page = world.store.users(world.partner_id, None, &list).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (100, 5_000));
        assert_eq!(world.store.clients(world.partner_id, &listing("", 1, 50)).await.unwrap().rows[0].users, 5_001);
    });
    quickly.await.expect("within the bound");
});

fn listing(search: &str, page: u32, page_size: u32) -> Listing {
    Listing { search: search.into(), page, page_size, ..Listing::default() }
}
