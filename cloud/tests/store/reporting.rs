//! The report: who is in it, the period's ends, totals, orders and evidence.

use buhphone_cloud::{
    rules::reason,
    store::{Evidence, ReportPage, ReportSelection},
};
use buhphone_protocol::{
    conversation::RequestKind,
    ids::{ClientId, DeviceId, UserId},
    report::{Column, Filter},
    telemetry::{Autostart, FailureKind, FailureTally},
};
use jiff::Timestamp;

use crate::{
    databases::test_both_dbs,
    world::{World, at, authorization, editor, hours, launch, morning},
};

test_both_dbs!(a_period_holds_its_first_instant_and_not_its_last, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning()).await;
    let day = at("2026-11-22T21:00:00Z");
    authorize(&world, device_id, day).await;
    authorize(&world, device_id, day + hours(240)).await;
    let authorized = async |from: Timestamp, until: Timestamp| {
        let page = report(&world, &ReportSelection { from, until, ..selection() }).await;
        assert_eq!(page.rows[0].last_authorization, Some(day + hours(240)), "in the period or not");
        page.rows[0].authorized
    };
    assert!(authorized(day, day + hours(24)).await);
    assert!(!authorized(day - hours(24), day).await);
    assert!(!authorized("2026-11-22T21:00:00.000001Z".parse().unwrap(), day + hours(24)).await);
    assert!(authorized(day - hours(24), "2026-11-22T21:00:00.000001Z".parse().unwrap()).await);
    assert!(authorized(day + hours(24), day + hours(241)).await);
    assert!(!authorized(day + hours(24), day + hours(240)).await);
    assert!(!authorized(day + hours(241), day + hours(264)).await);
});

test_both_dbs!(totals_are_of_the_search_and_rows_of_the_filter, async |store| {
    let world = World::new(store).await;
    let other = world.client("Лютик").await;
    for (n, client_id) in [(0, world.client_id), (1, world.client_id), (2, other), (3, other), (4, other)] {
        let user_id = world.user(client_id, &world.fields(&format!("Петрова{n}"))).await;
        if n % 2 == 0 {
            let device_id = world.device(user_id, morning()).await;
            authorize(&world, device_id, morning()).await;
        }
    }
    let totals = async |authorized, search: &str| {
        let page = report(&world, &ReportSelection { authorized, search: search.into(), ..selection() }).await;
        assert_eq!(page.rows.len(), page.total as usize);
        (page.total, page.authorized, page.not_authorized)
    };
    assert_eq!(totals(Filter::All, "").await, (6, 3, 3));
    assert_eq!(totals(Filter::Yes, "").await, (3, 3, 3));
    assert_eq!(totals(Filter::No, "").await, (3, 3, 3));
    assert_eq!(totals(Filter::No, "ЛЮТИК").await, (1, 2, 1));
    assert_eq!(totals(Filter::All, "петрова1").await, (1, 0, 1));
    assert_eq!(totals(Filter::Yes, "нет такой").await, (0, 0, 0));
});

test_both_dbs!(pages_are_cut_after_the_filter, async |store| {
    let world = World::new(store).await;
    for n in 0..9 {
        world.user(world.client_id, &world.fields(&format!("Петрова{n}"))).await;
    }
    let page = async |page| {
        let chosen = ReportSelection { authorized: Filter::No, page, page_size: 4, ..selection() };
        let page = report(&world, &chosen).await;
        (page.rows.iter().map(|row| row.user.clone()).collect::<Vec<_>>(), page.total)
    };
    assert_eq!(page(2).await, (["Петрова3", "Петрова4", "Петрова5", "Петрова6"].map(String::from).to_vec(), 10));
    assert_eq!(page(3).await, (["Петрова7", "Петрова8"].map(String::from).to_vec(), 10));
    assert_eq!(page(4).await, (Vec::new(), 10));
});

test_both_dbs!(archived_users_and_clients_are_left_out, async |store| {
    let world = World::new(store).await;
    let user_id = world.user(world.client_id, &world.fields("Уволена Анна")).await;
    let device_id = world.device(user_id, morning()).await;
    authorize(&world, device_id, morning()).await;
    world.store.archive_user(world.partner_id, user_id, true, &editor(morning())).await.unwrap();
    let other = world.client("Лютик").await;
    world.user(other, &world.fields("Ушедшая")).await;
    world.store.archive_client(world.partner_id, other, true, &editor(morning())).await.unwrap();
    let page = report(&world, &selection()).await;
    assert_eq!((page.total, page.authorized), (1, 0));
    assert_eq!(page.rows[0].user, "Иванова Анна Петровна");
});

test_both_dbs!(sorts_by_every_column_and_then_by_the_default_order, async |store| {
    let world = World::new(store).await;
    world.store.archive_user(world.partner_id, world.user_id, true, &editor(morning())).await.unwrap();
    let free = world.category("без услуг").await;
    let (acacia, yolka) = (world.client("акация").await, world.client("Ёлка").await);
    // Пользователь, client, 1С, category, ИТС, hour of the last authorization.
    for (name, client_id, uses_1c, category_id, its_until, hour) in [
        ("Белова", yolka, true, world.category_id, Some("2015-06-30"), Some(1)),
        ("Ёршова", acacia, true, free, Some("2015"), None),
        ("Жукова", acacia, false, world.category_id, None, Some(3)),
        ("егорова", yolka, false, free, Some("2014-12-31"), None),
    ] {
        let mut fields = world.fields(name);
        (fields.uses_1c, fields.category_id) = (uses_1c, category_id);
        fields.its_until = its_until.map(|until| until.parse().unwrap());
        let user_id = world.user(client_id, &fields).await;
        if let Some(hour) = hour {
            let device_id = world.device(user_id, morning() - hours(24 * hour)).await;
            authorize(&world, device_id, morning() + hours(hour)).await;
        }
    }
    let order = async |sort, descending| {
        let page = report(&world, &ReportSelection { sort, descending, ..selection() }).await;
        page.rows.iter().map(|row| row.user.chars().next().unwrap()).collect::<String>()
    };
    for (column, ascending, descending) in [
        (Column::Default, "ЖеЁБ", "БЁеЖ"),
        (Column::ItsUntil, "ЖеБЁ", "ЁБеЖ"),
        (Column::Uses1c, "ЖеЁБ", "ЁБЖе"),
        (Column::Category, "еЁЖБ", "ЖБеЁ"),
        (Column::LastAuthorization, "еЁБЖ", "ЖБеЁ"),
        (Column::Authorized, "еЁЖБ", "ЖБеЁ"),
        (Column::Client, "ЖЁеБ", "еБЖЁ"),
        (Column::User, "БеЁЖ", "ЖЁеБ"),
        (Column::LastContact, "еЁЖБ", "БЖеЁ"),
        (Column::Reason, "ЖБеЁ", "еЁЖБ"),
    ] {
        assert_eq!(
            (order(column, false).await.as_str(), order(column, true).await.as_str()),
            (ascending, descending),
            "{column:?}"
        );
    }
});

test_both_dbs!(sorts_by_the_reason_that_the_rules_conclude, async |store| {
    let world = World::new(store).await;
    let other = world.client("Лютик").await;
    for life in [
        "authorized",
        "not invited",
        "code waits",
        "code expired",
        "disconnected",
        "disconnected, code waits",
        "connected later",
        "launched",
        "failed",
        "autostart off",
        "autostart foreign",
        "autostart off by a person",
        "autostart forbidden",
        "removed",
        "removed, code waits",
        "silent",
    ] {
        for client_id in [world.client_id, other] {
            live(&world, client_id, life).await;
        }
    }
    let until = selection().until;
    let order = async |chosen: &ReportSelection| {
        let mut rows = Vec::new();
        for page in 1..=11 {
            let page = report(&world, &ReportSelection { page, page_size: 3, ..chosen.clone() }).await;
            rows.extend(page.rows.into_iter().map(|row| {
                let rank = if row.authorized { 0 } else { reason::rank(&reason::conclude(&row.evidence, until)) };
                (rank, row.user)
            }));
        }
        rows
    };
    let chosen = ReportSelection { sort: Column::Reason, ..selection() };
    let up = order(&chosen).await;
    let ranks = up.iter().map(|(rank, _)| rank.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(ranks, "0 0 1 1 1 2 2 2 2 2 2 3 3 4 4 5 5 7 7 8 8 8 8 9 9 9 9 10 10 11 11 12 12", "{up:?}");
    let mut down = order(&ReportSelection { descending: true, ..chosen.clone() }).await;
    assert!(down.is_sorted_by_key(|(rank, _)| std::cmp::Reverse(*rank)), "{down:?}");
    down.sort_by_key(|(rank, _)| *rank);
    assert_eq!(down, up, "of one reason in the default order, both ways");
    let no = order(&ReportSelection { authorized: Filter::No, ..chosen }).await;
    assert_eq!(no, up[2..]);
});

test_both_dbs!(evidence_tells_how_far_a_user_came, async |store| {
    let world = World::new(store).await;
    let seen = async || evidence(&world, world.user_id).await;
    assert_eq!(seen().await, Evidence::default());

    let (code_id, _) = world.code(world.user_id, morning() - hours(3)).await;
    assert_eq!(seen().await, Evidence { codes_issued: true, code_active: true, ..Evidence::default() });
    world.store.revoke_code(world.partner_id, code_id, morning()).await.unwrap();
    assert_eq!(seen().await, Evidence { codes_issued: true, ..Evidence::default() });
    world.code(world.user_id, morning() - hours(24 * 7)).await;
    assert!(!seen().await.code_active, "it expires at this instant");

    let early = morning() - hours(24 * 3);
    let device_id = world.device(world.user_id, early).await;
    let connected = Evidence {
        codes_issued: true,
        devices_ever: true,
        devices_connected: true,
        first_activated_at: Some(early),
        ..Evidence::default()
    };
    assert_eq!(seen().await, connected);
    world.store.disconnect_device(world.partner_id, device_id, morning()).await.unwrap();
    assert_eq!(seen().await, Evidence { devices_connected: false, ..connected });
    let page = report(&world, &selection()).await;
    assert_eq!(page.rows[0].last_contact, Some(early), "the code was used");
});

test_both_dbs!(the_last_contact_is_a_visit_or_a_talk_and_no_trial, async |store| {
    let world = World::new(store).await;
    let contact = async || report(&world, &selection()).await.rows[0].last_contact;
    assert_eq!(contact().await, None);
    let start = morning() - hours(24);
    let device_id = world.device(world.user_id, start).await;
    let trial = world.asks(device_id, RequestKind::Trial, "тест");
    world.open_at(&trial, start + hours(1)).await;
    world.say_at(&world.user_says(device_id, trial.request_id, "тест"), start + hours(2)).await;
    assert_eq!(contact().await, Some(start), "the visit");
    world.say_at(&world.staff_says(trial.request_id, "Вижу вас"), start + hours(3)).await;
    assert_eq!(contact().await, Some(start + hours(3)), "staff wrote");
    let request = world.asks(device_id, RequestKind::Ordinary, "Вопрос");
    world.open_at(&request, start + hours(4)).await;
    assert_eq!(contact().await, Some(start + hours(4)), "the user asked");
    world.say_at(&world.staff_says(request.request_id, "Ответ"), start + hours(1)).await;
    assert_eq!(contact().await, Some(start + hours(4)), "it never moves backwards");
    let page = report(&world, &ReportSelection { sort: Column::LastContact, ..selection() }).await;
    assert_eq!(page.rows[0].last_contact, Some(start + hours(4)));
});

test_both_dbs!(evidence_tells_launches_and_failures_of_the_period, async |store| {
    let world = World::new(store).await;
    let device_id = world.device(world.user_id, morning() - hours(24 * 9)).await;
    let tally = |kind, count, first: i64, last: i64| FailureTally {
        kind,
        count,
        first_at: morning() + hours(first),
        last_at: morning() + hours(last),
    };
    let mut new = authorization(launch(morning() + hours(24 * 5)), None, "e1");
    new.failures = vec![
        tally(FailureKind::Timeout, 500, -24 * 5, -24 * 3),
        tally(FailureKind::Dns, 2, -24 * 4, 1),
        tally(FailureKind::Proxy, 3, 2, 24 * 3),
        tally(FailureKind::Tls, 900, 24 * 3, 24 * 4),
    ];
    world.authorize(device_id, &new, morning() + hours(24 * 5)).await;
    let seen = evidence(&world, world.user_id).await;
    assert_eq!((seen.launched_in_period, seen.failure_in_period), (false, Some(FailureKind::Proxy)));

    let mut next = authorization(launch(morning() + hours(24 * 6)), Some("e1"), "e2");
    next.launches = vec![launch(morning() + hours(1))];
    next.failures = vec![tally(FailureKind::Dns, 2, 0, 1)];
    world.authorize(device_id, &next, morning() + hours(24 * 6)).await;
    let seen = evidence(&world, world.user_id).await;
    assert_eq!((seen.launched_in_period, seen.failure_in_period), (true, Some(FailureKind::Dns)), "four against three");
});

test_both_dbs!(evidence_tells_autostart_on_if_any_computer_has_it, async |store| {
    let world = World::new(store).await;
    let (office, home) = (world.device(world.user_id, morning()).await, world.device(world.user_id, morning()).await);
    let tell = async |device_id, autostart, hour| {
        let mut new = authorization(launch(morning()), None, "e1");
        new.autostart = autostart;
        world.authorize(device_id, &new, morning() + hours(hour)).await;
        evidence(&world, world.user_id).await.autostart
    };
    assert_eq!(tell(office, Autostart::Off, 1).await, Some(Autostart::Off));
    assert_eq!(tell(home, Autostart::OffByPerson, 2).await, Some(Autostart::OffByPerson), "told last");
    assert_eq!(tell(office, Autostart::On, 3).await, Some(Autostart::On));
    assert_eq!(tell(home, Autostart::OffByPerson, 4).await, Some(Autostart::On));
    world.store.disconnect_device(world.partner_id, office, morning()).await.unwrap();
    assert_eq!(evidence(&world, world.user_id).await.autostart, Some(Autostart::OffByPerson));
});

/// A user who came so far with the program by 23.11.2026.
async fn live(world: &World, client_id: ClientId, life: &str) {
    let user_id = world.user(client_id, &world.fields(&life.replace(' ', "-"))).await;
    let early = morning() - hours(24 * 9);
    match life {
        "not invited" => return,
        "code waits" => return drop(world.code(user_id, morning() - hours(1)).await),
        "code expired" => return drop(world.code(user_id, early).await),
        "connected later" => {
            world.device(user_id, selection().until).await;
            return;
        }
        _ => {}
    }
    let (device_id, key) = world.device_and_key(user_id, early).await;
    let mut told = authorization(launch(early), None, "e1");
    match life {
        "authorized" => return authorize(world, device_id, morning()).await,
        "launched" => told.launches = vec![launch(morning())],
        "failed" => {
            let (first_at, last_at) = (morning() - hours(48), morning());
            told.failures = vec![FailureTally { kind: FailureKind::Proxy, count: 1, first_at, last_at }];
        }
        "autostart off" => told.autostart = Autostart::Off,
        "autostart foreign" => told.autostart = Autostart::Foreign,
        "autostart off by a person" => told.autostart = Autostart::OffByPerson,
        "autostart forbidden" => told.autostart = Autostart::Forbidden,
        _ => {}
    }
    world.authorize(device_id, &told, early + hours(1)).await;
    if life.starts_with("disconnected") {
        world.store.disconnect_device(world.partner_id, device_id, morning()).await.unwrap();
    }
    if life.starts_with("removed") {
        world.store.remove_device(world.partner_id, device_id, &key, morning()).await.unwrap();
    }
    if life.ends_with("code waits") {
        world.code(user_id, morning() - hours(1)).await;
    }
}

/// 23.11.2026 of Moscow.
fn selection() -> ReportSelection {
    ReportSelection {
        from: at("2026-11-22T21:00:00Z"),
        until: at("2026-11-23T21:00:00Z"),
        authorized: Filter::All,
        search: String::new(),
        sort: Column::Default,
        descending: false,
        page: 1,
        page_size: 100,
        now: morning(),
    }
}

async fn report(world: &World, selection: &ReportSelection) -> ReportPage {
    world.store.report(world.partner_id, selection).await.unwrap()
}

async fn evidence(world: &World, user_id: UserId) -> Evidence {
    let page = report(world, &selection()).await;
    page.rows.into_iter().find(|row| row.user_id == user_id).unwrap().evidence
}

async fn authorize(world: &World, device_id: DeviceId, at: Timestamp) {
    world.authorize(device_id, &authorization(launch(at), None, "e"), at).await;
}
