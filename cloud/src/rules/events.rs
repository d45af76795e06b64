//! What a stream reads after each bell: whether its owner may still hear, and what came
//! after the last number. And the watch for what other nodes wrote.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
};

use buhphone_protocol::{
    conversation::Seq,
    desk::LiveAbout,
    ids::{PartnerId, UserId},
    key::PublicKey,
    live::Events,
};
use tokio::time::MissedTickBehavior;

use super::{Refusal, Result, Rules};
use crate::store::{LiveEvents, Staff};

/// Events read at once: fifty of the longest letters are held in memory for a moment.
const PAGE: u32 = 50;

impl Rules {
    /// The next events of the user whose computer this is.
    ///
    /// # Errors
    /// As [`Rules::device`]: a computer that was disconnected while it listened hears no more.
    pub async fn events(&self, key: &PublicKey, user_id: UserId, after: Seq) -> Result<Events> {
        let device = self.device(key).await?;
        if device.user_id != user_id {
            return Err(Refusal::forbidden("the computer is another user's now"));
        }
        Ok(self.store.events_after(device.partner_id, device.user_id, after, PAGE).await?)
    }

    /// The next changes at the partner of whoever holds the token.
    ///
    /// # Errors
    /// `SignedOut` when the session has ended meanwhile.
    pub async fn live_events(&self, token: &str, after: Seq) -> Result<LiveEvents> {
        let staff = self.signed_in(token).await?;
        Ok(self.store.live_after(staff.partner_id, after, PAGE).await?)
    }

    /// The last number of the partner's changes.
    pub async fn last_live(&self, staff: &Staff) -> Result<Seq> {
        Ok(self.store.last_live_seq(staff.partner_id).await?)
    }

    /// An open page has the changes up to this one, and so the users' messages they are about.
    pub async fn delivered_to_staff(&self, partner_id: PartnerId, up_to: Seq) -> Result<()> {
        let users = self.store.delivered_to_staff(partner_id, up_to, self.now()).await?;
        for user_id in users {
            self.live.wake_user(partner_id, user_id);
        }
        Ok(())
    }

    /// Rings for what other nodes wrote. Never ends.
    pub async fn watch(&self) -> Infallible {
        let mut every = tokio::time::interval(self.settings.watch_every);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen: HashMap<PartnerId, Seen> = HashMap::new();
        loop {
            every.tick().await;
            let partners = self.live.partners();
            seen.retain(|partner_id, _| partners.contains(partner_id));
            for partner_id in partners {
                // Told to the log already; the next time may do better.
                if let Ok(now) = self.look(partner_id, seen.get(&partner_id)).await {
                    seen.insert(partner_id, now);
                }
            }
        }
    }

    async fn look(&self, partner_id: PartnerId, before: Option<&Seen>) -> Result<Seen> {
        let Some(before) = before else {
            // What came before the first look is known to nobody here.
            let after = self.store.last_live_seq(partner_id).await?;
            self.live.wake_partner(partner_id);
            return Ok(Seen { after, users: HashSet::new() });
        };
        let (mut after, mut users) = (before.after, HashSet::new());
        loop {
            let LiveEvents { events, last } = self.store.live_after(partner_id, after, PAGE).await?;
            users.extend(events.iter().filter_map(|event| match &event.about {
                // Whose computer got another key: the one that listens by the old hears no more.
                LiveAbout::Request { user_id, .. } | LiveAbout::Reconnection { user_id, .. } => Some(*user_id),
                LiveAbout::Hello | LiveAbout::Visit { .. } => None,
            }));
            let Some(newest) = events.last().map(|event| event.seq) else { break };
            after = newest;
            if after >= last {
                break;
            }
        }
        if after != before.after {
            self.live.wake_staff(partner_id);
        }
        for user_id in users.union(&before.users) {
            self.live.wake_user(partner_id, *user_id);
        }
        Ok(Seen { after, users })
    }
}

/// Where the watch is at one partner.
struct Seen {
    after: Seq,
    /// Whom the last look found: they are rung once more, since the receipt of a cabinet
    /// that got their message follows it and is no change of the partner's.
    users: HashSet<UserId>,
}
