// A small phone with a thumb: what a person sees is what it looks for.
import { expect } from "@playwright/test";

/** Place de la Victoire, or near. */
export const POSITION = { latitude: 44.8311, longitude: -0.5727, accuracy: 20 };
export const PHONE = { width: 360, height: 640 };
export const DESK = { width: 1280, height: 800 };

/** What makes a browser a phone. */
export const asPhone = (url) => ({
  baseURL: url,
  viewport: PHONE,
  hasTouch: true,
  isMobile: true,
  geolocation: POSITION,
  permissions: ["geolocation"],
});

/** A phone of its own: its own storage, its own position, no trace of any other. */
export async function newPhone(browser, url) {
  const context = await browser.newContext(asPhone(url));
  const page = await context.newPage();
  const hosts = new Set();
  context.on("request", (request) => {
    const address = new URL(request.url());
    if (address.protocol.startsWith("http")) hosts.add(address.host);
  });
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  return { context, page, hosts, errors };
}

/** Opens the recorder and joins; comes back once the worker holds what offline needs. */
export async function join(page, code) {
  await page.goto("/terrain");
  await page.getByLabel("Code de la sortie").fill(code);
  await page.getByRole("button", { name: "Rejoindre", exact: true }).click();
  await expect(page.getByRole("navigation")).toBeVisible();
  await page.locator("html[data-more=ready]").waitFor({ state: "attached" });
  // The first picture comes once on each phone.
  const picture = page.getByRole("button", { name: "C’est compris" });
  if (await picture.isVisible()) await picture.click();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Goes to a place of the list, or « Ici ». */
export async function goTo(page, title) {
  await page.getByRole("navigation").getByRole("button", { name: "Lieux" }).click();
  const places = page.getByRole("main").getByRole("list");
  await places.getByRole("button", { name: new RegExp(`^${title}`) }).click();
}

/** Taps, and waits until the phone has kept it. */
export async function tap(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
  await expect(page.getByText("gardé sur ce téléphone")).toBeVisible();
}

/** What the screen says was counted by all. */
export const total = (page) => page.getByLabel("Total de l’équipe");

/** Opens the screen of what waits, by the tag in the header that says how much does. */
export async function openSending(page) {
  await page.getByRole("banner").getByRole("button", { name: /envoy|corriger/ }).click();
}

/**
 * As many taps as a hand could never do so fast, each waiting until the number has followed.
 * Real clicks on the real button; only the waiting happens in the page.
 */
export async function tapMany(page, name, times) {
  const button = await page.getByRole("button", { name, exact: true }).elementHandle();
  const number = await total(page).elementHandle();
  await page.evaluate(
    async ({ button, number, times }) => {
      const changed = (before) =>
        new Promise((done, failed) => {
          const late = setTimeout(failed, 10_000, new Error(`the number stays ${before}`));
          const seen = new MutationObserver(() => {
            if (number.textContent === before) return;
            seen.disconnect();
            clearTimeout(late);
            done();
          });
          seen.observe(number, { childList: true, characterData: true, subtree: true });
        });
      for (let n = 0; n < times; n++) {
        const followed = changed(number.textContent);
        button.click();
        await followed;
      }
    },
    { button, number, times },
  );
}

/** Joins an outing and stands « ici ». */
export async function joinHere(page, outing) {
  await join(page, outing.code);
  await goTo(page, "Ici");
  await expect(page.getByText(/précision/)).toBeVisible();
}

/** Opens something of the menu. */
export async function openMenu(page, name) {
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("button", { name }).click();
}
