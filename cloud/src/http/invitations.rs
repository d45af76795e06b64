//! The cabinet's routes of many codes at once, their cards and letters; and the one route
//! anybody may ask: the page behind a letter.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use buhphone_protocol::letters::{
    IssueCodes, IssuedCodes, LetterWords, LettersPosted, OPENED_PATH, OpenedCode, ShownCodes,
};

use super::{
    App,
    cabinet::{Created, created},
    inputs::{Json as Body, LONG},
    peer::Peer,
    sessions::SignedIn,
};
use crate::rules::Result;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/codes", post(issue))
        .route("/codes/cards", post(cards))
        .route("/codes/letters", post(letters))
        .route("/letters", get(read_words).put(set_words))
        .route("/letters/sample", post(sample))
}

pub(super) fn open_routes() -> Router<App> {
    Router::new().route(OPENED_PATH, post(opened))
}

async fn issue(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(asked): Body<IssueCodes, LONG>,
) -> Created<IssuedCodes> {
    created(app.rules.issue_codes(&staff, asked).await)
}

async fn cards(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(shown): Body<ShownCodes, LONG>,
) -> Result<Response> {
    let pdf = app.rules.code_cards(&staff, shown).await?;
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"))];
    Ok((kind, pdf).into_response())
}

async fn letters(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(shown): Body<ShownCodes, LONG>,
) -> Result<Json<LettersPosted>> {
    app.rules.post_codes(&staff, shown).await.map(Json)
}

async fn read_words(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Json<LetterWords>> {
    app.rules.letter_words(&staff).await.map(Json)
}

async fn set_words(
    State(app): State<App>,
    SignedIn(staff): SignedIn,
    Body(words): Body<LetterWords>,
) -> Result<Json<LetterWords>> {
    app.rules.set_letter_words(&staff, words).await.map(Json)
}

async fn sample(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<StatusCode> {
    app.rules.post_sample(&staff).await.map(|()| StatusCode::NO_CONTENT)
}

/// Nobody is signed in here: the digits are all that is known.
async fn opened(State(app): State<App>, peer: Peer, Body(code): Body<OpenedCode>) -> Result<Response> {
    let page = app.rules.open_code(&code, &peer.0).await?;
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(page)).into_response())
}
