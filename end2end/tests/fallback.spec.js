// When the recorder cannot start, counting goes on by the plain form.
import { expect, test } from "@playwright/test";
import { PHONE } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

const summary = () =>
  api(server, server.demo.tokens.coordinator, `/outings/${server.demo.outing_today}/summary`);

async function countByForm(page, code) {
  await page.getByLabel("Code de la sortie").fill(code);
  await page.getByRole("button", { name: "Rejoindre" }).click();
  await page.getByLabel("Combien").fill("7");
  await page.getByRole("button", { name: "Garder" }).click();
  await expect(page.getByText(/Gardé/)).toBeVisible();
}

test("a WASM that does not load shows the way to the plain form, which counts", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE });
  const page = await context.newPage();
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/terrain");
  await page.getByRole("link", { name: "Ouvrir la page simple" }).click();
  const before = await summary();
  await countByForm(page, server.demo.join_code);
  const after = await summary();
  expect((after.totals.syringe || 0) - (before.totals.syringe || 0)).toBe(7);
  await page.reload();
  expect(await summary()).toEqual(after);
  await context.close();
});

test("without any script the plain form is one link away", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: PHONE,
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  await page.goto("/terrain");
  await page.getByRole("link", { name: "Ouvrir la page simple" }).first().click();
  await countByForm(page, server.demo.join_code);
  await context.close();
});
