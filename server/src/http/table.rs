//! The one table of routes: who may do what. The router is built from it, and the test that walks
//! every route against every role reads it. A route that is not here answers 404.

use super::{
    appearance, assets, health, language, maps, needle_stick, openapi, styleguide, terrain,
};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::{access, allowances, facts, flags, outings, people, sites};
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::{MethodRouter, get, patch, post};
use domain::limits::HAND_IN_BYTES_MAX;

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person: problems are pages, and who is not signed in is asked to.
    Page,
    /// A program: problems are RFC 9457.
    Api,
    /// A file of the build, the same for everyone.
    File,
}

/// One line of the table.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path, as axum writes it.
    pub path: &'static str,
    /// For whom.
    pub kind: Kind,
    /// Who may.
    pub roles: &'static [Role],
    /// Only those of them who manage the people of their body.
    pub administrators: bool,
    /// Who answers.
    pub handler: MethodRouter<App>,
}

/// Whom a line of the table lets in.
#[derive(Clone, Copy)]
pub struct Whom {
    roles: &'static [Role],
    administrators: bool,
}

impl Whom {
    /// This caller, or nobody in particular?
    pub fn lets_in(self, caller: Option<&Caller>) -> bool {
        let role = caller.map_or(Anon, Caller::role);
        let administers = caller.is_some_and(Caller::administers);
        allows(self.roles, role) && (administers || !self.administrators)
    }
}

use Role::{Agent, Anon, Clerk, Coordinator, CrewPhone, LatePhone, Peer};

const EVERYONE: &[Role] = &Role::ALL;
const COORDINATOR: &[Role] = &[Coordinator];
/// The staff of the three bodies.
const STAFF: &[Role] = &[Coordinator, Agent, Clerk];
/// Whoever has an account or a card.
const SIGNED_IN: &[Role] = &[Coordinator, Agent, Clerk, Peer];
/// The city's flags: whoever made them, and those who go there.
const FLAGS: &[Role] = &[Coordinator, Agent];

macro_rules! route {
    ($kind:ident, $method:ident, $path:expr, $roles:expr, $handler:expr) => {
        Route {
            method: method(stringify!($method)),
            path: $path,
            kind: Kind::$kind,
            roles: $roles,
            administrators: false,
            handler: $method($handler),
        }
    };
}

fn method(name: &str) -> Method {
    match name {
        "post" => Method::POST,
        "patch" => Method::PATCH,
        _ => Method::GET,
    }
}

impl Route {
    /// Whom it lets in.
    pub fn whom(&self) -> Whom {
        Whom {
            roles: self.roles,
            administrators: self.administrators,
        }
    }

    /// Only for those of its roles who manage the people of their body.
    fn for_administrators(mut self) -> Self {
        self.administrators = true;
        self
    }

    /// Lets bigger bodies through than other routes do.
    fn with_room_for(mut self, bytes: usize) -> Self {
        self.handler = self.handler.layer(DefaultBodyLimit::max(bytes));
        self
    }
}

/// Every route.
pub fn table() -> Vec<Route> {
    let mut all = files();
    all.extend(pages());
    all.extend(accounts());
    all.extend(api());
    all
}

fn files() -> Vec<Route> {
    vec![
        route!(File, get, "/healthz", EVERYONE, health::healthz),
        route!(File, get, "/readyz", EVERYONE, health::readyz),
        route!(File, get, "/pkg/{file}", EVERYONE, assets::pkg),
        route!(File, get, "/sw.js", EVERYONE, assets::named),
        route!(File, get, "/manifest.webmanifest", EVERYONE, assets::named),
        route!(File, get, "/icon.svg", EVERYONE, assets::named),
        route!(File, get, "/icon-192.png", EVERYONE, assets::named),
        route!(File, get, "/icon-512.png", EVERYONE, assets::named),
        route!(File, get, "/icon-maskable-512.png", EVERYONE, assets::named),
        route!(File, get, "/base-map.json", EVERYONE, maps::base_map_info),
        route!(File, get, "/base-map.pmtiles", EVERYONE, maps::base_map),
        route!(
            File,
            get,
            "/base-map/{file}",
            EVERYONE,
            maps::named_base_map
        ),
    ]
}

fn pages() -> Vec<Route> {
    use crate::results::pages as results;
    use crate::settings::{first_steps, pages as settings, third_parties};
    use access::cards::pages as cards;
    use access::journal::book as journal;
    use access::pages as door;
    use allowances::pages as money;
    use outings::{forms, pages, simple};
    use people::{attestation, identity::pages as identity, own_data, pages as own};
    use sites::pages as places;
    const PLACES: &[Role] = &[Coordinator, Agent];
    const PEER: &[Role] = &[Peer];
    vec![
        route!(Page, get, "/", EVERYONE, crate::home::show),
        route!(Page, post, "/indices", SIGNED_IN, super::hints::dismiss),
        route!(Page, get, "/connexion", EVERYONE, door::sign_in_page),
        route!(Page, post, "/connexion", EVERYONE, door::sign_in),
        route!(Page, post, "/deconnexion", EVERYONE, door::sign_out),
        route!(Page, get, "/entrer", EVERYONE, cards::enter_page),
        route!(Page, get, "/equipe", COORDINATOR, cards::team),
        route!(Page, post, "/equipe/cartes", COORDINATOR, cards::print),
        route!(
            Page,
            get,
            "/equipe/cartes/oublier",
            COORDINATOR,
            cards::forget_page
        ),
        route!(
            Page,
            post,
            "/equipe/cartes/oublier",
            COORDINATOR,
            cards::forget_card
        ),
        route!(Page, get, "/equipe/{id}", COORDINATOR, identity::detail),
        route!(
            Page,
            get,
            "/equipe/{id}/attestation",
            COORDINATOR,
            attestation::show
        ),
        route!(
            File,
            get,
            "/equipe/{id}/releve.pdf",
            COORDINATOR,
            people::yearly::of_peer
        ),
        route!(
            Page,
            post,
            "/equipe/{id}/identite",
            COORDINATOR,
            identity::give
        ),
        route!(
            Page,
            post,
            "/equipe/{id}/identite/ouvrir",
            COORDINATOR,
            identity::look
        ),
        route!(
            Page,
            post,
            "/equipe/{id}/identite/effacer",
            COORDINATOR,
            identity::forget
        ),
        route!(Page, get, "/journal", STAFF, journal::pages::journal),
        route!(
            Page,
            get,
            "/avant-la-premiere-sortie",
            COORDINATOR,
            first_steps::show
        ),
        route!(
            Page,
            post,
            "/avant-la-premiere-sortie",
            COORDINATOR,
            first_steps::save
        )
        .for_administrators(),
        route!(
            Page,
            get,
            "/avant-la-premiere-sortie/{paper}",
            COORDINATOR,
            first_steps::paper
        ),
        route!(Page, get, "/reglages", SIGNED_IN, settings::overview),
        route!(Page, get, "/reglages/modifier", COORDINATOR, settings::edit).for_administrators(),
        route!(
            Page,
            post,
            "/reglages/modifier",
            COORDINATOR,
            settings::save
        )
        .for_administrators(),
        route!(
            Page,
            get,
            "/reglages/tiers-autorises",
            COORDINATOR,
            third_parties::show
        ),
        route!(
            Page,
            post,
            "/reglages/tiers-autorises",
            COORDINATOR,
            third_parties::keep
        ),
        route!(
            Page,
            post,
            "/lieux/{id}/fermer",
            COORDINATOR,
            sites::closing::post
        ),
        route!(
            Page,
            get,
            "/equipe/{id}/effacer",
            COORDINATOR,
            own_data::ask
        ),
        route!(
            Page,
            post,
            "/equipe/{id}/effacer",
            COORDINATOR,
            own_data::forget_peer
        ),
        route!(Page, get, "/moi", PEER, own::home),
        route!(Page, get, "/moi/mes-donnees", PEER, own_data::show),
        route!(Page, post, "/moi/effacer", PEER, own_data::forget_me),
        route!(Page, get, "/moi/efface", EVERYONE, own_data::forgotten),
        route!(Page, get, "/moi/ce-qu-on-sait", PEER, own::known),
        route!(Page, get, "/moi/releve", PEER, own::statement),
        route!(File, get, "/moi/releve.pdf", PEER, people::yearly::own),
        route!(Page, post, "/moi/aides/{id}/contester", PEER, own::contest),
        route!(Page, get, "/moi/lieux", PEER, own::places),
        route!(Page, get, "/moi/lieux/proposer", PEER, own::propose_page),
        route!(Page, post, "/moi/lieux", PEER, own::propose),
        route!(Page, post, "/moi/lieux/{id}/retirer", PEER, own::withdraw),
        route!(Page, get, "/terrain", EVERYONE, terrain::page),
        route!(Page, get, "/signaler", EVERYONE, terrain::flagging),
        // A phone whose token ended is asked to join again: these are nobody's to be refused.
        route!(Page, get, "/terrain/simple", EVERYONE, simple::page),
        route!(Page, post, "/terrain/simple", EVERYONE, simple::record),
        route!(
            Page,
            post,
            "/terrain/simple/rejoindre",
            EVERYONE,
            simple::join
        ),
        route!(
            Page,
            post,
            "/terrain/simple/reprendre",
            EVERYONE,
            simple::take_back
        ),
        route!(
            Page,
            post,
            "/terrain/simple/effacer",
            EVERYONE,
            simple::forget
        ),
        route!(Page, get, "/hors-ligne", EVERYONE, terrain::offline),
        route!(Page, post, "/affichage", EVERYONE, appearance::choose),
        route!(Page, post, "/langue", EVERYONE, language::choose),
        route!(Page, get, "/styleguide", EVERYONE, styleguide::show),
        route!(Page, get, "/aide", EVERYONE, crate::help::index),
        route!(Page, get, "/aide/{partie}", EVERYONE, crate::help::part),
        route!(
            Page,
            get,
            "/accessibilite",
            EVERYONE,
            crate::accessibility::show
        ),
        route!(Page, get, "/aide/piqure", EVERYONE, needle_stick::page),
        route!(
            Page,
            get,
            "/aide/piqure/{langue}",
            EVERYONE,
            needle_stick::in_language
        ),
        route!(Page, get, "/resultats", EVERYONE, results::index),
        route!(
            Page,
            get,
            "/resultats/{programme}",
            EVERYONE,
            results::programme
        ),
        route!(
            Page,
            get,
            "/resultats/{programme}/donnees.csv",
            EVERYONE,
            results::open_data
        ),
        route!(Page, get, "/sorties", COORDINATOR, pages::list),
        route!(Page, post, "/sorties", COORDINATOR, forms::create),
        route!(Page, get, "/sorties/prevoir", COORDINATOR, pages::plan_page),
        route!(Page, post, "/sorties/copier", COORDINATOR, forms::copy_last),
        route!(Page, get, "/sorties/{id}", COORDINATOR, pages::detail),
        route!(
            Page,
            get,
            "/sorties/{id}/modifier",
            COORDINATOR,
            pages::edit_page
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/modifier",
            COORDINATOR,
            forms::edit
        ),
        route!(
            Page,
            get,
            "/sorties/{id}/marche",
            COORDINATOR,
            pages::walk_page
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/marche",
            COORDINATOR,
            forms::change_walk
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/repetition",
            COORDINATOR,
            forms::end_repetition
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/revisions",
            COORDINATOR,
            forms::revise
        ),
        route!(
            Page,
            get,
            "/sorties/{id}/feuille",
            COORDINATOR,
            pages::sheet_for_crew
        ),
        route!(
            Page,
            get,
            "/sorties/{id}/carte-mission",
            COORDINATOR,
            pages::mission_card
        ),
        route!(
            Page,
            post,
            "/calendrier",
            &[Coordinator, Agent],
            outings::calendar::change
        ),
        // A calendar has no session: the address is the secret.
        route!(
            Page,
            get,
            "/calendrier/{file}",
            EVERYONE,
            outings::calendar::feed
        ),
        route!(Page, post, "/sorties/{id}/code", COORDINATOR, forms::code),
        route!(
            Page,
            post,
            "/sorties/{id}/depart",
            COORDINATOR,
            forms::departure
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/presences",
            COORDINATOR,
            forms::presence
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/telephones",
            COORDINATOR,
            forms::phone
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/mon-telephone",
            COORDINATOR,
            forms::own_phone
        ),
        route!(
            Page,
            get,
            "/sorties/{id}/remettre",
            COORDINATOR,
            pages::hand_in
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/remettre",
            COORDINATOR,
            forms::hand_in
        )
        .with_room_for(HAND_IN_BYTES_MAX),
        route!(Page, get, "/sorties/{id}/fin", COORDINATOR, pages::closing),
        route!(Page, post, "/sorties/{id}/fin", COORDINATOR, forms::close),
        route!(
            Page,
            post,
            "/sorties/{id}/annuler",
            COORDINATOR,
            forms::cancel
        ),
        route!(Page, get, "/lieux", PLACES, places::list),
        route!(Page, get, "/lieux/nouveau", COORDINATOR, places::new_page),
        route!(
            Page,
            post,
            "/lieux/nouveau",
            COORDINATOR,
            sites::forms::make
        ),
        route!(Page, get, "/lieux/a-regarder", COORDINATOR, places::look),
        route!(Page, get, "/lieux/{id}", PLACES, places::detail),
        route!(Page, post, "/lieux/{id}", PLACES, sites::forms::change),
        route!(Page, get, "/lieux/{id}/deplacer", PLACES, places::move_page),
        route!(
            Page,
            post,
            "/lieux/{id}/deplacer",
            PLACES,
            sites::forms::move_point
        ),
        route!(
            Page,
            get,
            "/lieux/{id}/reunir",
            COORDINATOR,
            places::merge_page
        ),
        route!(
            Page,
            post,
            "/lieux/{id}/reunir",
            COORDINATOR,
            sites::forms::merge
        ),
        route!(
            Page,
            post,
            "/lieux/propositions/{id}",
            COORDINATOR,
            sites::forms::proposal
        ),
        route!(
            Page,
            post,
            "/lieux/ici/{id}",
            COORDINATOR,
            sites::forms::here
        ),
        route!(Page, get, "/carte", PLACES, places::map),
        route!(Page, get, "/signalements", FLAGS, flags::pages::list),
        route!(Page, get, "/signalements/{id}", FLAGS, flags::pages::detail),
        route!(
            Page,
            post,
            "/signalements/{id}/ramasse",
            &[Agent],
            flags::pages::picked_up
        ),
        route!(Page, get, "/aides", COORDINATOR, money::coordinator_page),
        route!(Page, post, "/aides", COORDINATOR, money::issue_form),
        route!(
            Page,
            post,
            "/aides/montant",
            COORDINATOR,
            money::follow::set_rate
        ),
        // Whom the payer did not appoint is told so.
        route!(
            Page,
            get,
            "/sorties/{id}/aides",
            COORDINATOR,
            money::hands::show
        ),
        route!(
            Page,
            post,
            "/sorties/{id}/aides",
            COORDINATOR,
            money::hands::act
        ),
        route!(
            Page,
            get,
            "/sorties/{id}/aides/feuille",
            COORDINATOR,
            money::advances::sheet
        ),
        route!(
            Page,
            get,
            "/aides/avances",
            COORDINATOR,
            money::advances::replenish
        ),
        route!(
            Page,
            post,
            "/aides/avances",
            COORDINATOR,
            money::advances::replenished
        ),
        route!(
            File,
            get,
            "/aides/avances.csv",
            COORDINATOR,
            money::advances::replenish_csv
        ),
        route!(
            Page,
            get,
            "/aides/{number}",
            COORDINATOR,
            money::follow::list_page
        ),
        route!(
            Page,
            post,
            "/aides/{number}",
            COORDINATOR,
            money::follow::act
        ),
        route!(
            Page,
            post,
            "/aides/lignes/{id}/reponse",
            COORDINATOR,
            money::follow::answer
        ),
        route!(Page, get, "/ccas", &[Clerk], money::payer::lists_page),
        route!(Page, get, "/ccas/reglages", &[Clerk], money::terms::show),
        route!(Page, post, "/ccas/reglages", &[Clerk], money::terms::act),
        route!(Page, get, "/ccas/remise", &[Clerk], money::days::days),
        route!(Page, get, "/ccas/remise/{id}", &[Clerk], money::hands::show),
        route!(Page, post, "/ccas/remise/{id}", &[Clerk], money::hands::act),
        route!(
            Page,
            get,
            "/ccas/remise/{id}/feuille",
            &[Clerk],
            money::advances::sheet
        ),
        route!(
            Page,
            get,
            "/ccas/avances",
            &[Clerk],
            money::advances::replenish
        ),
        route!(
            Page,
            post,
            "/ccas/avances",
            &[Clerk],
            money::advances::replenished
        ),
        route!(
            File,
            get,
            "/ccas/avances.csv",
            &[Clerk],
            money::advances::replenish_csv
        ),
        route!(
            Page,
            get,
            "/ccas/{number}",
            &[Clerk],
            money::payer::list_page
        ),
        route!(Page, post, "/ccas/{number}", &[Clerk], money::payer::act),
    ]
}

/// The staff's way in, their own accounts, and those of their body.
fn accounts() -> Vec<Route> {
    use access::accounts::{invitation, own, pages as people};
    use access::second_factor::pages as second;
    use access::tokens::pages as keys;
    const STAFF: &[Role] = &[Coordinator, Agent, Clerk];
    const CODE: &str = "/connexion/code";
    const SET_UP: &str = "/connexion/second-facteur";
    vec![
        // Between password and session, or before any account: nobody's to be refused.
        route!(Page, get, CODE, EVERYONE, second::code_page),
        route!(Page, post, CODE, EVERYONE, second::check_code),
        route!(Page, get, SET_UP, EVERYONE, second::set_up_page),
        route!(Page, post, SET_UP, EVERYONE, second::set_up),
        route!(Page, get, "/invitation/{token}", EVERYONE, invitation::show),
        route!(
            Page,
            post,
            "/invitation/{token}",
            EVERYONE,
            invitation::take
        ),
        route!(Page, get, "/compte", STAFF, own::show),
        route!(
            Page,
            post,
            "/compte/mot-de-passe",
            STAFF,
            own::change_password
        ),
        route!(Page, post, "/compte/adresse", STAFF, own::change_login),
        route!(Page, post, "/compte/codes", STAFF, own::renew_codes),
        route!(
            Page,
            post,
            "/compte/second-facteur",
            STAFF,
            own::add_second_factor
        ),
        route!(Page, post, "/compte/sessions", STAFF, own::leave_everywhere),
        route!(Page, post, "/compte/sessions/{id}", STAFF, own::leave_one),
        route!(Page, get, "/comptes", STAFF, people::list).for_administrators(),
        route!(Page, post, "/comptes", STAFF, people::invite_one).for_administrators(),
        route!(Page, get, "/comptes/cles", STAFF, keys::list).for_administrators(),
        route!(Page, post, "/comptes/cles", STAFF, keys::make_one).for_administrators(),
        route!(Page, post, "/comptes/cles/{id}", STAFF, keys::take_back_one).for_administrators(),
        route!(Page, get, "/comptes/{id}", STAFF, people::detail).for_administrators(),
        route!(Page, post, "/comptes/{id}", STAFF, people::act).for_administrators(),
        route!(
            Page,
            post,
            "/comptes/liens/{id}",
            STAFF,
            people::withdraw_one
        )
        .for_administrators(),
    ]
}

fn api() -> Vec<Route> {
    use allowances::api as money;
    use outings::api as out;
    use sites::{here::api as here, proposals::api as proposals};
    const JOINED: &[Role] = &[CrewPhone];
    const FACTS: &[Role] = &[CrewPhone, LatePhone, Coordinator, Agent, Peer];
    const LISTS: &[Role] = &[Coordinator, Clerk];
    vec![
        route!(
            Api,
            get,
            "/api/v1/openapi.json",
            EVERYONE,
            openapi::document
        ),
        route!(Api, post, "/api/v1/crew/join", EVERYONE, out::join),
        route!(Api, get, "/api/v1/crew/pack", JOINED, out::pack),
        route!(Api, post, "/api/v1/facts", FACTS, facts::api::post),
        route!(
            Api,
            get,
            "/api/v1/outings",
            &[Coordinator, Agent, Peer],
            out::list
        ),
        route!(Api, post, "/api/v1/outings", COORDINATOR, out::create),
        route!(
            Api,
            get,
            "/api/v1/outings/{id}",
            &[Coordinator, Agent, Peer],
            out::read
        ),
        route!(Api, patch, "/api/v1/outings/{id}", COORDINATOR, out::change),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/open",
            COORDINATOR,
            out::open
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/close",
            COORDINATOR,
            out::close
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/cancel",
            COORDINATOR,
            out::cancel
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/code",
            COORDINATOR,
            out::code
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/my-phone",
            COORDINATOR,
            out::my_phone
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/hand-in",
            COORDINATOR,
            out::hand_in
        )
        .with_room_for(HAND_IN_BYTES_MAX),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/presences",
            COORDINATOR,
            out::presence
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/equipment",
            COORDINATOR,
            out::equipment
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/staff",
            COORDINATOR,
            out::staff
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/revisions",
            COORDINATOR,
            out::revise
        ),
        route!(
            Api,
            get,
            "/api/v1/outings/{id}/summary",
            COORDINATOR,
            out::summary
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/phones/{device}/confirm",
            COORDINATOR,
            out::confirm_phone
        ),
        route!(
            Api,
            post,
            "/api/v1/outings/{id}/phones/{device}/revoke",
            COORDINATOR,
            out::revoke_phone
        ),
        route!(
            Api,
            get,
            "/api/v1/sites",
            &[Coordinator, Agent, Peer],
            sites::api::list
        ),
        route!(
            Api,
            post,
            "/api/v1/sites",
            &[Coordinator, Agent, Peer],
            sites::api::create
        ),
        route!(
            Api,
            get,
            "/api/v1/sites/discreet",
            &[Coordinator, Agent],
            sites::api::discreet
        ),
        route!(
            Api,
            get,
            "/api/v1/sites/{id}",
            &[Coordinator, Agent, Peer],
            sites::api::read
        ),
        route!(
            Api,
            patch,
            "/api/v1/sites/{id}",
            &[Coordinator, Agent],
            sites::api::change
        ),
        route!(
            Api,
            get,
            "/api/v1/sites/{id}/history",
            &[Coordinator, Agent, Peer],
            sites::api::history
        ),
        route!(
            Api,
            post,
            "/api/v1/sites/{id}/merge",
            COORDINATOR,
            sites::api::merge
        ),
        route!(
            Api,
            get,
            "/api/v1/proposals",
            &[Coordinator, Peer],
            proposals::list
        ),
        route!(
            Api,
            post,
            "/api/v1/proposals/{id}/accept",
            COORDINATOR,
            proposals::accept_one
        ),
        route!(
            Api,
            post,
            "/api/v1/proposals/{id}/merge",
            COORDINATOR,
            proposals::merge_one
        ),
        route!(
            Api,
            post,
            "/api/v1/proposals/{id}/decline",
            COORDINATOR,
            proposals::decline_one
        ),
        route!(
            Api,
            get,
            "/api/v1/here-pickups",
            &[Coordinator, Agent],
            here::list
        ),
        route!(
            Api,
            post,
            "/api/v1/here-pickups/{id}",
            COORDINATOR,
            here::decide_one
        ),
        route!(Api, get, "/api/v1/flagging", &[Agent], flags::api::pack),
        route!(
            Api,
            get,
            "/api/v1/flagging/{file}",
            &[Agent],
            flags::api::file
        ),
        route!(Api, get, "/api/v1/photos/{id}", FLAGS, flags::api::photo),
        route!(
            Api,
            post,
            "/api/v1/cards/challenge",
            EVERYONE,
            access::cards::api::new_challenge
        ),
        route!(
            Api,
            post,
            "/api/v1/cards/bind",
            EVERYONE,
            access::cards::api::bind
        ),
        route!(
            Api,
            post,
            "/api/v1/cards/enter",
            EVERYONE,
            access::cards::api::enter
        ),
        route!(Api, get, "/api/v1/me", &[Peer], people::own_data::json),
        route!(Api, get, "/api/v1/peers", COORDINATOR, people::api::list),
        route!(Api, post, "/api/v1/peers", COORDINATOR, people::api::create),
        route!(
            Api,
            get,
            "/api/v1/allowances",
            &[Coordinator, Peer],
            money::lines
        ),
        route!(
            Api,
            get,
            "/api/v1/allowance-lines.csv",
            &[Clerk],
            allowances::period::lines
        ),
        route!(Api, get, "/api/v1/allowance-lists", LISTS, money::lists),
        route!(
            Api,
            post,
            "/api/v1/allowance-lists",
            COORDINATOR,
            money::issue
        ),
        route!(
            Api,
            get,
            "/api/v1/allowance-lists/{number}/{file}",
            LISTS,
            money::file
        ),
        route!(
            Api,
            get,
            "/api/v1/allowance-lists/{number}/receipts.pdf",
            LISTS,
            money::receipts_pdf
        ),
        route!(
            Api,
            get,
            "/api/v1/allowance-lists/{number}/lines",
            LISTS,
            money::lines_on
        ),
        route!(
            Api,
            post,
            "/api/v1/allowance-lists/{number}/send",
            COORDINATOR,
            money::send
        ),
        route!(
            Api,
            post,
            "/api/v1/allowance-lists/{number}/acknowledge",
            &[Clerk],
            money::acknowledge
        ),
        route!(
            Api,
            post,
            "/api/v1/allowance-lists/{number}/pay",
            LISTS,
            money::pay
        ),
        route!(
            Api,
            post,
            "/api/v1/allowance-lists/{number}/receipts",
            LISTS,
            money::receive
        ),
        route!(
            Api,
            post,
            "/api/v1/allowance-lists/{number}/returns",
            &[Clerk],
            money::give_back
        ),
        route!(
            Api,
            post,
            "/api/v1/allowance-lists/{number}/statement",
            LISTS,
            money::settle
        ),
        route!(
            Api,
            post,
            "/api/v1/allowances/{id}/contest",
            &[Peer],
            money::contest_one
        ),
        route!(
            Api,
            post,
            "/api/v1/allowances/{id}/answer",
            COORDINATOR,
            money::answer_one
        ),
        route!(
            Api,
            get,
            "/api/v1/journal.csv",
            STAFF,
            access::journal::book::api::csv
        ),
        route!(Api, get, "/api/v1/rates", COORDINATOR, money::rates),
        route!(Api, post, "/api/v1/rates", COORDINATOR, money::set_rate),
    ]
}

/// May this role use it? Anonymous routes are everybody's.
pub fn allows(roles: &[Role], role: Role) -> bool {
    roles.contains(&role) || roles.contains(&Anon)
}

/// Is this the address of a page that can be asked for?
pub fn is_page(path: &str) -> bool {
    let mut pages = table()
        .into_iter()
        .filter(|it| it.kind == Kind::Page && it.method == Method::GET);
    pages.any(|it| fits(path, it.path))
}

fn fits(path: &str, pattern: &str) -> bool {
    let (asked, known) = (path.split('/'), pattern.split('/'));
    let alike = |(asked, known): (&str, &str)| {
        let open = known.starts_with('{') && !asked.is_empty() && asked != "..";
        asked == known || open
    };
    asked.clone().count() == known.clone().count() && asked.zip(known).all(alike)
}

/// For an address that people only send forms to: the page above it, where the form is. Nothing
/// for those of programs.
pub fn page_of_form(path: &str) -> Option<String> {
    let rows = table();
    let written = |it: &&Route| it.path.split('/').filter(|it| !it.starts_with('{')).count();
    let of_pages = rows.iter().filter(|it| it.kind == Kind::Page);
    let route = of_pages
        .filter(|it| fits(path, it.path))
        .max_by_key(written)?;
    let is_shown = |pattern: &str| {
        let mut pages = rows.iter().filter(|it| it.method == Method::GET);
        pages.any(|it| it.kind == Kind::Page && it.path == pattern)
    };
    let (known, asked) = (segments(route.path), segments(path));
    let above = (2..known.len())
        .rev()
        .find(|n| is_shown(&known[..*n].join("/")));
    Some(above.map_or_else(|| "/".to_owned(), |n| asked[..n].join("/")))
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_form_is_the_nearest_one_above_it() {
        for (form, page) in [
            ("/sorties/7/code", Some("/sorties/7")),
            ("/comptes/liens/7", Some("/comptes")),
            ("/compte/sessions", Some("/compte")),
            ("/lieux/ici/7", Some("/lieux")),
            ("/deconnexion", Some("/")),
            ("/api/v1/crew/join", None),
            ("/healthz", None),
        ] {
            assert_eq!(page_of_form(form).as_deref(), page, "{form}");
        }
    }
}
