//! The history of edits is written with the change, and says what it was; categories keep the
//! partner's order; a computer that goes to a colleague takes no history along.

use buhphone_cloud::store::{Binding, StoreError};
use buhphone_protocol::register::{Edit, EditAction, FieldChange};

use crate::{
    databases::test_both_dbs,
    world::{World, authorization, code, editor, hours, launch, morning},
};

test_both_dbs!(an_edit_says_who_when_and_what_it_was, async |store| {
    let world = World::new(store).await;
    let other = world.category("Второй платный").await;
    let mut fields = world.fields("Иванова Анна Петровна");
    let update = async |fields: &_, at| {
        world.store.update_user(world.partner_id, world.user_id, fields, &editor(at)).await.unwrap();
    };
    // The same once more is no edit.
    update(&fields, morning()).await;
    fields.surname = "Петрова".into();
    fields.category_id = other;
    fields.its_until = Some("2015".parse().unwrap());
    update(&fields, morning() + hours(1)).await;
    fields.uses_1c = false;
    update(&fields, morning() + hours(2)).await;
    world.store.archive_user(world.partner_id, world.user_id, true, &editor(morning() + hours(3))).await.unwrap();
    world.store.archive_user(world.partner_id, world.user_id, true, &editor(morning() + hours(4))).await.unwrap();

    let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
    let edit = |after, action, changes: &[(&str, &str, &str)]| Edit {
        at: morning() + hours(after),
        by: "Ольга Смирнова".into(),
        action,
        changes: changes.iter().map(change).collect(),
    };
    let expected = [
        edit(3, EditAction::Archived, &[]),
        edit(2, EditAction::Changed, &[("uses_1c", "true", "false")]),
        edit(
            1,
            EditAction::Changed,
            &[
                ("surname", "Иванова", "Петрова"),
                ("category", "Первый платный", "Второй платный"),
                ("its_until", "", "2015"),
            ],
        ),
    ];
    assert_eq!(history.edits, expected);
});

test_both_dbs!(a_refused_change_is_no_edit, async |store| {
    let world = World::new(store).await;
    let mut fields = world.fields("Петрова Анна");
    fields.category_id = buhphone_protocol::ids::CategoryId::generate();
    let refused = world.store.update_user(world.partner_id, world.user_id, &fields, &editor(morning())).await;
    assert!(matches!(refused, Err(StoreError::NotFound("category_id"))), "{refused:?}");
    assert_eq!(world.store.user_history(world.partner_id, world.user_id).await.unwrap().edits, []);
});

test_both_dbs!(categories_are_kept_in_the_partners_order, async |store| {
    let world = World::new(store).await;
    let (second, third) = (world.category("Второй платный").await, world.category("Третий платный").await);
    let names = async || {
        let rows = world.store.categories(world.partner_id).await.unwrap();
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(names().await, "Второй платный, Первый платный, Третий платный");
    world.store.order_categories(world.partner_id, &[third, world.category_id]).await.unwrap();
    assert_eq!(names().await, "Третий платный, Первый платный, Второй платный");
    world.category("Без услуг").await;
    assert_eq!(names().await, "Третий платный, Первый платный, Второй платный, Без услуг");

    world.store.archive_category(world.partner_id, second, Some(morning())).await.unwrap();
    assert_eq!(names().await, "Третий платный, Первый платный, Без услуг");
    let rows = world.store.category_rows(world.partner_id).await.unwrap();
    let shown: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.archived, row.users)).collect();
    assert_eq!(
        shown,
        [
            ("Третий платный", false, 0),
            ("Первый платный", false, 1),
            ("Без услуг", false, 0),
            ("Второй платный", true, 0)
        ]
    );
    let taken = world.store.rename_category(world.partner_id, third, "первый ПЛАТНЫЙ").await;
    assert!(matches!(taken, Err(StoreError::Exists("name"))), "{taken:?}");
    world.store.rename_category(world.partner_id, third, "ТРЕТИЙ платный").await.unwrap();
});

test_both_dbs!(merging_a_category_takes_its_users_along_and_tells_each, async |store| {
    let world = World::new(store).await;
    let into = world.category("Пакет").await;
    let by = editor(morning());
    let moved = world.store.merge_category(world.partner_id, world.category_id, into, &by).await.unwrap();
    assert_eq!(moved, 1);
    assert_eq!(world.store.user(world.partner_id, world.user_id).await.unwrap().category, "Пакет");
    assert_eq!(world.store.categories(world.partner_id).await.unwrap().len(), 1);
    let edits = world.store.user_history(world.partner_id, world.user_id).await.unwrap().edits;
    assert_eq!(edits[0].changes, [change(&("category", "Первый платный", "Пакет"))]);
});

test_both_dbs!(a_computer_handed_over_leaves_its_history_where_it_was, async |store| {
    let world = World::new(store).await;
    let colleague = world.user(world.client_id, &world.fields("Петрова Ольга")).await;
    let device_id = world.device(world.user_id, morning()).await;
    world.authorize(device_id, &authorization(launch(morning()), None, "e1"), morning()).await;
    let (code, by) = (code(colleague, morning() + hours(1)), editor(morning() + hours(1)));
    let given = world.store.hand_over(world.partner_id, device_id, &code, b"hers", world.staff_id, &by).await;
    given.unwrap();

    let key = world.key();
    let bound = world.bind(b"hers", &key, morning() + hours(2)).await;
    assert!(matches!(bound, Binding::Bound { .. }), "{bound:?}");
    let (before, after) = (
        world.store.user_history(world.partner_id, world.user_id).await.unwrap(),
        world.store.user_history(world.partner_id, colleague).await.unwrap(),
    );
    assert_eq!(before.devices[0].disconnected_at, Some(morning() + hours(1)));
    assert_eq!((before.authorizations.len(), after.authorizations.len()), (1, 0));
    assert_eq!((world.date(world.user_id).await, world.date(colleague).await), (Some(morning()), None));
    assert_eq!(before.edits[0].action, EditAction::HandedOver);
    assert_eq!(before.edits[0].changes, [change(&("computer", "БУХ-1", "Петрова Ольга"))]);
    assert_eq!(after.edits[0].changes, [change(&("computer_of", "Иванова Анна Петровна", "БУХ-1"))]);

    let own = crate::world::code(world.user_id, morning() + hours(3));
    let refused = world.store.hand_over(world.partner_id, device_id, &own, b"own", world.staff_id, &by).await;
    assert!(matches!(refused, Err(StoreError::Exists("user_id"))), "{refused:?}");
});

fn change((field, before, after): &(&str, &str, &str)) -> FieldChange {
    FieldChange { field: (*field).into(), before: (*before).into(), after: (*after).into() }
}
