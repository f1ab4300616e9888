// The first visit on a slow network: nothing is fetched that the first tap does not need, and how the
// copy for the day without network goes is told.
import { expect, test } from "@playwright/test";
import { newPhone, PHONE } from "../support/phone.js";
import { startProxy } from "../support/proxy.js";
import { startServer } from "../support/server.js";

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

test("no font and no map is fetched before the first tap, and nothing from elsewhere", async ({ browser }) => {
  // No worker here: what it keeps for later is not part of what the first tap waits for.
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: PHONE,
    serviceWorkers: "block",
  });
  const page = await context.newPage();
  const paths = [];
  const hosts = new Set();
  page.on("request", (request) => {
    const address = new URL(request.url());
    paths.push(address.pathname);
    hosts.add(address.host);
  });
  await page.goto("/terrain");
  await expect(page.getByLabel("Code de la sortie")).toBeVisible();
  await page.waitForLoadState("networkidle");
  expect(paths).toContain("/terrain");
  expect(paths.filter((path) => /woff2|map\.|pmtiles/.test(path))).toEqual([]);
  expect([...hosts]).toEqual([new URL(server.url).host]);
  await context.close();
});

const UNDER_WAY = /Bientôt prêt sans réseau… (\d+)\s%/;
const WHOLE = "Prêt sans réseau.";
const NO_NETWORK = /il faut du réseau pour finir/;

/** A phone on a network of its own, on the recorder's first screen. */
async function firstVisit(browser, slowMs) {
  const proxy = await startProxy(server.url);
  proxy.state.slowMs = slowMs;
  const phone = await newPhone(browser, proxy.url);
  const { page } = phone;
  await page.goto("/terrain");
  await expect(page.getByLabel("Code de la sortie")).toBeVisible();
  return {
    page,
    proxy,
    line: page.getByRole("status").filter({ hasText: /sans réseau/ }),
    /** Where what can be tapped stands. */
    places: async () => {
      const all = [page.getByLabel("Code de la sortie"), ...(await page.getByRole("button").all())];
      return JSON.stringify(await Promise.all(all.map((it) => it.boundingBox())));
    },
    async stop() {
      expect(phone.errors).toEqual([]);
      await phone.context.close();
      await proxy.stop();
    },
  };
}

test("a slow first copy tells how far it is and when it is whole, moves nothing, and works then", async ({
  browser,
}) => {
  const { page, proxy, line, places, stop } = await firstVisit(browser, 700);
  const before = await places();
  const percent = [];
  await expect(async () => {
    const words = await line.innerText({ timeout: 2_000 });
    const [, n] = words.match(UNDER_WAY) ?? [];
    if (n !== undefined && n !== percent.at(-1)) {
      percent.push(n);
      expect(await places()).toBe(before);
    }
    expect(words).toBe(WHOLE);
  }).toPass({ intervals: [50], timeout: 60_000 });
  expect(percent.length).toBeGreaterThan(1);
  expect(percent).toEqual([...percent].sort((a, b) => a - b));
  expect(await places()).toBe(before);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  proxy.state.gone = true;
  await page.reload();
  await expect(page.getByLabel("Code de la sortie")).toBeVisible();
  // It was told once.
  await page.waitForTimeout(1_500);
  await expect(line).toHaveCount(0);
  await stop();
});

test("a first copy whose network goes away says what it needs, and goes on by itself", async ({ browser }) => {
  const { page, proxy, line, stop } = await firstVisit(browser, 500);
  await page.locator("html[data-more=ready]").waitFor({ state: "attached" });
  await expect(line).toHaveText(UNDER_WAY);
  proxy.state.gone = true;
  await expect(line).toHaveText(NO_NETWORK);
  proxy.state.gone = false;
  await expect(line).toHaveText(WHOLE, { timeout: 40_000 });
  await stop();
});

test("a first copy that comes in a moment says nothing", async ({ browser }) => {
  const { page, line, stop } = await firstVisit(browser, 0);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect(page.locator("html[data-kept]")).toHaveCount(0);
  await expect(line).toHaveCount(0);
  await stop();
});
