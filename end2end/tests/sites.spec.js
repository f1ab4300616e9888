// Places at a desk: made on the map, read again with what the city will see, found by filters and by
// numbers that open, and the same with no script at all.
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { PHONE } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

/** Every answer that came to this page, as text, and every host that was asked. */
function listen(page) {
  const log = { told: [], hosts: new Set() };
  page.on("request", (request) => log.hosts.add(new URL(request.url()).host));
  page.on("response", async (answer) => {
    const kind = answer.headers()["content-type"] || "";
    if (/json|html/.test(kind)) log.told.push(await answer.text().catch(() => ""));
  });
  return log;
}

/** The ground of the map, where a tap chooses a place. */
const ground = (page) => page.getByRole("group", { name: /^Carte/ });

/** Fills in what every new place has, and puts the pin a little beside the middle of the map. */
async function tell(page, { nature, title, note }, beside) {
  await page.goto("/lieux/nouveau");
  await page.getByRole("radio", { name: new RegExp(`^${nature}`) }).check();
  await page.getByLabel("Nom du lieu").fill(title);
  const box = await ground(page).boundingBox();
  const position = { x: box.width / 2 + beside, y: box.height - 40 };
  await expect(page.getByLabel("Latitude")).toHaveValue("");
  await ground(page).click({ position });
  await expect(page.getByLabel("Latitude")).toHaveValue(/^44,\d{5}$/);
  await expect(page.getByLabel("Longitude")).toHaveValue(/^-0,\d{5}$/);
  await page.getByLabel(/^Un mot pour l’équipe/).fill(note);
}

test("a coordinator adds a public and a discreet place, and the city learns of the first only", async ({
  browser,
}) => {
  const { page } = await signIn(browser, server.url, server.demo, "coordinator");
  const log = listen(page);
  await page.goto("/lieux");
  await page.getByRole("link", { name: "Ajouter un lieu" }).click();
  await expect(page.getByRole("heading", { name: "Ajouter un lieu" })).toBeVisible();

  await test.step("public: the city will see the point", async () => {
    await tell(page, { nature: "Espace public", title: "Passage du lavoir", note: "mot du lavoir" }, 30);
    await expect(page.getByRole("group", { name: "L’agent qui marche avec nous" })).toBeHidden();
    await page.getByRole("button", { name: "Relire avant d’ajouter" }).click();
    await expect(page.getByRole("heading", { name: "Ce que la mairie verra" })).toBeVisible();
    await expect(page.getByText("Jamais le mot pour l’équipe.")).toBeVisible();
    await page.getByRole("button", { name: "Ajouter ce lieu" }).click();
    await expect(page.getByText("Le lieu est ajouté.")).toBeVisible();
  });

  let discreet;
  await test.step("discreet: one line of the whole town, and what eyes see", async () => {
    await tell(page, { nature: "Lieu discret", title: "Atelier des lilas", note: "mot des lilas" }, -60);
    const residents = page.getByRole("group", { name: "Les habitants sont d’accord ?" });
    await residents.getByRole("radio", { name: "Oui" }).check();
    await page.getByRole("radio", { name: "Il attend dehors" }).check();
    await page.getByRole("button", { name: "Relire avant d’ajouter" }).click();
    await expect(page.getByText("Cette ligne, et rien d’autre")).toBeVisible();
    await expect(page.getByRole("row", { name: /Dans la ville 7 lieux/ })).toBeVisible();
    await expect(page.getByText("il verra de ses yeux où nous entrons")).toBeVisible();
    await page.getByRole("button", { name: "Corriger" }).click();
    await expect(page.getByLabel("Nom du lieu")).toHaveValue("Atelier des lilas");
    await page.getByRole("button", { name: "Relire avant d’ajouter" }).click();
    await page.getByRole("button", { name: "Ajouter ce lieu" }).click();
    await expect(page.getByText("Le lieu est ajouté.")).toBeVisible();
    discreet = page.url().match(/lieux\/([0-9a-f-]{36})/)[1];
  });
  expect([...log.hosts]).toEqual([new URL(server.url).host]);

  const city = await signIn(browser, server.url, server.demo, "agent");
  const heard = listen(city.page);
  await city.page.goto("/lieux");
  await expect(city.page.getByText("Passage du lavoir")).toBeVisible();
  await city.page.goto("/carte");
  await expect(city.page.getByRole("link", { name: "Passage du lavoir" })).toBeVisible();
  await expect(ground(city.page).getByRole("button").first()).toBeVisible();
  for (let zooms = 0; zooms < 5; zooms++) {
    const answered = city.page.waitForResponse(/\/api\/v1\/sites\?/);
    await city.page.getByRole("button", { name: "Zoomer", exact: true }).click();
    await answered;
  }
  const answer = await city.page.goto(`/lieux/${discreet}`);
  expect(answer.status()).toBe(404);
  const told = heard.told.join("\n");
  expect(told).toContain("Passage du lavoir");
  for (const secret of ["lilas", "mot du lavoir", discreet]) expect(told).not.toContain(secret);
});

test("numbers open, a place has its card, filters narrow map and list alike", async ({ browser }) => {
  const token = server.demo.tokens.coordinator;
  for (let n = 0; n < 30; n++) {
    const [lat, lon] = [44.838 + (n % 6) * 2e-4, -0.578 + Math.floor(n / 6) * 3e-4];
    await api(server, token, "/sites", { nature: "public", title: `Porte ${n + 1}`, lat, lon });
  }
  const { page } = await signIn(browser, server.url, server.demo, "agent", { viewport: PHONE });
  await page.goto("/carte");
  const many = ground(page).getByRole("button", { name: /^\d+ lieux/ });
  await expect(many.first()).toBeVisible();
  const most = async () => {
    const names = await many.evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
    return names.toSorted((a, b) => parseInt(b, 10) - parseInt(a, 10))[0];
  };
  await test.step("a number opens by keyboard until places stand alone", async () => {
    for (let tries = 0; tries < 5 && (await many.count()) > 0; tries++) {
      const answered = page.waitForResponse(/\/api\/v1\/sites\?/);
      await ground(page).getByRole("button", { name: await most() }).press("Enter");
      await answered;
      await page.waitForTimeout(300);
    }
    await expect(ground(page).getByRole("button", { name: /^Porte \d+, vu$/ }).first()).toBeVisible();
  });
  await ground(page).getByRole("button", { name: /^Porte \d+, vu$/ }).first().press("Enter");
  await page.getByRole("link", { name: /^Ouvrir Porte/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Porte/ })).toBeVisible();

  await page.goto("/carte");
  const asked = page.waitForRequest(/\/api\/v1\/sites\?state=done/);
  await page.getByLabel("État").selectOption("fait");
  await page.getByRole("button", { name: "Montrer" }).click();
  await asked;
  const list = page.getByRole("region", { name: "Les mêmes lieux, en liste" });
  await expect(list.getByRole("link").first()).toBeVisible();
  await expect(list.getByText("prévu")).toHaveCount(0);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(PHONE.width);
});

test("a point is moved by keyboard, and the place stands there", async ({ browser }) => {
  const site = server.demo.sites.find((it) => it.title === "Place Gambetta");
  const { page } = await signIn(browser, server.url, server.demo, "agent");
  await page.goto(`/lieux/${site.id}`);
  await page.getByRole("link", { name: "Déplacer le point" }).click();
  const before = await page.getByLabel("Latitude").inputValue();
  await expect(page.getByRole("button", { name: "Zoomer", exact: true })).toBeVisible();
  await ground(page).focus();
  await page.keyboard.press("ArrowUp");
  await page.waitForTimeout(400);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Latitude")).not.toHaveValue(before);
  await page.getByRole("button", { name: "Garder ce point" }).click();
  await expect(page.getByText("Le point est déplacé.")).toBeVisible();
  const moved = await api(server, server.demo.tokens.agent, `/sites/${site.id}`);
  expect(moved.geometry.coordinates[1]).toBeGreaterThan(site.lat);
});

test("with no script the same is done in lists and fields", async ({ browser }) => {
  const { page } = await signIn(browser, server.url, server.demo, "coordinator", {
    javaScriptEnabled: false,
    viewport: PHONE,
  });
  await page.goto("/carte");
  await page.getByLabel("Nature").selectOption("discreet");
  await page.getByRole("button", { name: "Montrer" }).click();
  const list = page.getByRole("region", { name: "Les mêmes lieux, en liste" });
  await expect(list.getByText("lieu discret").first()).toBeVisible();

  await page.goto("/lieux/nouveau");
  await page.getByRole("radio", { name: /^Espace public/ }).check();
  await page.getByLabel("Nom du lieu").fill("Cour des Miracles");
  await page.getByRole("button", { name: "Relire avant d’ajouter" }).click();
  await expect(page.getByText("Touchez la carte, ou écrivez").first()).toBeVisible();
  await page.getByLabel("Latitude").fill("44,83050");
  await page.getByLabel("Longitude").fill("-0,57281");
  await page.getByRole("button", { name: "Relire avant d’ajouter" }).click();
  await expect(page.getByText("Déjà connu tout près. C’est le même ?")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Place de la Victoire à 3 m" })).toBeVisible();
  await page.getByRole("button", { name: "Ajouter ce lieu" }).click();
  await expect(page.getByText("Le lieu est ajouté.")).toBeVisible();
});
