//! From the table of routes to the running router, layer by layer.

use super::again::again;
use super::appearance::look;
use super::edge::edge;
use super::error::Problem;
use super::language::Reader;
use super::layers::{header_room, problems_as_pages, safety_headers};
use super::page;
use super::table::{Kind, Route, Whom, page_of_form, table};
use crate::access::Caller;
use crate::access::credentials::identify;
use crate::app::App;
use crate::facts::crowd::room;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::limits::BODY_BYTES_MAX;
use std::any::Any;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;

/// A request that takes longer is answered 503: the phone keeps its facts and tries again.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(60);

/// The whole of HTTP.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in table() {
        router = router.route(route.path, guarded(route, &app));
    }
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), edge))
        .layer(from_fn_with_state(app.clone(), safety_headers))
        .layer(from_fn(header_room))
        .layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| {
            Problem::internal("a handler panicked").into_response()
        }))
        .layer(from_fn(in_time))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CsrfLayer::new().with_rejection_response(|_| Problem::cross_site().into_response()))
        .layer(from_fn_with_state(app.clone(), identify))
        .layer(from_fn(look));
    router
        .fallback(nothing_there)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layers)
        .with_state(app)
}

/// The address is not there. Whoever typed it reads a page, and a program a problem.
async fn nothing_there(State(app): State<App>, request: Request) -> Response {
    let problem = Problem::not_found();
    let accept = request.headers().get(header::ACCEPT);
    let wants_page = accept.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    if !wants_page {
        return problem.into_response();
    }
    let told = page::problem(&app.assets, Reader::of(&request), &problem);
    let mut told = (problem.status, told).into_response();
    told.extensions_mut().insert(problem);
    told
}

/// The address is there, the method is not. Somebody who opened the address of a form is shown
/// where the form is.
async fn method_not_allowed(State(app): State<App>, request: Request) -> Response {
    let problem = Problem::method_not_allowed();
    match page_of_form(request.uri().path()) {
        Some(page) => {
            let told = page::form_address(&app.assets, Reader::of(&request), page);
            (problem.status, told).into_response()
        }
        None => problem.into_response(),
    }
}

/// Fonts and the base map are compressed already.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/vnd.pmtiles"))
}

fn guarded(route: Route, app: &App) -> axum::routing::MethodRouter<App> {
    let whom = route.whom();
    let guard = from_fn(move |request: Request, next: Next| guard(whom, request, next));
    let room = from_fn_with_state(app.clone(), room);
    let handler = route.handler.layer(from_fn(again)).layer(room).layer(guard);
    match route.kind {
        Kind::Page => handler.layer(from_fn_with_state(app.clone(), problems_as_pages)),
        Kind::Api | Kind::File => handler,
    }
}

/// Layer: a request that takes too long is given up; its transaction with it.
async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::busy("it took too long").into_response(),
    }
}

/// Lets in whom the table names: 401 for nobody, 403 for somebody else.
async fn guard(whom: Whom, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>();
    match caller {
        caller if whom.lets_in(caller) => next.run(request).await,
        None => Problem::unauthenticated().into_response(),
        Some(_) => Problem::forbidden().into_response(),
    }
}
