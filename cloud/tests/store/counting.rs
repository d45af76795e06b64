//! Counted once and never backwards, whatever order attempts come in.
//! Made-up histories against a model of five lines.

use std::collections::HashMap;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::{
    databases::{Kind, fresh},
    world::{World, authorization, hours, launch, morning},
};

/// An attempt: which intent, from which computer, at which hour.
fn attempts() -> impl Strategy<Value = Vec<(usize, i64)>> {
    prop::collection::vec((0..6_usize, 0..200_i64), 1..25)
}

proptest! {
    // A database a case: as many as stay within seconds.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_intent_counts_once_and_the_date_only_grows(attempts in attempts()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let fresh = fresh(Kind::Sqlite).await;
            let world = World::new(fresh.store.clone()).await;
            let devices = [world.device(world.user_id, morning()).await, world.device(world.user_id, morning()).await];
            let intents: Vec<_> = (0..6).map(|_| authorization(launch(morning()), None, "e")).collect();

            let mut counted: HashMap<usize, Timestamp> = HashMap::new();
            let mut date = None;
            for (intent, hour) in attempts {
                let at = morning() + hours(hour);
                let written = world.authorize(devices[intent % 2], &intents[intent], at).await;
                assert_eq!(written.first, !counted.contains_key(&intent));
                assert_eq!(written.authorized_at, *counted.entry(intent).or_insert(at));
                date = date.max(Some(written.authorized_at));
                assert_eq!(world.date(world.user_id).await, date);
            }
            let history = world.store.user_history(world.partner_id, world.user_id).await.unwrap();
            assert_eq!(history.authorizations.len(), counted.len());
        });
    }
}
