// The staff's way in, without any script: invited by a link, a second factor set up by hand, signed
// in with its code, out everywhere.
import { expect, test } from "@playwright/test";
import { code, signIn } from "../support/desk.js";
import { PHONE } from "../support/phone.js";
import { startServer } from "../support/server.js";

const PASSWORD = "un zebre fume sous la grue jaune";
const LOGIN = "nour@lacase.example";
const PLAIN = { viewport: PHONE, javaScriptEnabled: false };

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

async function fill(page, fields) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text);
}

test("an administrator invites somebody, who comes in with a password and a code", async ({ browser }) => {
  const by = await signIn(browser, server.url, server.demo, "coordinator", PLAIN);
  await by.page.getByRole("link", { name: "La CASE · Camille" }).click();
  await by.page.getByRole("link", { name: "Les comptes de l’équipe" }).click();
  await fill(by.page, { "Prénom et nom": "Nour Benali", "Adresse e-mail": LOGIN });
  await by.page.getByRole("button", { name: "Faire le lien d’invitation" }).click();
  const link = await by.page.locator("[data-link]").innerText();

  const context = await browser.newContext({ baseURL: server.url, ...PLAIN });
  const page = await context.newPage();
  await page.goto(link);
  const twice = (text) =>
    fill(page, { "Nouveau mot de passe": text, "Le même mot de passe, encore une fois": text });
  await twice("motdepasse");
  await page.getByRole("button", { name: "Garder ce mot de passe" }).click();
  await expect(page.getByText("Ce mot de passe est trop connu.")).toBeVisible();
  await twice(PASSWORD);
  await page.getByRole("button", { name: "Garder ce mot de passe" }).click();
  const enter = async () => {
    await fill(page, { "Adresse e-mail": LOGIN, "Mot de passe": PASSWORD });
    await page.getByRole("button", { name: "Entrer" }).click();
  };
  await enter();
  await page.getByRole("link", { name: "La CASE · Nour Benali" }).click();
  await expect(page.getByRole("link", { name: "Les comptes de l’équipe" })).toHaveCount(0);
  expect((await page.goto("/comptes")).status()).toBe(403);
  expect((await page.goto(link)).status()).toBe(410);
  await expect(page.getByText("Demandez un autre lien")).toBeVisible();

  await page.goto("/compte");
  await page.locator("#pour-le-code").fill(PASSWORD);
  await page.getByRole("button", { name: "Ajouter un code à chaque connexion" }).click();
  await page.getByText("Je ne peux pas scanner").click();
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  await page.getByLabel("Code à 6 chiffres").fill(code(secret));
  await page.getByRole("button", { name: "Continuer" }).click();
  const recovery = await page.locator(".recovery li").allInnerTexts();
  expect(recovery).toHaveLength(10);
  await page.getByRole("link", { name: "C’est noté" }).click();
  await expect(page.getByText("Il vous reste 10 codes de secours.")).toBeVisible();
  await page.getByRole("button", { name: "Me déconnecter partout" }).click();

  await enter();
  await expect(page.getByRole("heading", { name: "Votre code" })).toBeVisible();
  expect((await page.goto("/sorties")).url()).toContain("/connexion?");
  await enter();
  // A clock may be half a minute off; the code of the setting up was used.
  await page.getByLabel("Code à 6 chiffres").fill(code(secret, 1));
  await page.getByRole("button", { name: "Entrer" }).click();
  await page.getByRole("button", { name: "Sortir" }).click();
  await page.goto("/connexion");
  await enter();
  await page.getByLabel("Code à 6 chiffres").fill(recovery[0].toLowerCase());
  await page.getByRole("button", { name: "Entrer" }).click();
  await expect(page.getByRole("button", { name: "Sortir" })).toBeVisible();
  await context.close();

  // The account ends, and with it what was open.
  await by.page.goto("/comptes");
  await by.page.getByRole("link", { name: /Nour Benali/ }).click();
  await by.page.getByRole("button", { name: "Fermer ce compte" }).click();
  await expect(by.page.getByText("Le compte est fermé.")).toBeVisible();
  await by.context.close();
});
