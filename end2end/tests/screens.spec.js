// What the main screens are to somebody who does not see them: their accessibility tree, kept. What
// follows from the day (dates, figures, names of the demonstration) is left open.
import { expect, test } from "@playwright/test";
import { DESK, PHONE, POSITION } from "../support/phone.js";
import { furnish } from "../support/pages.js";
import { recorder } from "../support/screens.js";
import { startServer } from "../support/server.js";

let server, world;
test.beforeAll(async ({ browser }) => {
  server = await startServer();
  world = await furnish(browser, server);
});
test.afterAll(async () => {
  await server.stop();
});

const SCREENS = {
  "a peer’s own page": ["peer", PHONE, () => "/moi", "moi"],
  "a coordinator’s outings": ["coordinator", DESK, () => "/sorties", "sorties"],
  "one outing that is open": ["coordinator", DESK, ({ open }) => `/sorties/${open}`, "sortie"],
  "a coordinator’s places": ["coordinator", DESK, () => "/lieux", "lieux"],
  "the payer’s lists": ["clerk", DESK, () => "/ccas", "ccas"],
  "the way in": ["anon", PHONE, () => "/connexion", "connexion"],
  "what anybody may read": ["anon", DESK, ({ slug }) => `/resultats/${slug}`, "resultats"],
};

for (const [name, [role, viewport, path, file]] of Object.entries(SCREENS)) {
  test(`${name} is told in the same order and by the same names`, async ({ browser }) => {
    const storageState = world.sessions[role];
    const context = await browser.newContext({ baseURL: server.url, viewport, storageState });
    const page = await context.newPage();
    await page.goto(path(world));
    await expect(page.locator("body")).toMatchAriaSnapshot({ name: `${file}.aria.yml` });
    await context.close();
  });
}

test("the recorder is told in the same order and by the same names", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: PHONE,
    hasTouch: true,
    geolocation: POSITION,
    permissions: ["geolocation"],
  });
  const page = await context.newPage();
  const kept = { "joining, with a wrong code": "joining", counting: "counting" };
  for await (const screen of recorder(page, server)) {
    if (!kept[screen]) continue;
    await expect(page.locator("body")).toMatchAriaSnapshot({ name: `${kept[screen]}.aria.yml` });
    if (screen === "counting") break;
  }
  await context.close();
});
