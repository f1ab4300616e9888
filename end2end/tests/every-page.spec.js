// Every page there is, as everybody who may see it, at three sizes, in each theme, with and without
// script: no rule of axe-core broken, nothing said in the console, nothing asked elsewhere, no
// scrolling sideways, targets for hands, one heading, landmarks, and a keyboard that is never lost.
//
// CUEILLETTE_CHECKED=FILE writes what was looked at: `/accessibilite` is made from it.
import { writeFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { POSITION } from "../support/phone.js";
import { startServer } from "../support/server.js";
import { forgotten, furnish, pagesOf, patterns, ROLES, samePages, SIZES } from "../support/pages.js";
import { Record } from "../support/checked.js";
import { card, flagging, recorder } from "../support/screens.js";
import {
  goThroughByKeyboard,
  keepStill,
  listen,
  lookAtOutline,
  lookWithAxe,
  rulesAsked,
  TARGET_ELSEWHERE,
  TARGET_FOR_PEERS,
} from "../support/looking.js";

/** As many pages are looked at side by side: the machine has two cores at least. */
const SIDE_BY_SIDE = 2;

test.describe.configure({ timeout: 300_000 });

const record = new Record(process.env.CUEILLETTE_CHECKED);
let server, world;
test.beforeAll(async ({ browser }) => {
  server = await startServer();
  world = await furnish(browser, server);
});
test.afterEach(() => record.keep());
test.afterAll(async () => {
  await server.stop();
});

/** Dark is looked at once. The page of components shows each theme by itself, side by side. */
function themesAt({ size, pattern }) {
  if (pattern === "/styleguide") return ["light"];
  return size === "desktop" ? ["light", "sun", "dark"] : ["light", "sun"];
}

/** Somebody's browser of this size. */
async function contextOf(browser, role, size, more = {}) {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: SIZES[size],
    storageState: world.sessions[role],
    geolocation: POSITION,
    permissions: ["geolocation"],
    reducedMotion: "reduce",
    ...more,
  });
  return context;
}

/** Whose hands: what peers and crews hold is tapped with gloves. */
const isForPeers = (page) =>
  page.evaluate(() => {
    const isRecorder = document.querySelector('link[href*="/terrain."]') !== null;
    return isRecorder || document.body.classList.contains("for-peers");
  });

async function look(page, at) {
  const target = at.role === "peer" || (await isForPeers(page)) ? TARGET_FOR_PEERS : TARGET_ELSEWHERE;
  // Elsewhere it is axe's own rule, which knows the exception for targets that stand apart.
  const wrong = await lookAtOutline(page, target === TARGET_FOR_PEERS ? target : 0);
  wrong.push(...(await lookWithAxe(page, themesAt(at))));
  let stops = 0;
  // Once each: where hands hold the page, and where there is a keyboard.
  if (at.size === (target === TARGET_FOR_PEERS ? "phone" : "desktop")) {
    const keyboard = await goThroughByKeyboard(page);
    stops = keyboard.stops;
    wrong.push(...keyboard.wrong);
  }
  if (at.pattern) record.looked(at, themesAt(at).length, stops);
  return wrong.map((it) => `${at.path} (${at.role}, ${at.size}): ${it}`);
}

/** Does something with each of these, a few side by side, each with a page of its own. */
async function sideBySide(context, all, what) {
  const left = [...all];
  const wrong = [];
  const walk = async () => {
    const page = await context.newPage();
    const complaints = listen(page, new URL(server.url).host);
    for (let next = left.shift(); next; next = left.shift()) {
      wrong.push(...(await what(page, next)));
      wrong.push(...complaints().map((it) => `${next.path}: ${it}`));
    }
    await page.close();
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, walk));
  return wrong;
}

/** The recorder has started, or there is no script to start it. */
async function awake(page) {
  const ready = page.locator("html[data-start=ready]").or(page.locator("noscript main"));
  await ready.first().waitFor({ state: "attached" });
  // And has read what is on the phone.
  await page.getByRole("heading", { level: 1 }).first().waitFor();
}

async function open(page, path) {
  const answer = await page.goto(path);
  if (await page.locator("leptos-island").count()) await awake(page);
  const { pathname } = new URL(page.url());
  const wanted = new URL(path, server.url).pathname;
  const wrong = [];
  if (!answer.ok()) wrong.push(`${path}: ${answer.status()}`);
  if (pathname !== wanted) wrong.push(`${path}: leads to ${pathname}`);
  return wrong;
}

test("no page of the server's table is left out of the walk", async () => {
  record.begin();
  const pages = await patterns();
  expect(forgotten(pages)).toEqual([]);
  const walked = new Set();
  for (const role of ROLES) for (const { pattern } of await pagesOf(world, role)) walked.add(pattern);
  expect(pages.map((it) => it.path).filter((it) => !walked.has(it))).toEqual([]);
});

for (const role of ROLES) {
  for (const size of Object.keys(SIZES)) {
    test(`every page of ${role} at the size of a ${size} is in order`, async ({ browser }) => {
      const context = await contextOf(browser, role, size);
      await keepStill(context);
      const wrong = await sideBySide(context, await pagesOf(world, role), async (page, { path, pattern }) => [
        ...(await open(page, path)),
        ...(await look(page, { role, size, path, pattern })),
      ]);
      await context.close();
      expect(wrong).toEqual([]);
    });
  }

  test(`every page of ${role} stands without script, at each size`, async ({ browser }) => {
    const wrong = [];
    for (const size of Object.keys(SIZES)) {
      const context = await contextOf(browser, role, size, { javaScriptEnabled: false });
      const pages = await pagesOf(world, role);
      const found = await sideBySide(context, pages, async (page, { path, pattern }) => {
        const wrong = await open(page, path);
        for (const it of await lookAtOutline(page, 0)) wrong.push(`${path} (${size}): ${it}`);
        record.lookedWithoutScript({ role, size, path, pattern });
        return wrong;
      });
      wrong.push(...found);
      await context.close();
    }
    expect(wrong).toEqual([]);
  });
}

const SCREENS = [
  ["the recorder", "/terrain", "anon", recorder],
  ["flagging", "/signaler", "agent", flagging],
  ["a card", "/entrer", "anon", card],
];
for (const [name, path, role, screens] of SCREENS) {
  for (const size of Object.keys(SIZES)) {
    test(`every screen of ${name} at the size of a ${size} is in order`, async ({ browser }) => {
      const context = await contextOf(browser, role, size, { hasTouch: true });
      await keepStill(context);
      const page = await context.newPage();
      const complaints = listen(page, new URL(server.url).host);
      const wrong = [];
      for await (const screen of screens(page, server)) {
        wrong.push(...(await look(page, { role, size, path: `${path}, ${screen}`, pattern: path })));
      }
      wrong.push(...complaints());
      await context.close();
      expect(wrong).toEqual([]);
    });
  }
}

test("what everybody may see is the same for whoever asks", async ({ browser }) => {
  const seen = async (role) => {
    const context = await contextOf(browser, role, "desktop");
    const texts = new Map();
    for (const path of await samePages(world)) {
      const text = await (await context.request.get(path)).text();
      // A form's own id is new on every page.
      texts.set(path, text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, "ID"));
    }
    await context.close();
    return texts;
  };
  const asNobody = await seen("anon");
  for (const role of ["peer", "coordinator", "agent", "clerk"]) {
    const theirs = await seen(role);
    expect([...theirs].filter(([path, text]) => text !== asNobody.get(path)).map(([path]) => path)).toEqual([]);
  }
});

test("pages that stand in the place of others are in order", async ({ browser }) => {
  const context = await contextOf(browser, "coordinator", "phone");
  await keepStill(context);
  const page = await context.newPage();
  const wrong = [];
  for (const [path, status] of [["/nulle-part", 404], ["/ccas", 403], ["/sorties/copier", 405]]) {
    expect((await page.goto(path)).status()).toBe(status);
    wrong.push(...(await look(page, { role: "coordinator", size: "phone", path })));
  }
  await context.close();
  expect(wrong).toEqual([]);
});

if (record.file) {
  test("what was looked at is written down", async ({ browser }) => {
    const page = await (await browser.newContext({ baseURL: server.url })).newPage();
    await page.goto("/connexion");
    writeFileSync(record.file, record.text({ rules: await rulesAsked(page), chromium: browser.version() }));
  });
}
