//! The staff's session: a cookie in, a member of staff out; and the header that no
//! other site's page can send.

use axum::{
    extract::{FromRequestParts, Request},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use buhphone_protocol::cabinet::CSRF_HEADER;

use super::App;
use crate::{
    rules::{
        Refusal, Result, Rules,
        sign_in::{self, Token},
    },
    store::Staff,
};

const COOKIE: &str = "buhphone_session";

/// Who is signed in.
pub(super) struct SignedIn(pub(super) Staff);

impl FromRequestParts<App> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = token(&CookieJar::from_headers(&parts.headers)).ok_or_else(sign_in::signed_out)?;
        app.rules.signed_in(&token.0).await.map(Self)
    }
}

pub(super) fn token(jar: &CookieJar) -> Option<Token> {
    jar.get(COOKIE).map(|cookie| Token(cookie.value().to_owned()))
}

pub(super) fn opened(rules: &Rules, token: Token) -> Cookie<'static> {
    let mut cookie = closed(rules);
    cookie.set_value(token.0);
    cookie.set_max_age(time::Duration::hours(sign_in::SESSION_HOURS));
    cookie
}

/// Takes the cookie back.
pub(super) fn closed(rules: &Rules) -> Cookie<'static> {
    Cookie::build((COOKIE, ""))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(rules.settings.public_url.scheme() == "https")
        .max_age(time::Duration::ZERO)
        .build()
}

/// Changes demand a header that a form of another site cannot set.
pub(super) async fn demand_header(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || request.headers().contains_key(CSRF_HEADER) {
        next.run(request).await
    } else {
        Refusal::forbidden("the header x-buhphone is missing").into_response()
    }
}
