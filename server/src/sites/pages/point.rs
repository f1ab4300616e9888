//! A point of a form: chosen on the map or typed, looked at before anything is kept. Also the page
//! where the point of a site is moved.

use super::map::{NO_BASE_MAP, without_script};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, error_line, note};
use crate::http::reading::Path;
use crate::programmes;
use crate::sites::quarters;
use crate::sites::{CoordinatorSite, from_public, one_for_coordinator, store};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::french::distance;
use domain::{Position, Settings, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::sites::point as say;

/// A point as a form gives it: as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TypedPoint {
    #[serde(default)]
    lat: String,
    #[serde(default)]
    lon: String,
}

impl TypedPoint {
    /// A point that is known, as a French person types it.
    pub fn of(at: Position) -> Self {
        let typed = |degrees: f64| format!("{degrees:.5}").replace('.', ",");
        Self {
            lat: typed(at.lat()),
            lon: typed(at.lon()),
        }
    }

    /// The point, or what to do about it.
    pub fn check(&self) -> Result<Position, Faults> {
        let degrees = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
        let (Some(lat), Some(lon)) = (degrees(&self.lat), degrees(&self.lon)) else {
            let words = say::REFUSED_MISSING;
            return Err(Faults::one("point", words));
        };
        Position::new(lat, lon).map_err(|_| {
            let words = say::REFUSED_OFF_MAP;
            Faults::one("point", words)
        })
    }

    /// The same, to be sent again.
    pub fn hidden(&self) -> AnyView {
        let (lat, lon) = (self.lat.clone(), self.lon.clone());
        view! {
            <input type="hidden" name="lat" value=lat/>
            <input type="hidden" name="lon" value=lon/>
        }
        .into_any()
    }
}

/// The map where a point is chosen, and the two fields that say the same. Public sites are shown,
/// so that nobody makes one twice.
pub fn chooser(typed: &TypedPoint, around: Option<String>, faults: &Faults) -> AnyView {
    let field = |name, label, value: &str, help: &str| Field {
        name,
        label,
        kind: "text",
        value: value.to_owned(),
        help: Some(help.to_owned()),
        inputmode: Some("decimal"),
        ..Field::default()
    };
    let error = faults.at("point");
    view! {
        <fieldset id="point">
            <legend>{say::TITLE}</legend>
            {error.map(|text| error_line("point-erreur".into(), text))}
            <p class="help only-script">
                {say::HELP}
            </p>
            <div class="map picking">
                <cueillette-map
                    base="/base-map.pmtiles"
                    operator-hint=NO_BASE_MAP
                    locate=""
                    pick=""
                    fields="lat lon"
                    from="/api/v1/sites?nature=public"
                    around=around
                ></cueillette-map>
            </div>
            {without_script(say::WITHOUT_SCRIPT)}
            <div class="side-by-side degrees">
                {field("lat", say::LABEL_LATITUDE, &typed.lat, say::HELP_LATITUDE).view()}
                {field("lon", say::LABEL_LONGITUDE, &typed.lon, say::HELP_LONGITUDE).view()}
            </div>
        </fieldset>
    }
    .into_any()
}

/// Where a map of the town begins: around its public sites.
pub async fn around_town(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
) -> Result<Option<String>, Problem> {
    let atlas = app.atlases.of(tx, caller.programme).await?;
    Ok(super::map::box_around(atlas.sites.iter().map(|it| it.at)))
}

/// What a point deserves to be told about before it is kept.
#[derive(Clone, Debug, Default)]
pub struct Doubts {
    /// The quarter it is in, by name.
    pub quarter: Option<String>,
    /// In words, when somebody should look twice.
    pub warning: Option<String>,
}

/// Looks at a point: outside every quarter, or far from all that the programme knows.
pub async fn doubts(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    at: Position,
) -> Result<Doubts, Problem> {
    let all = quarters::store::all(tx, caller.programme).await?;
    if !all.all().is_empty() {
        let quarter = all.of(at).map(|it| it.name.clone());
        let outside = say::DOUBT_OUTSIDE_QUARTERS;
        return Ok(Doubts {
            warning: quarter.is_none().then(|| outside.into()),
            quarter,
        });
    }
    let atlas = app.atlases.of(tx, caller.programme).await?;
    let known: Vec<Position> = atlas.sites.iter().map(|it| it.at).collect();
    let warning = beyond_reach(&known, at).map(|metres| {
        let away = distance(metres);
        say::doubt_far(&away)
    });
    Ok(Doubts {
        quarter: None,
        warning,
    })
}

/// How far a point is from the nearest known one, when that is more than the programme is used to:
/// further than its sites lie from each other's middle, and than anybody walks.
fn beyond_reach(known: &[Position], at: Position) -> Option<f64> {
    /// Two hours on foot: a programme of one square only is not surprised by the next one.
    const WALK_M: f64 = 8_000.0;
    let middle = middle_of(known)?;
    let furthest = |most: f64, it: &Position| most.max(it.distance_m(middle));
    let usual = known.iter().fold(WALK_M, furthest);
    let nearest = |least: f64, it: &Position| least.min(it.distance_m(at));
    let away = known.iter().fold(f64::INFINITY, nearest);
    (away > usual).then_some(away)
}

/// The point that half of all lie north and half of all lie east of: one that is wrong moves it
/// little.
fn middle_of(known: &[Position]) -> Option<Position> {
    let half = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    };
    let lat = half(known.iter().map(|it| it.lat()).collect())?;
    let lon = half(known.iter().map(|it| it.lon()).collect())?;
    Position::new(lat, lon).ok()
}

/// What somebody should look at twice.
pub fn warned(warning: String) -> AnyView {
    note(Tone::Wait, view! { <p><b>{warning}</b></p> })
}

/// A point to move a site to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MoveForm {
    /// As it was read.
    #[serde(default)]
    pub version: i64,
    /// Where to.
    #[serde(flatten)]
    pub point: TypedPoint,
    /// The warning was read.
    #[serde(default)]
    pub sur: String,
}

/// `GET /lieux/{id}/deplacer`
pub async fn move_page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
) -> Result<Response, Problem> {
    moving_page(&app, &caller, id, None).await
}

/// The page that moves a site's point, before its form or after one that was not taken: why, and
/// what was typed.
pub async fn moving_page(
    app: &App,
    caller: &Caller,
    id: SiteId,
    refused: Option<(MoveForm, Refused)>,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let site = one_site(&mut tx, app, caller, id).await?;
    let around = around_town(&mut tx, app, caller).await?;
    tx.commit().await?;
    let (form, refused) = match refused {
        Some((form, refused)) => (form, Some(refused)),
        None => (
            MoveForm {
                version: site.about.version,
                point: TypedPoint::of(site.at),
                sur: String::new(),
            },
            None,
        ),
    };
    let status = match &refused {
        Some(Refused::Wrong(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Refused::Changed) => StatusCode::CONFLICT,
        Some(Refused::Doubtful(_)) | None => StatusCode::OK,
    };
    let shown = page(&moving_frame(app, caller, &settings), || {
        moving(&site, &form, around, refused)
    });
    Ok((status, shown).into_response())
}

/// Why a point was not taken at once.
pub enum Refused {
    /// It is no point.
    Wrong(Faults),
    /// Somebody should look twice.
    Doubtful(String),
    /// Somebody else changed the site.
    Changed,
}

fn moving_frame<'a>(app: &'a App, caller: &'a Caller, settings: &'a Settings) -> Frame<'a> {
    let mut frame = Frame::of(
        &app.assets,
        caller,
        settings,
        say::MOVE_PAGE_TITLE,
        "/lieux",
    );
    frame.with_map = true;
    frame
}

/// One site, by the caller's wall.
pub async fn one_site(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: SiteId,
) -> Result<CoordinatorSite, Problem> {
    if caller.role() == Role::Coordinator {
        return one_for_coordinator(tx, app, caller, id).await;
    }
    let found = store::public_site(tx, caller.programme, id).await?;
    Ok(from_public(found.ok_or_else(Problem::not_found)?))
}

fn moving(
    site: &CoordinatorSite,
    form: &MoveForm,
    around: Option<String>,
    refused: Option<Refused>,
) -> AnyView {
    let back = format!("/lieux/{}", site.id);
    let (action, away) = (format!("{back}/deplacer"), back.clone());
    let mut faults = Faults::default();
    // Whoever reads that it changed meanwhile has read what is there now.
    let mut version = form.version;
    let (mut doubtful, mut above) = (false, None);
    match refused {
        Some(Refused::Wrong(it)) => faults = it,
        Some(Refused::Doubtful(warning)) => {
            doubtful = true;
            above = Some(warned(warning));
        }
        Some(Refused::Changed) => {
            version = site.about.version;
            let words = say::CHANGED_MEANWHILE;
            above = Some(note(Tone::Alarm, words));
        }
        None => {}
    }
    let keep = if doubtful {
        say::KEEP_ANYWAY
    } else {
        say::KEEP
    };
    view! {
        {crumbs(back, say::BACK)}
        <div class="head">
            <div>
                <h1>{say::MOVE_TITLE}{site.title.clone()}"\u{a0}»"</h1>
                <p class="soft">{say::MOVE_INTRO}</p>
            </div>
        </div>
        {above}
        <form class="card form" method="post" action=action>
            <input type="hidden" name="version" value=version.to_string()/>
            {doubtful.then(|| view! { <input type="hidden" name="sur" value=said(&form.point)/> })}
            {chooser(&form.point, around, &faults)}
            <p class="actions">
                <button class="primary">{keep}</button>
                <a class="button" href=away>{say::CHANGE_NOTHING}</a>
            </p>
        </form>
    }
    .into_any()
}

/// The point that a warning was about: another one is looked at again.
pub fn said(point: &TypedPoint) -> String {
    format!("{} {}", point.lat, point.lon)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Position {
        Position::new(lat, lon).unwrap()
    }

    fn typed(lat: &str, lon: &str) -> TypedPoint {
        let (lat, lon) = (lat.into(), lon.into());
        TypedPoint { lat, lon }
    }

    #[test]
    fn a_point_is_read_as_french_people_and_maps_write_it() {
        assert_eq!(
            typed("44,8305", " -0,5728 ").check().unwrap(),
            at(44.8305, -0.5728)
        );
        assert_eq!(
            typed("44.8305", "-0.5728").check().unwrap(),
            at(44.8305, -0.5728)
        );
        let there = TypedPoint::of(at(44.8305, -0.5728));
        assert_eq!(
            (there.lat.as_str(), there.lon.as_str()),
            ("44,83050", "-0,57280")
        );
        for (lat, lon) in [
            ("", ""),
            ("44,83", ""),
            ("ici", "là"),
            ("0", "0"),
            ("91", "0"),
            ("inf", "1"),
            ("NaN", "1"),
        ] {
            assert!(typed(lat, lon).check().is_err(), "{lat} {lon}");
        }
    }

    #[test]
    fn a_point_is_far_when_it_is_further_than_the_programme_goes() {
        let town = [at(44.83, -0.57), at(44.84, -0.58), at(44.86, -0.57)];
        assert_eq!(beyond_reach(&town, at(44.80, -0.60)), None);
        // The beach, some fifty kilometres to the west.
        let beach = beyond_reach(&town, at(44.75, -1.22)).unwrap();
        assert!((49_000.0..54_000.0).contains(&beach), "{beach}");
        assert_eq!(beyond_reach(&[], at(44.75, -1.22)), None);
        // A programme that goes as far is not surprised.
        let wide = [at(44.83, -0.57), at(44.84, -0.58), at(44.65, -1.17)];
        assert_eq!(beyond_reach(&wide, at(44.75, -1.22)), None);
    }
}
