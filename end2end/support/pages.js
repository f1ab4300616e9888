// Every page there is, by role, with real addresses: the server's own table says which pages there
// are, the demonstration says whose ids they show. A page of the table that has no address here
// fails the stories that walk them all.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { expect } from "@playwright/test";
import { signIn } from "./desk.js";
import { asPhone, newPhone } from "./phone.js";
import { BINARY, api } from "./server.js";

const run = promisify(execFile);

/** People who look at pages. `crew` holds a phone that joined by the plain form; `entering` is
 * somebody between the password and the code. */
export const ROLES = ["anon", "peer", "coordinator", "agent", "clerk", "crew", "entering"];
/** As the server calls them, for those that are not the same word. */
const IN_TABLE = { crew: "crew_phone", entering: "anon" };

/** The sizes of issue and statement: a small phone, a tablet held upright, a desk. */
export const SIZES = {
  phone: { width: 360, height: 640 },
  tablet: { width: 820, height: 1180 },
  desktop: { width: 1280, height: 800 },
};

/** What is a page in the table and a file in the browser. */
const FILES = new Set(["/resultats/{programme}/donnees.csv", "/calendrier/{file}"]);

/** Pages that everybody may ask for, and that show something else once somebody is known. */
const HOMES = new Set(["/"]);
/** Pages for whom the table says « everybody », where only one state of the browser shows them. */
const ONLY = {
  "/connexion/second-facteur": ["entering"],
  "/connexion/code": ["entering"],
};
/** A peer is led from home to their own page. */
const LEAD_AWAY = { "/": ["peer"] };

const first = (paths, n = 1) => {
  expect(paths.length, "the demonstration has one").toBeGreaterThanOrEqual(n);
  return paths.slice(0, n);
};

/** Addresses for each pattern that has an open part, or asks for something; others are their own. */
const ADDRESSES = {
  "/equipe/cartes/oublier": ({ named }) => [`/equipe/cartes/oublier?oublier=${named}`],
  "/reglages/modifier": ({ groups }) => groups,
  "/equipe/{id}": ({ named, unnamed }) => [`/equipe/${named}`, `/equipe/${unnamed}`],
  "/equipe/{id}/attestation": ({ named }) => [`/equipe/${named}/attestation`],
  "/equipe/{id}/effacer": ({ unnamed }) => [`/equipe/${unnamed}/effacer`],
  "/avant-la-premiere-sortie/{paper}": () =>
    ["convention", "registre", "information", "aipd"].map((it) => `/avant-la-premiere-sortie/${it}`),
  "/aide/{partie}": () =>
    ["terrain", "coordination", "signaler", "listes", "administration"].map((it) => `/aide/${it}`),
  "/aide/piqure/{langue}": () => ["bg", "en"].map((it) => `/aide/piqure/${it}`),
  "/resultats/{programme}": ({ slug }) => [`/resultats/${slug}`, `/resultats/${slug}?affiche`],
  "/sorties/{id}": ({ planned, open, closed }) => [planned, open, closed].map((it) => `/sorties/${it}`),
  "/sorties/{id}/modifier": ({ planned }) => [`/sorties/${planned}/modifier`],
  "/sorties/{id}/marche": ({ planned }) => [`/sorties/${planned}/marche`],
  "/sorties/{id}/feuille": ({ planned }) => [`/sorties/${planned}/feuille`],
  "/sorties/{id}/carte-mission": ({ planned }) => [`/sorties/${planned}/carte-mission`],
  "/sorties/{id}/remettre": ({ open }) => [`/sorties/${open}/remettre`],
  "/sorties/{id}/fin": ({ open }) => [`/sorties/${open}/fin`],
  "/sorties/{id}/aides": ({ closed }) => [`/sorties/${closed}/aides`],
  "/sorties/{id}/aides/feuille": ({ closed }) => [`/sorties/${closed}/aides/feuille`],
  "/lieux/{id}": ({ publicSite, discreetSite }, role) =>
    role === "agent" ? [`/lieux/${publicSite}`] : [`/lieux/${publicSite}`, `/lieux/${discreetSite}`],
  "/lieux/{id}/deplacer": ({ publicSite }) => [`/lieux/${publicSite}/deplacer`],
  "/lieux/{id}/reunir": ({ publicSite }) => [`/lieux/${publicSite}/reunir`],
  "/signalements/{id}": ({ flag }) => [`/signalements/${flag}`],
  "/aides/{number}": ({ lists }) => lists.map((it) => `/aides/${it}`),
  "/ccas/{number}": ({ lists }) => lists.slice(1).map((it) => `/ccas/${it}`),
  "/ccas/remise/{id}": ({ handed }) => [`/ccas/remise/${handed}`],
  "/ccas/remise/{id}/feuille": ({ handed }) => [`/ccas/remise/${handed}/feuille`],
  "/invitation/{token}": ({ invitation }) => [invitation],
  "/comptes/{id}": ({ accounts }, role) => [accounts[role]],
};
/** Other faces of a page: filters, a page that is empty. */
const MORE = {
  "/lieux": () => ["/lieux?etat=seen"],
  "/carte": () => ["/carte?etat=seen"],
  "/moi/lieux/proposer": () => ["/moi/lieux/proposer?nature=discreet", "/moi/lieux/proposer?nature=public"],
};

/** The server's own table of routes. */
export async function routes() {
  const { stdout } = await run(BINARY, ["routes"], { maxBuffer: 1 << 22 });
  return JSON.parse(stdout);
}

/** Pages among them that a person looks at. */
export async function patterns() {
  const isPage = (it) => it.kind === "page" && it.method === "GET" && !FILES.has(it.path);
  return (await routes()).filter(isPage);
}

/** Patterns with an open part that nobody gave an address. */
export const forgotten = (pages) =>
  pages.map((it) => it.path).filter((path) => path.includes("{") && !ADDRESSES[path]);

/** The addresses that this role looks at: `{ pattern, path }`. */
export async function pagesOf(world, role) {
  const found = [];
  for (const { path: pattern, roles } of await patterns()) {
    if (!looksAt(role, pattern, roles)) continue;
    const addresses = ADDRESSES[pattern]?.(world, role) ?? [pattern];
    const more = MORE[pattern]?.(world, role) ?? [];
    for (const path of [...addresses, ...more]) found.push({ pattern, path });
  }
  return found;
}

function looksAt(role, pattern, roles) {
  if (ONLY[pattern]) return ONLY[pattern].includes(role);
  if (LEAD_AWAY[pattern]?.includes(role)) return false;
  const isForAll = roles.includes("anon");
  if (role === "crew") return pattern === "/terrain/simple";
  if (role === "entering") return false;
  if (role === "anon") return isForAll;
  // What everybody may see is the same for all but where somebody is greeted: a story compares it.
  return isForAll ? HOMES.has(pattern) : roles.includes(IN_TABLE[role] ?? role);
}

/** Pages for everybody that are looked at as nobody only. */
export async function samePages(world) {
  const pages = await pagesOf(world, "anon");
  // Help begins with the part of whoever asks, and that of staff stands in their frame.
  const isFramed = (path) => /^\/aide(\/(?!piqure|terrain)|$)/.test(path);
  return pages.filter(({ pattern, path }) => !HOMES.has(pattern) && !isFramed(path)).map(({ path }) => path);
}

// ---- Whose ids

/** First links of a page that look like this. */
async function links(page, path, pattern) {
  await page.goto(path);
  const all = await page.locator("main a").evaluateAll((all) => all.map((it) => it.getAttribute("href")));
  return [...new Set(all.map((it) => (it || "").match(pattern)?.[1]).filter(Boolean))];
}

const ID = "([0-9a-f-]{36})";

/** Signs everybody in and finds what their pages show: `{ sessions, …ids }`. */
export async function furnish(browser, server) {
  const { demo, url } = server;
  const ask = (path, body) => api(server, demo.tokens.coordinator, path, body);
  const world = { slug: demo.slug, sessions: { anon: undefined } };
  const { items } = await ask("/outings?limit=50");
  const inState = (state) => first(items.filter((it) => it.state === state))[0].id;
  Object.assign(world, { open: demo.outing_today, planned: inState("planned"), closed: inState("closed") });
  world.named = demo.peers.find((it) => it.surname).id;
  world.unnamed = demo.peers.find((it) => !it.surname).id;
  world.publicSite = demo.sites.find((it) => it.nature === "public").id;
  world.discreetSite = demo.sites.find((it) => it.nature === "discreet").id;
  // Something waits for an answer, and something was counted « ici ».
  await somethingToLookAt(server);

  world.accounts = {};
  for (const role of ["coordinator", "agent", "clerk"]) {
    const { page, context } = await signIn(browser, url, demo, role);
    world.sessions[role] = await context.storageState();
    [world.accounts[role]] = (await links(page, "/comptes", new RegExp(`^(/comptes/${ID})$`))).slice(-1);
    if (role === "coordinator") {
      world.groups = first(await links(page, "/reglages", /^(\/reglages\/modifier\?.+)$/));
      world.lists = first(await links(page, "/aides", /^\/aides\/(\d{4}-\d{4})$/), 3);
      world.invitation = await invite(page);
    }
    if (role === "agent") [world.flag] = await links(page, "/signalements", new RegExp(`^/signalements/${ID}$`));
    if (role === "clerk") await appointEverybody(page);
    if (role === "clerk") [world.handed] = await links(page, "/ccas/remise", new RegExp(`^/ccas/remise/${ID}$`));
    await context.close();
  }
  world.sessions.entering = await betweenPasswordAndCode(browser, server);
  world.sessions.peer = await withCard(browser, server);
  world.sessions.crew = await byPlainForm(browser, server);
  return world;
}

/** A proposal of a peer, and a pickup with a point and no site. */
async function somethingToLookAt(server) {
  const { demo } = server;
  const device = randomUUID();
  const { token } = await api(server, undefined, "/crew/join", { code: demo.join_code, device });
  const fact = (seq, kind, data) => ({
    id: randomUUID(),
    kind,
    outing: demo.outing_today,
    device,
    seq,
    recorded_at: new Date().toISOString(),
    data,
  });
  const [{ lat, lon }] = demo.sites;
  const facts = [
    fact(1, "pickup", { lat, lon, accuracy_m: 20, item: "syringe", count: 6, method: "counted" }),
    fact(2, "site_proposal", { nature: "public", lat: lat + 0.004, lon, note: "Derrière le kiosque" }),
  ];
  const { results } = await api(server, token, "/facts", { facts });
  expect(results.map((it) => it.status)).toEqual(["accepted", "accepted"]);
}

/** Whoever the payer appoints may hand money over. */
async function appointEverybody(page) {
  await page.goto("/ccas/reglages");
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByRole("button", { name: "Désigner ces personnes" }).click();
}

async function invite(page) {
  await page.goto("/comptes");
  await page.getByLabel("Prénom et nom").fill("Nour Benali");
  await page.getByLabel("Adresse e-mail").fill("nour@lacase.example");
  await page.getByRole("button", { name: "Faire le lien d’invitation" }).click();
  return new URL(await page.locator("[data-link]").innerText()).pathname;
}

/** Where a second factor is set up: the step is in a cookie. */
async function betweenPasswordAndCode(browser, server) {
  const { page, context } = await signIn(browser, server.url, server.demo, "agent");
  const account = server.demo.accounts.find((it) => it.role === "agent");
  await page.goto("/compte");
  await page.locator("#pour-le-code").fill(account.secret);
  await page.getByRole("button", { name: "Ajouter un code à chaque connexion" }).click();
  await expect(page.getByText("Scannez ce dessin")).toBeVisible();
  const state = await context.storageState();
  await context.close();
  return state;
}

/** A peer who used their card for the first time. */
async function withCard(browser, server) {
  const { page, context } = await newPhone(browser, server.url);
  await page.goto(`/entrer#${server.demo.card.code}`);
  for (const title of ["Choisir 4 chiffres", "Encore une fois"]) {
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    for (const digit of "7294") await page.getByRole("button", { name: digit, exact: true }).click();
  }
  await page.getByRole("link", { name: "Ouvrir ma page" }).click();
  await expect(page.getByRole("heading", { name: /^Bonjour/ })).toBeVisible();
  const state = await context.storageState();
  await context.close();
  return state;
}

/** A phone that counts by the plain form. */
async function byPlainForm(browser, server) {
  const context = await browser.newContext(asPhone(server.url));
  const page = await context.newPage();
  await page.goto("/terrain/simple");
  await page.getByLabel("Code de la sortie").fill(server.demo.join_code);
  await page.getByRole("button", { name: "Rejoindre" }).click();
  await expect(page.getByLabel("Combien")).toBeVisible();
  const state = await context.storageState();
  await context.close();
  return state;
}
