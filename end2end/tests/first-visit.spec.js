// The first visit on a slow network: nothing is fetched that the first tap does not need.
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
