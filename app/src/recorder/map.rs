//! What the map is told: the outing's sites, and its own words. The map is an element of its own,
//! whose script is fetched the first time it is looked at.

use super::model::Model;
use super::pack::Site;
use crate::json::{decimal, listed, quoted};
use crate::ui::texts;

/// The sites of the outing, as the element reads them.
#[inline(never)]
pub fn sites(model: &Model) -> String {
    let mut sites = model.pack.sites.iter().map(|it| one(model, it));
    ["[", &listed(&mut sites), "]"].concat()
}

fn one(model: &Model, site: &Site) -> String {
    let fields = [
        "{\"id\":",
        &quoted(&site.id.to_string()),
        ",\"title\":",
        &quoted(&site.title),
        ",\"lat\":",
        &decimal(site.at.lat()),
        ",\"lon\":",
        &decimal(site.at.lon()),
        ",\"nature\":",
        &quoted(&site.nature),
        ",\"state\":",
        &quoted(&site.state),
        ",\"count\":",
        &model.total_at(Some(site.id)).to_string(),
        "}",
    ];
    fields.concat()
}

/// What it says by itself, in the language of the screen.
#[inline(never)]
pub fn words() -> String {
    let mut all = Vec::new();
    texts::each_of_map(|name, text| add(&mut all, name, text.as_str()));
    texts::each_number_of_map(|name, text| add(&mut all, name, &text.with(&["{n}"])));
    ["{", &listed(&mut all.into_iter()), "}"].concat()
}

#[inline(never)]
fn add(all: &mut Vec<String>, name: &str, words: &str) {
    all.push([&quoted(name), ":", &quoted(words)].concat());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;
    use crate::recorder::pack::Pack;
    use domain::{Position, SiteId};
    use uuid::Uuid;

    #[test]
    fn the_map_says_nothing_that_it_was_not_given_in_the_language_of_the_screen() {
        let json = Json::read(&words()).unwrap();
        assert_eq!(json.get("zoom_in").text(), Some("Zoomer"));
        assert_eq!(json.get("picked").text(), Some("{n} ici"));
        let script = include_str!("../../web/map/words.js");
        let known = script.lines().filter_map(|it| it.strip_prefix("  "));
        let known: Vec<_> = known.filter_map(|it| it.split_once(": \"")).collect();
        assert!(known.len() > 20);
        for (name, _) in known {
            assert!(json.get(name).text().is_some(), "{name}");
        }
    }

    #[test]
    fn the_map_gets_every_site_with_its_point_and_its_state() {
        let site = Site {
            id: SiteId(Uuid::from_u128(2)),
            title: "Place \"X\"".into(),
            at: Position::new(44.830_9, -0.572_4).unwrap(),
            nature: "public".into(),
            state: "planned".into(),
        };
        let pack = Pack {
            sites: vec![site.clone(), site],
            ..Pack::default()
        };
        let model = Model {
            pack,
            ..Model::default()
        };
        let json = Json::read(&sites(&model)).unwrap();
        let second = &json.items()[1];
        assert_eq!(json.items().len(), 2);
        assert_eq!(second.get("title").text(), Some("Place \"X\""));
        assert_eq!(second.get("lat").degrees(), Some(44.830_9));
        assert_eq!(second.get("state").text(), Some("planned"));
        assert_eq!(second.get("count").whole(), Some(0));
    }
}
