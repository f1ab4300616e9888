// Twenty minutes before an outing and twenty after, counted in taps.
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { goTo, join, newPhone, PHONE, tap } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

/** A finger that counts: every press of a button or a link, and every field that is touched. */
function finger() {
  const it = { taps: 0 };
  it.tap = async (target) => {
    it.taps += 1;
    await target.click();
  };
  return it;
}

const token = () => server.demo.tokens.coordinator;
const outing = (id) => api(server, token(), `/outings/${id}`);
const shown = (page) => page.url().match(/sorties\/([0-9a-f-]{36})/)[1];

/** Phones join by their own hands: the coordinator taps nothing for that. */
async function joined(browser, code, n) {
  const phones = [];
  for (let rank = 0; rank < n; rank++) {
    const phone = await newPhone(browser, server.url);
    await join(phone.page, code);
    phones.push(phone);
  }
  return phones;
}

/** Next week's outing of the demonstration gives way, so that there is something to copy. */
async function clearNextWeek() {
  const { items } = await api(server, token(), "/outings?limit=20");
  for (const it of items.filter((it) => it.state === "planned")) {
    await api(server, token(), `/outings/${it.id}/cancel`, {});
  }
}

test("copies last week, opens and lets three phones in, in at most fifteen taps", async ({ browser }) => {
  await clearNextWeek();
  const { page } = await signIn(browser, server.url, server.demo, "coordinator", { viewport: PHONE });
  const hand = finger();
  await page.goto("/");
  await hand.tap(page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Sorties" }));
  await hand.tap(page.getByRole("button", { name: "Copier la semaine dernière" }));
  await expect(page.getByText("C’est copié")).toBeVisible();
  const id = shown(page);
  const last = await outing(server.demo.outing_today);
  const copy = await outing(id);
  expect(copy.sites).toEqual(last.sites);
  expect([copy.starts_at, copy.meeting_point]).toEqual([last.starts_at, last.meeting_point]);

  // One coordinator is proposed: whoever reads the page is there.
  await expect(page.getByLabel(/^Professionnel·les/)).toHaveValue("1");
  await hand.tap(page.getByLabel(/^Agent·es/));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("1");
  for (const box of await page.locator("#depart").getByRole("checkbox").all()) await hand.tap(box);
  await hand.tap(page.getByRole("button", { name: "Ouvrir la sortie" }));
  await expect(page.getByText("La sortie est ouverte")).toBeVisible();
  const code = (await page.locator(".code span").allInnerTexts()).join("");
  const phones = await joined(browser, code, 3);
  await page.reload();
  for (let rank = 1; rank <= 3; rank++) {
    await hand.tap(page.getByRole("button", { name: `à l’association téléphone ${rank}` }));
  }
  await expect(page.locator("#telephones .tag.ok")).toHaveCount(3);
  const walked = server.demo.sites.filter((it) => copy.sites.includes(it.id) && it.nature === "public");
  for (const { page: phone } of phones) {
    await phone.getByRole("navigation").getByRole("button", { name: "Lieux" }).click();
    for (const { title } of walked) await expect(phone.getByRole("button", { name: title })).toBeVisible();
  }
  console.log(`before: ${hand.taps} taps`);
  expect(hand.taps).toBeLessThanOrEqual(15);
});

test("after the walk, eight presences, counts and the end take at most twenty-five taps on a phone", async ({
  browser,
}) => {
  const id = server.demo.outing_today;
  const { page } = await signIn(browser, server.url, server.demo, "coordinator", { viewport: PHONE });
  const hand = finger();
  await page.goto("/");
  await hand.tap(page.getByRole("link", { name: "Suivre la sortie" }));
  await hand.tap(page.getByRole("link", { name: "Terminer la sortie" }).first());
  const people = page.locator("#equipe").getByRole("button", { pressed: false });
  const before = (await api(server, token(), `/outings/${id}/summary`)).presences.length;
  for (let n = 1; n <= 8; n++) {
    await hand.tap(people.first());
    await expect(page.getByRole("heading", { name: `Présences : ${before + n}` })).toBeVisible();
  }
  await expect(page.getByRole("heading", { name: /^Lieux/ })).toBeVisible();
  await hand.tap(page.getByRole("button", { name: "Terminer la sortie" }));
  const again = page.getByRole("button", { name: "Terminer quand même" });
  if (await again.isVisible()) await hand.tap(again);
  await expect(page.getByText("La sortie est terminée. Merci")).toBeVisible();
  console.log(`after: ${hand.taps} taps`);
  expect(hand.taps).toBeLessThanOrEqual(25);
  expect((await outing(id)).state).toBe("closed");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(PHONE.width);
});

test("what was counted « ici » is attached on the screen that ends the outing", async ({ browser }) => {
  const { outing_today: id, join_code: code } = server.demo;
  const [{ page: phone }] = await joined(browser, code, 1);
  await goTo(phone, "Ici");
  for (const name of ["Plus cinq", "Plus une"]) await tap(phone, name);
  await expect(phone.getByText("tout est envoyé").first()).toBeVisible();
  const { page } = await signIn(browser, server.url, server.demo, "coordinator", { viewport: PHONE });
  await page.goto(`/sorties/${id}/fin`);
  await expect(page.getByRole("heading", { name: "« Ici » : 1 endroit à rattacher" })).toBeVisible();
  const place = page.getByLabel("Lieu de « 6 seringues »");
  const [first] = (await outing(id)).sites;
  const { title } = server.demo.sites.find((it) => it.id === first);
  await place.selectOption(first);
  await page.getByRole("button", { name: "Rattacher à ce lieu" }).click();
  await expect(page).toHaveURL(`${server.url}/sorties/${id}/fin#ici`);
  await expect(page.getByRole("heading", { name: /à rattacher/ })).toHaveCount(0);
  await expect(page.getByRole("row", { name: new RegExp(`${title}.*6$`) })).toBeVisible();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(PHONE.width);
});

test("plans a walk of eight places, and puts them in order by keyboard", async ({ browser }) => {
  const { page } = await signIn(browser, server.url, server.demo, "coordinator");
  await page.goto("/sorties/prevoir");
  const places = page.getByRole("group", { name: "Espaces publics" }).getByRole("checkbox");
  for (let n = 0; n < 8; n++) await places.nth(n).check();
  await page.getByRole("button", { name: "Prévoir la sortie" }).click();
  await page.getByRole("link", { name: "Changer les lieux et leur ordre" }).click();
  const walk = page.getByRole("list").filter({ has: page.getByRole("button", { name: /^Descendre/ }) });
  await expect(walk.locator("b")).toHaveCount(8);
  const before = await walk.locator("b").allInnerTexts();

  await test.step("the focus stays on the place that moves", async () => {
    const down = page.getByRole("button", { name: `Descendre ${before[0]}` });
    await down.focus();
    const [first, second, third, ...rest] = before;
    for (const order of [[second, first, third], [second, third, first]]) {
      await page.keyboard.press("Enter");
      await expect(walk.locator("b")).toHaveText([...order, ...rest]);
      await expect(down).toBeFocused();
    }
  });

  await test.step("the order proposed is no longer than what it was", async () => {
    await page.getByRole("button", { name: "Proposer un ordre" }).click();
    await expect(page.getByText(/plus courte de|déjà l’ordre le plus court/)).toBeVisible();
    expect((await walk.locator("b").allInnerTexts()).toSorted()).toEqual(before.toSorted());
  });
});

test("two coordinators write at once: the second sees what changed and loses nothing", async ({ browser }) => {
  const { items } = await api(server, token(), "/outings?limit=5");
  const { id } = items.find((it) => it.state === "planned");
  const first = (await signIn(browser, server.url, server.demo, "coordinator")).page;
  const second = (await signIn(browser, server.url, server.demo, "coordinator")).page;
  for (const page of [first, second]) await page.goto(`/sorties/${id}/modifier`);
  await first.getByLabel("Heure du rendez-vous").fill("16:15");
  await first.getByRole("button", { name: "Garder ces changements" }).click();
  await second.getByLabel("Lieu du rendez-vous").fill("Devant la gare");
  await second.getByRole("button", { name: "Garder ces changements" }).click();
  await expect(second.getByText("Quelqu’un a modifié cette sortie")).toBeVisible();
  await expect(second.getByRole("cell", { name: "16:15" }).first()).toBeVisible();
  await expect(second.getByLabel("Lieu du rendez-vous")).toHaveValue("Devant la gare");
  await second.getByRole("button", { name: "Garder ces changements" }).click();
  await expect(second.getByText("La sortie est modifiée")).toBeVisible();
  const kept = await outing(id);
  expect([kept.starts_at, kept.meeting_point]).toEqual(["16:15", "Devant la gare"]);
});
