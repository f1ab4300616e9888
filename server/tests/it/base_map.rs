//! A town's map cut out of a large one, over HTTP ranges, from a server on this machine.

use crate::command_line::{Place, text};
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, Compression, PmTilesWriter, PmtResult,
    TileCoord, TileType,
};
use server::base_map::{Job, Made, Operator, Size, cut};
use server::cli::Failure;
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// The middle of Bordeaux.
const TOWN: &str = "-0.585,44.83,-0.555,44.85";

/// A web server that knows one file.
struct Web {
    url: String,
    state: Arc<State>,
}

struct State {
    file: Mutex<Vec<u8>>,
    /// Answers ranges.
    ranges: AtomicBool,
    /// So many more answers, then the line is dead.
    answers_left: AtomicU64,
    /// Bytes that were sent.
    sent: AtomicU64,
    /// Answers.
    answered: AtomicU64,
}

impl Web {
    fn serving(file: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/world.pmtiles", listener.local_addr().unwrap());
        let state = Arc::new(State {
            file: Mutex::new(file),
            ranges: AtomicBool::new(true),
            answers_left: AtomicU64::new(u64::MAX),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
        });
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || while answer(&stream, &state).is_some() {});
            }
        });
        Self { url, state }
    }

    fn sent(&self) -> u64 {
        self.state.sent.load(Ordering::SeqCst)
    }
}

/// Answers one request of a connection; nothing when it is over.
fn answer(mut stream: &TcpStream, state: &State) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut range, mut path) = (None, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(asked) = line.strip_prefix("range: bytes=") {
            let (first, last) = asked.split_once('-')?;
            range = Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?));
        } else if let Some(rest) = line.strip_prefix("get ") {
            path = rest.to_owned();
        }
    }
    let left = state.answers_left.load(Ordering::SeqCst);
    if left == 0 {
        return None;
    }
    state.answers_left.store(left - 1, Ordering::SeqCst);
    let file = state.file.lock().unwrap();
    let (status, part) = match range {
        _ if !path.starts_with("/world.pmtiles") => ("404 Not Found", &[][..]),
        Some((first, last)) if state.ranges.load(Ordering::SeqCst) => (
            "206 Partial Content",
            file.get(first..file.len().min(last + 1))
                .unwrap_or_default(),
        ),
        _ => ("200 OK", &file[..]),
    };
    let tag = file
        .iter()
        .fold(0u32, |sum, it| sum.rotate_left(5) ^ u32::from(*it));
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: \"{tag:x}\"\r\ncontent-range: bytes 0-0/{}\r\n\r\n",
        part.len(),
        file.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(part).ok()?;
    state.answered.fetch_add(1, Ordering::SeqCst);
    state.sent.fetch_add(part.len() as u64, Ordering::SeqCst);
    Some(())
}

/// Some of the world around Bordeaux: enough tiles for directories within directories. One tile
/// in three is sea, which all look the same.
fn some_world() -> Vec<u8> {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    MADE.get_or_init(make_world).clone()
}

fn make_world() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = PmTilesWriter::new(TileType::Mvt)
        .precompressed(Compression::Gzip)
        .max_zoom(15)
        .bounds(-1.2, 44.4, 0.2, 45.2)
        .metadata(r#"{"name":"some world","vector_layers":[]}"#)
        .create(&mut file)
        .unwrap();
    let mut ids = Vec::new();
    for zoom in 0..=15u8 {
        for (x, y) in tiles_of(zoom, [-1.2, 44.4, 0.2, 45.2]) {
            ids.push(TileCoord::new(zoom, x, y).unwrap());
        }
    }
    ids.sort_by_key(|it| pmtiles::TileId::from(*it).value());
    for it in ids {
        let mut bytes = format!("{}/{}/{} ", it.z(), it.x(), it.y()).into_bytes();
        if (it.x() + it.y()) % 3 == 0 {
            bytes = b"the sea".to_vec();
        } else {
            let more = bytes.repeat(1 + (it.x() % 60) as usize);
            bytes.extend(more);
        }
        writer.add_tile(it, &bytes).unwrap();
    }
    writer.finalize().unwrap();
    file.into_inner()
}

/// The map of a town, of one tile.
pub fn small_map() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = PmTilesWriter::new(TileType::Mvt)
        .bounds(-0.64, 44.80, -0.53, 44.87)
        .create(&mut file)
        .unwrap();
    let tile = TileCoord::new(0, 0, 0).unwrap();
    writer.add_tile(tile, b"a tile").unwrap();
    writer.finalize().unwrap();
    file.into_inner()
}

/// The tiles of a box, counted another way than the program does.
fn tiles_of(zoom: u8, [west, south, east, north]: [f64; 4]) -> Vec<(u32, u32)> {
    let n = f64::from(1u32 << zoom);
    let x = |lon: f64| ((lon + 180.0) / 360.0 * n) as u32;
    let y = |lat: f64| {
        let lat = lat.to_radians();
        ((1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * n) as u32
    };
    let rows = y(north)..=y(south);
    let columns = x(west)..=x(east);
    columns
        .flat_map(|x| rows.clone().map(move |y| (x, y)))
        .collect()
}

struct Quiet {
    told: Option<Size>,
    agrees: bool,
    last: (u64, u64),
}

impl Operator for Quiet {
    fn agrees(&mut self, size: &Size) -> Result<bool, Failure> {
        self.told = Some(size.clone());
        Ok(self.agrees)
    }

    fn progress(&mut self, done: u64, all: u64) {
        assert!(done >= self.last.0 && done <= all);
        self.last = (done, all);
    }
}

async fn try_to_cut(from: &str, bbox: &str, out: &Path) -> (Result<Option<Made>, String>, Quiet) {
    let job = Job {
        area: bbox.parse().unwrap(),
        from: (!from.is_empty()).then(|| from.to_owned()),
        max_zoom: None,
        out: out.to_owned(),
        today: "2026-11-24".parse().unwrap(),
    };
    let cutting = tokio::task::spawn_blocking(move || {
        let mut quiet = Quiet {
            told: None,
            agrees: true,
            last: (0, 0),
        };
        let made = cut(&job, &mut quiet);
        (made.map_err(|failure| failure.sentence().to_owned()), quiet)
    });
    cutting.await.unwrap()
}

struct Bytes(Vec<u8>);

impl AsyncBackend for Bytes {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        let from = usize::try_from(offset).unwrap().min(self.0.len());
        let to = (from + length).min(self.0.len());
        Ok(BackendResponse::new(self.0[from..to].to_vec().into()))
    }
}

/// Every tile of the box is there as in the source, and around it nothing is.
async fn assert_is_cut_out_of(cut: &Path, source: &[u8], town: [f64; 4]) -> u64 {
    let cut = AsyncPmTilesReader::try_from_source(Bytes(fs::read(cut).unwrap()))
        .await
        .unwrap();
    let source = AsyncPmTilesReader::try_from_source(Bytes(source.to_vec()))
        .await
        .unwrap();
    let header = cut.get_header();
    assert_eq!(header.max_zoom, source.get_header().max_zoom);
    assert_eq!(header.tile_type, source.get_header().tile_type);
    assert_eq!(
        header.tile_compression,
        source.get_header().tile_compression
    );
    assert!((header.min_longitude - town[0]).abs() < 1e-6);
    assert!((header.max_latitude - town[3]).abs() < 1e-6);
    assert_eq!(
        cut.get_metadata().await.unwrap(),
        source.get_metadata().await.unwrap()
    );
    let mut tiles = 0;
    for zoom in 0..=header.max_zoom {
        for (x, y) in tiles_of(zoom, town) {
            let at = TileCoord::new(zoom, x, y).unwrap();
            let (here, there) = (
                cut.get_tile(at).await.unwrap(),
                source.get_tile(at).await.unwrap(),
            );
            assert_eq!(here, there, "{zoom}/{x}/{y}");
            tiles += u64::from(here.is_some());
        }
    }
    assert_eq!(header.n_addressed_tiles().unwrap().get(), tiles);
    tiles
}

fn town() -> [f64; 4] {
    let numbers: Vec<f64> = TOWN.split(',').map(|it| it.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// The archive of the shared files, or nothing in a clone that stands alone.
fn bordeaux() -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var("CUEILLETTE_SHARED").unwrap_or_else(|_| beside.into());
    fs::read(PathBuf::from(shared).join("geodata/bordeaux.pmtiles")).ok()
}

#[tokio::test]
async fn a_town_is_cut_out_tile_by_tile_and_little_else_is_fetched() {
    for source in [Some(some_world()), bordeaux()].into_iter().flatten() {
        let (place, web) = (Place::new(), Web::serving(source.clone()));
        let out = place.0.join("data/town.pmtiles");
        let (made, quiet) = try_to_cut(&web.url, TOWN, &out).await;
        let made = made.unwrap().unwrap();
        let told = quiet.told.unwrap();
        assert_eq!(
            assert_is_cut_out_of(&out, &source, town()).await,
            made.tiles
        );
        assert_eq!(told.tiles as u64, made.tiles);
        assert_eq!(quiet.last, (told.fetch_bytes, told.fetch_bytes));
        let file = fs::metadata(&out).unwrap().len();
        assert_eq!(made.bytes, file);
        assert!(
            told.map_bytes <= file && file < told.map_bytes + 40_000,
            "{told:?} {file}"
        );
        assert!(
            web.sent() < source.len() as u64,
            "{} of {}",
            web.sent(),
            source.len()
        );
        // Nothing is left beside the map, and the same again gives the same bytes.
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1);
        let first = fs::read(&out).unwrap();
        try_to_cut(&web.url, TOWN, &out).await.0.unwrap();
        assert!(first == fs::read(&out).unwrap());
    }
}

#[tokio::test]
async fn a_file_is_cut_like_an_address() {
    let place = Place::new();
    let (world, out) = (place.0.join("world.pmtiles"), place.0.join("town.pmtiles"));
    fs::write(&world, some_world()).unwrap();
    let made = try_to_cut(world.to_str().unwrap(), TOWN, &out).await.0;
    assert!(made.unwrap().is_some());
    assert_is_cut_out_of(&out, &some_world(), town()).await;
}

#[tokio::test]
async fn what_was_fetched_before_the_network_went_is_not_fetched_again() {
    let source = some_world();
    let (place, web) = (Place::new(), Web::serving(source.clone()));
    let wide = [-0.9, 44.6, -0.2, 45.0];
    let bbox = wide.map(|it| it.to_string()).join(",");
    let out = place.0.join("town.pmtiles");
    fs::write(&out, "the map of last year").unwrap();

    // How many answers a whole cut takes, and how many bytes.
    let whole = place.0.join("whole.pmtiles");
    try_to_cut(&web.url, &bbox, &whole).await.0.unwrap();
    let answers = web.state.answered.load(Ordering::SeqCst);
    let bytes = web.sent();
    assert!(answers > 8, "{answers}");

    web.state.answers_left.store(answers - 3, Ordering::SeqCst);
    let (failed, _) = try_to_cut(&web.url, &bbox, &out).await;
    let said = failed.unwrap_err();
    assert!(said.contains("run the same command to go on"), "{said}");
    assert_eq!(fs::read(&out).unwrap(), b"the map of last year");
    // Half a part that a power cut left is no part.
    let part = place.0.join("town.pmtiles.part");
    let mut half = fs::OpenOptions::new().append(true).open(&part).unwrap();
    half.write_all(b"half a part").unwrap();
    drop(half);

    web.state.answers_left.store(u64::MAX, Ordering::SeqCst);
    let before = (web.sent(), web.state.answered.load(Ordering::SeqCst));
    // Without an address it goes on where it began.
    let (made, quiet) = try_to_cut("", &bbox, &out).await;
    made.unwrap().unwrap();
    let told = quiet.told.unwrap();
    assert_eq!(told.from, web.url);
    assert!(told.there_bytes > told.fetch_bytes / 2, "{told:?}");
    let again = web.sent() - before.0;
    assert!(
        again + told.there_bytes <= bytes,
        "{again} of {bytes}, {told:?}"
    );
    assert!(web.state.answered.load(Ordering::SeqCst) - before.1 < answers);
    assert!(fs::read(&out).unwrap() == fs::read(&whole).unwrap());
    assert!(!part.exists());
    assert_is_cut_out_of(&out, &source, wide).await;
}

#[tokio::test]
async fn parts_of_another_build_are_never_mixed_in() {
    let source = some_world();
    let (place, web) = (Place::new(), Web::serving(source.clone()));
    let out = place.0.join("town.pmtiles");
    web.state.answers_left.store(4, Ordering::SeqCst);
    try_to_cut(&web.url, "-0.9,44.6,-0.2,45.0", &out)
        .await
        .0
        .unwrap_err();
    web.state.answers_left.store(u64::MAX, Ordering::SeqCst);
    // The same map of another day: one byte of the sea differs.
    let mut other = source.clone();
    let sea = other.windows(7).position(|it| it == b"the sea").unwrap();
    other[sea..sea + 7].copy_from_slice(b"the SEA");
    *web.state.file.lock().unwrap() = other.clone();
    let (made, quiet) = try_to_cut(&web.url, "-0.9,44.6,-0.2,45.0", &out).await;
    made.unwrap();
    assert_eq!(quiet.told.unwrap().there_bytes, 0);
    assert_is_cut_out_of(&out, &other, [-0.9, 44.6, -0.2, 45.0]).await;
}

#[tokio::test]
async fn a_server_without_ranges_a_wrong_file_and_a_wrong_box_are_said_in_one_sentence() {
    let (place, web) = (Place::new(), Web::serving(some_world()));
    let out = place.0.join("town.pmtiles");
    let said = |from: String, bbox: &'static str| {
        let out = out.clone();
        async move { try_to_cut(&from, bbox, &out).await.0.unwrap_err() }
    };
    let swapped = said(web.url.clone(), "44.83,-0.585,44.85,-0.555").await;
    assert!(
        swapped.contains("outside") && swapped.contains("longitude comes first"),
        "{swapped}"
    );
    let outside = said(web.url.clone(), "2.2,48.8,2.4,48.9").await;
    assert!(outside.contains("covers -1.2,44.4,0.2,45.2"), "{outside}");
    let nowhere = said(web.url.replace("world", "moon"), TOWN).await;
    assert!(nowhere.contains("is not there"), "{nowhere}");
    let no_file = said("nowhere.pmtiles".into(), TOWN).await;
    assert!(
        no_file.contains("neither a file nor an address"),
        "{no_file}"
    );
    web.state.ranges.store(false, Ordering::SeqCst);
    let whole = said(web.url.clone(), TOWN).await;
    assert!(
        whole.contains("no ranges") && whole.contains("--from FILE"),
        "{whole}"
    );
    web.state.ranges.store(true, Ordering::SeqCst);
    *web.state.file.lock().unwrap() = b"<html>Sign in to this network</html>".repeat(9);
    let page = said(web.url.clone(), TOWN).await;
    assert!(page.contains("no PMTiles archive"), "{page}");
    let mut cut_short = some_world();
    cut_short.truncate(cut_short.len() / 2);
    *web.state.file.lock().unwrap() = cut_short;
    let half = said(web.url.clone(), TOWN).await;
    assert!(!out.exists() && !half.contains('\n'), "{half}");
}

#[test]
fn on_the_command_line_the_size_is_told_first_and_nobody_there_is_no_consent() {
    let (place, web) = (Place::new(), Web::serving(some_world()));
    let run = |more: &[&str]| {
        let mut args = vec!["base-map", "--from", &web.url, "data/base-map.pmtiles"];
        args.extend(more);
        let mut program = place.program(&args);
        program.stdin(Stdio::null()).output().unwrap()
    };
    for wrong in ["", "1,2", "-0.53,44.8,-0.64,44.9", "0,144,1,145"] {
        assert_eq!(run(&["--bbox", wrong]).status.code(), Some(2), "{wrong}");
    }
    let alone = run(&["--bbox", TOWN]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(
        text(&alone.stdout).contains("to fetch"),
        "{}",
        text(&alone.stdout)
    );
    assert_eq!(text(&alone.stderr).lines().count(), 1);
    assert!(text(&alone.stderr).contains("--yes"));
    let done = run(&["--bbox", TOWN, "--yes"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(
        text(&done.stdout).contains("read back"),
        "{}",
        text(&done.stdout)
    );
    // No bar where nobody looks, and no database was made for it.
    assert_eq!(text(&done.stderr), "");
    assert!(!place.0.join("data/cueillette.sqlite").exists());

    let mut server = place
        .program(&["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(server.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    let address = line
        .split("http://")
        .nth(1)
        .unwrap()
        .trim()
        .trim_end_matches('/')
        .to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let ask =
        format!("GET /base-map.json HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let bytes = fs::metadata(place.0.join("data/base-map.pmtiles"))
        .unwrap()
        .len();
    assert!(answer.contains("\"available\":true"), "{answer}");
    assert!(answer.contains(&format!("\"bytes\":{bytes}")), "{answer}");
}
