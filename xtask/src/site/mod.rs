//! What phones and desks receive, built into `target/site`: WebAssembly, its glue, the bundled
//! scripts and styles, each named by its content and compressed once, here.
//!
//! The folder is made beside and then swapped in, so that a failed build leaves the last good one.

mod compress;
mod inputs;
mod naming;
mod precache;
mod prune;
mod split;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{paths, progress, run};
use compress::Sizes;
use naming::Named;
use words::Lang;

/// The features that every browser we serve knows. Named one by one: `--all-features` makes a
/// module that browsers refuse.
const WASM_OPT_FLAGS: [&str; 14] = [
    "-Oz",
    // What the compiler nested is laid flat and nested anew: another 900 bytes.
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];
/// Served at the root under its own name: a worker's address must not change.
const SERVICE_WORKER: &str = "sw.js";

/// Builds the site, unless nothing that goes into it has changed.
pub fn build() -> Result<()> {
    let _alone = lock()?;
    let build_id = inputs::build_id()?;
    if is_current(&build_id) {
        progress::note(&format!("site is up to date (build {build_id})"));
        return Ok(());
    }
    let bundle = clean_folder("target/site.parts")?;
    compile_wasm(&build_id)?;
    bind_wasm(&bundle)?;
    progress::step("pruning what no script asks for", || prune::prune(&bundle))?;
    progress::step("cutting the WebAssembly in two", || split::split(&bundle))?;
    for part in ["app_bg.wasm", "app_more.wasm"] {
        shrink_wasm(&bundle.join(part))?;
    }
    bundle_scripts(&bundle)?;
    write_words(&bundle)?;
    progress::step("naming and compressing the site", || {
        assemble(&bundle, &build_id)
    })?;
    fs::remove_dir_all(bundle)?;
    Ok(())
}

/// The list of what was built: names, sizes, precache.
pub fn assets() -> Result<Value> {
    let file = paths::site().join("assets.json");
    let text = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(serde_json::from_slice(&text)?)
}

fn is_current(build_id: &str) -> bool {
    assets().is_ok_and(|assets| {
        let path_exists = |path: &str| paths::site().join(path.trim_start_matches('/')).is_file();
        assets["build_id"] == build_id
            && assets["files"].as_object().is_some_and(|files| {
                files
                    .values()
                    .all(|file| file["path"].as_str().is_some_and(path_exists))
            })
    })
}

/// Two builds at once would mix their files: the second waits.
fn lock() -> Result<fs::File> {
    fs::create_dir_all(paths::root().join("target"))?;
    let file = fs::File::create(paths::root().join("target/site.lock"))?;
    if file.try_lock().is_err() {
        progress::step("waiting for another build of the site", || Ok(file.lock()?))?;
    }
    Ok(file)
}

/// Flags of rustc for the phone's target alone.
const WASM_RUSTFLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

fn compile_wasm(build_id: &str) -> Result<()> {
    progress::loud_step("compiling the phone's app to WebAssembly", || {
        run::stream(
            Command::new("cargo")
                .args(["build", "--package", "app", "--lib"])
                .args(["--no-default-features", "--features", "hydrate"])
                .args([
                    "--profile",
                    "wasm-release",
                    "--target",
                    "wasm32-unknown-unknown",
                ])
                .env("CUEILLETTE_BUILD_ID", build_id)
                .env(WASM_RUSTFLAGS, wasm_flags())
                .current_dir(paths::root()),
        )
    })
}

/// Messages of panics name source files: they need not say where this machine keeps them, and
/// two machines make the same bytes. And each constant stays a segment of its own, so that the cut
/// can tell which part needs it.
fn wasm_flags() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let mut flags = vec![format!("--remap-path-prefix={}=.", paths::root().display())];
    flags.extend(home.map(|it| format!("--remap-path-prefix={}=.", it.display())));
    flags.push("-Clink-arg=--no-merge-data-segments".to_owned());
    flags.join(" ")
}

/// Writes `app.js` and `app_bg.wasm`.
fn bind_wasm(bundle: &Path) -> Result<()> {
    progress::step("writing the WebAssembly's glue", || {
        wasm_bindgen_cli_support::Bindgen::new()
            .input_path(paths::target().join("wasm32-unknown-unknown/wasm-release/app.wasm"))
            .web(true)?
            // The loader says where the module is: its name holds its hash.
            .omit_default_module_path(true)
            .typescript(false)
            // The cut goes by names; they are taken out after it.
            .remove_name_section(false)
            .remove_producers_section(true)
            .out_name("app")
            .generate(bundle)
    })
}

fn shrink_wasm(wasm: &Path) -> Result<()> {
    progress::step("shrinking the WebAssembly", || {
        let wasm_opt = paths::web().join("node_modules/.bin/wasm-opt");
        run::quiet(
            Command::new(wasm_opt)
                .args(WASM_OPT_FLAGS)
                .arg(wasm)
                .arg("-o")
                .arg(wasm),
        )
    })?;
    Ok(())
}

fn bundle_scripts(bundle: &Path) -> Result<()> {
    progress::step("bundling scripts and styles", || {
        run::quiet(
            Command::new("node")
                .arg("build.mjs")
                .arg(bundle)
                .current_dir(paths::web()),
        )
    })?;
    let snippets = bundle.join("snippets");
    if snippets.is_dir() {
        let glue = fs::read_to_string(bundle.join("app.js"))?;
        ensure!(
            !glue.contains("./snippets/"),
            "the glue imports files that are not bundled into it"
        );
        fs::remove_dir_all(snippets)?;
    }
    Ok(())
}

/// The recorder's texts in each language; French is in the WebAssembly.
fn write_words(bundle: &Path) -> Result<()> {
    for lang in Lang::all().filter(|it| *it != Lang::FRENCH) {
        let name = format!("words-{}.txt", lang.tag());
        fs::write(bundle.join(name), lang.for_phone())?;
    }
    Ok(())
}

/// From the bundle to the finished folder.
fn assemble(bundle: &Path, build_id: &str) -> Result<()> {
    let site = clean_folder("target/site.tmp")?;
    let mut parts = read_files(bundle)?;
    let worker = parts
        .remove(SERVICE_WORKER)
        .context("the web build did not make sw.js")?;
    let named = naming::name_by_content(parts)?;
    let public = read_files(&paths::root().join("public"))?;

    let list = precache::list(&named, &public)?;
    let worker = precache::fill(&String::from_utf8(worker)?, build_id, &list)?;

    let mut files: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    files.insert(SERVICE_WORKER.into(), worker.into_bytes());
    files.extend(public.into_iter().map(|(name, bytes)| (name.into(), bytes)));
    files.extend(
        named
            .values()
            .map(|file| (file.file_path(), file.bytes.clone())),
    );
    let sizes = compress::write_all(&site, files)?;

    let assets = json!({
        "build_id": build_id,
        "files": described(&named, &sizes),
        "precache": list,
    });
    fs::write(
        site.join("assets.json"),
        serde_json::to_vec_pretty(&assets)?,
    )?;
    swap_in(&site)
}

fn described(named: &BTreeMap<String, Named>, sizes: &BTreeMap<PathBuf, Sizes>) -> Value {
    let describe = |file: &Named| {
        let sizes = sizes.get(&file.file_path()).copied().unwrap_or_default();
        json!({ "path": file.url(), "bytes": sizes.plain, "br_bytes": sizes.brotli })
    };
    named
        .iter()
        .map(|(logical, file)| (logical.clone(), describe(file)))
        .collect()
}

/// Replaces `target/site` in two renames, so that no reader sees a half-made folder.
fn swap_in(new: &Path) -> Result<()> {
    let (site, old) = (paths::site(), paths::root().join("target/site.old"));
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    if site.exists() {
        fs::rename(&site, &old)?;
    }
    fs::rename(new, &site)?;
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    Ok(())
}

fn clean_folder(name: &str) -> Result<PathBuf> {
    let folder = paths::root().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The files right inside a folder, by name.
fn read_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let entries = fs::read_dir(folder)
        .with_context(|| format!("the folder {} cannot be read", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        ensure!(
            entry.file_type()?.is_file(),
            "{name} in {} is not a file",
            folder.display()
        );
        files.insert(name, fs::read(entry.path())?);
    }
    Ok(files)
}
