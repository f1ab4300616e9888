//! Which kind of device a session is on, in two words, as its browser said when it signed in.
//! The whole of what it said is not kept.

use axum::http::{HeaderMap, header};
use words::desk::access::device as say;

/// « Firefox · Android ».
pub fn in_words(headers: &HeaderMap) -> String {
    let said = headers
        .get(header::USER_AGENT)
        .and_then(|it| it.to_str().ok());
    let said = said.unwrap_or_default();
    // The order matters: most browsers also claim to be another one.
    let browser = first(
        said,
        &[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser", "Samsung Internet"),
            ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"),
            ("CriOS", "Chrome"),
            ("Chrome", "Chrome"),
            ("Safari", "Safari"),
        ],
    );
    let system = first(
        said,
        &[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("Windows", "Windows"),
            ("Macintosh", "Mac"),
            ("CrOS", "Chromebook"),
            ("Linux", "Linux"),
        ],
    );
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => say::UNKNOWN.to_owned(),
    }
}

fn first(said: &str, known: &[(&str, &'static str)]) -> Option<&'static str> {
    let found = known.iter().find(|(part, _)| said.contains(part));
    found.map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_device_is_named_in_two_words() {
        for (said, words) in [
            (
                "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0",
                "Firefox · Android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
                "Chrome · Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari · iPhone",
            ),
            ("curl/8", "Appareil inconnu"),
            ("", "Appareil inconnu"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_str(said).unwrap());
            assert_eq!(in_words(&headers), words);
        }
    }
}
