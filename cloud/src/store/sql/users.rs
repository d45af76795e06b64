//! Users: registering, listing, archiving. A user's date is written by the
//! authorizations only.

use buhphone_protocol::{
    cabinet::{Page, User},
    date::ItsUntil,
    ids::{CategoryId, ClientId, CodeId, PartnerId, UserId},
    letters::{CodeFilter, UserCode},
    register::EditAction,
};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe, Transaction, any::AnyRow};

use super::{
    SqlStore, categories, codes,
    edits::{self, Changes},
    invitations, offset,
    row::{Columns, blob, micros, refused},
    text,
};
use crate::store::{Editor, Listing, Result, StoreError, UserFields};

/// Users with everything of their rows; `chosen` names them.
fn rows_of(chosen: &str) -> String {
    format!(
        "{chosen} SELECT u.*, c.name AS client, g.name AS category,
            (SELECT COUNT(*) FROM devices d
             WHERE d.partner_id = u.partner_id AND d.user_id = u.user_id AND d.disconnected_at IS NULL
               AND d.removed_at IS NULL) AS devices,
            k.code_id, k.issued_at AS code_issued_at, k.expires_at AS code_expires_at,
            k.revoked_at AS code_revoked_at, k.used_at AS code_used_at, {story}
         FROM chosen
         JOIN users u ON u.partner_id = $1 AND u.user_id = chosen.user_id
         JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
         JOIN categories g ON g.partner_id = u.partner_id AND g.category_id = u.category_id
         LEFT JOIN codes k ON k.partner_id = u.partner_id AND k.code_id = {NEWEST}
         {joins}
         ORDER BY u.full_name_key, u.user_id",
        story = invitations::STORY,
        joins = invitations::STORY_JOINS,
    )
}

/// The newest code of the user `u`.
const NEWEST: &str = "(SELECT n.code_id FROM codes n WHERE n.partner_id = $1 AND n.user_id = u.user_id
     ORDER BY n.issued_at DESC, n.code_id DESC LIMIT 1)";

const MATCH: &str = r"FROM users u JOIN clients c ON c.partner_id = u.partner_id AND c.client_id = u.client_id
    WHERE u.partner_id = $1 AND (u.archived_at IS NOT NULL) = $2
    AND ($3 IS NULL OR u.client_id = $3)
    AND (u.search_key LIKE $4 ESCAPE '\' OR c.name_key LIKE $4 ESCAPE '\' OR COALESCE(c.inn, '') LIKE $4 ESCAPE '\')";

/// By surname, name, patronymic.
pub(super) async fn list(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: Option<ClientId>,
    listing: &Listing,
) -> Result<Page<User>> {
    let pattern = text::pattern(&listing.search);
    let mut tx = store.reading().await?;
    let filter = by_code(listing);
    let total: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) {MATCH} {filter}")))
        .bind(blob(partner_id.0))
        .bind(listing.archived)
        .bind(client_id.map(|id| blob(id.0)))
        .bind(&pattern)
        .fetch_one(&mut *tx)
        .await?;
    let rows = sqlx::query(AssertSqlSafe(rows_of(&format!(
        "WITH chosen AS (SELECT u.user_id {MATCH} {filter} ORDER BY u.full_name_key, u.user_id LIMIT $5 OFFSET $6)"
    ))))
    .bind(blob(partner_id.0))
    .bind(listing.archived)
    .bind(client_id.map(|id| blob(id.0)))
    .bind(&pattern)
    .bind(i64::from(listing.page_size))
    .bind(offset(listing.page, listing.page_size))
    .fetch_all(&mut *tx)
    .await?;
    Ok(Page {
        rows: rows.iter().map(read).collect::<Result<_>>()?,
        total: u32::try_from(total).unwrap_or(u32::MAX),
        page: listing.page.max(1),
        page_size: listing.page_size,
    })
}

pub(super) async fn ids(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: Option<ClientId>,
    listing: &Listing,
    limit: u32,
) -> Result<Vec<UserId>> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT u.user_id {MATCH} {} ORDER BY u.full_name_key, u.user_id LIMIT $5",
        by_code(listing)
    )))
    .bind(blob(partner_id.0))
    .bind(listing.archived)
    .bind(client_id.map(|id| blob(id.0)))
    .bind(text::pattern(&listing.search))
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await?;
    rows.iter().map(|row| row.id("user_id").map(UserId)).collect()
}

/// Narrows the users to those whose newest code is as asked.
fn by_code(listing: &Listing) -> String {
    let now = micros(listing.now);
    let active = format!(
        "EXISTS (SELECT 1 FROM codes a WHERE a.partner_id = $1 AND a.user_id = u.user_id AND a.used_at IS NULL
                 AND a.revoked_at IS NULL AND a.expires_at > {now})"
    );
    let newest = |how: &str| {
        format!("AND EXISTS (SELECT 1 FROM codes k WHERE k.partner_id = $1 AND k.code_id = {NEWEST} AND {how})")
    };
    match listing.code {
        None => String::new(),
        Some(CodeFilter::Needed) => format!(
            "AND u.erased_at IS NULL AND NOT {active} AND NOT EXISTS
                (SELECT 1 FROM devices d WHERE d.partner_id = $1 AND d.user_id = u.user_id AND d.disconnected_at IS NULL
                 AND d.removed_at IS NULL)"
        ),
        Some(CodeFilter::Never) => {
            "AND NOT EXISTS (SELECT 1 FROM codes a WHERE a.partner_id = $1 AND a.user_id = u.user_id)".to_owned()
        }
        Some(CodeFilter::Active) => format!("AND {active}"),
        Some(CodeFilter::Undelivered) => newest(&format!(
            "k.used_at IS NULL AND k.revoked_at IS NULL AND k.expires_at > {now} AND EXISTS
                (SELECT 1 FROM letters l WHERE l.partner_id = $1 AND l.code_id = k.code_id AND l.state = 'failed')"
        )),
        Some(CodeFilter::Used) => newest("k.used_at IS NOT NULL"),
        Some(CodeFilter::Revoked) => newest("k.revoked_at IS NOT NULL"),
        Some(CodeFilter::Expired) => {
            newest(&format!("k.used_at IS NULL AND k.revoked_at IS NULL AND k.expires_at <= {now}"))
        }
    }
}

pub(super) async fn one(store: &SqlStore, partner_id: PartnerId, user_id: UserId) -> Result<User> {
    let chosen = "WITH chosen AS (SELECT user_id FROM users WHERE partner_id = $1 AND user_id = $2)";
    let row = sqlx::query(AssertSqlSafe(rows_of(chosen)))
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_optional(&store.readers)
        .await?;
    read(&row.ok_or(StoreError::NotFound("user_id"))?)
}

pub(super) async fn create(
    store: &SqlStore,
    partner_id: PartnerId,
    client_id: ClientId,
    user_id: UserId,
    fields: &UserFields,
    at: Timestamp,
) -> Result<()> {
    let mut tx = store.writing().await?;
    categories::name(&mut tx, partner_id, fields.category_id).await?;
    sqlx::query(
        "INSERT INTO users (partner_id, user_id, category_id, surname, name, patronymic, full_name_key, search_key,
                            uses_1c, its_until, email, phone, client_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(blob(fields.category_id.0))
    .bind(&fields.surname)
    .bind(&fields.name)
    .bind(&fields.patronymic)
    .bind(full_name_key(fields))
    .bind(search_key(fields))
    .bind(fields.uses_1c)
    .bind(fields.its_until.map(|until| until.to_string()))
    .bind(&fields.email)
    .bind(&fields.phone)
    .bind(blob(client_id.0))
    .bind(micros(at))
    .execute(&mut *tx)
    .await
    .map_err(refused("user_id", "client_id"))?;
    Ok(tx.commit().await?)
}

pub(super) async fn update(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    fields: &UserFields,
    editor: &Editor,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let changes = compared(store, &mut tx, partner_id, user_id, fields).await?;
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE users SET category_id = $3, surname = $4, name = $5, patronymic = $6, full_name_key = $7,
                          search_key = $8, uses_1c = $9, its_until = $10, email = $11, phone = $12
         WHERE partner_id = $1 AND user_id = $2",
    )
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .bind(blob(fields.category_id.0))
    .bind(&fields.surname)
    .bind(&fields.name)
    .bind(&fields.patronymic)
    .bind(full_name_key(fields))
    .bind(search_key(fields))
    .bind(fields.uses_1c)
    .bind(fields.its_until.map(|until| until.to_string()))
    .bind(&fields.email)
    .bind(&fields.phone)
    .execute(&mut *tx)
    .await?;
    edits::record(&mut tx, partner_id, user_id.0, editor, EditAction::Changed, &changes).await?;
    Ok(tx.commit().await?)
}

/// What the fields would change of the user, who is held from here on. Nothing is known any more of
/// somebody whose data were erased.
async fn compared(
    store: &SqlStore,
    tx: &mut Transaction<'static, Any>,
    partner_id: PartnerId,
    user_id: UserId,
    fields: &UserFields,
) -> Result<Changes> {
    let before = sqlx::query(AssertSqlSafe(format!(
        "SELECT u.*, g.name AS category FROM users u
         JOIN categories g ON g.partner_id = u.partner_id AND g.category_id = u.category_id
         WHERE u.partner_id = $1 AND u.user_id = $2 AND u.erased_at IS NULL{}",
        store.dialect.lock_of("u")
    )))
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound("user_id"))?;
    let mut changes = Changes::default();
    changes.field("surname", before.text("surname")?, &fields.surname);
    changes.field("name", before.text("name")?, &fields.name);
    changes.field("patronymic", before.text("patronymic")?, &fields.patronymic);
    let category = categories::name(tx, partner_id, fields.category_id).await?;
    changes.field("category", before.text("category")?, category);
    changes.field("uses_1c", before.flag("uses_1c")?.to_string(), fields.uses_1c.to_string());
    let until = |until: Option<ItsUntil>| until.map(|until| until.to_string()).unwrap_or_default();
    changes.field("its_until", until(before.its_until("its_until")?), until(fields.its_until));
    changes.field("email", before.text("email")?, &fields.email);
    changes.field("phone", before.text("phone")?, &fields.phone);
    Ok(changes)
}

/// One archived already keeps its instant, as one brought back already stays as it is.
pub(super) async fn archive(
    store: &SqlStore,
    partner_id: PartnerId,
    user_id: UserId,
    archive: bool,
    editor: &Editor,
) -> Result<()> {
    let mut tx = store.writing().await?;
    let before = sqlx::query(AssertSqlSafe(format!(
        "SELECT archived_at FROM users WHERE partner_id = $1 AND user_id = $2{}",
        store.dialect.lock()
    )))
    .bind(blob(partner_id.0))
    .bind(blob(user_id.0))
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::NotFound("user_id"))?;
    if before.instant_or_none("archived_at")?.is_some() == archive {
        return Ok(());
    }
    sqlx::query("UPDATE users SET archived_at = $3 WHERE partner_id = $1 AND user_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .bind(archive.then(|| micros(editor.at)))
        .execute(&mut *tx)
        .await?;
    if archive {
        codes::revoke_of_user(&mut tx, partner_id, user_id, editor.at).await?;
    }
    let action = if archive { EditAction::Archived } else { EditAction::Restored };
    edits::record(&mut tx, partner_id, user_id.0, editor, action, &Changes::default()).await?;
    Ok(tx.commit().await?)
}

/// The full name of a user that is the partner's.
pub(super) async fn name(tx: &mut Transaction<'static, Any>, partner_id: PartnerId, user_id: UserId) -> Result<String> {
    let row = sqlx::query("SELECT surname, name, patronymic FROM users WHERE partner_id = $1 AND user_id = $2")
        .bind(blob(partner_id.0))
        .bind(blob(user_id.0))
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(StoreError::NotFound("user_id"))?;
    Ok(text::full_name(&row.text("surname")?, &row.text("name")?, &row.text("patronymic")?))
}

fn full_name_key(fields: &UserFields) -> String {
    text::ordering(&[&fields.surname, &fields.name, &fields.patronymic])
}

fn search_key(fields: &UserFields) -> String {
    text::searchable(&[&fields.surname, &fields.name, &fields.patronymic], &fields.email, &fields.phone)
}

fn read(row: &AnyRow) -> Result<User> {
    Ok(User {
        user_id: UserId(row.id("user_id")?),
        client_id: ClientId(row.id("client_id")?),
        client: row.text("client")?,
        surname: row.text("surname")?,
        name: row.text("name")?,
        patronymic: row.text("patronymic")?,
        category_id: CategoryId(row.id("category_id")?),
        category: row.text("category")?,
        uses_1c: row.flag("uses_1c")?,
        its_until: row.its_until("its_until")?,
        email: row.text("email")?,
        phone: row.text("phone")?,
        archived: row.instant_or_none("archived_at")?.is_some(),
        erased: row.instant_or_none("erased_at")?.is_some(),
        devices: row.count("devices")?,
        last_authorization: row.instant_or_none("last_authorization_at")?,
        code: newest_code(row)?,
    })
}

fn newest_code(row: &AnyRow) -> Result<Option<UserCode>> {
    let Some(code_id) = row.id_or_none("code_id")? else { return Ok(None) };
    Ok(Some(UserCode {
        code_id: CodeId(code_id),
        issued_at: row.instant("code_issued_at")?,
        expires_at: row.instant("code_expires_at")?,
        revoked_at: row.instant_or_none("code_revoked_at")?,
        used_at: row.instant_or_none("code_used_at")?,
        story: invitations::story(row)?,
    }))
}
