// Somebody at a desk, signed in, and every request to our own server only.
import { createHmac } from "node:crypto";
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

/** The code of the running half minute (or one after it), as an authenticator program shows it. */
export function code(secret, later = 0) {
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((it) => signs.indexOf(it).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((it) => parseInt(it, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac("sha1", key).update(step).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Sets up the second factor that the page asks for, by hand, and goes on. */
export async function setUpCode(page) {
  await page.getByText("Je ne peux pas scanner").click();
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  await page.getByLabel("Code à 6 chiffres").fill(code(secret));
  await page.getByRole("button", { name: "Continuer" }).click();
  await page.getByRole("link", { name: "C’est noté" }).click();
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
