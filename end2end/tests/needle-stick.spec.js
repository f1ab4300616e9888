// Somebody is pricked on the pavement, with no network: the steps are one tap away.
import { expect, test } from "@playwright/test";
import { goTo, join, newPhone, tap } from "../support/phone.js";
import { startServer } from "../support/server.js";

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

const STEPS = ["J’arrête tout", "Je lave", "Je désinfecte", "Je vais aux urgences", "Je demande le traitement"];

test("with no network « Piqûre » shows the steps and counts five minutes, and the count is kept", async ({
  browser,
}, info) => {
  const phone = await newPhone(browser, server.url);
  const { page, context } = phone;
  await join(page, server.demo.join_code);
  await context.setOffline(true);
  await goTo(page, "Ici");
  await tap(page, "Plus cinq");
  const help = page.getByRole("link", { name: "Piqûre" });
  const box = await help.boundingBox();
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(56);
  await page.screenshot({ path: info.outputPath("recorder.png") });

  await help.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Je me suis piqué·e");
  await expect(page.getByRole("listitem").getByRole("heading")).toHaveText(STEPS);
  await expect(page.getByText("Ne pas faire saigner.")).toBeVisible();
  for (const number of ["15", "112"]) {
    const call = page.getByRole("link", { name: `Appeler le ${number}` });
    await expect(call).toHaveAttribute("href", `tel:${number}`);
  }
  await page.screenshot({ path: info.outputPath("help.png") });

  const timer = page.locator("wash-timer");
  await timer.getByRole("button", { name: "Lancer les 5 minutes" }).click();
  await expect(timer.getByText(/Encore 4 minutes et 5\d secondes\./)).toBeVisible();
  await expect(timer.getByRole("progressbar")).not.toHaveAttribute("value", "0");
  await timer.screenshot({ path: info.outputPath("timer.png") });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(360);
  await page.screenshot({ path: info.outputPath("help-whole.png"), fullPage: true });

  await page.getByRole("link", { name: "Revenir au carnet" }).click();
  await expect(page.getByLabel("Total de l’équipe")).toHaveText("5");
  expect(phone.errors).toEqual([]);
  await context.close();
});

test("without script the steps are whole, and no timer is promised", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/aide/piqure");
  await expect(page.getByRole("listitem").getByRole("heading")).toHaveText(STEPS);
  await expect(page.getByText("Au moins 5 minutes.", { exact: true })).toBeVisible();
  await expect(page.locator("wash-timer")).toBeHidden();
  await page.getByRole("link", { name: "Quitter vite" }).click();
  await expect(page).toHaveURL("about:blank");
  await context.close();
});
