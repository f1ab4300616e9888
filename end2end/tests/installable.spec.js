// What makes a browser offer to install it: the manifest, icons that are what they say, and a
// worker that is in charge of the pages of the phone.
import { expect, test } from "@playwright/test";
import { PHONE } from "../support/phone.js";
import { startServer } from "../support/server.js";

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

test("the manifest is whole, its icons are as large as they say, and the worker is in charge", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE });
  const page = await context.newPage();
  await page.goto("/terrain");
  const href = await page.locator("link[rel=manifest]").getAttribute("href");
  const manifest = await (await page.request.get(href)).json();
  expect(manifest).toMatchObject({ name: "Cueillette", display: "standalone", lang: "fr" });
  expect(manifest.short_name.length).toBeLessThanOrEqual(12);
  expect((await page.request.get(manifest.start_url)).ok()).toBe(true);
  for (const colour of [manifest.theme_color, manifest.background_color]) expect(colour).toMatch(/^#[0-9a-f]{6}$/i);

  const sizes = manifest.icons.map((it) => `${it.sizes} ${it.purpose || "any"}`);
  expect(sizes.join()).toMatch(/192x192/);
  expect(sizes.join()).toMatch(/512x512/);
  expect(sizes.join()).toMatch(/maskable/);
  for (const { src, sizes, type } of manifest.icons) {
    const answer = await page.request.get(src);
    expect(answer.headers()["content-type"], src).toContain(type);
    const drawn = await page.evaluate(async (src) => {
      const picture = new Image();
      picture.src = src;
      await picture.decode();
      return `${picture.naturalWidth}x${picture.naturalHeight}`;
    }, src);
    if (sizes !== "any") expect(drawn, src).toBe(sizes);
  }

  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const devtools = await context.newCDPSession(page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // A private window never installs; nothing else stands in the way.
  expect(installabilityErrors.map((it) => it.errorId).filter((it) => it !== "in-incognito")).toEqual([]);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByLabel("Code de la sortie")).toBeVisible();
  await context.close();
});
