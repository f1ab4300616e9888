// A whole outing by what a screen reader is told alone, and one by pictures and numbers alone.
import { expect, test } from "@playwright/test";
import { expectExactly, newOuting } from "../support/outing.js";
import { newPhone } from "../support/phone.js";
import { startServer } from "../support/server.js";
import { listener, looker, withVoice } from "../support/ways.js";

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

test("an outing is recorded from joining to the end by roles and names alone", async () => {
  const { page, context } = phone;
  const screen = await listener(page);
  const total = () => screen.hear("status", "Total de l’équipe");
  /** Nothing that can be pressed is left without a name. */
  const allNamed = async () =>
    expect((await screen.controls()).filter((it) => it.name === "").map((it) => it.role)).toEqual([]);
  const add = async (name, then) => {
    await screen.press("button", name);
    await expect.poll(total).toBe(then);
    await screen.find("StaticText", "gardé sur ce téléphone");
  };

  await page.goto("/terrain");
  await screen.type("Code de la sortie", outing.code);
  await allNamed();
  await screen.press("button", "Rejoindre");
  await screen.find("dialog", /./);
  await allNamed();
  await screen.press("button", "C’est compris");
  await screen.find("heading", "Où est-on ?");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await allNamed();
  await screen.press("button", /^Ici/);
  await screen.find("button", "Plus cinq");
  await allNamed();

  await add("Plus cinq", "5");
  await add("Plus dix", "15");
  await add("Plus une", "16");
  await allNamed();
  await screen.press("button", /^Annuler/);
  await expect.poll(total).toBe("15");
  await screen.press("button", "estimé");
  await add("Plus cinq", "20");

  await screen.press("button", "Rencontres");
  await screen.find("heading", "Qui a-t-on rencontré ?");
  await allNamed();
  await screen.press("button", /^Riverain/);
  await screen.find("button", /^Riverain.* 1$/);
  await screen.press("button", "Compter");

  await screen.find("button", /^6 à envoyer$/);
  await context.setOffline(false);
  await screen.press("button", "tout est envoyé");
  await screen.find("heading", "Tout est envoyé");
  await allNamed();
  await expectExactly(page, outing, 20);
  expect((await outing.summary()).estimated).toBe(5);
});

test("an outing is recorded by pictures and numbers alone, every word hidden", async () => {
  const { page, context } = phone;
  const spoken = await withVoice(page);
  const screen = await looker(page);
  // The phone's camera reads the code; nothing is typed.
  await page.goto(`/terrain#code=${outing.code}`);
  // Who does what is three pictures; under them there is one button only.
  await expect(screen.picture("TONGS")).toBeVisible();
  await page.getByRole("dialog").getByRole("button").click();
  await screen.press("HERE");
  await expect(screen.showing("PLUS")).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);

  await screen.press("MENU");
  await screen.press("VOICE");
  await page.mouse.click(180, 20);
  const total = page.locator("output:visible");
  const add = async (sign, then) => {
    await screen.press(sign);
    await expect(total).toHaveText(then);
    await expect(screen.picture("CHECK")).toBeVisible();
  };
  await add(/^\+\s1$/, "1");
  await add(/^\+\s10$/, "11");
  await screen.press("UNDO");
  await expect(total).toHaveText("1");
  await add(/^\+\s5$/, "6");
  expect((await spoken()).join(" ")).toMatch(/6/);

  await screen.press("PEOPLE");
  await expect(screen.showing("PERSON")).toBeVisible();
  expect(await screen.wordsOnly()).toEqual([]);
  await screen.press("PERSON");
  await expect(screen.showing("PERSON")).toContainText("1");
  await screen.press("PLUS");
  // What waits is a number beside an arrow; nothing waits is a tick.
  await expect(screen.showing("SEND")).toContainText("5");
  await context.setOffline(false);
  await expectExactly(page, outing, 6);
  await expect(screen.showing("CHECK")).toBeVisible();
});
