// The whole journey without ever touching a mouse or a glass: planned, opened, joined, counted,
// sent, ended, listed, paid. Wherever the focus stops on the way, it is seen.
import { expect, test } from "@playwright/test";
import { keyboard } from "../support/hands.js";
import { DESK, POSITION, total } from "../support/phone.js";
import { api, startServer } from "../support/server.js";
import { confirmAndEnd, enter, issueAndSend, payAndSettle, planAndOpen } from "../support/spine.js";

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

/** Counts at two places; comes back when the server has it all. */
async function countByKeys(hand, page, { code, titles }) {
  await page.goto("/terrain");
  await hand.write(page.getByLabel("Code de la sortie"), code);
  await hand.press(page.getByRole("button", { name: "Rejoindre", exact: true }));
  await page.locator("html[data-more=ready]").waitFor({ state: "attached" });
  await hand.press(page.getByRole("button", { name: "C’est compris" }));
  const tabs = page.getByRole("navigation");
  const places = page.getByRole("main").getByRole("list");
  const kept = page.getByText("gardé sur ce téléphone");
  const add = async (name, then) => {
    await hand.press(page.getByRole("button", { name, exact: true }));
    await expect(total(page)).toHaveText(then);
    await expect(kept).toBeVisible();
    // What was pressed keeps the focus: the next one is a key away.
    await expect(page.getByRole("button", { name, exact: true })).toBeFocused();
  };
  await hand.press(places.getByRole("button", { name: new RegExp(`^${titles[0]}`) }));
  await add("Plus dix", "10");
  await add("Plus une", "11");
  await hand.press(tabs.getByRole("button", { name: "Lieux" }));
  await hand.press(places.getByRole("button", { name: new RegExp(`^${titles[1]}`) }));
  await add("Plus cinq", "16");
  await hand.press(page.getByRole("button", { name: /^Annuler/ }));
  await expect(total(page)).toHaveText("11");
  await hand.press(tabs.getByRole("button", { name: "Rencontres" }));
  await hand.press(page.getByRole("button", { name: /^Riverain/ }));
  await hand.press(page.getByRole("banner").getByRole("button", { name: /envoy/ }));
  await expect(page.getByRole("heading", { name: "Tout est envoyé" })).toBeVisible();
}

test("the whole journey is lived with a keyboard alone", async ({ browser }) => {
  test.setTimeout(300_000);
  const { url, demo } = server;
  const hand = keyboard();
  const people = demo.peers.filter((it) => it.surname).slice(0, 3);
  const at = { baseURL: url, viewport: DESK };
  const office = await browser.newContext(at);
  const page = await office.newPage();
  const { day } = await api(server, demo.tokens.coordinator, `/outings/${demo.outing_today}`);

  const outing = await test.step("a coordinator plans and opens", async () => {
    await enter(hand, page, demo, "coordinator");
    return planAndOpen(hand, page, day);
  });
  await test.step("a crew joins and counts", async () => {
    const street = await browser.newContext({ ...at, geolocation: POSITION, permissions: ["geolocation"] });
    await countByKeys(hand, await street.newPage(), outing);
    await street.close();
  });
  const id = outing.path.split("/").at(-1);
  expect((await api(server, demo.tokens.coordinator, `/outings/${id}/summary`)).totals.syringe).toBe(11);

  const number = await test.step("the coordinator confirms, ends and issues the list", async () => {
    await confirmAndEnd(hand, page, outing.path, people);
    return issueAndSend(hand, page);
  });
  await test.step("the clerk acknowledges, pays, hands over and settles", async () => {
    const clerk = await (await browser.newContext(at)).newPage();
    await enter(hand, clerk, demo, "clerk");
    await payAndSettle(hand, clerk, number);
    await clerk.context().close();
  });
  console.log(`${hand.stops} stops of the keyboard`);
  await office.close();
});

test("a dialog holds the focus, Escape closes it, and the focus is where it was", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: DESK });
  const page = await context.newPage();
  const hand = keyboard();
  await page.goto("/terrain");
  await hand.write(page.getByLabel("Code de la sortie"), server.demo.join_code);
  await hand.press(page.getByRole("button", { name: "Rejoindre", exact: true }));
  await page.locator("html[data-more=ready]").waitFor({ state: "attached" });
  await hand.press(page.getByRole("button", { name: "C’est compris" }));
  const menu = page.getByRole("button", { name: "Menu", exact: true });
  await hand.press(menu);
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  for (let tabs = 0; tabs < 20; tabs++) {
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(() => {
      const it = document.activeElement;
      return it === document.body || it.closest("[role=dialog], dialog") !== null;
    });
    expect(inside, `after ${tabs + 1} tabs`).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(menu).toBeFocused();
  await context.close();
});
