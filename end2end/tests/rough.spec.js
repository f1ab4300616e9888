// Rough use: double taps, « back » after sending, an answer that is lost, two tabs, very long words,
// right-to-left names, three hundred places, large type, and a programme where nothing happened yet.
// Nothing breaks, and nothing is sent twice.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as inFolder } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { setUpCode, signIn } from "../support/desk.js";
import { lookAtOutline } from "../support/looking.js";
import { asPhone, DESK, goTo, join, newPhone, PHONE, tap } from "../support/phone.js";
import { furnish, pagesOf } from "../support/pages.js";
import { BINARY, api, startServer } from "../support/server.js";

const run = promisify(execFile);

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

const token = (role) => server.demo.tokens[role];
const ask = (path, body, role = "coordinator") => api(server, token(role), path, body);
const desk = (browser, role = "coordinator") =>
  signIn(browser, server.url, server.demo, role, { viewport: PHONE });
const today = () => ask(`/outings/${server.demo.outing_today}`);

/**
 * Two taps, as from a hand that trembles; and once more what was sent, as a network that lost the
 * answer does. Comes back when the page that is there in the end stands still.
 */
async function twice(page, button) {
  const sent = [];
  const listen = (it) => it.method() === "POST" && sent.push(it);
  page.on("request", listen);
  const answered = page.waitForResponse((it) => it.request().method() === "POST");
  await button.dblclick();
  await answered;
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(300);
  await page.waitForLoadState("networkidle");
  page.off("request", listen);
  await expect(page.getByRole("heading", { name: /Un souci|Ce n’est plus possible|introuvable/ })).toHaveCount(0);
  const [first] = sent;
  const again = await page.request.post(first.url(), {
    headers: { "content-type": first.headers()["content-type"] },
    data: first.postDataBuffer(),
    maxRedirects: 0,
  });
  expect(again.status(), await again.text()).toBeLessThan(400);
}

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("what coordinators send with two taps is done once", async ({ browser }) => {
  const { page } = await desk(browser);
  const outings = async () => (await ask("/outings?limit=200")).items.length;
  const sites = async () => (await ask("/sites?limit=200")).features.length;
  const rows = (path, selector) => async () => {
    await page.goto(path);
    return page.locator(selector).count();
  };
  /** One more than before, whatever is counted. */
  const once = (what, count, act) =>
    test.step(what, async () => {
      const before = await count();
      await act();
      expect(await count(), what).toBe(before + 1);
    });

  await test.step("signing in: one session", async () => {
    const account = server.demo.accounts.find((it) => it.role === "coordinator");
    await button(page, "Sortir").click();
    await page.goto("/connexion");
    await page.getByLabel("Adresse e-mail").fill(account.login);
    await page.getByLabel("Mot de passe").fill(account.secret);
    await twice(page, button(page, "Entrer"));
    await page.goto("/compte");
    await expect(page.getByText("cette session")).toBeVisible();
    await expect(page.locator(".accounts .rows > li")).toHaveCount(1);
  });
  await once("a planned outing", outings, async () => {
    await page.goto("/sorties/prevoir");
    await twice(page, button(page, "Prévoir la sortie"));
  });
  await once("a copied outing", outings, async () => {
    for (const { id, state } of (await ask("/outings?limit=20")).items) {
      if (state === "planned") await ask(`/outings/${id}/cancel`, {});
    }
    await page.goto("/sorties");
    await twice(page, button(page, "Copier la semaine dernière"));
  });
  await once("an invitation", rows("/comptes", "form[action^='/comptes/liens/']"), async () => {
    await page.goto("/comptes");
    await page.getByLabel("Prénom et nom").fill("Nour Benali");
    await page.getByLabel("Adresse e-mail").fill("nour@lacase.example");
    await twice(page, button(page, "Faire le lien d’invitation"));
    const link = await page.locator("[data-link]").innerText();
    expect((await page.request.get(link)).status(), "the link that is shown is good").toBe(200);
  });
  await once("a key", rows("/comptes/cles", "form[action^='/comptes/cles/']"), async () => {
    await page.goto("/comptes/cles");
    await page.getByLabel("Pour quel logiciel").fill("tableur des sorties");
    await twice(page, button(page, "Faire la clé"));
  });
  await once("a request of a third party", rows("/reglages/tiers-autorises", "table.terms tbody tr"), async () => {
    await page.goto("/reglages/tiers-autorises");
    await page.getByLabel("Jour de la demande").fill((await today()).day);
    await page.getByLabel("Qui demande").fill("Police, adjointe Roy");
    await page.getByLabel("Texte de loi").fill("article 77-1-1");
    await page.getByLabel("Ce qui est demandé").fill("une liste");
    await twice(page, button(page, "Garder dans le registre"));
  });
  await once("a place", sites, async () => {
    await page.goto("/lieux/nouveau");
    await page.getByRole("radio", { name: /^Espace public/ }).check();
    await page.getByLabel("Nom du lieu").fill("Passage du lavoir");
    await page.getByLabel("Latitude").fill("44,85");
    await page.getByLabel("Longitude").fill("-0,57");
    await twice(page, button(page, "Relire avant d’ajouter"));
    await twice(page, button(page, "Ajouter ce lieu"));
  });
});

test("an outing opened, ended and listed with two taps each has one line a person", async ({ browser }) => {
  const { page } = await desk(browser);
  const { day, sites } = await today();
  const id = randomUUID();
  await ask("/outings", { id, day, sites });
  await page.goto(`/sorties/${id}`);
  for (const box of await page.locator("#depart").getByRole("checkbox").all()) await box.check();
  await page.getByLabel(/^Agent·es/).fill("1");
  await twice(page, button(page, "Ouvrir la sortie"));
  expect((await ask(`/outings/${id}`)).state).toBe("open");

  const [peer] = server.demo.peers.filter((it) => it.surname);
  await twice(page, page.locator("#equipe").getByRole("button", { name: new RegExp(peer.pseudonym) }));
  expect((await ask(`/outings/${id}/summary`)).presences).toHaveLength(1);

  const due = async () => (await ask("/allowances?state=due&limit=200")).items.length;
  const before = await due();
  await page.goto(`/sorties/${id}/fin`);
  await twice(page, button(page, "Terminer la sortie"));
  expect((await ask(`/outings/${id}`)).state).toBe("closed");
  expect(await due()).toBe(before + 1);

  const lists = async () => (await ask("/allowance-lists?limit=200")).items.length;
  const known = await lists();
  await page.goto("/aides");
  await twice(page, button(page, "Éditer la liste"));
  await expect(page.getByText(/est prête/)).toBeVisible();
  expect(await lists()).toBe(known + 1);
  // Those without a civil name wait for it; whoever has one is on the list.
  expect(await due()).toBeLessThan(before + 1);
});

test("money that is noted and paid with two taps is noted and paid once", async ({ browser }) => {
  const { page } = await desk(browser);
  await page.goto(`/sorties/${(await ask("/outings?limit=20")).items.find((it) => it.state === "closed").id}/aides`);
  const received = page.getByRole("row", { name: /^Avance reçue/ });
  const amount = async () => Number((await received.innerText()).replace(/[^\d,]/g, "").replace(",", "."));
  const before = await amount();
  await page.getByLabel("Montant, en euros").fill("12");
  await twice(page, button(page, "Avance reçue"));
  expect(await amount()).toBe(before + 12);

  const clerk = await desk(browser, "clerk");
  await clerk.page.goto("/ccas/avances");
  const rows = clerk.page.getByRole("cell", { name: "33,00 €" });
  await clerk.page.getByLabel("Montant, en euros").fill("33");
  await twice(clerk.page, button(clerk.page, "Noter cet argent"));
  await expect(rows).toHaveCount(1);

  await clerk.page.goto("/ccas?etat=sent");
  const link = clerk.page.locator("main a[href^='/ccas/2']").first();
  await link.click();
  const all = button(clerk.page, "Payer toutes les lignes");
  if (await all.isVisible()) await twice(clerk.page, all);
  await clerk.context.close();
});

test("what peers and crews send with two taps is there once", async ({ browser }) => {
  const world = await furnish(browser, server);
  const context = await browser.newContext({ ...asPhone(server.url), storageState: world.sessions.peer });
  const page = await context.newPage();
  const waiting = async () => (await ask("/proposals")).items.length;
  const before = await waiting();
  await page.goto("/moi/lieux/proposer?nature=public");
  await page.getByRole("button", { name: "Là où je suis" }).click();
  await expect(page.getByText(/Position trouvée/)).toBeVisible();
  await twice(page, page.getByRole("button", { name: "Voir avant d’envoyer" }));
  await twice(page, page.getByRole("button", { name: "Proposer", exact: true }));
  expect(await waiting()).toBe(before + 1);
  await page.goto("/moi");
  const contested = page.locator(".contested");
  const known = await contested.count();
  await page.locator("details.disagree summary").first().click();
  await twice(page, page.locator("details.disagree[open] button"));
  await expect(contested).toHaveCount(known + 1);
  await context.close();

  const crew = await browser.newContext({ ...asPhone(server.url), storageState: world.sessions.crew });
  const simple = await crew.newPage();
  const total = async () => (await ask(`/outings/${server.demo.outing_today}/summary`)).totals.syringe || 0;
  const counted = await total();
  await simple.goto("/terrain/simple");
  await simple.getByLabel("Combien").fill("7");
  await twice(simple, button(simple, "Garder"));
  expect(await total()).toBe(counted + 7);
  await twice(simple, button(simple, "Reprendre ce compte"));
  expect(await total()).toBe(counted);
  await crew.close();
});

/** Types a new password for whoever is signed in; `current` is today's. */
async function typePassword(page, current, next) {
  await page.goto("/compte");
  const form = page.locator("form[action='/compte/mot-de-passe']");
  await form.getByLabel("Votre mot de passe d’aujourd’hui").fill(current);
  await form.getByLabel("Nouveau mot de passe").fill(next);
  await form.getByLabel("Le même mot de passe, encore une fois").fill(next);
  return form.getByRole("button", { name: "Changer de mot de passe" });
}

for (const [how, options] of Object.entries({
  "with scripts": {},
  "without any script": { javaScriptEnabled: false },
})) {
  test(`a password changed with two taps, ${how}, is changed once, and the person goes on`, async ({ browser }) => {
    const account = server.demo.accounts.find((it) => it.role === "coordinator");
    const { page, context } = await signIn(browser, server.url, server.demo, "coordinator", {
      viewport: PHONE,
      ...options,
    });
    const next = "un zebre fume sous la grue jaune";
    const before = await context.storageState();
    const tap = await typePassword(page, account.secret, next);
    const sent = page.waitForRequest((it) => it.method() === "POST");
    await tap.dblclick();
    const request = await sent;
    await expect(page.getByText("Votre mot de passe est changé.")).toBeVisible();
    await page.waitForTimeout(1_000);
    await expect(page.getByText("Votre mot de passe est changé.")).toBeVisible();
    await expect(page.getByText("cette session")).toBeVisible();

    // The second tap comes late: sent as whoever was signed in before, and as whoever is now.
    const late = async (who) => {
      const again = await who.request.post(request.url(), {
        headers: { "content-type": request.headers()["content-type"] },
        data: request.postDataBuffer(),
      });
      expect(again.status()).toBeLessThan(500);
      return again;
    };
    const old = await browser.newContext({ baseURL: server.url, storageState: before });
    expect((await late(old)).url()).toContain("/connexion");
    await old.close();
    expect((await late(context)).url()).toContain("/compte");
    await page.goto("/journal");
    await expect(page.getByText(/a changé de mot de passe/)).toHaveCount(1);

    await button(page, "Sortir").click();
    const enter = async (secret) => {
      await page.goto("/connexion");
      await page.getByLabel("Adresse e-mail").fill(account.login);
      await page.getByLabel("Mot de passe").fill(secret);
      await button(page, "Entrer").click();
    };
    await enter(account.secret);
    await expect(button(page, "Entrer")).toBeVisible();
    await enter(next);
    await expect(button(page, "Sortir")).toBeVisible();
    await context.close();
  });
}

test("« back » after sending, and sending again, makes nothing new", async ({ browser }) => {
  const { page } = await desk(browser);
  const outings = async () => (await ask("/outings?limit=200")).items.length;
  const before = await outings();
  await page.goto("/sorties/prevoir");
  await page.getByLabel("Lieu du rendez-vous").fill("Devant la gare");
  await button(page, "Prévoir la sortie").click();
  await expect(page.getByText("La sortie est prévue.")).toBeVisible();
  const made = page.url();
  await page.goBack();
  await expect(page.getByLabel("Lieu du rendez-vous")).toBeVisible();
  expect(await page.getByLabel("Lieu du rendez-vous").inputValue()).not.toBe("Devant la gare");
  await page.goForward();
  expect(page.url()).toBe(made);
  expect(await outings()).toBe(before + 1);
});

test("an answer that is lost on a slow network is asked for again, and the outing is made once", async ({
  browser,
}) => {
  const { page } = await desk(browser);
  const outings = async () => (await ask("/outings?limit=200")).items.length;
  const before = await outings();
  await page.goto("/sorties/prevoir");
  await page.getByLabel("Lieu du rendez-vous").fill("Devant la gare");
  let posted = 0;
  await page.route("**/sorties", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    posted += 1;
    if (posted > 1) return route.continue();
    // It arrives; its answer does not.
    await route.fetch({ maxRedirects: 0 });
    return route.abort("connectionreset");
  });
  await button(page, "Prévoir la sortie").click().catch(() => {});
  await expect.poll(outings).toBe(before + 1);
  // The browser's own page says « try again », which sends the same form.
  // It is there a moment after the answer was lost.
  await expect(() => page.reload()).toPass();
  await expect(page.getByText("La sortie est prévue.")).toBeVisible();
  expect(posted).toBe(2);
  expect(await outings()).toBe(before + 1);
});

test("a form that takes long and is sent again meanwhile is taken once", async ({ browser }) => {
  const { page } = await desk(browser);
  await page.goto("/sorties/prevoir");
  const outings = async () => (await ask("/outings?limit=200")).items.length;
  const before = await outings();
  await page.route("**/sorties", async (route) => {
    await new Promise((done) => setTimeout(done, 2500));
    await route.continue().catch(() => {});
  });
  await button(page, "Prévoir la sortie").evaluate((it) => {
    // Written down by the page itself: whoever looks from outside waits for the next page.
    new MutationObserver(() => {
      const line = document.querySelector("main > .working[role=status]");
      if (!line) return;
      const { top, bottom } = line.getBoundingClientRect();
      const isSeen = top >= 0 && bottom <= innerHeight;
      sessionStorage.said = [line.innerText.trim(), isSeen, it.getAttribute("aria-busy")].join("|");
    }).observe(document.querySelector("main"), { childList: true, subtree: true });
    it.click();
    setTimeout(() => it.click(), 400);
  });
  await expect(page.getByText("La sortie est prévue.")).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.said)).toBe("On y travaille…|true|true");
  expect(await outings()).toBe(before + 1);
});

test("two tabs of one person: what the first did is told to the second, and done once", async ({ browser }) => {
  const { page: first, context } = await desk(browser);
  const second = await context.newPage();
  const id = server.demo.outing_today;
  for (const { id: peer } of server.demo.peers.filter((it) => it.surname).slice(0, 3)) {
    await ask(`/outings/${id}/presences`, { peer, present: true });
  }
  for (const page of [first, second]) await page.goto(`/sorties/${id}/fin`);
  for (const page of [first, second]) {
    await button(page, "Terminer la sortie").click();
    const again = button(page, "Terminer quand même");
    if (await again.isVisible()) await again.click();
    await expect(page.getByText(/terminée/).first()).toBeVisible();
  }
  for (const page of [first, second]) await page.goto("/aides");
  const lists = async () => (await ask("/allowance-lists?limit=200")).items.length;
  const before = await lists();
  await button(first, "Éditer la liste").click();
  await expect(first.getByText(/est prête/)).toBeVisible();
  await button(second, "Éditer la liste").click();
  await expect(second.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(second.getByRole("alert").or(second.locator(".note")).first()).toBeVisible();
  expect(await lists()).toBe(before + 1);
});

test("two tabs of the recorder count together, and the server has each count once", async ({ browser }) => {
  const { page: first, context, errors } = await newPhone(browser, server.url);
  await join(first, server.demo.join_code);
  await goTo(first, "Ici");
  const second = await context.newPage();
  await second.goto("/terrain");
  await expect(second.getByRole("navigation").first()).toBeVisible();
  await goTo(second, "Ici");
  const total = async () => (await ask(`/outings/${server.demo.outing_today}/summary`)).totals.syringe || 0;
  const before = await total();
  for (const page of [first, second, first, second]) {
    await page.bringToFront();
    await tap(page, "Plus cinq");
  }
  await expect.poll(total, { timeout: 40_000 }).toBe(before + 20);
  await first.waitForTimeout(500);
  expect(await total()).toBe(before + 20);
  expect(errors).toEqual([]);
  await context.close();
});

/** Forty letters without a place to break. */
const LONG_WORD = "Anticonstitutionnellementincommensurable";
/** The longest name that is taken, made of such words. */
const LONGEST = `${LONG_WORD} `.repeat(3).slice(0, 120).trim();
const RIGHT_TO_LEFT = "ساحة النصر (שער) 12";

/**
 * Goes through pages of these roles, each at these sizes, and says what scrolls sideways or has lost
 * its headings.
 */
async function walk(browser, world, roles, { viewports = [PHONE], type } = {}) {
  const wrong = [];
  for (const role of roles) {
    const context = await browser.newContext({
      baseURL: server.url,
      viewport: viewports[0],
      storageState: world.sessions[role],
    });
    if (type) {
      await context.addInitScript((type) => {
        addEventListener("DOMContentLoaded", () => {
          const large = new CSSStyleSheet();
          large.replaceSync(`html { font-size: ${type} }`);
          document.adoptedStyleSheets = [...document.adoptedStyleSheets, large];
        });
      }, type);
    }
    const page = await context.newPage();
    page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error}`));
    for (const { path } of await pagesOf(world, role)) {
      const answer = await page.goto(path);
      if (!answer.ok()) wrong.push(`${path}: ${answer.status()}`);
      if (await page.locator("leptos-island").count()) {
        await page.locator("html[data-start=ready]").waitFor({ state: "attached" });
      }
      for (const viewport of viewports) {
        if (viewports.length > 1) await page.setViewportSize(viewport);
        for (const it of await lookAtOutline(page, 0)) wrong.push(`${path} (${role}, ${viewport.width} px): ${it}`);
      }
    }
    await context.close();
  }
  return wrong;
}

test("names as long as they may be, words of forty letters and right-to-left names break no page", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const world = await furnish(browser, server);
  const { day } = await today();
  const made = [];
  for (const [rank, title] of [LONGEST, RIGHT_TO_LEFT].entries()) {
    const nature = rank === 0 ? "public" : "discreet";
    const id = randomUUID();
    await ask("/sites", { id, nature, title, note: LONGEST, lat: 44.84 + rank / 100, lon: -0.57 });
    await ask("/peers", { id: randomUUID(), pseudonym: title, sign: rank === 0 ? "fox-blue" : "owl-red" });
    made.push(id);
  }
  const id = randomUUID();
  await ask("/outings", { id, day, meeting_point: LONGEST, sites: made });
  await ask(`/outings/${id}/open`, { override: LONGEST });
  const { items } = await ask("/peers?limit=200");
  for (const { id: peer } of items.filter((it) => [LONGEST, RIGHT_TO_LEFT].includes(it.pseudonym))) {
    await ask(`/outings/${id}/presences`, { peer, present: true });
  }
  [world.publicSite, world.discreetSite] = made;
  Object.assign(world, { open: id, named: items.find((it) => it.pseudonym === LONGEST).id });
  expect(await walk(browser, world, ["coordinator", "agent"])).toEqual([]);

  const { code } = await ask(`/outings/${id}/code`, {});
  const { page, context, errors } = await newPhone(browser, server.url);
  await join(page, code);
  for (const name of ["Lieux", "Carte", "Rencontres", "Compter"]) {
    await page.getByRole("navigation").getByRole("button", { name }).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  }
  expect(errors).toEqual([]);
  await context.close();
});

test("two hundred letters where a hundred and twenty fit are refused in a sentence, and stay as typed", async ({
  browser,
}) => {
  const { page } = await desk(browser);
  const long = "ab".repeat(100);
  await page.goto("/sorties/prevoir");
  const field = page.getByLabel("Lieu du rendez-vous");
  await field.evaluate((it) => it.removeAttribute("maxlength"));
  await field.fill(long);
  await button(page, "Prévoir la sortie").click();
  await expect(page.getByText("C’est trop long. Gardez 120 signes au plus.")).toBeVisible();
  await expect(field).toHaveValue(long);
  await expect(field).toHaveAttribute("aria-invalid", "true");
  expect(await lookAtOutline(page, 0)).toEqual([]);
});

test("three hundred places are looked at, searched and planned on a small screen", async ({ browser }) => {
  test.setTimeout(240_000);
  for (let n = 0; n < 300; n++) {
    const [row, column] = [Math.floor(n / 20), n % 20];
    await ask("/sites", {
      id: randomUUID(),
      nature: "public",
      title: `Lieu numéro ${n}`,
      lat: 44.8 + row / 400,
      lon: -0.62 + column / 400,
    });
  }
  const { page } = await desk(browser);
  for (const path of ["/lieux", "/carte", "/sorties/prevoir", "/"]) {
    await page.goto(path);
    expect(await lookAtOutline(page, 0), path).toEqual([]);
  }
  const agent = await desk(browser, "agent");
  for (const path of ["/lieux", "/carte", "/signalements", "/"]) {
    await agent.page.goto(path);
    expect(await lookAtOutline(agent.page, 0), path).toEqual([]);
  }
  const { items } = await ask("/outings?limit=20");
  await page.goto(`/sorties/${items.find((it) => it.state === "planned").id}/marche`);
  await page.getByLabel("Nom d’un lieu public").fill("numéro 277");
  await button(page, "Chercher").click();
  await page.getByRole("button", { name: "Ajouter Lieu numéro 277" }).click();
  await expect(page.getByRole("button", { name: "Monter Lieu numéro 277" })).toBeVisible();
  expect(await lookAtOutline(page, 0)).toEqual([]);
});

test("with type twice as large no page scrolls sideways, on a desk or on a phone", async ({ browser }) => {
  test.setTimeout(240_000);
  const world = await furnish(browser, server);
  const roles = ["anon", "peer", "coordinator", "agent", "clerk", "crew"];
  expect(await walk(browser, world, roles, { type: "200%", viewports: [DESK, PHONE] })).toEqual([]);
});

test("with type twice as large the recorder's screens leave nothing outside, and nothing over anything", async ({
  browser,
}) => {
  for (const viewport of [PHONE, DESK]) {
    const { page, context } = await newPhone(browser, server.url);
    await page.setViewportSize(viewport);
    await page.addInitScript(() =>
      document.addEventListener("DOMContentLoaded", () => (document.documentElement.style.fontSize = "200%")),
    );
    /** What is tapped, read as a title, or drawn on its own: whole, and beside each other. */
    const look = () =>
      page.evaluate(() => {
        const shown = [...document.querySelectorAll("button, a, h1, header b, input, main > svg")];
        const boxes = shown
          .filter((it) => it.checkVisibility() && !it.closest("[aria-hidden=true]:not(svg)"))
          .map((it) => [it.ariaLabel || it.textContent || it.tagName, it.getBoundingClientRect(), it]);
        const { left, right } = document.querySelector("main").getBoundingClientRect();
        const wrong = boxes
          .filter(([, box]) => box.left < left - 1 || box.right > right + 1 || box.width < 1)
          .map(([name]) => `${name} is not whole`);
        const first = boxes.find(([, , it]) => it.tagName === "BUTTON");
        for (const [name, box, it] of boxes) {
          const beside = box.left >= first[1].right - 1 || box.top >= first[1].bottom - 1;
          if (it !== first[2] && !beside) wrong.push(`${first[0]} lies over ${name}`);
        }
        return wrong;
      });
    await page.goto("/signaler");
    await expect(page.getByRole("heading", { name: "Signaler" })).toBeVisible();
    expect(await look(), "/signaler").toEqual([]);
    await page.goto("/terrain");
    await expect(page.getByLabel("Code de la sortie")).toBeVisible();
    expect(await look(), "joining").toEqual([]);
    await join(page, server.demo.join_code);
    for (const name of ["Lieux", "Rencontres", "Compter"]) {
      await page.getByRole("navigation").getByRole("button", { name }).click();
      expect(await look(), name).toEqual([]);
    }
    await context.close();
  }
});

test("at 320 pixels, which a desk has at four times its size, no page scrolls sideways", async ({ browser }) => {
  test.setTimeout(240_000);
  const world = await furnish(browser, server);
  const viewports = [{ width: 320, height: 256 }];
  expect(await walk(browser, world, ["anon", "peer", "coordinator", "agent", "clerk"], { viewports })).toEqual([]);
});

test("a programme where nothing happened yet has no page that breaks, and each says what comes first", async ({
  browser,
}) => {
  const folder = mkdtempSync(inFolder(tmpdir(), "cueillette-fresh-"));
  const flags = ["--database", `sqlite:${inFolder(folder, "db.sqlite")}`];
  const said = (args) => run(BINARY, [...flags, ...args]);
  const founding = ["--name", "A.P.C. Neuve", "--town", "Neuve", "--association", "l’Escale"];
  await said(["programme", "add", "neuve", ...founding, "--payer", "le CCAS", "--city", "la mairie"]);
  const fresh = await startServer({ folder });
  const wrong = [];
  for (const [role, paths] of Object.entries({
    coordinator: ["/", "/sorties", "/sorties/prevoir", "/lieux", "/lieux/nouveau", "/lieux/a-regarder", "/carte",
      "/equipe", "/aides", "/aides/avances", "/signalements", "/journal", "/reglages", "/avant-la-premiere-sortie",
      "/comptes", "/compte", "/resultats"],
    agent: ["/", "/signalements", "/lieux", "/carte", "/journal", "/reglages", "/compte"],
    // Nobody is appointed to hand money over yet.
    clerk: ["/", "/ccas", "/ccas/avances", "/ccas/reglages", "/journal", "/reglages"],
  })) {
    const login = `${role}@neuve.example`;
    const args = ["account", "add", "--programme", "neuve", "--role", role, "--login", login, "--name", "Alix"];
    const { stdout } = await said([...args, "--administrator"]);
    const secret = stdout.trim().split("\n").at(-1);
    const context = await browser.newContext({ baseURL: fresh.url, viewport: PHONE });
    const page = await context.newPage();
    await page.goto("/connexion");
    await page.getByLabel("Adresse e-mail").fill(login);
    await page.getByLabel("Mot de passe").fill(secret);
    await page.getByRole("button", { name: "Entrer" }).click();
    // Who opens names and addresses has a code besides.
    await expect(page).not.toHaveURL(/connexion$/);
    if (page.url().includes("second-facteur")) await setUpCode(page);
    await expect(page.getByRole("button", { name: "Sortir" })).toBeVisible();
    page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error}`));
    for (const path of paths) {
      const answer = await page.goto(path);
      if (!answer.ok()) wrong.push(`${path}: ${answer.status()}`);
      for (const it of await lookAtOutline(page, 0)) wrong.push(`${path} (${role}): ${it}`);
      const words = (await page.locator("main").innerText()).trim();
      if (words.length < 20) wrong.push(`${path} (${role}) says only « ${words} »`);
    }
    await context.close();
  }
  await fresh.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(wrong).toEqual([]);
});
