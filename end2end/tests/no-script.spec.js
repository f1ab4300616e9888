// The whole journey with no script at all: desks by plain forms, the crew by the plain page.
import { expect, test } from "@playwright/test";
import { pointer } from "../support/hands.js";
import { DESK, PHONE } from "../support/phone.js";
import { api, startServer } from "../support/server.js";
import { confirmAndEnd, enter, issueAndSend, payAndSettle, planAndOpen } from "../support/spine.js";

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

async function countByForms(page, { code, titles }) {
  await page.goto("/terrain");
  await page.getByRole("link", { name: "Ouvrir la page simple" }).first().click();
  await page.getByLabel("Code de la sortie").fill(code);
  await page.getByRole("button", { name: "Rejoindre" }).click();
  for (const [title, count] of [[titles[0], "11"], [titles[1], "5"]]) {
    await page.getByLabel("Où").selectOption({ label: title });
    await page.getByLabel("Combien").fill(count);
    await page.getByRole("button", { name: "Garder" }).click();
    await expect(page.getByText(`Gardé : + ${count} seringues`)).toBeVisible();
  }
  await page.getByRole("button", { name: "Reprendre ce compte" }).click();
  await expect(page.getByText("C’est repris.")).toBeVisible();
}

test("the whole journey is lived with no script", async ({ browser }) => {
  const { url, demo } = server;
  const hand = pointer();
  const at = { baseURL: url, viewport: DESK, javaScriptEnabled: false };
  const page = await (await browser.newContext(at)).newPage();
  const { day } = await api(server, demo.tokens.coordinator, `/outings/${demo.outing_today}`);
  await enter(hand, page, demo, "coordinator");
  const outing = await planAndOpen(hand, page, day);

  const street = await (await browser.newContext({ ...at, viewport: PHONE })).newPage();
  await countByForms(street, outing);
  const id = outing.path.split("/").at(-1);
  expect((await api(server, demo.tokens.coordinator, `/outings/${id}/summary`)).totals.syringe).toBe(11);

  const people = demo.peers.filter((it) => it.surname).slice(0, 3);
  await confirmAndEnd(hand, page, outing.path, people);
  const number = await issueAndSend(hand, page);

  const clerk = await (await browser.newContext(at)).newPage();
  await enter(hand, clerk, demo, "clerk");
  await payAndSettle(hand, clerk, number);
  await expect(clerk.getByRole("main")).toContainText("45,00");
});
