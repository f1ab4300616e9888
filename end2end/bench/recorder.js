// Measures the recorder on a slow phone: `node bench/recorder.js taps|starts|visits`. Prints JSON;
// `cargo xtask bench recorder` prepares, runs and judges it.
//
// Slow is what the browser can emulate: its main thread is held back, its requests are delayed.
// Disks and other threads are the machine's own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { newOuting } from "../support/outing.js";
import { asPhone, joinHere, tap } from "../support/phone.js";
import { startServer } from "../support/server.js";
import use from "../playwright.config.js";

/** Facts that wait while taps are measured. */
const WAITING = 10_000;
/** Facts that wait while a start is measured: a whole outing. */
const WAITING_AT_START = 400;
const TAPS = 80;
const TAPS_TO_WARM_UP = 5;
const TAP_EVERY_MS = 300;
/** How long a finger stays on the glass. */
const FINGER_MS = 60;
const STARTS = 9;
const VISITS = 7;
const SLOW_PHONE = 6;
const SLOW_PHONE_ON_4G = 4;
/** Slow 4G: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
const SLOW_4G = { offline: false, downloadThroughput: 200_000, uploadThroughput: 93_750, latency: 150 };

/** What the page itself takes down, told by its own clock. */
function watch() {
  const named = (name) =>
    [...document.querySelectorAll("button")].find(
      (it) => !it.disabled && (it.ariaLabel || it.textContent).trim() === name,
    );
  const total = () => document.querySelector('[aria-label="Total de l’équipe"]')?.textContent;
  const isKept = () =>
    [...document.querySelectorAll("[role=status]")].some((it) =>
      it.textContent.includes("gardé sur ce téléphone"),
    );
  const state = (globalThis.measured = { taps: [], tap: null, pads: null, code: null });
  addEventListener(
    "click",
    () => {
      state.tap = { at: performance.now(), before: total() };
    },
    true,
  );
  new MutationObserver(() => {
    if (document.documentElement.dataset.start === "ready") {
      if (!state.pads && named("Plus une")) state.pads = performance.now();
      if (!state.code && document.getElementById("code")?.disabled === false) state.code = performance.now();
    }
    if (state.tap && total() !== state.tap.before && isKept()) {
      state.taps.push(performance.now() - state.tap.at);
      state.tap = null;
    }
  }).observe(document, { childList: true, characterData: true, attributes: true, subtree: true });
}

/** Makes copies of the one fact that waits until `count` do, and says so to the store. */
function fill(count) {
  const opened = (name) =>
    new Promise((done, failed) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  const done = (request) =>
    new Promise((good, bad) => {
      request.onsuccess = () => good(request.result);
      request.onerror = () => bad(request.error);
    });
  return (async () => {
    const database = await opened("cueillette");
    const transaction = database.transaction(["facts", "outbox", "meta"], "readwrite");
    const [facts, outbox, meta] = ["facts", "outbox", "meta"].map((it) => transaction.objectStore(it));
    const [first] = await done(outbox.getAllKeys());
    const row = await done(outbox.get(first));
    const fact = JSON.parse(await done(facts.get(row.id)));
    for (let seq = first + 1; seq < first + count; seq++) {
      const id = fact.id.slice(0, -12) + String(seq).padStart(12, "0");
      facts.add(JSON.stringify({ ...fact, id, seq }), id);
      outbox.add({ ...row, id }, seq);
    }
    meta.put(String(first + count), "seq");
    await new Promise((good) => (transaction.oncomplete = good));
    database.close();
  })();
}

/**
 * A phone that joined, went offline and has so many facts waiting. Its profile is on the disk: a
 * private window would keep everything in memory, and no commit would take its time.
 */
async function phoneWithWaiting(server, waiting, measure) {
  const profile = mkdtempSync(join(tmpdir(), "cueillette-bench-"));
  const phone = { ...asPhone(server.url), ...use.use.launchOptions };
  const context = await chromium.launchPersistentContext(profile, phone);
  try {
    return await measure(await prepared(context, server, waiting));
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function prepared(context, server, waiting) {
  await context.addInitScript(watch);
  const [page] = context.pages();
  await joinHere(page, await newOuting(server));
  await context.setOffline(true);
  await tap(page, "Plus une");
  await page.evaluate(fill, waiting);
  await page.reload();
  const tag = page.getByRole("banner").getByText(/à envoyer/);
  const shown = async () => Number((await tag.innerText()).replace(/\D/g, ""));
  while ((await shown()) !== waiting) await page.waitForTimeout(100);
  return { page, devtools: await context.newCDPSession(page) };
}

/** Durations of the page's own work since the last time, in milliseconds. */
async function workOf(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  const of = (name) => metrics.find((it) => it.name === name).value * 1_000;
  return { script: of("ScriptDuration"), style: of("RecalcStyleDuration"), layout: of("LayoutDuration"), all: of("TaskDuration") };
}

/** A finger, down and up again. */
async function touch(devtools, x, y) {
  const glass = (type, touchPoints) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
  await glass("touchStart", [{ x, y }]);
  await new Promise((done) => setTimeout(done, FINGER_MS));
  await glass("touchEnd", []);
}

/** From the click to « gardé sur ce téléphone », and what the page's thread did meanwhile. */
async function taps({ page, devtools }) {
  const pad = page.getByRole("button", { name: "Plus une", exact: true });
  const { x, y, width, height } = await pad.boundingBox();
  await devtools.send("Performance.enable");
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOW_PHONE });
  let before;
  for (let n = 0; n < TAPS_TO_WARM_UP + TAPS; n++) {
    if (n === TAPS_TO_WARM_UP) before = await workOf(devtools);
    await touch(devtools, x + width / 2, y + height / 2);
    // Nothing is asked of the page meanwhile: that would be measured too.
    await page.waitForTimeout(TAP_EVERY_MS);
  }
  const after = await workOf(devtools);
  const ms = (await page.evaluate(() => globalThis.measured.taps)).slice(TAPS_TO_WARM_UP);
  const work = Object.entries(after).map(([name, sum]) => [name, (sum - before[name]) / TAPS]);
  return { waiting: WAITING, slowdown: SLOW_PHONE, ms, work: Object.fromEntries(work) };
}

/** The second start, with no network: from the navigation to the pad that can be tapped. */
async function starts({ page, devtools }) {
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOW_PHONE });
  const ms = [];
  for (let n = 0; n < STARTS; n++) {
    await page.goto("about:blank");
    await page.goto("/terrain");
    await page.waitForFunction(() => globalThis.measured.pads, null, { polling: 200 });
    ms.push(await page.evaluate(() => globalThis.measured.pads));
  }
  return { waiting: WAITING_AT_START, slowdown: SLOW_PHONE, ms };
}

/** The first visit on slow 4G: from the navigation to the field for the code. */
async function visits(server) {
  const browser = await chromium.launch(use.use.launchOptions);
  const ms = [];
  for (let n = 0; n < VISITS; n++) {
    const context = await browser.newContext(asPhone(server.url));
    await context.addInitScript(watch);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", SLOW_4G);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOW_PHONE_ON_4G });
    await page.goto("/terrain");
    await page.waitForFunction(() => globalThis.measured.code, null, { polling: 200 });
    ms.push(await page.evaluate(() => globalThis.measured.code));
    await context.close();
  }
  await browser.close();
  return { slowdown: SLOW_PHONE_ON_4G, ms };
}

const measures = {
  taps: (server) => phoneWithWaiting(server, WAITING, taps),
  starts: (server) => phoneWithWaiting(server, WAITING_AT_START, starts),
  visits,
};
const measure = measures[process.argv[2]];
if (!measure) throw new Error("node bench/recorder.js taps|starts|visits");
const server = await startServer();
try {
  console.log(JSON.stringify(await measure(server)));
} finally {
  await server.stop();
}
