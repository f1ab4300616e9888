// An agent flags from the pavement, with and without network, and hears back.
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { asPhone, PHONE } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

const A_PICTURE = new URL("../../public/icon-512.png", import.meta.url).pathname;

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

test("an agent flags in three taps with no network, is shown what is near, and reads what became of it", async ({
  browser,
}, info) => {
  const { page, context } = await signIn(browser, server.url, server.demo, "agent", asPhone(server.url));
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto("/signaler");
  await expect(page.getByRole("heading", { name: "C’est quoi ?" })).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.screenshot({ path: info.outputPath("flag.png") });

  await context.setOffline(true);
  await page.reload();
  await page.getByRole("button", { name: "Là où je suis" }).click();
  await page.getByRole("button", { name: "Une seringue", exact: true }).click();
  await page.getByRole("button", { name: "Urgent" }).click();
  await expect(page.getByText(/précision 20/)).toBeVisible();
  await page.screenshot({ path: info.outputPath("told.png"), fullPage: true });
  await page.getByRole("button", { name: "Signaler", exact: true }).click();
  await expect(page.getByText("Merci. C’est gardé sur ce téléphone.")).toBeVisible();
  await expect(page.getByRole("link", { name: /Appeler/ })).toHaveAttribute("href", /^tel:/);
  await expect(page.getByText("1 à envoyer")).toBeVisible();

  const publicSites = async () =>
    (await api(server, server.demo.tokens.agent, "/sites?limit=200")).features.length;
  const before = await publicSites();
  await context.setOffline(false);
  await expect(page.getByText("tout est envoyé")).toBeVisible();
  await expect.poll(publicSites).toBe(before + 1);

  await page.reload();
  await expect(page.getByRole("heading", { name: "Mes signalements" })).toBeVisible();
  await page.getByRole("button", { name: "Là où je suis" }).click();
  await expect(page.getByText("Déjà signalé tout près. C’est le même ?")).toBeVisible();
  await page.getByRole("button", { name: /vu depuis le/ }).first().click();
  await page.getByRole("button", { name: "Une seringue", exact: true }).click();
  await page.getByRole("button", { name: "Signaler", exact: true }).click();
  await expect(page.getByText("tout est envoyé")).toBeVisible();
  expect(await publicSites()).toBe(before + 1);
  expect(errors).toEqual([]);
  await context.close();
});

test("what is told stays where it is and as it is while the phone looks for the place", async ({ browser }) => {
  const { page, context } = await signIn(browser, server.url, server.demo, "agent", asPhone(server.url));
  await page.goto("/signaler");
  const kind = page.getByRole("button", { name: "Une seringue", exact: true });
  const note = page.getByLabel("Une note (si on veut)");
  await note.fill("Sous le banc");
  const here = page.getByRole("button", { name: "Là où je suis" });
  const between = async () => (await kind.boundingBox()).y - (await here.boundingBox()).y;
  const before = await between();
  await here.click();
  await expect(page.getByText("Déjà signalé tout près. C’est le même ?")).toBeVisible();
  expect(await between()).toBe(before);

  const chooser = page.waitForEvent("filechooser");
  await page.getByText("Prendre une photo").click();
  await (await chooser).setFiles(A_PICTURE);
  await expect(page.getByText(/Une photo est jointe/)).toBeVisible();
  await page.getByRole("button", { name: "Sur la carte" }).click();
  await page.getByRole("button", { name: "Revenir" }).click();
  await expect(note).toHaveValue("Sous le banc");
  await context.close();
});

test("whoever is not signed in is shown the way in, and comes back", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE });
  const page = await context.newPage();
  await page.goto("/signaler");
  await page.getByRole("link", { name: "Se connecter" }).click();
  await expect(page.getByLabel("Mot de passe")).toBeVisible();
  const account = server.demo.accounts.find((it) => it.role === "agent");
  await page.getByLabel("Adresse e-mail").fill(account.login);
  await page.getByLabel("Mot de passe").fill(account.secret);
  await page.getByRole("button", { name: "Entrer" }).click();
  await expect(page.getByRole("heading", { name: "C’est quoi ?" })).toBeVisible();
  await context.close();
});
