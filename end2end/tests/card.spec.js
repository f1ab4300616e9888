// A peer comes in with a paper card: printed, first use, wrong digits, another card; two people on
// one phone; and a squat proposed from one's own page after seeing what the city will see.
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { newPhone } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server, desk, phone;
test.beforeAll(async () => {
  server = await startServer();
});
test.beforeEach(async ({ browser }) => {
  desk = await signIn(browser, server.url, server.demo, "coordinator");
  phone = await newPhone(browser, server.url);
});
test.afterEach(async () => {
  expect(phone.errors).toEqual([]);
  expect([...phone.hosts]).toEqual([new URL(server.url).host]);
  await phone.context.close();
  await desk.context.close();
});
test.afterAll(async () => {
  await server.stop();
});

const person = (n) => server.demo.peers[n];

/** Prints a card for each of these people; answers the codes that their cards carry. */
async function print(...people) {
  const { page } = desk;
  await page.goto("/equipe");
  for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
  for (const { pseudonym } of people) {
    await page.locator("label.holder", { hasText: pseudonym }).getByRole("checkbox").check();
  }
  await page.getByRole("button", { name: "Imprimer les cartes cochées" }).click();
  await expect(page.locator(".paper")).toHaveCount(people.length);
  await expect(page.getByRole("img", { name: "Code de la carte" })).toHaveCount(people.length);
  return page.locator("[data-code]").evaluateAll((all) => all.map((it) => it.dataset.code));
}

/** What a phone does when its camera reads the code. */
async function scan(code) {
  await phone.page.goto("about:blank");
  await phone.page.goto(`/entrer#${code}`);
}

async function type(pin) {
  for (const digit of pin) await phone.page.getByRole("button", { name: digit, exact: true }).click();
}

const titled = (name) => expect(phone.page.getByRole("heading", { name })).toBeVisible();

/** Shows the card and chooses the digits, as on the first use. */
async function choose(code, pin) {
  await scan(code);
  await titled("Choisir 4 chiffres");
  await type(pin);
  await titled("Encore une fois");
  await type(pin);
}

async function firstUse(code, pin) {
  await choose(code, pin);
  await titled("C’est prêt");
}

/** All that this browser keeps: names of databases with the keys of their rows, caches, cookies. */
async function kept() {
  const stored = await phone.page.evaluate(async () => {
    const done = (request) =>
      new Promise((good, bad) => {
        request.onsuccess = () => good(request.result);
        request.onerror = bad;
      });
    const databases = {};
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const rows = await done(database.transaction(store).objectStore(store).getAll());
        databases[`${name}/${store}`] = rows.map(({ keys, ...row }) => ({
          ...row,
          keys: Object.entries(keys).map(([key, it]) => `${key} ${it.type} ${it.extractable}`),
        }));
      }
      database.close();
    }
    const local = { ...localStorage, ...sessionStorage };
    return { databases, caches: await caches.keys(), local };
  });
  const cookies = await phone.context.cookies();
  return { ...stored, cookies: cookies.map((it) => it.name) };
}

test("a card is printed, used, locked after three wrong tries, and replaced in a minute", async ({}, info) => {
  const { page } = phone;
  const [code] = await print(person(1));
  await firstUse(code, "7294");
  expect(page.url()).not.toContain(code);
  await page.getByRole("link", { name: "Ouvrir ma page" }).click();
  await titled(`Bonjour ${person(1).pseudonym}`);
  await page.screenshot({ path: info.outputPath("moi.png"), fullPage: true });

  await page.getByRole("button", { name: "Quitter" }).click();
  await titled("Mes 4 chiffres");
  await type("7294");
  await titled(`Bonjour ${person(1).pseudonym}`);
  await page.getByRole("button", { name: "Quitter" }).click();
  for (const left of ["Il reste 2 essais.", "Il reste 1 essai."]) {
    await type("0451");
    await expect(page.getByRole("alert")).toContainText(left);
  }
  await page.screenshot({ path: info.outputPath("wrong.png") });
  await type("0451");
  await titled("Cette carte ne marche plus");
  // A dead card leaves nothing behind, and its paper opens nothing.
  expect((await kept()).databases).toEqual({});
  await choose(code, "7294");
  await titled("Cette carte ne marche plus");

  await desk.page.goto("/equipe");
  await expect(desk.page.locator("label.holder", { hasText: person(1).pseudonym })).toContainText("bloquée");
  const [other] = await print(person(1));
  expect(other).not.toBe(code);
  await firstUse(other, "5830");
  await page.getByRole("link", { name: "Ouvrir ma page" }).click();
  await titled(`Bonjour ${person(1).pseudonym}`);
  await choose(code, "7294");
  await titled("Cette carte ne marche plus");
});

test("two people share a phone, and of who left it keeps the key and the sign only", async ({}, info) => {
  const { page } = phone;
  const [one, two] = await print(person(2), person(3));
  await page.goto("/entrer");
  const before = await kept();
  await firstUse(one, "7294");
  await firstUse(two, "5830");
  await page.goto("/entrer");
  await titled("Qui êtes-vous ?");
  await page.screenshot({ path: info.outputPath("who.png") });
  const signs = page.locator(".sign-button");
  await expect(signs).toHaveCount(2);

  const names = [];
  for (const [n, pin] of [[0, "7294"], [1, "5830"], [0, "7294"]]) {
    await page.goto("/entrer");
    await signs.nth(n).click();
    // The signs stand in the order of the cards' ids: whose they are, the digits say.
    await type(pin);
    const mine = page.getByRole("heading", { name: /^Bonjour/ });
    const wrong = page.getByRole("alert");
    await expect(mine.or(wrong)).toBeVisible();
    if (await wrong.isVisible()) {
      await type(pin === "7294" ? "5830" : "7294");
      await expect(mine).toBeVisible();
    }
    names.push(await mine.textContent());
    for (const path of ["/moi/ce-qu-on-sait", "/moi/lieux", "/moi/releve"]) await page.goto(path);
    await page.getByRole("button", { name: "Quitter" }).click();
    await titled("Qui êtes-vous ?");
  }
  expect(names[0]).toBe(names[2]);
  expect(new Set(names).size).toBe(2);

  const after = await kept();
  expect(Object.keys(after.databases)).toEqual(["cartes/cards"]);
  for (const card of after.databases["cartes/cards"]) {
    expect(Object.keys(card).sort()).toEqual(["id", "keys", "sign"]);
    expect(card.keys.sort()).toEqual([
      "privateKey private false",
      "publicKey public true",
      "secret secret false",
    ]);
  }
  expect({ ...after, databases: before.databases }).toEqual(before);
  // Going back shows nothing of who left.
  await page.goBack();
  await expect(page.getByText(/Bonjour/)).toHaveCount(0);

  await page.goto("/entrer");
  for (let left = 2; left > 0; left--) {
    await signs.first().click();
    await page.getByRole("button", { name: "Oublier" }).click();
    await page.getByRole("button", { name: "Oui, oublier" }).click();
  }
  await titled("C’est oublié");
  expect(await kept()).toEqual(before);
});

test("a second phone with the same card is refused, and the coordinator is told", async ({ browser }) => {
  const [code] = await print(person(4));
  await firstUse(code, "7294");
  const other = await newPhone(browser, server.url);
  const first = phone;
  phone = other;
  await choose(code, "7294");
  await titled("Cette carte ne marche plus");
  expect((await kept()).databases).toEqual({});
  await other.context.close();
  phone = first;
  await desk.page.goto("/equipe");
  await expect(desk.page.getByRole("status")).toContainText(person(4).pseudonym);
});

test("a squat is proposed from one's own page after seeing what the city will see", async ({}, info) => {
  const { page } = phone;
  const [code] = await print(person(5));
  await firstUse(code, "7294");
  await page.goto("/moi/lieux");
  await page.getByRole("link", { name: "Proposer un lieu" }).click();
  await page.getByRole("link", { name: /Lieu discret/ }).click();
  await page.getByRole("button", { name: "Là où je suis" }).click();
  await expect(page.getByText(/Position trouvée/)).toBeVisible();
  await page.getByText("Oui", { exact: true }).click();
  await page.getByText("attend dehors").click();
  await page.getByLabel(/Un mot/).fill("Porte bleue");
  await page.getByRole("button", { name: "Voir avant d’envoyer" }).click();
  const city = page.locator(".city-sees");
  await expect(city).toContainText("Voici ce que la mairie verra");
  await expect(city).toContainText("autre secteur");
  await expect(city).not.toContainText("Porte bleue");
  await page.screenshot({ path: info.outputPath("city-sees.png"), fullPage: true });
  await page.getByRole("button", { name: "Proposer" }).click();
  await expect(page.getByText("Merci. L’équipe va regarder")).toBeVisible();

  const { tokens } = server.demo;
  const waiting = (await api(server, tokens.coordinator, "/proposals")).items;
  const sent = waiting.find((it) => it.note === "Porte bleue");
  expect(sent).toMatchObject({ nature: "discreet", residents_agree: true, agent: "waits" });
  expect(JSON.stringify(await api(server, tokens.agent, "/sites?limit=200"))).not.toContain(sent.id);
  await api(server, tokens.coordinator, `/proposals/${sent.id}/decline`, { reason: "risk" });
  await page.reload();
  await expect(page.getByText("C’est trop risqué pour l’équipe.")).toBeVisible();
});
