// A small phone with a thumb: what a person sees is what it looks for.
import { expect } from "@playwright/test";

/** Place de la Victoire, or near. */
export const POSITION = { latitude: 44.8311, longitude: -0.5727, accuracy: 20 };
export const PHONE = { width: 360, height: 640 };
export const DESK = { width: 1280, height: 800 };

/** A phone of its own: its own storage, its own position, no trace of any other. */
export async function newPhone(browser, url) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: PHONE,
    hasTouch: true,
    isMobile: true,
    geolocation: POSITION,
    permissions: ["geolocation"],
  });
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
  await expect(page.getByRole("heading", { name: "Où est-on ?" })).toBeVisible();
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
