//! A visit keeps its steps: those the cloud saw, those the program told, each once done for good.

use buhphone_cloud::store::{Binding, StoreError};
use buhphone_protocol::{
    conversation::RequestKind,
    desk::LiveAbout,
    ids::{CodeId, DeviceId},
    visit::{StepReport, VisitStep},
};

use crate::{
    databases::test_both_dbs,
    world::{World, authorization, hours, launch, morning},
};

fn done(step: VisitStep, elapsed_ms: u64) -> StepReport {
    StepReport { step, elapsed_ms, failed: None }
}

fn failed(step: VisitStep, elapsed_ms: u64, why: &str) -> StepReport {
    StepReport { step, elapsed_ms, failed: Some(why.into()) }
}

async fn begun(world: &World) -> (CodeId, DeviceId) {
    let (code_id, hash) = world.code(world.user_id, morning()).await;
    match world.bind(&hash, &world.key(), morning()).await {
        Binding::Bound { device_id, .. } => (code_id, device_id),
        refused => panic!("not bound: {refused:?}"),
    }
}

/// Steps as «step elapsed failure».
async fn steps(world: &World, code_id: CodeId) -> Vec<String> {
    let visit = world.store.visit(world.partner_id, code_id).await.unwrap();
    let failure = |failed: Option<String>| failed.map(|why| format!(" {why}")).unwrap_or_default();
    visit.steps.into_iter().map(|row| format!("{:?} {}{}", row.step, row.elapsed_ms, failure(row.failed))).collect()
}

test_both_dbs!(a_code_not_used_yet_is_a_visit_without_steps, async |store| {
    let world = World::new(store).await;
    let (code_id, _) = world.code(world.user_id, morning()).await;
    let visit = world.store.visit(world.partner_id, code_id).await.unwrap();
    assert_eq!((visit.user.as_str(), visit.client.as_str()), ("Иванова Анна Петровна", "ООО «Ромашка»"));
    assert_eq!((visit.issued_by.as_str(), visit.issued_at), ("Ольга Смирнова", morning()));
    assert_eq!((visit.device_id, visit.steps, visit.took_ms), (None, vec![], None));
    assert_eq!(world.store.visits(world.partner_id, 1, 50).await.unwrap().total, 0);
});

test_both_dbs!(the_whole_visit_is_kept_and_told_live, async |store| {
    let world = World::new(store).await;
    let (me, before) = (world.partner_id, world.store.last_live_seq(world.partner_id).await.unwrap());
    let (code_id, device_id) = begun(&world).await;
    let tell = async |report, at| world.store.tell_step(me, device_id, code_id, &report, at).await.unwrap();
    let at = |seconds: i64| morning() + jiff::SignedDuration::from_secs(seconds);

    world.authorize(device_id, &authorization(launch(at(2)), None, "e1"), at(2)).await;
    world.authorize(device_id, &authorization(launch(at(3)), Some("e1"), "e2"), at(3)).await;
    assert!(tell(done(VisitStep::Autostart, 3_000), at(3)).await);
    let trial = world.asks(device_id, RequestKind::Trial, "");
    world.open_at(&trial, at(4)).await;
    assert!(tell(done(VisitStep::TestSent, 4_000), at(4)).await);
    assert!(tell(done(VisitStep::Confirmed, 4_500), at(5)).await);
    world.say_at(&world.staff_says(trial.request_id, "Вижу вас"), at(60)).await;
    world.say_at(&world.staff_says(trial.request_id, "До встречи"), at(70)).await;
    // A second trial request is not the visit's.
    world.open_at(&world.asks(device_id, RequestKind::Trial, ""), at(80)).await;

    assert_eq!(
        steps(&world, code_id).await,
        ["Connected 0", "Authorized 2000", "Autostart 3000", "TestSent 4000", "Confirmed 4500", "Answered 60000"]
    );
    let visit = world.store.visit(me, code_id).await.unwrap();
    assert_eq!(
        (visit.device_id, visit.request_id, visit.took_ms),
        (Some(device_id), Some(trial.request_id), Some(4_500))
    );
    assert_eq!((visit.computer.as_str(), visit.program.as_str()), ("БУХ-1", "0.1.0"));
    assert_eq!(world.store.request(me, trial.request_id).await.unwrap().visit, Some(code_id));
    let page = world.store.visits(me, 1, 50).await.unwrap();
    assert_eq!((page.total, page.rows), (1, vec![visit]));

    let live = world.store.live_after(me, before, 100).await.unwrap().events;
    let of_visit = live.iter().filter(|event| event.about == LiveAbout::Visit { code_id }).count();
    assert_eq!(of_visit, 7, "six steps and the test request");
});

test_both_dbs!(a_done_step_stays_done_and_the_last_failure_is_kept, async |store| {
    let world = World::new(store).await;
    let (code_id, device_id) = begun(&world).await;
    let tell =
        async |report| world.store.tell_step(world.partner_id, device_id, code_id, &report, morning()).await.unwrap();
    let live = world.store.last_live_seq(world.partner_id).await.unwrap();
    assert!(tell(failed(VisitStep::Autostart, 1_000, "denied")).await);
    assert!(tell(failed(VisitStep::Autostart, 2_000, "off_by_person")).await);
    assert!(!tell(failed(VisitStep::Autostart, 2_000, "off_by_person")).await);
    assert!(!tell(failed(VisitStep::Autostart, 1_000, "denied")).await);
    assert_eq!(steps(&world, code_id).await, ["Connected 0", "Autostart 2000 off_by_person"]);
    assert!(tell(done(VisitStep::Autostart, 3_000)).await);
    assert!(!tell(failed(VisitStep::Autostart, 4_000, "denied")).await);
    assert!(!tell(done(VisitStep::Autostart, 5_000)).await);
    assert!(!tell(done(VisitStep::Unknown, 5_000)).await);
    assert_eq!(steps(&world, code_id).await, ["Connected 0", "Autostart 3000"]);
    assert_eq!(world.store.last_live_seq(world.partner_id).await.unwrap(), live + 3);
});

test_both_dbs!(a_step_is_told_by_the_visits_computer_only, async |store| {
    let world = World::new(store).await;
    let (code_id, _) = begun(&world).await;
    let other = world.device(world.user_id, morning()).await;
    let refused =
        world.store.tell_step(world.partner_id, other, code_id, &done(VisitStep::Autostart, 1), morning()).await;
    assert!(matches!(refused, Err(StoreError::NotFound("code_id"))), "{refused:?}");
});

test_both_dbs!(visits_come_newest_first_in_pages, async |store| {
    let world = World::new(store).await;
    for hour in 0..3 {
        world.device(world.user_id, morning() + hours(hour)).await;
    }
    let [first, second] = [1, 2].map(|page| world.store.visits(world.partner_id, page, 2));
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    let starts: Vec<_> = first.rows.iter().chain(&second.rows).map(|visit| visit.steps[0].at).collect();
    assert_eq!(starts, [2, 1, 0].map(|hour| morning() + hours(hour)));
    assert_eq!((first.total, second.total, second.rows.len()), (3, 3, 1));
});
