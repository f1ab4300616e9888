//! Byte budgets: what a first visit may cost on a prepaid phone. Weighed on the answers of the
//! real server, body by body, as sent to a browser that takes brotli.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::server::{Installation, agent, fetch_brotli};
use crate::{run, site};

/// Up to the first possible tap: page, style, scripts, WebAssembly, icons.
const FIRST_VISIT_BYTES_MAX: u64 = 100_000;
/// What the recorder's other screens bring, right after the first possible tap.
const MORE_BYTES_MAX: u64 = 40_000;
/// The map without the town's file.
const MAP_BYTES_MAX: u64 = 90_000;
/// All that a phone keeps to work with no network, without the town's file.
const PRECACHE_BYTES_MAX: u64 = 300_000;

/// Attributes of the recorder's page that make the browser, or the loader, fetch at once.
/// `data-more` and `data-map` are not among them: the other screens come after the first possible
/// tap, the map when its tab is opened.
const FETCHED_AT_ONCE: [&str; 4] = ["href", "src", "data-glue", "data-wasm"];
/// Elements whose `href` only leads somewhere.
const LINKS_TO_FOLLOW: [&str; 3] = ["<a ", "<form ", "<use "];

/// Something that must stay light.
struct Budget {
    name: &'static str,
    limit: u64,
    parts: Vec<(String, u64)>,
}

impl Budget {
    fn total(&self) -> u64 {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }

    fn holds(&self) -> bool {
        self.total() <= self.limit
    }

    /// Each part with its weight, then the sum against its limit.
    fn report(&self) -> String {
        let line = |(name, bytes): &(String, u64)| format!("  {bytes:>9}  {name}\n");
        let parts: String = self.parts.iter().map(line).collect();
        let mark = if self.holds() { '✓' } else { '✗' };
        format!(
            "{mark} {}: {} of {} bytes\n{parts}",
            self.name,
            self.total(),
            self.limit
        )
    }
}

/// Weighs the site on a server of its own, and fails when a limit is passed.
pub fn check(binary: &Path) -> Result<()> {
    let installation = Installation::on_sqlite(binary)?;
    run::quiet(installation.command().arg("migrate"))?;
    let server = installation.serve()?;
    let scale = Scale {
        agent: agent(),
        address: server.address.clone(),
    };
    let assets = site::assets()?;

    let budgets = [
        Budget {
            name: "first visit to /terrain up to the first tap",
            limit: FIRST_VISIT_BYTES_MAX,
            parts: scale.first_visit()?,
        },
        Budget {
            name: "the recorder's other screens, after the first tap",
            limit: MORE_BYTES_MAX,
            parts: scale.weigh_all(more_files(&assets)?)?,
        },
        Budget {
            name: "map without the town's file",
            limit: MAP_BYTES_MAX,
            parts: scale.weigh_all(map_files(&assets)?)?,
        },
        Budget {
            name: "everything kept for offline",
            limit: PRECACHE_BYTES_MAX,
            parts: scale.weigh_all(strings(&assets["precache"])?)?,
        },
    ];
    for budget in &budgets {
        print!("{}", budget.report());
    }
    let over: Vec<&str> = budgets
        .iter()
        .filter(|b| !b.holds())
        .map(|b| b.name)
        .collect();
    ensure!(over.is_empty(), "over the byte budget: {}", over.join("; "));
    Ok(())
}

/// Weighs answers of one server.
struct Scale {
    agent: ureq::Agent,
    address: String,
}

impl Scale {
    fn fetch(&self, path: &str) -> Result<(Vec<u8>, bool)> {
        fetch_brotli(&self.agent, &format!("{}{path}", self.address))
    }

    /// The page, all it fetches by itself, and all that its styles fetch.
    fn first_visit(&self) -> Result<Vec<(String, u64)>> {
        let (page, packed) = self.fetch("/terrain")?;
        let mut parts = vec![("/terrain".to_owned(), page.len() as u64)];
        let mut waiting = fetched_by_page(&text_of(page, packed)?);
        ensure!(
            waiting.iter().any(|path| path.ends_with(".wasm")),
            "/terrain does not name its WebAssembly: its weight would be forgotten"
        );
        while let Some(path) = waiting.pop() {
            if parts.iter().any(|(known, _)| *known == path) {
                continue;
            }
            let (body, packed) = self.fetch(&path)?;
            parts.push((path.clone(), body.len() as u64));
            if path.ends_with(".css") {
                waiting.extend(fetched_by_style(&text_of(body, packed)?));
            }
        }
        parts[1..].sort();
        Ok(parts)
    }

    fn weigh_all(&self, paths: Vec<String>) -> Result<Vec<(String, u64)>> {
        let weigh = |path: String| {
            let (body, _) = self.fetch(&path)?;
            Ok((path, body.len() as u64))
        };
        paths.into_iter().map(weigh).collect()
    }
}

fn text_of(body: Vec<u8>, packed: bool) -> Result<String> {
    if !packed {
        return Ok(String::from_utf8(body)?);
    }
    let mut text = Vec::new();
    brotli::BrotliDecompress(&mut &body[..], &mut text)?;
    Ok(String::from_utf8(text)?)
}

/// The second part of the WebAssembly: the loader fetches it once the recorder is awake.
fn more_files(assets: &Value) -> Result<Vec<String>> {
    let path = assets["files"]["app_more.wasm"]["path"].as_str();
    Ok(vec![path.context("there is no app_more.wasm")?.to_owned()])
}

/// The map's own files: its script, and its style where that is a file.
fn map_files(assets: &Value) -> Result<Vec<String>> {
    let script = assets["files"]["map.js"]["path"]
        .as_str()
        .context("there is no map.js")?;
    let style = assets["files"]["map.css"]["path"].as_str();
    Ok(std::iter::once(script)
        .chain(style)
        .map(str::to_owned)
        .collect())
}

fn strings(list: &Value) -> Result<Vec<String>> {
    serde_json::from_value(list.clone()).context("assets.json has no precache list")
}

/// Addresses on our own server that the browser fetches while it shows this page.
fn fetched_by_page(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in html.match_indices('<') {
        let Some((tag, _)) = html[at..].split_once('>') else {
            continue;
        };
        if LINKS_TO_FOLLOW.iter().any(|start| tag.starts_with(start)) {
            continue;
        }
        found.extend(
            FETCHED_AT_ONCE
                .iter()
                .filter_map(|name| attribute(tag, name)),
        );
    }
    found.retain(|path| path.starts_with('/') && !path.starts_with("//"));
    found.sort();
    found.dedup();
    found
}

/// The value of an attribute in a tag, quoted or not.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!(" {name}="))?;
    let value = match value.strip_prefix(['"', '\'']) {
        Some(rest) => rest.split(['"', '\'']).next(),
        None => value.split_whitespace().next(),
    };
    value.map(str::to_owned)
}

/// Addresses inside a style's `url(…)`. Fonts are left out: declaring one fetches nothing, and the
/// recorder names them in its rules only after the first tap.
fn fetched_by_style(css: &str) -> Vec<String> {
    let inside = css
        .split("url(")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let bare = inside.map(|value| value.trim_matches(['"', '\'', ' ']).to_owned());
    bare.filter(|path| path.starts_with('/') && !path.ends_with(".woff2"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(limit: u64) -> Budget {
        let parts = vec![
            ("/terrain".to_owned(), 3_000),
            ("/pkg/app.wasm".to_owned(), 57_000),
        ];
        Budget {
            name: "first visit",
            limit,
            parts,
        }
    }

    #[test]
    fn a_budget_holds_up_to_its_limit_and_not_one_byte_over() {
        assert!(budget(60_000).holds());
        assert!(!budget(59_999).holds());
    }

    #[test]
    fn the_report_names_each_part_and_the_limit() {
        let wanted = "✓ first visit: 60000 of 100000 bytes\n       3000  /terrain\n      57000  \
                      /pkg/app.wasm\n";
        assert_eq!(budget(100_000).report(), wanted);
    }

    #[test]
    fn the_page_fetches_what_it_shows_and_not_where_it_leads() {
        let html = r#"<!doctype html><link rel=stylesheet href=/pkg/t.css><a href="/terrain/simple">x</a>
            <link rel="icon" href="/icon.svg"><form action="/x"><img src='/i.png'>
            <script type="module" src="/pkg/l.js" data-glue="/pkg/a.js" data-wasm="/pkg/a.wasm"
             data-map="/pkg/map.js"></script><img src="data:image/png;base64,"><script src="//x/y">"#;
        let wanted = [
            "/i.png",
            "/icon.svg",
            "/pkg/a.js",
            "/pkg/a.wasm",
            "/pkg/l.js",
            "/pkg/t.css",
        ];
        assert_eq!(fetched_by_page(html), wanted);
    }

    #[test]
    fn a_style_fetches_its_pictures_and_no_font_yet() {
        let css = "src:url(/pkg/a.woff2) format('woff2'),url(\"/pkg/b.png\"),url(data:x)";
        assert_eq!(fetched_by_style(css), ["/pkg/b.png"]);
    }
}
