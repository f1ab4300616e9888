// Chrome 96, where old Androids stop: pages whose style sheets lost all that it does not know are
// read and used as others are. On peers' screens next to nothing falls, and each thing is named.
import { expect, test } from "@playwright/test";
import { asOldBrowsersRead } from "../support/old-css.js";
import { signIn } from "../support/desk.js";
import { newOuting } from "../support/outing.js";
import { asPhone, goTo, join, tap } from "../support/phone.js";
import { startServer } from "../support/server.js";

/** What may fall, and why nobody misses it. */
const NOT_MISSED = [
  // Without script only: one line more is shown beside the way out.
  "@media (scripting)",
  // The line before it says `100vh`.
  "height: dvh",
  // Titles break where they will.
  "text-wrap",
  // A field for discreet places is shown at once, and not only when it is needed.
  "@supports :has",
];

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

/** Every style sheet of this context is an old browser's; answers what fell so far. */
async function growOld(context) {
  const fallen = new Set();
  await context.route("**/*.css", async (route) => {
    const response = await route.fetch();
    const read = asOldBrowsersRead(await response.text());
    for (const what of read.fallen) fallen.add(what);
    await route.fulfill({ response, body: read.css });
  });
  return fallen;
}

/** An old phone: the worker would fetch past us, so it has none. */
async function oldPhone(browser) {
  const context = await browser.newContext({ ...asPhone(server.url), serviceWorkers: "block" });
  return { context, page: await context.newPage(), fallen: await growOld(context) };
}

const expectNothingMissed = (fallen) => expect([...fallen].filter((it) => !NOT_MISSED.includes(it))).toEqual([]);

/** All of these are in sight, one under the other, and nothing is wider than the screen. */
async function inOrder(page, ...things) {
  const tops = [];
  for (const thing of things) {
    await expect(thing).toBeVisible();
    tops.push((await thing.boundingBox()).y);
  }
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

test("what is newer falls, and what is old enough stays", () => {
  const read = (css) => asOldBrowsersRead(css);
  for (const [css, left, what] of [
    [".a:has(.b){top:0}", "", ":has"],
    ["@layer x{.a{top:0}}", "", "@layer"],
    ["@container (width>1px){.a{top:0}}", "", "@container"],
    [".a{.b{top:0}}", ".a{}", "a rule within a rule"],
    [".a{height:100vh;height:100dvh}", ".a{height:100vh}", "height: dvh"],
    [".a{color:color-mix(in srgb,red,blue)}", ".a{}", "color: color-mix()"],
    [".a{grid-template-columns:subgrid}", ".a{}", "grid-template-columns: subgrid"],
    ["@media (width>=3px){.a{top:0}}", "", "@media (a < b)"],
  ]) {
    expect(read(css)).toEqual({ css: left, fallen: [what] });
  }
  const old = ".a:is(.b,.c):focus-visible{inset:0;width:min(1px,2vw);color:var(--ink)}";
  expect(read(old)).toEqual({ css: old, fallen: [] });
});

test("an old phone joins and counts", async ({ browser }) => {
  const outing = await newOuting(server);
  const { context, page, fallen } = await oldPhone(browser);
  await page.goto("/terrain");
  await inOrder(
    page,
    page.getByRole("heading", { level: 1 }),
    page.getByLabel("Code de la sortie"),
    page.getByRole("button", { name: "Rejoindre", exact: true }),
  );
  await page.getByLabel("Code de la sortie").fill(outing.code);
  await page.getByRole("button", { name: "Rejoindre", exact: true }).click();
  await page.getByRole("button", { name: "C’est compris" }).click();
  await page.getByRole("main").getByRole("button", { name: /^Ici/ }).click();
  await tap(page, "Plus cinq");
  await inOrder(
    page,
    page.getByRole("status", { name: "Total de l’équipe" }),
    page.getByRole("button", { name: "compté" }),
    page.getByRole("button", { name: "Plus une" }),
    page.getByRole("button", { name: "Plus cinq" }),
    page.getByRole("button", { name: /^Annuler/ }),
    page.getByRole("navigation").getByRole("button", { name: "Compter" }),
  );
  await expect.poll(outing.syringes).toBe(5);
  expectNothingMissed(fallen);
  await context.close();
});

test("what helps after a needle-stick is read from top to bottom", async ({ browser }) => {
  const { context, page, fallen } = await oldPhone(browser);
  await page.goto("/aide/piqure");
  const steps = await page.locator(".aid-steps > li").all();
  expect(steps).toHaveLength(5);
  await inOrder(page, page.getByRole("heading", { level: 1 }), ...steps);
  expectNothingMissed(fallen);
  await context.close();
});

test("a card opens one's own page", async ({ browser }) => {
  const { context, page, fallen } = await oldPhone(browser);
  await page.goto(`/entrer#${server.demo.card.code}`);
  const key = (n) => page.getByRole("button", { name: String(n), exact: true });
  await inOrder(page, key(1), key(4), key(7), key(0));
  for (const n of [4, 8, 2, 7, 4, 8, 2, 7]) {
    await key(n).click();
    // After the fourth the pad is drawn anew, for the same digits once more.
    await page.waitForTimeout(200);
  }
  await page.locator('main a[href="/moi"]').click();
  await page.waitForURL("**/moi");
  await inOrder(page, page.locator(".hello"), page.locator(".year-sum"));
  expectNothingMissed(fallen);
  await context.close();
});

test("a desk's pages keep their columns, their tables and their buttons", async ({ browser }) => {
  const { context, page } = await signIn(browser, server.url, server.demo, "coordinator", {
    serviceWorkers: "block",
  });
  const fallen = await growOld(context);
  for (const path of ["/sorties", `/sorties/${server.demo.outing_today}`, "/lieux", "/equipe", "/aides"]) {
    await page.goto(path);
    await inOrder(page, page.getByRole("banner"), page.getByRole("heading", { level: 1 }), page.getByRole("contentinfo"));
  }
  await page.goto(`/sorties/${server.demo.outing_today}`);
  const [one, other] = await page.locator(".two > *").all();
  expect((await one.boundingBox()).y).toBe((await other.boundingBox()).y);
  expectNothingMissed(fallen);
  await context.close();
});
