// Pages and browsers that die, hours with no network, two tabs at once: what the phone said it
// kept arrives, once.
import { mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import { chromium, expect, test } from "@playwright/test";
import { expectExactly, newOuting } from "../support/outing.js";
import { asPhone, joinHere, newPhone, openSending, tap, tapMany, total } from "../support/phone.js";
import { startProxy } from "../support/proxy.js";
import { startServer } from "../support/server.js";

let server, proxy, outing;
test.beforeAll(async () => {
  server = await startServer();
});
test.beforeEach(async () => {
  proxy = await startProxy(server.url);
  outing = await newOuting(server);
});
test.afterEach(async () => {
  await proxy.stop();
});
test.afterAll(async () => {
  await server.stop();
});

const number = async (page) => Number((await total(page).innerText()).replace(/\D/g, ""));

test("a page that is killed between the tap and the sending: the count arrives once", async ({ browser }) => {
  const { page, context } = await newPhone(browser, proxy.url);
  await joinHere(page, outing);
  proxy.to("held");
  await tap(page, "Plus cinq");
  await tap(page, "Plus une");
  // As the phone's system does when memory runs out: no goodbye, nothing is run any more.
  const devtools = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  devtools.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
  expect(await outing.syringes()).toBe(0);

  const again = await context.newPage();
  await again.goto("/terrain");
  await expect(total(again)).toHaveText("6");
  await expect(again.getByText("2 à envoyer").first()).toBeVisible();
  proxy.to("passed on");
  await tap(again, "Plus dix");
  await openSending(again);
  // What the dead page had sent and was never answered may hold the line until it is given up.
  await again.reload();
  await expectExactly(again, outing, 16);
  await context.close();
});

test("a page that is closed within the very tap: the count is what the phone shows afterwards", async ({ browser }) => {
  const { page, context } = await newPhone(browser, proxy.url);
  await joinHere(page, outing);
  let open = page;
  for (let n = 0; n < 6; n++) {
    const button = await open.getByRole("button", { name: "Plus une" }).elementHandle();
    // Nobody waits here, neither for the disk nor for the network.
    const gone = open.close();
    await button.evaluate((it) => it.click()).catch(() => {});
    await gone;
    open = await context.newPage();
    await open.goto("/terrain");
    await tap(open, "Plus cinq");
  }
  const shown = await number(open);
  expect(shown).toBeGreaterThanOrEqual(30);
  expect(shown).toBeLessThanOrEqual(36);
  await expectExactly(open, outing, shown);
  await context.close();
});

/** A browser with a profile of its own on the disk, as on a phone; `kill` is SIGKILL. */
async function browserOn(profile, use, offline) {
  const { executablePath, args } = use.launchOptions;
  const { locale, timezoneId } = use;
  const phone = asPhone(proxy.url);
  const context = await chromium.launchPersistentContext(profile, {
    ...phone, executablePath, args, locale, timezoneId, offline,
  });
  async function kill() {
    // « host-4711 »: Chromium's own mark that the profile is in use.
    const pid = Number(readlinkSync(pathOf(profile, "SingletonLock")).split("-").pop());
    const ended = new Promise((done) => context.once("close", done));
    process.kill(pid, "SIGKILL");
    await ended;
  }
  return { context, page: context.pages()[0], kill };
}

test("a browser that is killed starts again with no network, has everything, and sends it once", async ({}, info) => {
  const profile = mkdtempSync(pathOf(tmpdir(), "cueillette-profile-"));
  const { use } = info.project;
  try {
    const first = await browserOn(profile, use, false);
    await joinHere(first.page, outing);
    await first.context.setOffline(true);
    await tapMany(first.page, "Plus cinq", 10);
    await tapMany(first.page, "Plus une", 1);
    await expect(first.page.getByText("gardé sur ce téléphone")).toBeVisible();
    await first.kill();

    const second = await browserOn(profile, use, true);
    await second.page.goto("/terrain");
    await expect(total(second.page)).toHaveText("51");
    await expect(second.page.getByText("11 à envoyer").first()).toBeVisible();
    await tapMany(second.page, "Plus dix", 1);
    await expect(second.page.getByText("gardé sur ce téléphone")).toBeVisible();
    await second.kill();

    const third = await browserOn(profile, use, false);
    await third.page.goto("/terrain");
    await expect(total(third.page)).toHaveText("61");
    await expectExactly(third.page, outing, 61);
    await third.context.close();
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

test("a whole outing of four hundred taps with no network, the page loaded again and again, then all at once", async ({
  browser,
}) => {
  const { page, context, hosts, errors } = await newPhone(browser, proxy.url);
  await joinHere(page, outing);
  await context.setOffline(true);
  for (let part = 1; part <= 4; part++) {
    await tapMany(page, "Plus une", 80);
    await tapMany(page, "Plus cinq", 20);
    await expect(total(page)).toHaveText(String(180 * part));
    await page.reload();
    await expect(total(page)).toHaveText(String(180 * part));
  }
  await expect(page.getByText("400 à envoyer").first()).toBeVisible();
  await context.setOffline(false);
  await expectExactly(page, outing, 720);
  const facts = proxy.sent.flatMap((batch) => batch.facts);
  expect(new Set(facts.map((fact) => fact.id)).size).toBe(400);
  expect([...hosts]).toEqual([new URL(proxy.url).host]);
  expect(errors).toEqual([]);
  await context.close();
});

test("two tabs tap in turn and at once, with and without network: one count, exact", async ({ browser }) => {
  const { page: one, context } = await newPhone(browser, proxy.url);
  await joinHere(one, outing);
  const two = await context.newPage();
  await two.goto("/terrain");
  await expect(total(two)).toHaveText("0");

  await context.setOffline(true);
  for (let turn = 0; turn < 5; turn++) {
    await tap(one, "Plus une");
    await tap(two, "Plus une");
  }
  await Promise.all([tapMany(one, "Plus une", 40), tapMany(two, "Plus une", 40)]);
  await tap(one, "Plus une");
  // Each tap reads the disk: it shows what both have counted.
  await expect(total(one)).toHaveText("91");
  await context.setOffline(false);
  await Promise.all([tapMany(one, "Plus une", 40), tapMany(two, "Plus une", 40)]);
  await expectExactly(one, outing, 171);
  await two.reload();
  await expect(total(two)).toHaveText("171");
  await expectExactly(two, outing, 171);

  const orders = new Map();
  for (const { id, seq } of proxy.sent.flatMap((batch) => batch.facts)) orders.set(seq, id);
  expect([...orders.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 171 }, (_, n) => n + 1));
  await context.close();
});
