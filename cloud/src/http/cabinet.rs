//! The cabinet's routes: each reads its input, asks one rule, and answers JSON.
//! The tenant is the session's: no route takes a partner for a parameter.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    middleware,
    routing::{delete, get, post},
};
use axum_extra::extract::cookie::CookieJar;
use buhphone_protocol::{
    cabinet::{Client, ClientDraft, NewCode, PREFIX, Page, Session, SignIn, User, UserCard, UserDraft},
    ids::{ClientId, CodeId, DeviceId, UserId},
    letters::CodeFilter,
    report::{Report, ReportQuery},
};
use serde::Deserialize;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{
    App,
    inputs::{Id, Json as Body, Query},
    invitations, line, live,
    peer::Peer,
    reconnections, register, requests,
    sessions::{self, SignedIn, demand_header},
    visits,
};
use crate::rules::{
    Result,
    registering::{PAGE_SIZE, Wanted},
};

pub(super) fn routes() -> Router<App> {
    let routes = Router::new()
        .route("/session", get(read_session).post(sign_in).delete(sign_out))
        .route("/clients", get(list_clients).post(create_client))
        .route("/clients/{client_id}", get(read_client).put(update_client))
        .route("/clients/{client_id}/archive", post(archive_client).delete(restore_client))
        .route("/clients/{client_id}/users", post(create_user))
        .route("/users", get(list_users))
        .route("/users/{user_id}", get(read_user).put(update_user))
        .route("/users/{user_id}/archive", post(archive_user).delete(restore_user))
        .route("/users/{user_id}/codes", post(issue_code))
        .route("/codes/{code_id}", delete(revoke_code))
        .route("/devices/{device_id}", delete(disconnect_device))
        .route("/report", get(report))
        .merge(requests::routes())
        .merge(visits::routes())
        .merge(reconnections::routes())
        .merge(register::routes())
        .merge(line::routes())
        .merge(invitations::routes())
        .layer(middleware::from_fn(demand_header))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
    // Proxies are told of the stream in its own way.
    Router::new().nest(PREFIX, routes.merge(live::routes()))
}

pub(super) type Created<T> = Result<(StatusCode, Json<T>)>;

/// Which page of which rows, as asked.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    search: String,
    #[serde(default)]
    archived: bool,
    #[serde(default = "first")]
    page: u32,
    #[serde(default = "page_size")]
    page_size: u32,
}

#[derive(Deserialize)]
struct OfClient {
    client_id: Option<ClientId>,
    code: Option<CodeFilter>,
}

#[derive(Deserialize)]
struct PageSize {
    #[serde(default = "page_size")]
    page_size: u32,
}

pub(super) fn first() -> u32 {
    1
}

pub(super) fn page_size() -> u32 {
    PAGE_SIZE
}

impl From<Listed> for Wanted {
    fn from(listed: Listed) -> Self {
        let Listed { search, archived, page, page_size } = listed;
        Self { search, archived, page, page_size, code: None }
    }
}

async fn read_session(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Json<Session>> {
    app.rules.session(&staff).await.map(Json)
}

async fn sign_in(
    State(app): State<App>,
    peer: Peer,
    jar: CookieJar,
    Body(given): Body<SignIn>,
) -> Result<(CookieJar, Json<Session>)> {
    let (session, token) = app.rules.sign_in(given, &peer.0).await?;
    Ok((jar.add(sessions::opened(&app.rules, token)), Json(session)))
}

/// Signing out twice is as good as once.
async fn sign_out(State(app): State<App>, jar: CookieJar) -> Result<(CookieJar, StatusCode)> {
    if let Some(token) = sessions::token(&jar) {
        app.rules.sign_out(&token.0).await?;
    }
    Ok((jar.add(sessions::closed(&app.rules)), StatusCode::NO_CONTENT))
}

async fn list_clients(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Query(listed): Query<Listed>,
) -> Result<Json<Page<Client>>> {
    app.rules.clients(&staff, listed.into()).await.map(Json)
}

async fn read_client(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<ClientId>) -> Result<Json<Client>> {
    app.rules.client(&staff, id).await.map(Json)
}

async fn create_client(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(draft): Body<ClientDraft>,
) -> Created<Client> {
    created(app.rules.create_client(&staff, draft).await)
}

async fn update_client(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<ClientId>,
    Body(draft): Body<ClientDraft>,
) -> Result<Json<Client>> {
    app.rules.update_client(&staff, id, draft).await.map(Json)
}

async fn archive_client(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<ClientId>,
) -> Result<Json<Client>> {
    app.rules.archive_client(&staff, id, true).await.map(Json)
}

async fn restore_client(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<ClientId>,
) -> Result<Json<Client>> {
    app.rules.archive_client(&staff, id, false).await.map(Json)
}

async fn create_user(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<ClientId>,
    Body(draft): Body<UserDraft>,
) -> Created<User> {
    created(app.rules.create_user(&staff, id, draft).await)
}

async fn list_users(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Query(of): Query<OfClient>,
    Query(listed): Query<Listed>,
) -> Result<Json<Page<User>>> {
    let wanted = Wanted { code: of.code, ..listed.into() };
    app.rules.users(&staff, of.client_id, wanted).await.map(Json)
}

async fn read_user(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<UserId>) -> Result<Json<UserCard>> {
    app.rules.user_card(&staff, id).await.map(Json)
}

async fn update_user(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<UserId>,
    Body(draft): Body<UserDraft>,
) -> Result<Json<User>> {
    app.rules.update_user(&staff, id, draft).await.map(Json)
}

async fn archive_user(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<UserId>) -> Result<Json<User>> {
    app.rules.archive_user(&staff, id, true).await.map(Json)
}

async fn restore_user(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<UserId>) -> Result<Json<User>> {
    app.rules.archive_user(&staff, id, false).await.map(Json)
}

async fn issue_code(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<UserId>) -> Created<NewCode> {
    created(app.rules.issue_code(&staff, id).await)
}

async fn revoke_code(State(app): State<App>, SignedIn(staff): SignedIn, Id(id): Id<CodeId>) -> Result<StatusCode> {
    app.rules.revoke_code(&staff, id).await.map(|()| StatusCode::NO_CONTENT)
}

async fn disconnect_device(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Id(id): Id<DeviceId>,
) -> Result<StatusCode> {
    app.rules.disconnect_device(&staff, id).await.map(|()| StatusCode::NO_CONTENT)
}

async fn report(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Query(query): Query<ReportQuery>,
    Query(size): Query<PageSize>,
) -> Result<Json<Report>> {
    app.rules.report(&staff, query, size.page_size).await.map(Json)
}

pub(super) fn created<T>(made: Result<T>) -> Created<T> {
    made.map(|thing| (StatusCode::CREATED, Json(thing)))
}
