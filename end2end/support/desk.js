// Somebody at a desk, signed in, and every request to our own server only.
import { expect } from "@playwright/test";
import { DESK } from "./phone.js";

/** Signs in as the first account of a role; `demo` is one programme of `demo --json`. */
export async function signIn(browser, url, demo, role, options = {}) {
  const account = demo.accounts.find((it) => it.role === role);
  const context = await browser.newContext({ baseURL: url, viewport: DESK, ...options });
  const page = await context.newPage();
  await page.goto("/connexion");
  await page.getByLabel("Adresse e-mail").fill(account.login);
  await page.getByLabel("Mot de passe").fill(account.secret);
  await page.getByRole("button", { name: "Entrer" }).click();
  await expect(page.getByRole("button", { name: "Sortir" })).toBeVisible();
  return { context, page };
}

/** Marks so many peers who have a civil identity present, one touch each. */
export async function markPresent(page, peers, n) {
  const named = peers.filter((peer) => peer.surname).slice(0, n);
  expect(named).toHaveLength(n);
  for (const peer of named) {
    // « hérisson bleu Sami attendu·e »: the picture sign, then the pseudonym.
    const name = new RegExp(` ${peer.pseudonym}(?: ?attendu·e)?$`);
    await page.getByRole("button", { name }).click();
    await expect(page.getByRole("button", { name, pressed: true })).toBeVisible();
  }
  return named;
}

/** Ends the outing that is shown, and issues the list. Answers the list's number. */
export async function closeAndIssue(page) {
  await page.getByRole("link", { name: "Terminer la sortie" }).first().click();
  await page.getByRole("button", { name: "Terminer la sortie" }).click();
  await expect(page.getByText("La sortie est terminée.").first()).toBeVisible();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Aides" }).click();
}

/** The bytes of a download that a link starts. */
export async function download(page, link) {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const stream = await file.createReadStream();
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
