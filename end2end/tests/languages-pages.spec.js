// A peer who reads Bulgarian: comes in with a card, is told of wrong digits, contests an aid, and
// reads what to do after a needle-stick with no network.
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { newPhone } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server, phone;
test.beforeAll(async () => {
  server = await startServer();
});
test.beforeEach(async ({ browser }) => {
  phone = await newPhone(browser, server.url);
});
test.afterEach(async () => {
  expect(phone.errors).toEqual([]);
  for (const host of phone.hosts) expect(host).toBe(new URL(server.url).host);
  await phone.context.close();
});
test.afterAll(async () => {
  await server.stop();
});

const titled = (name) => expect(phone.page.getByRole("heading", { name, level: 1 })).toBeVisible();

async function type(pin) {
  for (const digit of pin) await phone.page.getByRole("button", { name: digit, exact: true }).click();
}

/** The code of a card that says in Bulgarian how to use it. */
async function cardOf({ pseudonym }, browser) {
  const desk = await signIn(browser, server.url, server.demo, "coordinator");
  const { page } = desk;
  await page.goto("/equipe");
  for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
  await page.locator("label.holder", { hasText: pseudonym }).getByRole("checkbox").check();
  await page.getByLabel("Langue écrite sur les cartes").selectOption({ label: "Български" });
  await page.getByRole("button", { name: "Imprimer les cartes cochées" }).click();
  await expect(page.getByText("Сканирам с моя телефон.")).toBeVisible();
  const code = await page.locator("[data-code]").getAttribute("data-code");
  await desk.context.close();
  return code;
}

/** By its name, where every page of a peer offers it. */
async function chooseBulgarian() {
  await phone.page.getByRole("button", { name: "Български" }).click();
  await expect(phone.page.locator("html")).toHaveAttribute("lang", "bg");
}

/** Nothing is cut, nothing goes over the edge. */
async function fits() {
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(360);
}

test("in Bulgarian a peer comes in, is told of wrong digits, and contests an aid", async ({ browser }, info) => {
  const person = server.demo.peers[1];
  const code = await cardOf(person, browser);
  const { page } = phone;
  await page.goto("/entrer");
  await chooseBulgarian();
  await titled("Моята карта");
  await expect(page.getByText("превод за проверка").first()).toBeVisible();
  await page.goto("about:blank");
  await page.goto(`/entrer#${code}`);
  await titled("Изберете 4 цифри");
  await type("7294");
  await titled("Още веднъж");
  await type("7294");
  await titled("Готово");
  await page.screenshot({ path: info.outputPath("ready.png"), fullPage: true });
  await fits();
  await page.getByRole("link", { name: "Към моята страница" }).click();
  await titled(`Здравейте, ${person.pseudonym}`);
  await fits();
  await page.screenshot({ path: info.outputPath("moi.png"), fullPage: true });

  await page.getByRole("button", { name: "Изход" }).click();
  await titled("Моите 4 цифри");
  await type("0451");
  await expect(page.getByRole("alert")).toContainText("Остават 2 опита.");
  await page.screenshot({ path: info.outputPath("wrong.png"), fullPage: true });
  await fits();
  await type("7294");
  await titled(`Здравейте, ${person.pseudonym}`);

  const aid = page.locator(".aid", { has: page.getByText("Имам възражение") }).first();
  await aid.getByText("Имам възражение").click();
  await aid.getByLabel("Няколко думи за екипа, ако желаете").fill("Бях там");
  await aid.getByRole("button", { name: "Кажете го на екипа" }).click();
  await expect(page.getByRole("status")).toContainText("Екипът ще провери и ще Ви отговори.");
  await expect(page.getByText("Вие казахте: имам възражение.")).toBeVisible();
  await page.screenshot({ path: info.outputPath("contested.png"), fullPage: true });

  for (const [path, title] of [
    ["/moi/ce-qu-on-sait", "Какво знае CCAS за мен"],
    ["/moi/lieux", "Моите места"],
    ["/moi/lieux/proposer?nature=discreet", "Дискретно място"],
    ["/moi/releve", /^Справка \d{4}$/],
    ["/moi/mes-donnees", "Моите данни"],
    ["/reglages", "Какво се пази и колко време"],
  ]) {
    await page.goto(path);
    await titled(title);
    await fits();
    await page.screenshot({ path: info.outputPath(`${path.split(/[/?]/).join("-")}.png`), fullPage: true });
  }
  // The association reads it as any other.
  const told = [];
  for (let next = ""; next !== null; ) {
    const after = next && `&after=${next}`;
    const page = await api(server, server.demo.tokens.coordinator, `/allowances?limit=200${after}`);
    told.push(...page.items.filter((it) => it.contested));
    next = page.next;
  }
  expect(told.some((it) => it.peer === person.id)).toBe(true);
});

test("with no network the needle-stick page speaks the language that was chosen", async ({}, info) => {
  const { page, context } = phone;
  await page.goto("/terrain");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.goto("/entrer");
  await chooseBulgarian();
  await context.setOffline(true);
  await page.goto("/aide/piqure");
  await titled("Убодох се");
  await expect(page).toHaveURL(/\/aide\/piqure\/bg$/);
  await expect(page.locator("html")).toHaveAttribute("lang", "bg");
  await expect(page.getByText("Не карам раната да кърви.")).toBeVisible();
  await fits();
  await page.screenshot({ path: info.outputPath("help.png"), fullPage: true });
  const timer = page.locator("wash-timer");
  await timer.getByRole("button", { name: "Пускане на 5-те минути" }).click();
  await expect(timer.getByText(/Още 4 минути и 5\d секунди\./)).toBeVisible();

  // Another one is a link away, with no network, and is kept.
  await page.getByRole("link", { name: "English" }).click();
  await titled("I pricked myself");
  await page.goto("/aide/piqure");
  await titled("I pricked myself");
  await page.getByRole("link", { name: "Français" }).click();
  await titled("Je me suis piqué·e");
  await page.goto("/aide/piqure");
  await titled("Je me suis piqué·e");
});

test("without script a language is chosen and kept all the same", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/entrer");
  await page.getByRole("button", { name: "Български" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Моята карта");
  await expect(page.getByText("превод за проверка").first()).toBeVisible();
  await page.goto("/aide/piqure");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Убодох се");
  await page.getByRole("link", { name: "Français" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Je me suis piqué·e");
  await context.close();
});
