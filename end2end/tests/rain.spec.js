// Wet glass, gloves, and people who listen or look rather than read.
import { expect, test } from "@playwright/test";
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

/** The middle of a button. */
async function middle(button) {
  const box = await button.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Fingers or drops on the glass, for so long. */
async function touch(devtools, page, points, ms) {
  const send = (type, touchPoints) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
  for (let n = 1; n <= points.length; n++) await send("touchStart", points.slice(0, n));
  await page.waitForTimeout(ms);
  await send("touchEnd", []);
}

test("a finger counts, a drop does not, two at once do not", async () => {
  const { page, context } = phone;
  await joinHere(page, outing);
  const devtools = await context.newCDPSession(page);
  const one = await middle(page.getByRole("button", { name: "Plus une", exact: true }));
  await touch(devtools, page, [one], 90);
  await expect(total(page)).toHaveText("1");
  await touch(devtools, page, [one, { x: one.x, y: one.y - 200 }], 90);
  await touch(devtools, page, [one], 90);
  await expect(total(page)).toHaveText("2");
  await expectExactly(page, outing, 2);
});

test("the locked screen opens after a long touch only", async () => {
  const { page, context } = phone;
  await joinHere(page, outing);
  await tap(page, "Plus cinq");
  await openMenu(page, "Verrou pluie");
  const open = page.getByRole("button", { name: "Appuyer longtemps pour ouvrir" });
  const devtools = await context.newCDPSession(page);
  const where = await middle(open);
  await touch(devtools, page, [where], 200);
  await touch(devtools, page, [where, { x: where.x + 40, y: where.y }], 1_200);
  await expect(open).toBeVisible();
  await expect(page.getByText("5", { exact: true })).toBeVisible();
  await touch(devtools, page, [where], 1_200);
  await expect(total(page)).toHaveText("5");
});

/** A phone with these voices, that writes down what it says. */
const withVoices = (page, voices) =>
  page.addInitScript((voices) => {
    globalThis.said = [];
    globalThis.SpeechSynthesisUtterance = class {
      constructor(words) {
        this.words = words;
      }
    };
    speechSynthesis.getVoices = () => voices;
    speechSynthesis.speak = (it) => globalThis.said.push(it.words);
  }, voices);

test("the total is said by a voice that lives on the phone, once that is wanted, and it is remembered", async () => {
  const { page } = phone;
  await withVoices(page, [
    { lang: "fr-FR", localService: false },
    { lang: "fr-FR", localService: true },
  ]);
  await joinHere(page, outing);
  await tap(page, "Plus cinq");
  expect(await page.evaluate(() => globalThis.said)).toEqual([]);
  await openMenu(page, /Dire les nombres/);
  await page.getByRole("button", { name: "Fermer" }).click();
  await tap(page, "Plus dix");
  await expect.poll(() => page.evaluate(() => globalThis.said)).toEqual(["15\u00a0seringues"]);
  await page.reload();
  await tap(page, "Plus une");
  await expect.poll(() => page.evaluate(() => globalThis.said)).toEqual(["16\u00a0seringues"]);
});

test("a voice that would send the words away is not offered", async () => {
  const { page } = phone;
  await withVoices(page, [{ lang: "fr-FR", localService: false }]);
  await joinHere(page, outing);
  await page.getByRole("button", { name: "Menu" }).click();
  await expect(page.getByRole("button", { name: "Plein soleil" })).toBeVisible();
  await expect(page.getByRole("button", { name: /Dire les nombres/ })).toHaveCount(0);
});

test("a discreet place is proposed, after one has read what the city will see", async () => {
  const { page } = phone;
  await joinHere(page, outing);
  await openMenu(page, "Proposer un lieu");
  const send = page.getByRole("button", { name: "Proposer", exact: true });
  const note = page.getByLabel("Une note (si on veut)");
  await note.fill("Derrière la grille, demander Jo");
  await page.getByRole("button", { name: "Lieu discret" }).click();
  await expect(page.getByText("Ce que la mairie verra")).toBeVisible();
  await expect(page.getByText("L’agent qui marche avec nous verra ce lieu de ses yeux.")).toBeVisible();
  await expect(send).toBeDisabled();
  await page.getByRole("button", { name: "oui", exact: true }).click();
  await page.getByRole("button", { name: "attend dehors" }).click();
  await page.getByRole("button", { name: "Là où je suis" }).click();
  await expect(note).toHaveValue("Derrière la grille, demander Jo");
  const sent = page.waitForRequest("**/api/v1/facts");
  await send.click();
  await expect(page.getByText("gardé sur ce téléphone")).toBeVisible();
  const [fact] = (await sent).postDataJSON().facts;
  expect(fact.kind).toBe("site_proposal");
  expect(fact.data).toMatchObject({
    nature: "discreet",
    residents_agree: true,
    agent: "waits",
    note: "Derrière la grille, demander Jo",
  });
  await expect(page.getByText("tout est envoyé").first()).toBeVisible();
});

test("a place is shown on the map, and « ici » is there", async () => {
  const { page } = phone;
  await joinHere(page, outing);
  await page.getByRole("navigation").getByRole("button", { name: "Lieux" }).click();
  await page.getByRole("button", { name: "Sur la carte" }).click();
  await expect(page.getByText("Toucher la carte, là où c’est.")).toBeVisible();
  await expect(page.getByText("© OpenStreetMap")).toBeVisible();
  const map = await page.getByRole("region", { name: "Carte des lieux" }).boundingBox();
  await page.mouse.click(map.x + map.width / 3, map.y + map.height / 3);
  await expect(page.getByText(/montré sur la carte/)).toBeVisible();
  await tap(page, "Plus une");
  await expectExactly(page, outing, 1);
});
