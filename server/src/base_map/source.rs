//! Where the large map is: a file, or a web server that sends parts of one (HTTP ranges).

use super::archive::Span;
use crate::cli::Failure;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;
use ureq::http::{Response, StatusCode, header};

/// One part is asked for so often before giving up; what was fetched is kept.
const TRIES: u32 = 3;
/// Before asking again.
const PAUSE: Duration = Duration::from_millis(400);
const CONNECT_WAIT: Duration = Duration::from_secs(15);
/// For one part, which is small.
const PART_WAIT: Duration = Duration::from_secs(90);

/// An archive that parts are read of.
pub(super) struct Source {
    name: String,
    kind: Kind,
    version: Option<String>,
}

enum Kind {
    File(File),
    Web(ureq::Agent),
}

/// Why a part did not come.
enum Lost {
    /// There is no such file.
    NotThere,
    /// It may come the next time.
    ForNow(String),
    /// It never will.
    ForGood(String),
}

impl Source {
    /// A file, or `http(s)://…`; nothing is read yet.
    pub(super) fn new(from: &str) -> Result<Self, Failure> {
        let kind = if from.starts_with("http://") || from.starts_with("https://") {
            let config = ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_connect(Some(CONNECT_WAIT))
                .timeout_global(Some(PART_WAIT))
                .user_agent(concat!("cueillette/", env!("CARGO_PKG_VERSION")))
                .build();
            Kind::Web(config.new_agent())
        } else if Path::new(from).is_file() {
            Kind::File(File::open(from).map_err(|e| format!("{from}: {e}"))?)
        } else {
            return Err(format!("{from} is neither a file nor an address").into());
        };
        Ok(Self {
            name: from.to_owned(),
            kind,
            version: None,
        })
    }

    /// As it was given.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Tells one state of the file from another; known once something was read.
    pub(super) fn version(&self) -> &str {
        self.version.as_deref().unwrap_or_default()
    }

    /// The first bytes, fewer when the file is small; nothing when the server has no such file.
    pub(super) fn start(&mut self, length: u64) -> Result<Option<Vec<u8>>, Failure> {
        match self.patiently(Span { offset: 0, length }) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Lost::NotThere) => Ok(None),
            Err(Lost::ForNow(why) | Lost::ForGood(why)) => Err(why.into()),
        }
    }

    /// A part, whole.
    pub(super) fn part(&mut self, span: Span) -> Result<Vec<u8>, Failure> {
        match self.patiently(span) {
            Ok(bytes) if bytes.len() as u64 == span.length => Ok(bytes),
            Ok(_) => Err(format!("{} ends too early: it is damaged", self.name).into()),
            Err(Lost::NotThere) => Err(format!("{} is not there any more", self.name).into()),
            Err(Lost::ForNow(why) | Lost::ForGood(why)) => Err(why.into()),
        }
    }

    fn patiently(&mut self, span: Span) -> Result<Vec<u8>, Lost> {
        let mut tries = 1;
        loop {
            match self.once(span) {
                Err(Lost::ForNow(_)) if tries < TRIES => std::thread::sleep(PAUSE * tries),
                done => return done,
            }
            tries += 1;
        }
    }

    fn once(&mut self, span: Span) -> Result<Vec<u8>, Lost> {
        let (bytes, version) = match &mut self.kind {
            Kind::File(file) => {
                from_file(file, span).map_err(|e| Lost::ForGood(format!("{}: {e}", self.name)))?
            }
            Kind::Web(agent) => from_web(agent, &self.name, span)?,
        };
        match &self.version {
            Some(known) if *known != version => Err(Lost::ForGood(format!(
                "{} was changed while it was read: start again",
                self.name
            ))),
            Some(_) => Ok(bytes),
            None => {
                self.version = Some(version);
                Ok(bytes)
            }
        }
    }
}

fn from_file(file: &mut File, span: Span) -> std::io::Result<(Vec<u8>, String)> {
    let about = file.metadata()?;
    let age = about.modified()?.duration_since(std::time::UNIX_EPOCH);
    let version = format!("{}-{}", about.len(), age.map_or(0, |it| it.as_millis()));
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(span.offset))?;
    file.take(span.length).read_to_end(&mut bytes)?;
    Ok((bytes, version))
}

fn from_web(agent: &ureq::Agent, url: &str, span: Span) -> Result<(Vec<u8>, String), Lost> {
    let last = span.end().saturating_sub(1);
    let request = agent
        .get(url)
        .header(header::RANGE, format!("bytes={}-{last}", span.offset))
        // A part of a folded file would be no part of the file.
        .header(header::ACCEPT_ENCODING, "identity");
    let mut response = request
        .call()
        .map_err(|e| Lost::ForNow(format!("{url}: {e}")))?;
    match response.status() {
        StatusCode::PARTIAL_CONTENT => {}
        StatusCode::NOT_FOUND | StatusCode::GONE => return Err(Lost::NotThere),
        StatusCode::OK => {
            return Err(Lost::ForGood(format!(
                "{url}: this server sends whole files only, no ranges: fetch the file yourself, \
                 then give it with --from FILE"
            )));
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            return Err(Lost::ForNow(format!("{url}: the server answers {status}")));
        }
        status => return Err(Lost::ForGood(format!("{url}: the server answers {status}"))),
    }
    let version = version_of(&response);
    // The client takes a body that fills its limit for one that is too long.
    let body = response.body_mut().with_config().limit(span.length + 1);
    let bytes = body
        .read_to_vec()
        .map_err(|e| Lost::ForNow(format!("{url}: {e}")))?;
    if bytes.len() as u64 > span.length {
        let why = format!("{url}: the server sends more than was asked for");
        return Err(Lost::ForGood(why));
    }
    Ok((bytes, version))
}

/// Tag, date and whole length, as far as the server tells them.
fn version_of<T>(response: &Response<T>) -> String {
    let text = |name| {
        let value = response.headers().get(name);
        value.and_then(|it| it.to_str().ok()).unwrap_or("")
    };
    let range = text(header::CONTENT_RANGE);
    let whole = range.rsplit_once('/').map_or("", |it| it.1);
    format!(
        "{} {} {whole}",
        text(header::ETAG),
        text(header::LAST_MODIFIED)
    )
}
