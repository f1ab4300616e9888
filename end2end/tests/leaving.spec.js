// The end of an outing for a phone: nothing is lost, and nothing stays.
import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { endTerms, keysOnDisk } from "../support/disk.js";
import { expectExactly, newOuting } from "../support/outing.js";
import { joinHere, newPhone, openMenu, tap, total } from "../support/phone.js";
import { startServer } from "../support/server.js";

let server, outing, phone;
test.beforeAll(async () => {
  server = await startServer();
});
test.beforeEach(async ({ browser }) => {
  outing = await newOuting(server);
  phone = await newPhone(browser, server.url);
});
test.afterEach(async () => {
  expect(phone.errors).toEqual([]);
  await phone.context.close();
});
test.afterAll(async () => {
  await server.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const ofOuting = ({ facts, outbox, aside, meta }) => [
  ...facts,
  ...outbox,
  ...aside,
  ...meta.filter((key) => key.includes(":") || key === "current"),
];

test("when all is sent, « Fin de sortie » says thank you and leaves nothing on the phone", async () => {
  const { page } = phone;
  await joinHere(page, outing);
  await tap(page, "Plus dix");
  await expectExactly(page, outing, 10);
  await openMenu(page, "Fin de sortie");
  await expect(page.getByText("Merci !")).toBeVisible();
  await expect(page.getByText(/10.seringues, 1.lieu/)).toBeVisible();
  await button(page, "Effacer de ce téléphone").click();
  await expect(page.getByText("La sortie est effacée de ce téléphone.")).toBeVisible();
  expect(ofOuting(await keysOnDisk(page))).toEqual([]);
  await page.reload();
  await expect(page.getByLabel("Code de la sortie")).toBeVisible();
});

test("unsent facts are wiped only when it is said twice, and their copy is handed in by a coordinator", async ({
  browser,
}) => {
  const { page, context } = phone;
  await joinHere(page, outing);
  await context.setOffline(true);
  await tap(page, "Plus dix");
  await tap(page, "Plus cinq");
  await openMenu(page, "Fin de sortie");
  await expect(page.getByText("Pas encore tout envoyé")).toBeVisible();
  await expect(button(page, "Effacer de ce téléphone")).toHaveCount(0);

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    button(page, "Garder une copie (fichier)").click(),
  ]);
  expect(file.suggestedFilename()).toBe("cueillette.json");
  const copy = await readFile(await file.path(), "utf8");
  expect(JSON.parse(copy).facts).toHaveLength(2);

  await button(page, "Effacer quand même").click();
  await expect(page.getByText("Effacer 2\u00a0relevés pour toujours ?")).toBeVisible();
  await button(page, "Non, garder").click();
  expect((await keysOnDisk(page)).outbox).toHaveLength(2);
  await button(page, "Effacer quand même").click();
  await button(page, "Oui, effacer").click();
  await expect(page.getByText("La sortie est effacée de ce téléphone.")).toBeVisible();
  expect(ofOuting(await keysOnDisk(page))).toEqual([]);

  const { page: desk, context: office } = await signIn(browser, server.url, server.demo, "coordinator");
  for (const words of [/2.relevés reçus/, /2.déjà là/]) {
    await desk.goto(`/sorties/${outing.id}/remettre`);
    await desk.getByLabel(/fichier/i).setInputFiles({
      name: "cueillette.json",
      mimeType: "application/json",
      buffer: Buffer.from(copy),
    });
    await desk.getByRole("button", { name: /remettre/i }).click();
    await expect(desk.getByText(words).first()).toBeVisible();
    expect(await outing.syringes()).toBe(15);
  }
  await office.close();
});

test("what is read of an outing goes when its term is over; what is unsent stays until it is sent", async () => {
  const { page, context } = phone;
  await joinHere(page, outing);
  await context.setOffline(true);
  await tap(page, "Plus dix");
  await endTerms(page);
  await page.reload();
  const kinds = async () => (await keysOnDisk(page)).meta.map((key) => key.split(":")[0]);
  await expect.poll(kinds).not.toContain("pack");
  expect(await kinds()).toContain("token");
  expect((await keysOnDisk(page)).outbox).toHaveLength(1);

  await context.setOffline(false);
  await expect.poll(outing.syringes, { timeout: 20_000 }).toBe(10);
  await expect.poll(async () => (await keysOnDisk(page)).outbox).toEqual([]);
  await endTerms(page);
  await page.reload();
  await expect.poll(async () => ofOuting(await keysOnDisk(page))).toEqual([]);
  await expect(page.getByLabel("Code de la sortie")).toBeVisible();
});

test("the worker sends what waits when the page is closed", async () => {
  const { page, context } = phone;
  await context.grantPermissions(["geolocation", "background-sync"]);
  await joinHere(page, outing);
  await tap(page, "Plus cinq");
  await expectExactly(page, outing, 5);
  await context.setOffline(true);
  await tap(page, "Plus dix");
  await tap(page, "Plus dix");
  const wishes = () => page.evaluate(async () => (await navigator.serviceWorker.ready).sync.getTags());
  await expect.poll(wishes).toEqual(["cueillette-outbox"]);
  const elsewhere = await context.newPage();
  await page.close();

  const devtools = await context.newCDPSession(elsewhere);
  const registered = new Map();
  devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    for (const it of registrations) registered.set(it.registrationId, it);
  });
  await devtools.send("ServiceWorker.enable");
  await expect.poll(() => registered.size).toBeGreaterThan(0);
  await context.setOffline(false);
  await devtools.send("ServiceWorker.dispatchSyncEvent", {
    origin: server.url,
    registrationId: [...registered.keys()][0],
    tag: "cueillette-outbox",
    lastChance: false,
  });
  await expect.poll(outing.syringes, { timeout: 20_000 }).toBe(25);
  await elsewhere.goto("/terrain");
  await expectExactly(elsewhere, outing, 25);
});

test("counting does not wait for the rest of the recorder", async () => {
  const { page, context } = phone;
  await joinHere(page, outing);
  await context.setOffline(true);
  await page.addInitScript(() => {
    const { fetch } = globalThis;
    globalThis.fetch = (address, ...rest) =>
      String(address).includes("/app_more.") && !globalThis.mayCome
        ? Promise.reject(new Error("not here yet"))
        : fetch(address, ...rest);
  });
  await page.reload();
  await tap(page, "Plus dix");
  await page.getByRole("button", { name: /^Annuler/ }).click();
  await expect(total(page)).toHaveText("0");
  await tap(page, "Plus cinq");
  await page.getByRole("navigation").getByRole("button", { name: "Rencontres" }).click();
  await expect(page.getByText("On ouvre…")).toBeVisible();
  await page.getByRole("navigation").getByRole("button", { name: "Compter" }).click();
  await expect(total(page)).toHaveText("5");
  await context.setOffline(false);
  await expectExactly(page, outing, 5);
  await page.evaluate(() => (globalThis.mayCome = true));
  await page.getByRole("navigation").getByRole("button", { name: "Rencontres" }).click();
  await expect(page.getByRole("heading", { name: "Qui a-t-on rencontré ?" })).toBeVisible();
});

test("a code that is sent off before the rest is here joins once it is", async () => {
  const { page } = phone;
  let release;
  const held = new Promise((done) => (release = done));
  await page.route("**/app_more.*", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/terrain");
  await page.getByLabel("Code de la sortie").fill(outing.code);
  await button(page, "Rejoindre").click();
  await expect(page.getByRole("button", { name: "On rejoint…" })).toBeVisible();
  release();
  await page.getByRole("button", { name: "C’est compris" }).click();
  await expect(page.getByRole("heading", { name: "Où est-on ?" })).toBeVisible();
});
