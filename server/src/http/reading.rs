//! Reading bodies: JSON with a checked content type, whose faults name the field.

use super::error::Problem;
use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use domain::Invalid;
use domain::limits::BODY_BYTES_MAX;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// A JSON body. 415 for another content type, 413 over the limit, 400 for what is no JSON (or no
/// UTF-8), 422 for JSON that is not a `T`, naming the field.
///
/// Where more than the usual limit is taken, the route lets as much through
/// ([`axum::extract::DefaultBodyLimit`]).
pub struct ReadJson<T, const BYTES_MAX: usize = BODY_BYTES_MAX>(pub T);

impl<T: DeserializeOwned, S: Send + Sync, const BYTES_MAX: usize> FromRequest<S>
    for ReadJson<T, BYTES_MAX>
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let value = read_value(request, state, BYTES_MAX).await?;
        serde_path_to_error::deserialize(ByName(value))
            .map(Self)
            .map_err(|e| Problem::invalid(fault_of(&e)))
    }
}

/// A JSON body of whatever shape, as it is: nothing of it is read twice.
pub struct ReadValue(pub Value);

impl<S: Send + Sync> FromRequest<S> for ReadValue {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read_value(request, state, BODY_BYTES_MAX).await.map(Self)
    }
}

async fn read_value<S: Send + Sync>(
    request: Request,
    state: &S,
    bytes_max: usize,
) -> Result<Value, Problem> {
    if !is_json(&request) {
        return Err(Problem::unsupported_media_type());
    }
    let bytes = read_body(request, state, bytes_max).await?;
    serde_json::from_slice(&bytes).map_err(|e| {
        let cut = e.is_eof();
        Problem::malformed("body", if cut { "cut_short" } else { "not_json" })
    })
}

/// JSON whose objects are objects: Serde would also fill a struct from a list, by position.
struct ByName(Value);

impl<'de> Deserializer<'de> for ByName {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Array(all) => {
                visitor.visit_seq(SeqDeserializer::new(all.into_iter().map(ByName)))
            }
            Value::Object(all) => {
                let pairs = all.into_iter().map(|(name, it)| (name, ByName(it)));
                visitor.visit_map(MapDeserializer::new(pairs))
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Array(_) => Err(Self::Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    // A text is a text: an id would also be filled from a list, byte by byte.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_str(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_string(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for ByName {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The same, for a body that may be left out.
pub struct MaybeJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for MaybeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let no_length = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .is_none_or(|it| it == "0");
        if no_length && !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(Self(T::default()));
        }
        ReadJson::<T>::from_request(request, state)
            .await
            .map(|ReadJson(it)| Self(it))
    }
}

fn is_json(request: &Request) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE);
    let essence = value
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.split(';').next());
    essence.is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
}

async fn read_body<S: Send + Sync>(
    request: Request,
    state: &S,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(Problem::too_large("body", "over_the_limit"));
    }
    Bytes::from_request(request, state).await.map_err(|e| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::too_large("body", "over_the_limit")
        } else {
            Problem::malformed("body", "cut_short")
        }
    })
}

/// Which field is to blame: Serde names one that is missing, and the path leads to one of a wrong
/// shape. Nothing of the value itself is told back.
fn fault_of(error: &serde_path_to_error::Error<serde_json::Error>) -> Invalid {
    let said = error.inner().to_string();
    let missing = said
        .strip_prefix("missing field `")
        .and_then(|it| it.split_once('`'));
    match (missing, error.path().to_string()) {
        (Some((field, _)), _) => Invalid::new(field, "missing"),
        (None, path) if path == "." => Invalid::new("body", "wrong_shape"),
        (None, path) => Invalid::new(path, "wrong_shape"),
    }
}

/// Ids in the path: what is no id leads nowhere.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(it)| Self(it))
            .map_err(|_| Problem::not_found())
    }
}

/// The query: what cannot be read is 400.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(it)| Self(it))
            .map_err(|_| Problem::malformed("query", "not_a_query"))
    }
}

/// The one file of a form. An empty one is a file that was not chosen.
pub struct ReadFile(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for ReadFile {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let not_a_form = |_| Problem::malformed("body", "not_a_form");
        let mut form = Multipart::from_request(request, state)
            .await
            .map_err(not_a_form)?;
        let fault = |e: MultipartError| match e.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large("body", "over_the_limit"),
            _ => Problem::malformed("body", "not_a_form"),
        };
        let mut file = Bytes::new();
        while let Some(field) = form.next_field().await.map_err(fault)? {
            let is_file = field.file_name().is_some();
            let bytes = field.bytes().await.map_err(fault)?;
            if is_file {
                file = bytes;
            }
        }
        Ok(Self(file))
    }
}

/// A form of a page.
pub struct ReadForm<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ReadForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        axum_extra::extract::Form::from_request(request, state)
            .await
            .map(|axum_extra::extract::Form(it)| Self(it))
            .map_err(|_| Problem::malformed("body", "not_a_form"))
    }
}
