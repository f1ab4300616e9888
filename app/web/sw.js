// The service worker: it makes /terrain, /signaler and the help of peers open with no network, and
// sends what waits when the browser wakes it, by the recorder's own compiled sender. Nothing else.
//
// It keeps one versioned set of files, taken whole or not at all. Pages of signed-in people,
// the API and the town's base map never pass through it.
//
// A classic worker cannot import: the build puts the glue of the WASM into this file.
//
// The build replaces two tokens in the text of this file after it was minified: every
// __BUILD_ID__ by the build's hexadecimal id, and the one __PRECACHE__ by a JSON list of paths.
// The first stands in a string and the second is a name that is declared nowhere: a minifier
// must leave both as they are.

import startWasm, { send_waiting } from "app-glue";

const BUILD_ID = "__BUILD_ID__";
/** Paths kept on the phone: the neutral pages, the hashed files under /pkg/, icons. */
const PRECACHE = __PRECACHE__;

const CACHE_PREFIX = "cueillette-";
const CACHE = CACHE_PREFIX + BUILD_ID;
/** Filled and read by the map itself: an update of the product does not throw a town away. */
const BASE_MAP_CACHE = "cueillette-base-map";

/** The pages that hold the recorder's island: each must be of this very build. */
const RECORDER_PAGES = ["/terrain", "/signaler"];
const OFFLINE_PAGE = "/hors-ligne";
const HASHED_FILES = "/pkg/";
/** The wish to send later, as the recorder names it. */
const SYNC = "cueillette-outbox";

/** From here on somebody who looks is told how a first copy goes, and so often. */
const TELL_MS = 1_000;
/** What is told once the copy is whole; below, percent. */
const WHOLE = 100;
/** What is told while there is no network to go on with. */
const NO_NETWORK = -1;
/** A network that went away is tried again so often, */
const AGAIN_MS = 5_000;
/** for so long: browsers give an install five minutes. */
const PATIENCE_MS = 240_000;

/** An answer came, and is not what belongs here: asking again at once would bring the same. */
class WrongFile extends Error {}

/**
 * The page for no network is kept the same for everyone, and has no script by itself: with the one
 * of the needle-stick page, which is kept too, it takes the look that was chosen on this phone.
 */
function withLook(page) {
  const script = PRECACHE.find((path) => /^\/pkg\/help\..*js$/.test(path));
  return script ? page.replace("</head>", `<script type="module" src="${script}"></script></head>`) : page;
}

/**
 * Fetches one file of the set and says no to anything that is not exactly it. A redirect is a
 * sign-in page or a captive portal, HTML in place of a hashed file is another's answer, and a
 * recorder page of another build comes from a server that was updated under our feet.
 */
async function fetchForKeeping(path) {
  const answer = await fetch(path, {
    // Hashed files never change and the page has just loaded them: do not pay for them twice.
    cache: path.startsWith(HASHED_FILES) ? "default" : "reload",
    // What is kept is the same for everyone: nobody's session may colour it.
    credentials: "omit",
  });
  if (!answer.ok || answer.redirected) throw new WrongFile(`${path}: ${answer.status}, not kept`);
  const isPage = !path.includes(".");
  const isHtml = (answer.headers.get("content-type") || "").startsWith("text/html");
  if (isPage !== isHtml) throw new WrongFile(`${path}: not the expected kind of file`);

  let body = await answer.arrayBuffer();
  if (RECORDER_PAGES.includes(path)) {
    const page = new TextDecoder().decode(body);
    if (!page.includes(`data-build="${BUILD_ID}"`)) throw new WrongFile(`${path}: of another build`);
  }
  if (path === OFFLINE_PAGE) body = withLook(new TextDecoder().decode(body));
  // Rewritten headers: the body is already decoded, and a Vary would hide or refuse the copy.
  const headers = new Headers(answer.headers);
  for (const name of ["vary", "content-encoding", "content-length"]) headers.delete(name);
  return new Response(body, { headers });
}

/** Asks again while the network is away; what came meanwhile is not fetched twice. */
async function fetchPatiently(path, telling) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const answer = await fetchForKeeping(path);
      telling.here += 1;
      telling.waits = false;
      return answer;
    } catch (error) {
      if (error instanceof WrongFile || Date.now() > until) throw error;
      telling.waits = true;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

/**
 * Tells the open pages how a first copy goes, once it takes longer than a moment. An update is
 * none of their business: what they need is there.
 */
function tellPages() {
  const telling = { here: 0, waits: false };
  let said;
  const say = async (kept) => {
    if (said === kept || self.registration.active) return;
    said = kept;
    const pages = await self.clients.matchAll({ includeUncontrolled: true });
    for (const page of pages) page.postMessage({ kept });
  };
  const timer = setInterval(() => {
    // By tens: each new number is read aloud.
    const tens = Math.floor((telling.here / PRECACHE.length) * 10) * 10;
    say(telling.waits ? NO_NETWORK : Math.min(tens, WHOLE - 10));
  }, TELL_MS);
  telling.end = (kept) => {
    clearInterval(timer);
    // What was done within a moment is not worth a word.
    if (kept !== WHOLE || said !== undefined) say(kept);
  };
  return telling;
}

async function keepAllAndTell() {
  const telling = tellPages();
  try {
    await keepAll(telling);
  } catch (error) {
    telling.end(NO_NETWORK);
    throw error;
  }
  telling.end(WHOLE);
}

/** All or nothing: the cache is opened only once every file is here and right. */
async function keepAll(telling) {
  const answers = await Promise.all(PRECACHE.map((path) => fetchPatiently(path, telling)));
  const alreadyThere = await caches.has(CACHE);
  try {
    const cache = await caches.open(CACHE);
    await Promise.all(answers.map((answer, i) => cache.put(PRECACHE[i], answer)));
  } catch (storageFull) {
    // A half-filled set is worse than none, unless a whole one of this build was there before.
    if (!alreadyThere) await caches.delete(CACHE);
    throw storageFull;
  }
}

async function dropOldVersions() {
  const old = (await caches.keys()).filter(
    (name) => name.startsWith(CACHE_PREFIX) && name !== CACHE && name !== BASE_MAP_CACHE,
  );
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** The kept copy, whatever the query string or headers asked for; undefined when it is gone. */
async function kept(path) {
  const cache = await caches.open(CACHE);
  return cache.match(path, { ignoreSearch: true, ignoreVary: true });
}

/** Rejects while something still waits: the browser then wakes us again. */
async function sendWaiting() {
  // The kept one, made for this very glue; what the network has may be of another build.
  const wasm = await kept(PRECACHE.find((path) => /^\/pkg\/app_bg\..*wasm$/.test(path)));
  if (!wasm) throw new Error("the WASM is not on this phone any more");
  await startWasm({ module_or_path: wasm });
  await send_waiting().catch(() => Promise.reject(new Error("something still waits")));
}

self.addEventListener("sync", (event) => {
  if (event.tag === SYNC) event.waitUntil(sendWaiting());
});

self.addEventListener("install", (event) => event.waitUntil(keepAllAndTell()));

// The very first worker takes the open page; an update comes here only when it may.
self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldVersions().then(() => self.clients.claim()));
});

// An update waits until the page, which knows what is unsent, says that the moment is good.
self.addEventListener("message", (event) => {
  if (event.data && event.data.type === "skip-waiting") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/api/")) return;

  if (PRECACHE.includes(pathname)) {
    event.respondWith(kept(pathname).then((copy) => copy || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(
      fetch(request).catch(() => kept(OFFLINE_PAGE).then((page) => page || Response.error())),
    );
  }
});
