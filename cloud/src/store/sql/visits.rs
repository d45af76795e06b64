//! Visits: begun when a code is used, with steps that once done stay done.

use async_trait::async_trait;
use buhphone_protocol::{
    cabinet::Page,
    desk::LiveAbout,
    ids::{CodeId, DeviceId, PartnerId, RequestId, UserId},
    visit::{StepReport, Visit, VisitStep, VisitStepRow},
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore,
    events::{self, Live},
    offset,
    row::{Columns, blob, micros, word},
    text,
};
use crate::store::{Result, StoreError, Visits};

/// A code `k` with everything its visit shows; its visit is `v`.
const COLUMNS: &str = "k.code_id, k.user_id, k.issued_at, k.device_id, v.request_id,
    COALESCE(s.name, '') AS issued_by, COALESCE(d.computer, '') AS computer, COALESCE(d.system, '') AS system,
    COALESCE(d.program, '') AS program, u.surname, u.name, u.patronymic, c.name AS client";

const JOINS: &str = "JOIN users u ON u.partner_id = k.partner_id AND u.user_id = k.user_id
    JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
    LEFT JOIN staff s ON s.partner_id = k.partner_id AND s.staff_id = k.issued_by
    LEFT JOIN devices d ON d.partner_id = k.partner_id AND d.device_id = k.device_id";

#[async_trait]
impl Visits for SqlStore {
    async fn tell_step(
        &self,
        partner_id: PartnerId,
        device_id: DeviceId,
        code_id: CodeId,
        report: &StepReport,
        at: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.writing().await?;
        sqlx::query("SELECT code_id FROM visits WHERE partner_id = $1 AND code_id = $2 AND device_id = $3")
            .bind(blob(partner_id.0))
            .bind(blob(code_id.0))
            .bind(blob(device_id.0))
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(StoreError::NotFound("code_id"))?;
        let news = step(&mut tx, partner_id, code_id, report, at).await?;
        if news {
            events::append_live(&mut tx, partner_id, &[live(code_id)], at).await?;
        }
        tx.commit().await?;
        Ok(news)
    }

    async fn visits(&self, partner_id: PartnerId, page: u32, page_size: u32) -> Result<Page<Visit>> {
        let mut tx = self.reading().await?;
        let total: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM visits WHERE partner_id = $1")
            .bind(blob(partner_id.0))
            .fetch_one(&mut *tx)
            .await?;
        let chosen = "SELECT code_id, request_id, started_at FROM visits WHERE partner_id = $1
            ORDER BY started_at DESC, code_id DESC LIMIT $2 OFFSET $3";
        let visits = sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM ({chosen}) AS v JOIN codes k ON k.partner_id = $1 AND k.code_id = v.code_id
             {JOINS} ORDER BY v.started_at DESC, k.code_id DESC"
        )))
        .bind(blob(partner_id.0))
        .bind(i64::from(page_size))
        .bind(offset(page, page_size))
        .fetch_all(&mut *tx)
        .await?;
        let steps = sqlx::query(AssertSqlSafe(format!(
            "SELECT t.* FROM ({chosen}) AS v JOIN visit_steps t ON t.partner_id = $1 AND t.code_id = v.code_id"
        )))
        .bind(blob(partner_id.0))
        .bind(i64::from(page_size))
        .bind(offset(page, page_size))
        .fetch_all(&mut *tx)
        .await?;
        Ok(Page {
            rows: visits.iter().map(|row| read(row, &steps)).collect::<Result<_>>()?,
            total: u32::try_from(total).unwrap_or(u32::MAX),
            page: page.max(1),
            page_size,
        })
    }

    async fn visit(&self, partner_id: PartnerId, code_id: CodeId) -> Result<Visit> {
        let mut tx = self.reading().await?;
        let visit = sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM codes k
             LEFT JOIN visits v ON v.partner_id = k.partner_id AND v.code_id = k.code_id
             {JOINS} WHERE k.partner_id = $1 AND k.code_id = $2"
        )))
        .bind(blob(partner_id.0))
        .bind(blob(code_id.0))
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NotFound("code_id"))?;
        let steps = sqlx::query("SELECT * FROM visit_steps WHERE partner_id = $1 AND code_id = $2")
            .bind(blob(partner_id.0))
            .bind(blob(code_id.0))
            .fetch_all(&mut *tx)
            .await?;
        read(&visit, &steps)
    }
}

/// The code was used: the visit begins with its first step done.
pub(super) async fn begin(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    code_id: CodeId,
    device_id: DeviceId,
    at: Timestamp,
) -> Result<()> {
    sqlx::query("INSERT INTO visits (partner_id, code_id, device_id, started_at) VALUES ($1, $2, $3, $4)")
        .bind(blob(partner_id.0))
        .bind(blob(code_id.0))
        .bind(blob(device_id.0))
        .bind(micros(at))
        .execute(&mut **tx)
        .await?;
    let connected = StepReport { step: VisitStep::Connected, elapsed_ms: 0, failed: None };
    step(tx, partner_id, code_id, &connected, at).await?;
    events::append_live(tx, partner_id, &[live(code_id)], at).await
}

/// The first authorization of the visit's computer.
pub(super) async fn authorized(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    device_id: DeviceId,
    at: Timestamp,
) -> Result<()> {
    let visit = sqlx::query("SELECT code_id, started_at FROM visits WHERE partner_id = $1 AND device_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(device_id.0))
        .fetch_optional(&mut **tx)
        .await?;
    let Some(visit) = visit else { return Ok(()) };
    if let Some(code_id) = done(tx, partner_id, &visit, VisitStep::Authorized, at).await? {
        events::append_live(tx, partner_id, &[live(code_id)], at).await?;
    }
    Ok(())
}

/// A person answered the test request: the visit it belongs to, if that is new.
pub(super) async fn answered(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    request_id: RequestId,
    at: Timestamp,
) -> Result<Option<CodeId>> {
    let visit = sqlx::query("SELECT code_id, started_at FROM visits WHERE partner_id = $1 AND request_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(request_id.0))
        .fetch_optional(&mut **tx)
        .await?;
    match visit {
        Some(visit) => done(tx, partner_id, &visit, VisitStep::Answered, at).await,
        None => Ok(None),
    }
}

/// The first trial request of a visit's computer is its test request: the visit, if it had none.
pub(super) async fn test_request(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    device_id: DeviceId,
    request_id: RequestId,
) -> Result<Option<CodeId>> {
    let visit = sqlx::query(
        "UPDATE visits SET request_id = $3
         WHERE partner_id = $1 AND device_id = $2 AND request_id IS NULL RETURNING code_id",
    )
    .bind(blob(partner_id.0))
    .bind(blob(device_id.0))
    .bind(blob(request_id.0))
    .fetch_optional(&mut **tx)
    .await?;
    visit.map(|row| row.id("code_id").map(CodeId)).transpose()
}

/// A step that the cloud saw itself, timed by its own clock.
async fn done(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    visit: &AnyRow,
    which: VisitStep,
    at: Timestamp,
) -> Result<Option<CodeId>> {
    let code_id = CodeId(visit.id("code_id")?);
    let elapsed = at.duration_since(visit.instant("started_at")?).as_millis();
    let report = StepReport { step: which, elapsed_ms: u64::try_from(elapsed).unwrap_or(0), failed: None };
    Ok(step(tx, partner_id, code_id, &report, at).await?.then_some(code_id))
}

/// Whether it was new. Of failures, which may come late, the latest by the computer's clock stays.
async fn step(
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    code_id: CodeId,
    report: &StepReport,
    at: Timestamp,
) -> Result<bool> {
    if report.step == VisitStep::Unknown {
        return Ok(false);
    }
    let written = sqlx::query(
        "INSERT INTO visit_steps (partner_id, code_id, step, at, elapsed_ms, failed) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (partner_id, code_id, step)
         DO UPDATE SET at = excluded.at, elapsed_ms = excluded.elapsed_ms, failed = excluded.failed
         WHERE visit_steps.failed IS NOT NULL
           AND (excluded.failed IS NULL OR excluded.elapsed_ms > visit_steps.elapsed_ms)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(code_id.0))
    .bind(word(report.step)?)
    .bind(micros(at))
    .bind(i64::try_from(report.elapsed_ms).unwrap_or(i64::MAX))
    .bind(&report.failed)
    .execute(&mut **tx)
    .await?;
    Ok(written.rows_affected() == 1)
}

fn live(code_id: CodeId) -> Live {
    Live { about: LiveAbout::Visit { code_id }, message_id: None }
}

fn read(row: &AnyRow, steps: &[AnyRow]) -> Result<Visit> {
    let code_id = CodeId(row.id("code_id")?);
    let mut own = Vec::new();
    for step in steps {
        if step.id("code_id")? == code_id.0 {
            own.push(VisitStepRow {
                step: step.word("step")?,
                at: step.instant("at")?,
                elapsed_ms: step.number("elapsed_ms")?,
                failed: step.text_or_none("failed")?,
            });
        }
    }
    own.sort_by_key(|row| row.step);
    let confirmed = own.iter().find(|row| row.step == VisitStep::Confirmed && row.failed.is_none());
    Ok(Visit {
        code_id,
        user_id: UserId(row.id("user_id")?),
        user: text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?),
        client: row.text("client")?,
        issued_by: row.text("issued_by")?,
        issued_at: row.instant("issued_at")?,
        device_id: row.id_or_none("device_id")?.map(DeviceId),
        computer: row.text("computer")?,
        system: row.text("system")?,
        program: row.text("program")?,
        request_id: row.id_or_none("request_id")?.map(RequestId),
        took_ms: confirmed.map(|row| row.elapsed_ms),
        steps: own,
    })
}
