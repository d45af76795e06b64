//! Why a user did not authorize, in SQL: the evidence of it, and the likely reason's place
//! among sorted ones, so that the database sorts and a page costs no more than a page.
//! The reason itself is concluded by the rules; a test holds the two to the same order.
//!
//! The user is `u`; $1 is the partner, $2 and $3 are the period's ends, $8 is now.

use sqlx::any::AnyRow;

use super::row::Columns;
use crate::store::{Evidence, Result};

macro_rules! codes_issued {
    () => {
        "EXISTS (SELECT 1 FROM codes k WHERE k.partner_id = $1 AND k.user_id = u.user_id)"
    };
}

macro_rules! code_active {
    () => {
        "EXISTS (SELECT 1 FROM codes k WHERE k.partner_id = $1 AND k.user_id = u.user_id
                 AND k.used_at IS NULL AND k.revoked_at IS NULL AND k.expires_at > $8)"
    };
}

macro_rules! launched_in_period {
    () => {
        "EXISTS (SELECT 1 FROM launches l WHERE l.partner_id = $1 AND l.user_id = u.user_id
                 AND l.started_at >= $2 AND l.started_at < $3 AND NOT l.authorized)"
    };
}

macro_rules! failures_in_period {
    () => {
        "FROM failures f WHERE f.partner_id = $1 AND f.user_id = u.user_id AND f.last_at >= $2 AND f.first_at < $3"
    };
}

macro_rules! autostart {
    () => {
        "(SELECT d.autostart FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id
          AND d.disconnected_at IS NULL AND d.removed_at IS NULL AND d.autostart IS NOT NULL
          ORDER BY CASE d.autostart WHEN 'on' THEN 0 ELSE 1 END, d.last_authorization_at DESC, d.device_id LIMIT 1)"
    };
}

/// Columns that [`read`] reads.
pub(super) const EVIDENCE: &str = concat!(
    codes_issued!(),
    " AS codes_issued, ",
    code_active!(),
    " AS code_active,
    (SELECT MIN(d.activated_at) FROM devices d
     WHERE d.partner_id = $1 AND d.user_id = u.user_id) AS first_activated_at,
    EXISTS (SELECT 1 FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id
            AND d.disconnected_at IS NULL AND d.removed_at IS NULL) AS devices_connected,
    EXISTS (SELECT 1 FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id
            AND d.disconnected_at IS NULL AND d.removed_at IS NOT NULL) AS devices_removed, ",
    launched_in_period!(),
    " AS launched_in_period,
    (SELECT f.kind ",
    failures_in_period!(),
    " GROUP BY f.kind ORDER BY SUM(f.attempts) DESC, f.kind LIMIT 1) AS failure_in_period, ",
    autostart!(),
    " AS autostart"
);

/// 0 for who authorized (`u.authorized`), else what `rules::reason::rank` says of the reason.
/// Asks of a user no more than it takes to conclude.
pub(super) const RANK: &str = concat!(
    "CASE WHEN u.authorized = 1 THEN 0
     ELSE COALESCE(
        (SELECT CASE
            WHEN MIN(d.activated_at) >= $3 THEN 7
            WHEN COUNT(COALESCE(d.disconnected_at, d.removed_at)) = COUNT(*) THEN CASE WHEN ",
    code_active!(),
    " THEN 2 WHEN COUNT(d.disconnected_at) = COUNT(*) THEN 4 ELSE 5 END
            WHEN ",
    launched_in_period!(),
    " OR EXISTS (SELECT 1 ",
    failures_in_period!(),
    ") THEN 8
            WHEN COUNT(CASE WHEN d.autostart = 'on' AND d.disconnected_at IS NULL AND d.removed_at IS NULL THEN 1 END) > 0
                THEN 12
            ELSE CASE ",
    autostart!(),
    " WHEN 'off_by_person' THEN 10 WHEN 'off' THEN 9 WHEN 'foreign' THEN 9 WHEN 'forbidden' THEN 11 ELSE 12 END
            END
         FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id HAVING COUNT(*) > 0),
        CASE WHEN ",
    code_active!(),
    " THEN 2 WHEN ",
    codes_issued!(),
    " THEN 3 ELSE 1 END)
     END"
);

pub(super) fn read(row: &AnyRow) -> Result<Evidence> {
    let first_activated_at = row.instant_or_none("first_activated_at")?;
    Ok(Evidence {
        // The report leaves the archived out.
        archived: false,
        codes_issued: row.flag("codes_issued")?,
        code_active: row.flag("code_active")?,
        devices_ever: first_activated_at.is_some(),
        devices_connected: row.flag("devices_connected")?,
        devices_removed: row.flag("devices_removed")?,
        first_activated_at,
        launched_in_period: row.flag("launched_in_period")?,
        failure_in_period: row.word_or_none("failure_in_period")?,
        autostart: row.word_or_none("autostart")?,
    })
}
