// « Affichage »: one choice for pages and for the recorder, on one phone; and a page that stays
// readable with spaced letters, at 200 %, and with names that nobody foresaw.
import { randomUUID } from "node:crypto";
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { newOuting } from "../support/outing.js";
import { asPhone, join } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

const isSunny = (page) => expect(page.locator("html[data-theme=sun]")).toHaveCount(1);
const isUsual = (page) => expect(page.locator("html:not([data-theme])")).toHaveCount(1);
const choose = (page, look) =>
  page.getByRole("form", { name: "Affichage" }).getByRole("button", { name: look }).click();

test("full sun is chosen at the foot of a page without script, and the page comes back", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/resultats/bordeaux?annee=2026");
  await choose(page, "plein soleil");
  await expect(page).toHaveURL(`${server.url}/resultats/bordeaux?annee=2026`);
  await isSunny(page);
  await page.goto("/terrain/simple");
  await isSunny(page);
  await page.goto("/connexion");
  await choose(page, "habituel");
  await isUsual(page);
  await context.close();
});

test("the recorder, the help and the pages share one choice", async ({ browser }) => {
  const outing = await newOuting(server);
  const context = await browser.newContext(asPhone(server.url));
  const page = await context.newPage();
  await page.goto("/connexion");
  await choose(page, "plein soleil");
  await join(page, outing.code);
  await isSunny(page);
  await page.goto("/aide/piqure");
  await isSunny(page);
  await page.goto("/terrain");
  await page.getByRole("button", { name: "Menu" }).click();
  const sun = page.getByRole("button", { name: "Plein soleil" });
  await expect(sun).toHaveAttribute("aria-pressed", "true");
  await sun.click();
  await isUsual(page);
  await page.goto("/connexion");
  await isUsual(page);
  await page.goto("/terrain");
  await page.locator("html[data-start=ready]").waitFor({ state: "attached" });
  await isUsual(page);
  await context.close();
});

test("with no network, what is said instead of a page wears the look that was chosen", async ({ browser }) => {
  const outing = await newOuting(server);
  const context = await browser.newContext(asPhone(server.url));
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await join(page, outing.code);
  const withoutNetwork = async (look) => {
    await context.setOffline(true);
    await page.goto("/moi");
    await expect(page.getByRole("heading", { name: "Pas de réseau" })).toBeVisible();
    await look(page);
    await context.setOffline(false);
  };
  await withoutNetwork(isUsual);
  await page.goto("/connexion");
  await choose(page, "plein soleil");
  await withoutNetwork(isSunny);
  expect(errors).toEqual([]);
  await context.close();
});

/** What a person may set (WCAG 1.4.12): nothing may be lost by it. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-bottom: 2em !important }`;
const LONG = "Anticonstitutionnellementanticonstitutionnel";
const FROM_RIGHT_TO_LEFT = "ליאור כהן";

test("long words, names from right to left, spaced letters and 200 % widen no page", async ({ browser }) => {
  const ask = (path, body) => api(server, server.demo.tokens.coordinator, path, body);
  const { day } = await ask(`/outings/${server.demo.outing_today}`);
  const id = randomUUID();
  await ask("/outings", { id, day, meeting_point: `${LONG} ${FROM_RIGHT_TO_LEFT}` });
  // A desk of 1280 at 400 %, and at 200 %; a phone held sideways.
  for (const width of [320, 640]) {
    const { context, page } = await signIn(browser, server.url, server.demo, "coordinator", {
      viewport: { width, height: 640 },
      // For our own rules alone: the policy lets none in.
      bypassCSP: true,
    });
    for (const path of ["/", "/sorties", `/sorties/${id}`, `/sorties/${id}/modifier`, "/lieux", "/equipe", "/aides", "/journal", "/reglages"]) {
      await page.goto(path);
      await page.addStyleTag({ content: SPACED });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider, `${path} at ${width}`).toBeLessThanOrEqual(0);
    }
    await context.close();
  }
});
