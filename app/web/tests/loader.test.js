// The loader: the recorder starts, or the way to the plain form appears. Never nothing. And a new
// version comes when the person agrees.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let page;
let runs = 0;

/** A glue module as a data: address. */
function glue({ build = "b1", islands = "export function Recorder_1(el){el.started=true}" } = {}) {
  const text = `
    export default async ({ module_or_path }) => { globalThis.loadedWasm = module_or_path; };
    export const build_id = () => "${build}";
    export const speak = (words) => { globalThis.spoken = words; };
    export const hydrate = () => { globalThis.hydrated = true; };
    ${islands} // ${runs}`;
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

beforeEach(() => {
  runs++;
  page = {
    script: { dataset: { wasm: "/pkg/app_bg.wasm", build: "b1" } },
    island: { dataset: { component: "Recorder_1" }, hidden: false },
    rescue: { hidden: true },
    root: { dataset: {} },
    registered: [],
    said: [],
    reloads: 0,
    updates: 0,
    syncs: [],
  };
  delete globalThis.hydrated;
  page.heard = {};
  const hear = (heard) => (name, then) => {
    const before = heard[name];
    heard[name] = () => {
      before?.();
      then();
    };
  };
  globalThis.addEventListener = hear(page.heard);
  globalThis.dispatchEvent = ({ type }) => void page.said.push(type);
  globalThis.location = { reload: () => void page.reloads++ };
  globalThis.document = {
    addEventListener: hear(page.heard),
    hidden: false,
    documentElement: page.root,
    cookie: "",
    querySelector: () => page.script,
    querySelectorAll: () => [page.island],
    getElementById: () => page.rescue,
  };
  globalThis.MutationObserver = class {
    observe() {}
  };
  page.registration = {
    active: {},
    addEventListener: hear(page.heard),
    update: async () => void page.updates++,
    sync: { register: async (tag) => void page.syncs.push(tag) },
  };
  const serviceWorker = {
    controller: {},
    addEventListener: hear(page.heard),
    register: async (path) => {
      page.registered.push(path);
      return page.registration;
    },
  };
  Object.defineProperty(globalThis, "navigator", { value: { serviceWorker }, configurable: true });
});

async function load(address) {
  page.script.dataset.glue = address;
  await import(`../loader.js?run=${runs}`);
  await new Promise((resolve) => setTimeout(resolve, 30));
}

function assertRescued() {
  assert.equal(page.root.dataset.start, "failed");
  assert.equal(page.island.hidden, true);
  assert.equal(page.rescue.hidden, false);
  assert.deepEqual(page.registered, ["/sw.js"]);
}

test("page, glue and WASM of one build start the recorder", async () => {
  await load(glue());
  assert.equal(globalThis.loadedWasm, "/pkg/app_bg.wasm");
  assert.equal(globalThis.hydrated, true);
  assert.equal(page.island.started, true);
  assert.equal(page.root.dataset.start, "ready");
  assert.equal(page.rescue.hidden, true);
  assert.deepEqual(page.registered, ["/sw.js"]);
});

test("a WASM of another build is not started", async (t) => {
  t.mock.method(console, "error", () => {});
  await load(glue({ build: "b2" }));
  assert.equal(globalThis.hydrated, undefined);
  assertRescued();
});

test("an island that the WASM does not know shows the form", async (t) => {
  t.mock.method(console, "error", () => {});
  await load(glue({ islands: "" }));
  assert.equal(globalThis.hydrated, undefined);
  assertRescued();
});

test("glue that cannot be read shows the form", async (t) => {
  t.mock.method(console, "error", () => {});
  await load("data:text/javascript,syntax error(");
  assertRescued();
});

test("an island that breaks while starting shows the form", async (t) => {
  t.mock.method(console, "error", () => {});
  await load(glue({ islands: "export function Recorder_1(){throw new Error('trap')}" }));
  assertRescued();
});

test("on a network that does not answer the form comes, then the recorder takes over", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let arrive;
  globalThis.slow = new Promise((resolve) => (arrive = resolve));
  page.script.dataset.glue = glue({
    islands: "export function Recorder_1(el){el.started=true}; await globalThis.slow;",
  });
  await import(`../loader.js?run=${runs}`);
  t.mock.timers.tick(20_000);
  assert.equal(page.rescue.hidden, false);
  t.mock.timers.reset();
  arrive();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(page.root.dataset.start, "ready");
  assert.equal(page.rescue.hidden, true);
  assert.equal(page.island.hidden, false);
});

const newVersion = () => ({
  told: [],
  postMessage(message) {
    this.told.push(message);
  },
  addEventListener(_, then) {
    this.change = then;
  },
});

test("a new version that is on the phone is told, and comes once the person agrees", async () => {
  await load(glue());
  const worker = newVersion();
  page.registration.installing = worker;
  page.heard.updatefound();
  worker.change();
  assert.deepEqual(page.said, []);
  page.registration.waiting = worker;
  worker.change();
  assert.deepEqual(page.said, ["update-ready"]);
  assert.equal(page.root.dataset.update, "ready");
  assert.deepEqual(worker.told, []);
  page.heard["update-agreed"]();
  assert.deepEqual(worker.told, [{ type: "skip-waiting" }]);
  assert.equal(page.reloads, 0);
  page.heard.controllerchange();
  assert.equal(page.reloads, 1);
});

test("a version that waited already is told at the start", async () => {
  page.registration.waiting = newVersion();
  await load(glue());
  assert.deepEqual(page.said, ["update-ready"]);
});

test("the very first version is no update", async () => {
  navigator.serviceWorker.controller = null;
  page.registration.waiting = newVersion();
  await load(glue());
  assert.deepEqual(page.said, []);
  assert.equal(page.root.dataset.update, undefined);
});

test("how the first copy goes is told to the recorder", async () => {
  await load(glue());
  navigator.serviceWorker.onmessage({ data: { kept: 40 } });
  assert.equal(page.root.dataset.kept, 40);
  assert.deepEqual(page.said, ["update-ready"]);
});

test("a first copy that failed is tried again after a minute, and an update is left to the browser", async (t) => {
  await load(glue());
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const worker = newVersion();
  page.registration.installing = worker;
  page.heard.updatefound();
  worker.state = "redundant";
  worker.change();
  t.mock.timers.tick(60_000);
  assert.deepEqual(page.registered, ["/sw.js"]);
  page.registration.active = null;
  worker.change();
  page.heard["update-agreed"]();
  assert.equal(page.reloads, 0);
  t.mock.timers.tick(60_000);
  assert.deepEqual(page.registered, ["/sw.js", "/sw.js"]);
});

test("when another tab agreed first, the page is loaded anew", async () => {
  await load(glue());
  page.heard["update-agreed"]();
  assert.equal(page.reloads, 1);
});

test("a page that is looked at again asks for a new version once an hour, whatever the clock does", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_000 });
  await load(glue());
  const look = (now) => {
    t.mock.timers.setTime(now);
    page.heard.visibilitychange();
  };
  look(1_700_000_000_000 + 3_599_999);
  assert.equal(page.updates, 0);
  look(1_700_000_000_000 + 3_600_000);
  look(1_700_000_000_000 + 3_700_000);
  assert.equal(page.updates, 1);
  look(1_600_000_000_000);
  assert.equal(page.updates, 2);
  document.hidden = true;
  look(1_800_000_000_000);
  assert.equal(page.updates, 2);
});

/** The page is shown or hidden, with or without a network. */
function turn({ hidden, onLine }) {
  document.hidden = hidden;
  navigator.onLine = onLine;
  page.heard.visibilitychange();
}

test("what cannot go without network is left to the worker at once, also when the page is closed then", async () => {
  await load(glue());
  turn({ hidden: false, onLine: false });
  assert.deepEqual(page.syncs, []);
  globalThis.sendLater();
  assert.deepEqual(page.syncs, ["cueillette-outbox"]);
});

test("with a network the page tries by itself, and leaves it to the worker when it is put away", async () => {
  await load(glue());
  turn({ hidden: false, onLine: true });
  globalThis.sendLater();
  assert.deepEqual(page.syncs, []);
  turn({ hidden: true, onLine: true });
  turn({ hidden: true, onLine: true });
  assert.deepEqual(page.syncs, ["cueillette-outbox"]);
});

test("a browser that wakes no worker does without", async () => {
  page.registration.sync = undefined;
  await load(glue());
  turn({ hidden: true, onLine: false });
  globalThis.sendLater();
  assert.equal(page.root.dataset.start, "ready");
});
