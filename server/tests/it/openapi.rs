//! The OpenAPI document is kept true: it names the routes and roles of the table, and every
//! request and answer of every story is held against it (see [`check`], called by `Actor::send`).

use crate::support::{Answer, Engine, World};
use axum::http::{Method, header, request::Parts};
use domain::limits;
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use server::access::Role;
use server::http::openapi::DOCUMENT;
use server::http::table::{Kind, table};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const NAME: &str = "urn:cueillette:openapi";

static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(DOCUMENT).unwrap());

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(operations);

/// One operation of the document, with its schemas compiled.
struct Operation {
    method: String,
    path: String,
    query: BTreeSet<String>,
    request: Option<Validator>,
    responses: BTreeMap<u16, Described>,
}

/// What an answer with one status must be: no body, or a body of one of these kinds.
struct Described {
    headers: Vec<String>,
    content: BTreeMap<String, Validator>,
}

fn operations() -> Vec<Operation> {
    let registry = Registry::new().add(NAME, &*PARSED).unwrap();
    let registry = registry.prepare().unwrap();
    let mut all = Vec::new();
    for (path, method) in named() {
        let at = format!("/paths/{}/{method}", escaped(&path));
        let operation = &PARSED.pointer(&at).unwrap();
        let query = operation["parameters"].as_array().into_iter().flatten();
        let query = query.enumerate().map(|(n, _)| {
            let (_, parameter) = followed(&format!("{at}/parameters/{n}"));
            (parameter["in"] == "query").then(|| text(&parameter["name"]))
        });
        let content = format!("{at}/requestBody/content/application~1json/schema");
        let request = PARSED
            .pointer(&content)
            .map(|_| compiled(&registry, &content));
        let statuses = operation["responses"].as_object().unwrap().keys();
        all.push(Operation {
            query: query.flatten().collect(),
            request,
            responses: statuses
                .map(|status| {
                    let at = format!("{at}/responses/{status}");
                    (status.parse().unwrap(), described(&registry, &at))
                })
                .collect(),
            method: method.to_uppercase(),
            path,
        });
    }
    all
}

fn described(registry: &Registry, at: &str) -> Described {
    let (at, response) = followed(at);
    let headers = response["headers"].as_object().into_iter().flatten();
    let content = response["content"].as_object().into_iter().flatten();
    let content = content.map(|(kind, _)| {
        let at = format!("{at}/content/{}/schema", escaped(kind));
        (kind.clone(), compiled(registry, &at))
    });
    Described {
        headers: headers
            .filter(|(_, it)| it["required"] == true)
            .map(|(name, _)| name.clone())
            .collect(),
        content: content.collect(),
    }
}

fn compiled(registry: &Registry, at: &str) -> Validator {
    let at = at.replace('{', "%7B").replace('}', "%7D");
    jsonschema::draft202012::options()
        .with_registry(registry)
        .should_validate_formats(true)
        .build(&json!({"$ref": format!("{NAME}#{at}")}))
        .unwrap_or_else(|e| panic!("{at}: {e}"))
}

/// What a pointer leads to, a `$ref` followed.
fn followed(at: &str) -> (String, &'static Value) {
    let value = PARSED.pointer(at).unwrap();
    match value["$ref"].as_str() {
        Some(there) => followed(there.strip_prefix('#').unwrap()),
        None => (at.to_owned(), value),
    }
}

/// Paths and methods (lower case) of the document.
fn named() -> Vec<(String, String)> {
    let paths = PARSED["paths"].as_object().unwrap();
    let pairs = paths.iter().flat_map(|(path, operations)| {
        let methods = operations.as_object().unwrap().keys();
        methods.map(|method| (path.clone(), method.clone()))
    });
    pairs.collect()
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Holds one request and its answer against the document: every answer must be described, with
/// its status, its headers and its body; what was answered well must have been asked as described.
#[track_caller]
pub fn check(asked: &Parts, sent: &[u8], answer: &Answer) {
    let path = asked.uri.path();
    if !path.starts_with("/api/v1/") {
        return;
    }
    let at = format!("{} {path} → {}", asked.method, answer.status);
    let status = answer.status.as_u16();
    let Some(operation) = operation_of(&asked.method, path) else {
        assert!(matches!(status, 404 | 405), "{at}: not described");
        return valid(&at, &PROBLEM, &answer.json());
    };
    let described = operation.responses.get(&status);
    let described = described.unwrap_or_else(|| panic!("{at}: not described: {}", answer.text()));
    for name in &described.headers {
        assert!(answer.headers.contains_key(name), "{at}: without {name}");
    }
    if described.content.is_empty() {
        assert!(answer.bytes.is_empty(), "{at}: {}", answer.text());
    } else {
        let given = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
        let kind = given.split(';').next().unwrap();
        let schema = described.content.get(kind);
        let schema = schema.unwrap_or_else(|| panic!("{at}: {kind} is not described"));
        let is_json = kind.ends_with("json");
        let body = if is_json {
            answer.json()
        } else {
            json!(answer.text())
        };
        valid(&at, schema, &body);
    }
    if answer.status.is_success() {
        check_request(&at, operation, asked, sent, answer);
    }
}

static PROBLEM: LazyLock<Validator> = LazyLock::new(|| {
    let registry = Registry::new().add(NAME, &*PARSED).unwrap();
    compiled(&registry.prepare().unwrap(), "/components/schemas/Problem")
});

fn check_request(at: &str, operation: &Operation, asked: &Parts, sent: &[u8], answer: &Answer) {
    for pair in asked.uri.query().into_iter().flat_map(|it| it.split('&')) {
        let name = pair.split('=').next().unwrap();
        assert!(operation.query.contains(name), "{at}: parameter {name}");
    }
    let body: Value = match serde_json::from_slice(sent) {
        Ok(body) => body,
        Err(_) => return assert!(sent.is_empty(), "{at}: a body that is no JSON"),
    };
    match &operation.request {
        Some(schema) => valid(at, schema, &without_refused(body, answer)),
        None => assert_eq!(body, json!({}), "{at}: no body is described"),
    }
}

/// A batch is answered well whatever is in it: what must be as described are the facts that were
/// not refused.
fn without_refused(mut body: Value, answer: &Answer) -> Value {
    if let Some(facts) = body.get_mut("facts").and_then(Value::as_array_mut) {
        let answer = answer.json();
        let mut results = answer["results"].as_array().unwrap().iter();
        facts.retain(|_| results.next().unwrap()["status"] != "refused");
    }
    body
}

fn operation_of(method: &Method, path: &str) -> Option<&'static Operation> {
    let fits = |it: &&Operation| {
        let wanted: Vec<&str> = it.path.split('/').collect();
        let given: Vec<&str> = path.split('/').collect();
        let same = |(a, b): (&&str, &&str)| a.starts_with('{') || a == b;
        it.method == method.as_str()
            && wanted.len() == given.len()
            && wanted.iter().zip(&given).all(same)
    };
    OPERATIONS.iter().find(fits)
}

#[track_caller]
fn valid(at: &str, schema: &Validator, value: &Value) {
    let faults: Vec<String> = schema
        .iter_errors(value)
        .map(|it| format!("{}: {it}", it.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{at}: {faults:#?}\n{value:#}");
}

#[test]
fn the_document_and_the_table_name_the_same_routes_and_roles() {
    assert_eq!(PARSED["openapi"], json!("3.1.0"));
    let roles = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let described: BTreeMap<(String, String), BTreeSet<String>> = named()
        .into_iter()
        .map(|(path, method)| {
            let operation = &PARSED["paths"][&path][&method];
            let names = operation["x-roles"].as_array().unwrap();
            let names = names.iter().map(|it| it.as_str().unwrap()).collect();
            ((path, method.to_uppercase()), roles(names))
        })
        .collect();
    let served: BTreeMap<(String, String), BTreeSet<String>> = table()
        .into_iter()
        .filter(|route| route.kind == Kind::Api)
        .map(|route| {
            let names = route.roles.iter().map(|it| it.as_str()).collect();
            (
                (route.path.to_owned(), route.method.to_string()),
                roles(names),
            )
        })
        .collect();
    assert_eq!(described, served);
}

/// A crew phone has a token; staff and peers have a session too; what is everybody's asks nothing.
#[test]
fn credentials_follow_from_the_roles() {
    let signed_in = [Role::Peer, Role::Coordinator, Role::Agent, Role::Clerk].map(Role::as_str);
    for (path, method) in named() {
        let operation = &PARSED["paths"][&path][&method];
        let has = |role: &str| {
            operation["x-roles"]
                .as_array()
                .unwrap()
                .contains(&json!(role))
        };
        let wanted = match (has("anon"), signed_in.into_iter().any(has)) {
            (true, _) => json!([]),
            (false, true) => json!([{"bearer": []}, {"session": []}]),
            (false, false) => json!([{"bearer": []}]),
        };
        assert_eq!(operation["security"], wanted, "{method} {path}");
    }
}

#[test]
fn every_operation_has_words_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for (path, method) in named() {
        let operation = &PARSED["paths"][&path][&method];
        for words in ["summary", "description"] {
            assert!(!text(&operation[words]).is_empty(), "{method} {path}");
        }
        assert!(
            names.insert(text(&operation["operationId"])),
            "{method} {path}"
        );
        let tag = &operation["tags"][0];
        let tags = PARSED["tags"].as_array().unwrap();
        assert!(tags.iter().any(|it| it["name"] == *tag), "{method} {path}");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_path = parameters.enumerate().filter(|(n, _)| {
            let at = format!("/paths/{}/{method}/parameters/{n}", escaped(&path));
            followed(&at).1["in"] == "path"
        });
        assert_eq!(
            in_path.count(),
            path.matches('{').count(),
            "{method} {path}"
        );
    }
}

/// Schemas are JSON Schema 2020-12, every `$ref` leads somewhere, and nothing is left unused.
#[test]
fn references_lead_somewhere_and_components_are_used() {
    let mut used = BTreeSet::new();
    references(&PARSED, &mut used);
    for there in &used {
        let at = there.strip_prefix('#').unwrap();
        assert!(PARSED.pointer(at).is_some(), "{there}");
    }
    for room in ["schemas", "responses", "parameters"] {
        for (name, it) in PARSED["components"][room].as_object().unwrap() {
            assert!(
                used.contains(&format!("#/components/{room}/{name}")),
                "{room}/{name}"
            );
            if room == "schemas" {
                jsonschema::draft202012::meta::validate(it)
                    .unwrap_or_else(|e| panic!("{name}: {e}"));
            }
        }
    }
    assert_eq!(OPERATIONS.len(), named().len(), "all of them compile");
}

fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, it) in map {
                match it.as_str() {
                    Some(there) if key == "$ref" => _ = into.insert(there.to_owned()),
                    Some(there) if there.starts_with("#/") => _ = into.insert(there.to_owned()),
                    _ => references(it, into),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|it| references(it, into)),
        _ => {}
    }
}

#[test]
fn examples_are_as_they_say() {
    let registry = Registry::new().add(NAME, &*PARSED).unwrap();
    let registry = registry.prepare().unwrap();
    let mut seen = 0;
    examples(&PARSED, "", &mut |at, value| {
        valid(at, &compiled(&registry, &format!("{at}/schema")), value);
        seen += 1;
    });
    assert!(seen > 20, "{seen}");
}

/// Examples of media types, with the pointer to the media type.
fn examples(value: &Value, at: &str, tell: &mut impl FnMut(&str, &Value)) {
    let Some(map) = value.as_object() else { return };
    for example in map
        .get("examples")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        tell(at, &example.1["value"]);
    }
    for (key, it) in map {
        examples(it, &format!("{at}/{}", escaped(key)), tell);
    }
}

#[test]
fn limits_are_those_of_the_contract() {
    let schema = |name: &str| &PARSED["components"]["schemas"][name];
    let photo = &schema("PhotoFact")["properties"]["data"]["properties"]["jpeg"];
    assert_eq!(photo["maxLength"], limits::PHOTO_CHARS_MAX);
    assert_eq!(limits::PHOTO_PIXELS_MAX, 12_000_000);
    assert!(text(&photo["description"]).contains("12,000,000 pixels"));
    let own = &schema("FlagPack")["properties"]["own"]["maxItems"];
    assert_eq!(own, limits::OWN_FLAGS_MAX);
    let facts = &schema("FactsRequest")["properties"]["facts"]["maxItems"];
    assert_eq!(facts, limits::FACTS_PER_BATCH_MAX);
    assert_eq!(schema("Count")["maximum"], limits::COUNT_MAX);
    assert_eq!(schema("Words")["maxLength"], limits::NOTE_CHARS_MAX);
    assert_eq!(schema("Title")["maxLength"], limits::TITLE_CHARS_MAX);
    let sites = &schema("NewOuting")["properties"]["sites"]["maxItems"];
    assert_eq!(sites, limits::SITES_PER_OUTING_MAX);
    let litres = &schema("BoxFact")["properties"]["data"]["properties"]["litres"]["maximum"];
    assert_eq!(litres.as_f64(), Some(limits::BOX_LITRES_MAX));
    let grams = &schema("BoxFact")["properties"]["data"]["properties"]["grams"]["maximum"];
    assert_eq!(grams, limits::BOX_WEIGHT_G_MAX);
    let page = &PARSED["components"]["parameters"]["Limit"]["schema"];
    assert_eq!(page["maximum"], limits::PAGE_ITEMS_MAX);
    assert_eq!(page["default"], limits::PAGE_ITEMS_DEFAULT);
    let words = text(&PARSED["info"]["description"]);
    assert_eq!(limits::BODY_BYTES_MAX, 1_048_576);
    assert!(words.contains("1,048,576 bytes"));
    assert_eq!(limits::HAND_IN_BYTES_MAX, 4_194_304);
    assert_eq!(limits::HAND_IN_FACTS_MAX, 10_000);
    assert!(words.contains("4,194,304 bytes and 10,000 facts"));
    let file = &schema("HandIn")["properties"]["facts"]["maxItems"];
    assert_eq!(file, limits::HAND_IN_FACTS_MAX);
    let tries = format!("After {} wrong joining codes", limits::JOIN_TRIES_MAX);
    assert!(words.contains(&tries));
    assert!(words.contains(&format!("an address waits {} seconds", limits::JOIN_WAIT_S)));
}

/// A code that no source file says is a promise that nobody keeps.
#[test]
fn every_code_of_the_document_is_one_that_the_server_gives() {
    let mut sources = String::new();
    for folder in ["/src", "/../app/domain/src"] {
        read_sources(
            &format!("{}{folder}", env!("CARGO_MANIFEST_DIR")),
            &mut sources,
        );
    }
    for name in [
        "ProblemCode",
        "FieldErrorCode",
        "AcceptedReason",
        "RefusedReason",
    ] {
        for it in PARSED["components"]["schemas"][name]["oneOf"]
            .as_array()
            .unwrap()
        {
            let code = text(&it["const"]);
            assert!(sources.contains(&format!("\"{code}\"")), "{name}: {code}");
            assert!(!text(&it["description"]).is_empty(), "{name}: {code}");
        }
    }
}

fn read_sources(folder: &str, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(path.to_str().unwrap(), into);
        } else if path.extension().is_some_and(|it| it == "rs") {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Every kind of fact of the document is one the server knows, and the other way round.
#[test]
fn kinds_of_facts_are_those_that_the_server_reads() {
    let mapping = &PARSED["components"]["schemas"]["Fact"]["discriminator"]["mapping"];
    let kinds: BTreeSet<&str> = mapping
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let unknown = &PARSED["components"]["schemas"]["UnknownFact"]["properties"]["kind"]["not"];
    let excluded = unknown["enum"].as_array().unwrap().iter();
    assert_eq!(kinds, excluded.map(|it| it.as_str().unwrap()).collect());
    let source = include_str!("../../../app/domain/src/fact.rs");
    let names = source.split("pub fn name(&self)").nth(1).unwrap();
    let names = names.split("Self::Unknown").next().unwrap().split('"');
    let read: BTreeSet<&str> = names.skip(1).step_by(2).collect();
    assert_eq!(kinds, read);
}

#[tokio::test]
async fn what_is_served_is_the_document() {
    let world = World::new(Engine::Sqlite).await;
    let served = world.anon().get("/api/v1/openapi.json").await;
    assert_eq!(served.headers[header::CONTENT_TYPE], "application/json");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/openapi.json");
    assert_eq!(served.bytes, std::fs::read(file).unwrap());
}

#[tokio::test]
async fn a_method_that_is_not_described_is_a_problem_too() {
    let world = World::new(Engine::Sqlite).await;
    let coordinator = &world.town.coordinator;
    let answer = coordinator
        .raw(Method::PUT, "/api/v1/peers", "application/json", "{}")
        .await;
    assert_eq!(answer.headers[header::ALLOW], "GET,HEAD,POST");
    assert_eq!(answer.expect(405)["code"], "method_not_allowed");
}

/// What a story does not happen to send: a second look at each kind of fact, and at wrong fields.
#[tokio::test]
async fn facts_of_every_kind_and_wrong_fields_are_as_described() {
    let world = World::new(Engine::Sqlite).await;
    let outing = world.open_outing().await;
    let mut phone = world.crew_phone(outing).await;
    let at = json!({"lat": 44.83, "lon": -0.57});
    let kinds = [
        (
            "pickup",
            json!({"lat": 44.83, "lon": -0.57, "accuracy_m": null, "site": null, "item": "pipe", "count": 1, "method": "estimated"}),
        ),
        (
            "site_proposal",
            json!({"nature": "public", "lat": at["lat"], "lon": at["lon"], "note": "Près du banc", "residents_agree": null}),
        ),
        ("tally", json!({"who": "shopkeeper", "count": 2})),
        (
            "box",
            json!({"number": "B-1", "litres": 1.8, "state": "closed", "grams": 640}),
        ),
        (
            "box",
            json!({"number": "B-2", "litres": 1, "state": "open"}),
        ),
        ("note", json!({"text": "Rien à signaler"})),
        ("hologram", Value::Null),
    ];
    let facts: Vec<Value> = kinds
        .into_iter()
        .map(|(kind, data)| phone.fact(kind, data))
        .collect();
    let results = phone.actor.facts(&facts).await;
    assert!(results.iter().all(|it| it.0 == "accepted"), "{results:?}");
    assert_eq!(
        world.summary(outing).await["boxes"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let mut sighting = phone.fact("sighting", json!({"site": world.town.public_sites[0], "category": "rue", "urgency": "urgent", "near_children": true}));
    sighting["outing"] = Value::Null;
    assert_eq!(world.town.agent.facts(&[sighting]).await[0].0, "accepted");

    let coordinator = &world.town.coordinator;
    for (path, body, field, code) in [
        (
            "/api/v1/outings".to_owned(),
            json!({"day": "2026-11-24", "sites": ["x"]}),
            "sites[0]",
            "wrong_shape",
        ),
        (
            "/api/v1/outings".to_owned(),
            json!({"id": "pas un id", "day": "2026-11-24"}),
            "id",
            "wrong_shape",
        ),
        ("/api/v1/outings".to_owned(), json!({}), "day", "missing"),
        (
            "/api/v1/outings".to_owned(),
            json!([]),
            "body",
            "wrong_shape",
        ),
        (
            "/api/v1/outings".to_owned(),
            json!(5),
            "body",
            "wrong_shape",
        ),
        (
            format!("/api/v1/outings/{outing}/presences"),
            json!({"peer": 7, "present": true}),
            "peer",
            "wrong_shape",
        ),
        (
            format!("/api/v1/outings/{outing}/staff"),
            json!({"coordinators": 51}),
            "coordinators",
            "out_of_range",
        ),
        (
            format!("/api/v1/outings/{outing}/code"),
            json!({"renew": "oui"}),
            "renew",
            "wrong_shape",
        ),
        (
            "/api/v1/peers".to_owned(),
            json!({"pseudonym": "Zoé", "sign": "unicorn-pink"}),
            "sign",
            "unknown_value",
        ),
    ] {
        let said = coordinator.post(&path, body).await.problem(422);
        assert_eq!(said, (field.to_owned(), code.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_peer_sent_twice_is_made_once_and_answered_as_they_are() {
    let world = World::new(Engine::Sqlite).await;
    let coordinator = &world.town.coordinator;
    let body = |name: &str| json!({"id": uuid::Uuid::nil(), "pseudonym": name, "sign": "owl-blue"});
    let first = coordinator
        .post("/api/v1/peers", body("Zoé"))
        .await
        .expect(201);
    let again = coordinator
        .post("/api/v1/peers", body("Zoé bis"))
        .await
        .expect(201);
    assert_eq!(first, again);
    let all = coordinator.get("/api/v1/peers").await.expect(200);
    assert_eq!(
        all["items"].as_array().unwrap().len(),
        world.town.peers.len() + 1
    );
}
