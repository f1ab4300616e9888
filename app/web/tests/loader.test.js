// The loader: the recorder starts, or the way to the plain form appears. Never nothing.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let page;
let runs = 0;

/** A glue module as a data: address. */
function glue({ build = "b1", islands = "export function Recorder_1(el){el.started=true}" } = {}) {
  const text = `
    export default async ({ module_or_path }) => { globalThis.loadedWasm = module_or_path; };
    export const build_id = () => "${build}";
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
  };
  delete globalThis.hydrated;
  globalThis.document = {
    documentElement: page.root,
    querySelector: () => page.script,
    querySelectorAll: () => [page.island],
    getElementById: () => page.rescue,
  };
  const serviceWorker = { register: async (path) => void page.registered.push(path) };
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
