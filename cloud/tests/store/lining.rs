//! The line is as the partner set it; before that, as every partner's begins.

use buhphone_cloud::store::StoreError;
use buhphone_protocol::{
    desk::{DayHours, LineSettings},
    ids::PartnerId,
};

use crate::{
    databases::test_both_dbs,
    world::{World, morning},
};

test_both_dbs!(a_line_is_ready_before_anybody_sets_it_and_then_as_set, async |store| {
    let (world, other) = (World::new(store.clone()).await, World::new(store.clone()).await);
    let first = store.line(world.partner_id).await.unwrap();
    assert_eq!((first.name.as_str(), first.hours.len(), first.promise_minutes), ("Линия консультаций", 5, 15));
    assert_eq!(first.answer_open, "Обращение получено. Ответим в течение 15 минут.");

    let set = LineSettings {
        name: "Поддержка".into(),
        hours: vec![DayHours { weekday: 6, from: "10:00".into(), to: "24:00".into() }],
        answer_open: "Принято".into(),
        answer_closed: "Отдыхаем".into(),
        promise_minutes: 60,
    };
    for _ in 0..2 {
        store.set_line(world.partner_id, &set).await.unwrap();
        assert_eq!(store.line(world.partner_id).await.unwrap(), set);
    }
    assert_eq!(store.line(other.partner_id).await.unwrap(), first);

    let device_id = world.device(world.user_id, morning()).await;
    assert_eq!(store.owner(world.partner_id, device_id).await.unwrap().line, set);
    let nobody = PartnerId::generate();
    assert!(matches!(store.line(nobody).await, Err(StoreError::NotFound("partner_id"))));
    assert!(matches!(store.set_line(nobody, &set).await, Err(StoreError::NotFound("partner_id"))));
});
