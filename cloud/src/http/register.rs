//! The cabinet's routes that keep the register true: edits, categories, a computer handed over,
//! a person's data.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use buhphone_protocol::{
    cabinet::{Category, CategoryDraft, NewCode},
    ids::{CategoryId, ClientId, DeviceId, UserId},
    register::{CategoryOrder, CategoryRow, Edit, Erase, HandOver, MergeInto},
};

use super::{
    App,
    cabinet::{Created, created},
    inputs::{Id, Json as Body},
    sessions::SignedIn,
};
use crate::rules::Result;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/categories", get(list_categories).post(create_category))
        .route("/categories/list", get(category_rows))
        .route("/categories/order", put(order_categories))
        .route("/categories/{category_id}", put(rename_category))
        .route("/categories/{category_id}/archive", post(archive_category).delete(restore_category))
        .route("/categories/{category_id}/merge", post(merge_category))
        .route("/clients/{client_id}/edits", get(client_edits))
        .route("/devices/{device_id}/hand-over", post(hand_over))
        .route("/users/{user_id}/export", get(export))
        .route("/users/{user_id}/erase", post(erase))
}

async fn list_categories(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Json<Vec<Category>>> {
    app.rules.categories(&staff).await.map(Json)
}

async fn create_category(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(draft): Body<CategoryDraft>,
) -> Created<Category> {
    created(app.rules.create_category(&staff, draft).await)
}

async fn category_rows(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Json<Vec<CategoryRow>>> {
    app.rules.category_rows(&staff).await.map(Json)
}

async fn order_categories(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(order): Body<CategoryOrder>,
) -> Result<StatusCode> {
    done(app.rules.order_categories(&staff, order).await)
}

async fn rename_category(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<CategoryId>,
    Body(draft): Body<CategoryDraft>,
) -> Result<StatusCode> {
    done(app.rules.rename_category(&staff, id, draft).await)
}

async fn archive_category(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<CategoryId>,
) -> Result<StatusCode> {
    done(app.rules.archive_category(&staff, id, true).await)
}

async fn restore_category(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<CategoryId>,
) -> Result<StatusCode> {
    done(app.rules.archive_category(&staff, id, false).await)
}

async fn merge_category(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<CategoryId>,
    Body(into): Body<MergeInto>,
) -> Result<StatusCode> {
    done(app.rules.merge_category(&staff, id, into.category_id).await)
}

async fn client_edits(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<ClientId>,
) -> Result<Json<Vec<Edit>>> {
    app.rules.client_edits(&staff, id).await.map(Json)
}

async fn hand_over(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<DeviceId>,
    Body(to): Body<HandOver>,
) -> Created<NewCode> {
    created(app.rules.hand_over(&staff, id, to.user_id).await)
}

/// A file, so that it is handed to the person as it is.
async fn export(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<UserId>) -> Result<Response> {
    let data = app.rules.person_data(&staff, id).await?;
    let mut answer = Json(data).into_response();
    let name = format!("attachment; filename=\"person-{id}.json\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

async fn erase(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<UserId>,
    Body(typed): Body<Erase>,
) -> Result<StatusCode> {
    done(app.rules.erase_user(&staff, id, typed).await)
}

fn done(done: Result<()>) -> Result<StatusCode> {
    done.map(|()| StatusCode::NO_CONTENT)
}
