//! A choice of how pages are shown (language, look): made by a form in their foot, kept for a year in
//! a cookie that says nothing else. Nothing in it is anybody's, and scripts of our own pages may read it.

use crate::access::pages::known_page;
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

/// So long a choice is kept.
pub const KEPT_S: u32 = 31_536_000;
/// So long is kept what everybody gets without a choice.
pub const FORGOTTEN_S: u32 = 0;

/// Where a choice leads back to; nowhere where asking again would lose what was typed.
pub fn here(method: &Method, uri: &Uri) -> Option<String> {
    let page = uri.path_and_query().filter(|_| *method == Method::GET);
    page.map(ToString::to_string)
}

/// Back to a page of ours, with the choice in its cookie.
pub fn keep(back: &str, cookie: &str, value: &str, life_s: u32) -> Response {
    let mut response = Redirect::to(known_page(back).unwrap_or("/")).into_response();
    let text = format!("{cookie}={value}; Path=/; Max-Age={life_s}; SameSite=Lax; Secure");
    if let Ok(kept) = HeaderValue::try_from(text) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    response
}
