//! The cabinet's pages, built into the program. Every address that is no file is the
//! cabinet's own, so it gets the page that reads it.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../ui/cabinet/dist"]
#[allow_missing = true]
struct Dist;

const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Бухфон</title>\
    <p>Кабинет не собран: соберите его командой <code>cargo xtask run</code>.\
    <p lang=\"en\">The cabinet is not built: build it with <code>cargo xtask run</code>.";

/// Only our own origin, no plug-ins, no framing; QR codes are `data:` pictures.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; \
    object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub(super) fn serve(path: &str) -> Response {
    let name = path.trim_start_matches('/');
    let mut answer = if let Some(file) = Dist::get(name) {
        // The bundler names assets by their content.
        send(file, if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" })
    } else if name.starts_with("assets/") {
        StatusCode::NOT_FOUND.into_response()
    } else if let Some(page) = Dist::get("index.html") {
        send(page, "no-cache")
    } else {
        ([(header::CACHE_CONTROL, "no-store")], Html(NOT_BUILT)).into_response()
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn send(file: EmbeddedFile, caching: &'static str) -> Response {
    let kind = file.metadata.mimetype().to_owned();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching.to_owned())], Body::from(file.data)).into_response()
}
