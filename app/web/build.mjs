// Bundles what the browser runs besides the WASM. Usage: node build.mjs OUTDIR
//
// Writes into OUTDIR, under logical names that the caller then hashes and compresses:
//   map.js                     the <cueillette-map> element with its libraries and style rules
//   photo.js                   the <cueillette-photo> of the page for flagging
//   help.js                    the <wash-timer> of the needle-stick page
//   card.js, place.js          peers' pages: coming in with a card, saying where a place is
//   wait.js                    pages of whoever is signed in: what a form says once it is sent
//   loader.js, sw.js           minified; sw.js keeps its tokens __BUILD_ID__ and __PRECACHE__, and
//                              holds the glue of app.js when that is already there
//   style.css, terrain.css, help.css, card.css, styleguide.css  bundled from ../../style; font addresses stay /pkg/andika-*.woff2
//   andika-400.woff2, andika-700.woff2, andika-cyrillic-400.woff2, andika-cyrillic-700.woff2
//   app.js                     the WASM's glue, minified in place when it is already there

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import * as esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const STYLE = join(HERE, "../../style");
/** The first browsers that can run the WASM. */
const TARGET = ["chrome96", "safari15", "firefox79"];
const FONT_WEIGHTS = [400, 700];
const SHEETS = ["style", "terrain", "help", "card", "styleguide"];

const LICENCES = `/*! Leaflet 1.9 (c) Volodymyr Agafonkin, CloudMade, BSD-2-Clause | \
protomaps-leaflet, PMTiles (c) Protomaps LLC, BSD-3-Clause | pbf, vector-tile (c) Mapbox, \
BSD-3-Clause | point-geometry (c) Mapbox, ISC | rbush (c) Vladimir Agafonkin, MIT | \
fflate (c) Arjun Barrett, MIT */`;

const common = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  format: "esm",
  target: TARGET,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/** Splits minified CSS into its top-level rules, as `CSSStyleSheet.insertRule` wants them. */
export function splitRules(css) {
  const rules = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < css.length; i++) {
    if (css[i] === "{") depth++;
    if (css[i] === "}" && --depth === 0) {
      rules.push(css.slice(start, i + 1).trim());
      start = i + 1;
    }
  }
  return rules;
}

/** `import rules from "map-rules"`: map.css as a list of rules inside the script. */
const mapRules = {
  name: "map-rules",
  setup(build) {
    build.onResolve({ filter: /^map-rules$/ }, () => ({ path: "map.css", namespace: "map-rules" }));
    build.onLoad({ filter: /.*/, namespace: "map-rules" }, async () => {
      const css = await readFile(join(HERE, "map/map.css"), "utf8");
      const { code } = await esbuild.transform(css, {
        loader: "css",
        minify: true,
        target: TARGET,
      });
      return { contents: JSON.stringify(splitRules(code)), loader: "json" };
    });
  },
};

function buildMap(outdir) {
  return esbuild.build({
    ...common,
    entryPoints: ["map/map.js"],
    outfile: join(outdir, "map.js"),
    plugins: [mapRules],
    banner: { js: LICENCES },
    // The library's own sources, part by part: its bundle cannot be cut down.
    alias: { "protomaps-leaflet": "./node_modules/protomaps-leaflet/src" },
  });
}

function buildScripts(outdir) {
  const names = ["loader", "help", "photo", "card", "place", "wait"];
  return esbuild.build({ ...common, entryPoints: names.map((name) => `${name}.js`), outdir });
}

/** `import … from "app-glue"`: this text. */
const appGlue = (glue) => ({
  name: "app-glue",
  setup(build) {
    build.onResolve({ filter: /^app-glue$/ }, () => ({ path: "app.js", namespace: "app-glue" }));
    build.onLoad({ filter: /.*/, namespace: "app-glue" }, () => ({ contents: glue }));
  },
});

/** A worker without WASM keeps its pages all the same, and says why it cannot send. */
const NO_GLUE = `const fail = async () => { throw new Error("built without the WASM"); };
export { fail as default, fail as send_waiting };`;

/** The service worker with this glue inside, as text; the tokens are still in it. */
export async function workerText(glue = NO_GLUE) {
  const { outputFiles } = await esbuild.build({
    ...common,
    // A service worker is a classic script, its names must not become globals.
    format: "iife",
    entryPoints: ["sw.js"],
    plugins: [appGlue(glue)],
    write: false,
  });
  const { text } = outputFiles[0];
  const lists = text.split("__PRECACHE__").length - 1;
  if (lists !== 1 || !text.includes("__BUILD_ID__")) {
    throw new Error("sw.js lost a token that the build must replace");
  }
  return text;
}

function buildStyles(outdir) {
  return esbuild.build({
    ...common,
    entryPoints: SHEETS.map((name) => join(STYLE, `${name}.css`)),
    outdir,
    external: ["/pkg/*"],
  });
}

async function copyFonts(outdir) {
  const files = join(HERE, "node_modules/@fontsource/andika/files");
  for (const weight of FONT_WEIGHTS) {
    for (const [letters, name] of [["latin", ""], ["cyrillic", "cyrillic-"]]) {
      const file = join(files, `andika-${letters}-${weight}-normal.woff2`);
      await copyFile(file, join(outdir, `andika-${name}${weight}.woff2`));
    }
  }
}

/** The glue once for the page, minified in place, and once inside the worker. */
async function buildGlueAndWorker(outdir) {
  const file = join(outdir, "app.js");
  const glue = await readFile(file, "utf8").catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  await writeFile(join(outdir, "sw.js"), await workerText(glue));
  if (glue === undefined) return;
  const { code } = await esbuild.transform(glue, { format: "esm", minify: true, target: TARGET });
  await writeFile(file, code);
}

async function printSizes(outdir) {
  const names = [
    "map.js",
    "loader.js",
    "help.js",
    "photo.js",
    "card.js",
    "place.js",
    "wait.js",
    "sw.js",
    "style.css",
    "terrain.css",
    "help.css",
    "card.css",
    "styleguide.css",
    "app.js",
  ];
  for (const name of names) {
    const bytes = await readFile(join(outdir, name)).catch(() => undefined);
    if (!bytes) continue;
    // Node's default is brotli 11, the quality that is served.
    const brotli = brotliCompressSync(bytes).length;
    console.log(`${name.padEnd(12)} ${bytes.length} bytes, ${brotli} brotli`);
  }
}

async function main(outdir) {
  await mkdir(outdir, { recursive: true });
  await Promise.all([
    buildMap(outdir),
    buildScripts(outdir),
    buildStyles(outdir),
    copyFonts(outdir),
    buildGlueAndWorker(outdir),
  ]);
  await printSizes(outdir);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outdir = process.argv[2];
  if (!outdir) {
    console.error("usage: node build.mjs OUTDIR");
    process.exit(2);
  }
  await main(outdir).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
