// The service worker as it is built, with a glue of our own, against a fake browser: caches, fetch
// and events of our own.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { workerText } from "../build.mjs";

const ORIGIN = "https://cueillette.example";
const BUILD = "00ff00ff00ff00ff";
const FILES = [
  "/terrain",
  "/signaler",
  "/hors-ligne",
  "/aide/piqure",
  "/pkg/app.0001.js",
  "/pkg/app_bg.0001.wasm",
  "/icon.svg",
];
/** Stands for the WASM and its sender. */
const GLUE = `
  export default async ({ module_or_path }) => { wasm.started.push(await module_or_path.text()); };
  export const send_waiting = () => wasm.send();`;
const source = await workerText(GLUE);

const page = (build) => `<!DOCTYPE html><html lang="fr" data-build="${build}">`;
const html = (body, headers) =>
  new Response(body, { headers: { "content-type": "text/html; charset=utf-8", ...headers } });

/** What a healthy server of this build answers. */
function answers(build = BUILD) {
  return {
    "/terrain": () => html(page(build), { vary: "Cookie", "content-security-policy": "x" }),
    "/signaler": () => html(`${page(build)}signaler`),
    "/hors-ligne": () => html("hors ligne"),
    "/aide/piqure": () => html("ne pas faire saigner"),
    "/pkg/app.0001.js": () => jsFile("app"),
    "/pkg/app_bg.0001.wasm": () =>
      new Response("asm", { headers: { "content-type": "application/wasm" } }),
    "/icon.svg": () => new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } }),
  };
}

function jsFile(body) {
  return new Response(body, { headers: { "content-type": "text/javascript" } });
}

class FakeCache {
  constructor() {
    this.kept = new Map();
    this.full = false;
  }

  async put(path, answer) {
    if (this.full && this.kept.size > 0) throw new Error("QuotaExceededError");
    assert.notEqual(answer.headers.get("vary"), "*");
    this.kept.set(path, answer);
  }

  async match(path, options) {
    assert.deepEqual({ ...options }, { ignoreSearch: true, ignoreVary: true });
    const answer = this.kept.get(path);
    return answer && answer.clone();
  }
}

class FakeCaches {
  constructor() {
    this.all = new Map();
    this.full = false;
  }

  async open(name) {
    if (!this.all.has(name)) this.all.set(name, new FakeCache());
    const cache = this.all.get(name);
    cache.full = this.full;
    return cache;
  }

  async has(name) {
    return this.all.has(name);
  }

  async delete(name) {
    return this.all.delete(name);
  }

  async keys() {
    return [...this.all.keys()];
  }
}

/** A clock that jumps to the next timer when everything waits. */
class FakeTime {
  now = 0;
  timers = new Map();
  next = 1;

  functions() {
    const set = (then, ms, every) => {
      this.timers.set(this.next, { then, at: this.now + ms, every });
      return this.next++;
    };
    return {
      Date: { now: () => this.now },
      setTimeout: (then, ms) => set(then, ms),
      setInterval: (then, ms) => set(then, ms, ms),
      clearInterval: (id) => void this.timers.delete(id),
    };
  }

  /** Runs until this is settled. */
  async until(promise) {
    let settled = false;
    const end = () => (settled = true);
    promise.then(end, end);
    for (;;) {
      // All that can go on without a timer does.
      await new Promise((done) => setImmediate(done));
      if (settled) return promise;
      const [id, timer] = [...this.timers].sort(([, a], [, b]) => a.at - b.at)[0];
      this.now = timer.at;
      if (timer.every) timer.at += timer.every;
      else this.timers.delete(id);
      timer.then();
    }
  }
}

/** Starts a worker; `server` may be changed while it runs. */
function start({ server = answers(), caches = new FakeCaches(), build = BUILD, active = null, files = FILES } = {}) {
  const listeners = {};
  const time = new FakeTime();
  const asked = [];
  const told = [];
  const done = { claimed: 0, skipped: 0 };
  const wasm = { started: [], send: async () => {} };
  const world = {
    server,
    caches,
    asked,
    told,
    time,
    done,
    wasm,
    async dispatch(type, event = {}) {
      const promises = [];
      listeners[type]({ ...event, waitUntil: (promise) => promises.push(promise) });
      await time.until(Promise.all(promises));
    },
    /** What the worker answers to a request, or undefined when it lets it pass. */
    async get(path, { mode = "no-cors", method = "GET", origin = ORIGIN } = {}) {
      let answer;
      const request = { url: origin + path, mode, method };
      listeners.fetch({ request, respondWith: (promise) => (answer = promise) });
      return answer;
    },
  };
  const self = {
    location: new URL(`${ORIGIN}/sw.js`),
    addEventListener: (type, listener) => (listeners[type] = listener),
    clients: {
      claim: async () => done.claimed++,
      matchAll: async ({ includeUncontrolled }) =>
        includeUncontrolled ? [{ postMessage: ({ kept }) => void told.push(kept) }] : [],
    },
    registration: { active },
    skipWaiting: () => done.skipped++,
  };
  const fetch = async (request, options) => {
    const path = typeof request === "string" ? request : request.url.slice(ORIGIN.length);
    asked.push({ path, ...options });
    const answer = world.server && world.server[path];
    if (!answer) throw new TypeError("offline");
    return answer();
  };
  const text = source
    .replaceAll("__PRECACHE__", JSON.stringify(files))
    .replaceAll("__BUILD_ID__", build);
  vm.runInNewContext(text, {
    self, caches, fetch, wasm, URL, Response, Headers, TextDecoder, ...time.functions(),
  });
  return world;
}

const navigate = { mode: "navigate" };
const textOf = async (answer) => (await answer).text();

test("the whole set is kept, and the recorder opens with no network", async () => {
  const worker = start();
  await worker.dispatch("install");
  await worker.dispatch("activate");
  worker.server = undefined;
  assert.equal(await textOf(worker.get("/terrain", navigate)), page(BUILD));
  assert.equal(await textOf(worker.get("/signaler", navigate)), `${page(BUILD)}signaler`);
  assert.equal(await textOf(worker.get("/pkg/app.0001.js")), "app");
  assert.equal(worker.done.claimed, 1);
  assert.equal(worker.done.skipped, 0);
});

test("nobody's session colours what is kept", async () => {
  const worker = start();
  await worker.dispatch("install");
  assert.ok(worker.asked.length >= FILES.length);
  assert.ok(worker.asked.every(({ credentials }) => credentials === "omit"));
});

test("a query string does not hide the kept page, nor does Vary", async () => {
  const worker = start();
  await worker.dispatch("install");
  worker.server = undefined;
  assert.equal(await textOf(worker.get("/terrain?source=accueil", navigate)), page(BUILD));
});

test("the kept page keeps its security policy", async () => {
  const worker = start();
  await worker.dispatch("install");
  const answer = await worker.get("/terrain", navigate);
  assert.equal(answer.headers.get("content-security-policy"), "x");
  assert.equal(answer.headers.get("vary"), null);
});

const redirected = () => Object.defineProperty(html(page(BUILD)), "redirected", { value: true });
const BAD_SERVERS = {
  "a redirected recorder page": { "/terrain": redirected },
  "a recorder page of another build": { "/terrain": answers("ffffffffffffffff")["/terrain"] },
  "a flagging page of another build": { "/signaler": answers("ffffffffffffffff")["/signaler"] },
  "a hashed file that is gone": { "/pkg/app.0001.js": () => new Response("", { status: 404 }) },
  "a portal's HTML in place of a script": { "/pkg/app.0001.js": () => html("payez ici") },
  "a page that is not HTML": { "/hors-ligne": () => jsFile("{}") },
  "a network that goes away": { "/icon.svg": undefined },
};
for (const [name, bad] of Object.entries(BAD_SERVERS)) {
  test(`${name} fails the install, and the old version stays whole`, async () => {
    const old = start({ build: "aaaaaaaaaaaaaaaa", server: answers("aaaaaaaaaaaaaaaa") });
    await old.dispatch("install");
    const next = start({ caches: old.caches, server: { ...answers(), ...bad } });
    await assert.rejects(next.dispatch("install"));
    assert.deepEqual(await old.caches.keys(), ["cueillette-aaaaaaaaaaaaaaaa"]);
    old.server = undefined;
    assert.equal(await textOf(old.get("/terrain", navigate)), page("aaaaaaaaaaaaaaaa"));
  });
}

/** A file that comes after so many seconds of the worker's own clock. */
const late = (world, seconds, answer) => () =>
  new Promise((done) => world.time.functions().setTimeout(() => done(answer()), seconds * 1000));

test("a copy that comes in a moment is not worth a word", async () => {
  const worker = start();
  await worker.dispatch("install");
  assert.deepEqual(worker.told, []);
});

test("a slow first copy is told by what has come, and then that it is whole", async () => {
  const worker = start();
  const good = answers();
  FILES.forEach((path, at) => (worker.server[path] = late(worker, at, good[path])));
  await worker.dispatch("install");
  assert.deepEqual(worker.told, [10, 20, 40, 50, 70, 80, 100]);
});

test("a first copy waits for a network that went away, and fetches nothing twice", async () => {
  const worker = start();
  const good = worker.server["/icon.svg"];
  delete worker.server["/icon.svg"];
  worker.time.functions().setTimeout(() => (worker.server["/icon.svg"] = good), 60_000);
  await worker.dispatch("install");
  assert.deepEqual(worker.told, [80, -1, 100]);
  assert.equal(worker.asked.filter(({ path }) => path === "/terrain").length, 1);
  assert.equal((await worker.caches.open(`cueillette-${BUILD}`)).kept.size, FILES.length);
});

test("a first copy that fails says that it needs a network", async () => {
  const worker = start();
  delete worker.server["/icon.svg"];
  await assert.rejects(worker.dispatch("install"), /offline/);
  assert.deepEqual(worker.told, [80, -1]);
});

test("an update tells nobody how it goes", async () => {
  const worker = start({ active: {} });
  worker.server["/icon.svg"] = late(worker, 9, answers()["/icon.svg"]);
  await worker.dispatch("install");
  assert.deepEqual(worker.told, []);
});

test("the page for no network is kept with the script that knows the look of this phone", async () => {
  const files = [...FILES, "/pkg/help.0001.js"];
  const server = {
    ...answers(),
    "/hors-ligne": () => html("<html><head></head><body>hors ligne"),
    "/pkg/help.0001.js": () => jsFile("help"),
  };
  const worker = start({ server, files });
  await worker.dispatch("install");
  worker.server = undefined;
  const kept = await textOf(worker.get("/sorties", navigate));
  assert.ok(kept.includes('<script type="module" src="/pkg/help.0001.js"></script></head>'), kept);
});

test("a full storage leaves nothing half kept", async () => {
  const worker = start();
  worker.caches.full = true;
  await assert.rejects(worker.dispatch("install"), /Quota/);
  assert.deepEqual(await worker.caches.keys(), []);
});

test("a failed second install of the same build does not empty the first", async () => {
  const worker = start();
  await worker.dispatch("install");
  worker.caches.full = true;
  await assert.rejects(worker.dispatch("install"), /Quota/);
  assert.deepEqual(await worker.caches.keys(), [`cueillette-${BUILD}`]);
});

test("activation drops old versions, and neither the town's map nor a stranger's cache", async () => {
  const worker = start();
  for (const name of ["cueillette-0ld", "cueillette-base-map", "other"]) {
    await worker.caches.open(name);
  }
  await worker.dispatch("install");
  await worker.dispatch("activate");
  const left = ["cueillette-base-map", "other", `cueillette-${BUILD}`];
  assert.deepEqual(await worker.caches.keys(), left);
});

test("an update waits until it is told", async () => {
  const worker = start();
  await worker.dispatch("install");
  await worker.dispatch("message", { data: { type: "something-else" } });
  await worker.dispatch("message", { data: null });
  assert.equal(worker.done.skipped, 0);
  await worker.dispatch("message", { data: { type: "skip-waiting" } });
  assert.equal(worker.done.skipped, 1);
});

test("other pages come from the network, and are never kept", async () => {
  const worker = start();
  await worker.dispatch("install");
  worker.server["/sorties"] = () => html("liste");
  assert.equal(await textOf(worker.get("/sorties", navigate)), "liste");
  const cache = await worker.caches.open(`cueillette-${BUILD}`);
  assert.deepEqual([...cache.kept.keys()], FILES);
});

test("other pages with no network show the offline page", async () => {
  const worker = start();
  await worker.dispatch("install");
  worker.server = undefined;
  assert.equal(await textOf(worker.get("/sorties", navigate)), "hors ligne");
});

test("the needle-stick page comes from the phone, with or without network", async () => {
  const worker = start();
  await worker.dispatch("install");
  worker.server["/aide/piqure"] = () => html("une autre page");
  assert.equal(await textOf(worker.get("/aide/piqure", navigate)), "ne pas faire saigner");
  worker.server = undefined;
  assert.equal(await textOf(worker.get("/aide/piqure", navigate)), "ne pas faire saigner");
});

test("the API, the base map, posts and other hosts pass untouched", async () => {
  const worker = start();
  await worker.dispatch("install");
  assert.equal(await worker.get("/api/v1/crew/pack"), undefined);
  assert.equal(await worker.get("/api/v1/allowance-lists/1/list.csv", navigate), undefined);
  assert.equal(await worker.get("/base-map.pmtiles"), undefined);
  assert.equal(await worker.get("/terrain", { mode: "navigate", method: "POST" }), undefined);
  assert.equal(await worker.get("/terrain", { origin: "https://other.example" }), undefined);
});

test("a set that the browser threw away is fetched again", async () => {
  const worker = start();
  await worker.dispatch("install");
  await worker.caches.delete(`cueillette-${BUILD}`);
  assert.equal(await textOf(worker.get("/terrain", navigate)), page(BUILD));
});

const sync = { tag: "cueillette-outbox" };

test("when the browser wakes it, it sends with the kept WASM, and asks the network for nothing", async () => {
  const worker = start();
  await worker.dispatch("install");
  worker.server = undefined;
  worker.asked.length = 0;
  let sent = 0;
  worker.wasm.send = async () => void sent++;
  await worker.dispatch("sync", sync);
  assert.equal(sent, 1);
  assert.deepEqual(worker.wasm.started, ["asm"]);
  assert.deepEqual(worker.asked, []);
});

test("while something still waits the browser is told to wake it again", async () => {
  const worker = start();
  await worker.dispatch("install");
  worker.wasm.send = () => Promise.reject();
  await assert.rejects(worker.dispatch("sync", sync), /still waits/);
});

test("a sync of another name is not ours", async () => {
  const worker = start();
  await worker.dispatch("install");
  await worker.dispatch("sync", { tag: "something-else" });
  assert.deepEqual(worker.wasm.started, []);
});

test("without the kept WASM nothing is fetched in its place, and it is tried again later", async () => {
  const worker = start();
  await worker.dispatch("install");
  await worker.caches.delete(`cueillette-${BUILD}`);
  worker.asked.length = 0;
  await assert.rejects(worker.dispatch("sync", sync), /not on this phone/);
  assert.deepEqual(worker.asked, []);
});
