// A peer chooses a language by its own name, once, and everything speaks it: also without network,
// and without script.
import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { newPhone, PHONE } from "../support/phone.js";
import { startServer } from "../support/server.js";

/** A file of texts, as translators write it: `recorder.join.title` to its text. */
function texts(tag) {
  const found = {};
  let heading = "language";
  for (const line of readFileSync(`../app/words/texts/${tag}.txt`, "utf8").split("\n")) {
    const place = line.match(/^\[(.*)\]$/);
    if (place) heading = place[1];
    const text = line.match(/^([a-z][\w.]*) *= ?(.*)$/);
    if (text) found[`${heading}.${text[1]}`] = text[2].replaceAll("~", "\u00a0");
  }
  return found;
}

const bg = texts("bg");
const fr = texts("fr");
const filled = (text, n) => text.replace("{n}", n);

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

/** Every text in sight, and the names of what has none. */
const shown = (page) =>
  page.evaluate(() => {
    const seen = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (parent.closest("script, style, noscript, [hidden]")) continue;
      seen.push(walker.currentNode.textContent.trim());
    }
    for (const named of document.querySelectorAll("[aria-label]")) {
      if (!named.closest("[hidden]")) seen.push(named.getAttribute("aria-label"));
    }
    return seen.filter((text) => text !== "");
  });

/** What is neither a text of this language with its places filled, nor a number, nor a name. */
function strangers(seen, own, names) {
  const asPattern = (text) =>
    text.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, ".+");
  const known = new RegExp(`^(?:${Object.values(own).map(asPattern).join("|")})$`);
  const isKnown = (part) =>
    known.test(part) || names.includes(part) || !/\p{L}/u.test(part) || part === "";
  return seen.filter((text) => !isKnown(text) && !text.split(" · ").every((it) => isKnown(it.trim())));
}

test("in Bulgarian from the joining screen to the end, with no network too, and back to French", async ({
  browser,
}) => {
  const { page, context, errors } = await newPhone(browser, server.url);
  const names = [
    ...server.demo.sites.map((site) => site.title),
    "Français",
    "Български",
    "English",
    "© OpenStreetMap",
    fr["language.to_read_again"],
    texts("en")["language.to_read_again"],
  ];
  const allBulgarian = async () => {
    await expect(page.locator("html")).toHaveAttribute("lang", "bg");
    names.push(...(await page.locator(".bar-title").allInnerTexts()));
    expect(strangers(await shown(page), bg, names)).toEqual([]);
  };
  /** The map, once its script has come: its buttons, its signs and what it says of each place. */
  const lookAtMap = async () => {
    const map = page.locator("cueillette-map.map-ready");
    await expect(map.getByRole("button", { name: bg["recorder.map.says.zoom_in"] })).toBeVisible();
    const said = [bg["recorder.map.says.planned"], bg["recorder.map.says.discreet"]];
    for (const { title } of server.demo.sites) {
      names.push(`${title}, ${said[0]}`, `${title}, ${said.join(", ")}`);
    }
    await expect(map.locator(".map-mark").first()).toHaveAccessibleName(/, /);
  };
  const button = (key, options = {}) => page.getByRole("button", { name: bg[key], ...options });
  const total = page.getByLabel(bg["recorder.count.total"]);

  await test.step("the name of the language is found without reading French", async () => {
    await page.goto("/terrain");
    const choice = page.getByRole("button", { name: "Български" });
    await expect(choice).toHaveAttribute("lang", "bg");
    await choice.click();
    await expect(page.getByRole("heading", { name: bg["recorder.join.title"] })).toBeVisible();
    await expect(choice).toHaveAttribute("aria-pressed", "true");
    await allBulgarian();
  });

  await test.step("joins; a wrong code is told in Bulgarian", async () => {
    const code = page.getByLabel(bg["recorder.join.label"]);
    await code.fill("1");
    await button("recorder.join.button", { exact: true }).click();
    await expect(page.getByText(bg["recorder.not_joined.not_a_code"])).toBeVisible();
    await allBulgarian();
    await code.fill(server.demo.join_code);
    await button("recorder.join.button", { exact: true }).click();
    await expect(page.getByText(bg["recorder.picture.one_counts"])).toBeVisible();
    await allBulgarian();
    await button("recorder.picture.understood").click();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  });

  await test.step("every screen of the recorder is in Bulgarian", async () => {
    const places = page.getByRole("main").getByRole("list");
    await allBulgarian();
    await places.getByRole("button", { name: new RegExp(`^${bg["recorder.places.here"]}`) }).click();
    await button("recorder.count.plus_five", { exact: true }).click();
    await expect(page.getByText(bg["recorder.count.kept"])).toBeVisible();
    await expect(total).toHaveText("5");
    await allBulgarian();
    await expect(page.getByText(bg["recorder.bar.all_sent"])).toBeVisible();
    for (const tab of ["places", "map", "met", "count"]) {
      await page.getByRole("navigation").getByRole("button", { name: bg[`recorder.tabs.${tab}`] }).click();
      if (tab === "map") await lookAtMap();
      await allBulgarian();
    }
    await page.getByRole("banner").getByRole("button", { name: bg["recorder.bar.all_sent"] }).click();
    await expect(page.getByRole("heading", { name: bg["recorder.sending.all_sent"] })).toBeVisible();
    await allBulgarian();
    for (const sheet of ["gestures", "propose", "picture", "end"]) {
      await button("recorder.bar.menu", { exact: true }).click();
      await allBulgarian();
      const row = page.getByRole("dialog").getByRole("button", { name: bg[`recorder.menu.${sheet}`] });
      await row.click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await allBulgarian();
      await page.keyboard.press("Escape");
    }
  });

  await test.step("with no network, after a reload: still Bulgarian, counts right", async () => {
    await context.setOffline(true);
    await page.reload();
    await expect(page.getByLabel(bg["recorder.count.total"])).toHaveText("5");
    await page.locator("html[data-more=ready]").waitFor({ state: "attached" });
    await button("recorder.count.plus_ten", { exact: true }).click();
    await expect(total).toHaveText("15");
    await expect(page.getByText(filled(bg["recorder.bar.waiting"], 1)).first()).toBeVisible();
    await allBulgarian();
    await button("recorder.bar.menu", { exact: true }).click();
    await page.getByRole("dialog").getByRole("link", { name: bg["recorder.menu.help"] }).click();
    await expect(page.getByRole("heading", { name: bg["help.title"] })).toBeVisible();
    await page.getByRole("link", { name: bg["help.open_recorder"] }).click();
    await expect(total).toHaveText("15");
  });

  await test.step("the menu says that nobody has signed it; English and French are one tap away", async () => {
    const choose = async (name) => {
      await page.locator(".bar [aria-haspopup]").click();
      const row = page.getByRole("dialog").getByRole("button", { name });
      await row.click();
      await page.keyboard.press("Escape");
    };
    await page.locator(".bar [aria-haspopup]").click();
    const row = page.getByRole("dialog").getByRole("button", { name: "Български" });
    await expect(row).toContainText(bg["language.to_read_again"]);
    await expect(row).toContainText("traduction à relire");
    await page.keyboard.press("Escape");
    await choose("English");
    await expect(page.getByLabel("The team’s total")).toHaveText("15");
    await choose("Français");
    await expect(page.getByLabel("Total de l’équipe")).toHaveText("15");
    await expect(page.locator("html")).toHaveAttribute("lang", "fr");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
  expect(errors).toEqual([]);
  await context.close();
});

test("with script off the plain form follows the choice", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: PHONE,
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  await page.goto("/terrain/simple");
  await expect(page.getByRole("heading", { name: "Rejoindre la sortie" })).toBeVisible();
  await page.getByRole("button", { name: "Български" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "bg");
  await page.getByLabel(bg["recorder.join.label"]).fill(server.demo.join_code);
  await page.getByRole("button", { name: bg["recorder.join.button"], exact: true }).click();
  await page.getByLabel(bg["simple.how_many"]).fill("7");
  await page.getByRole("button", { name: bg["simple.keep"], exact: true }).click();
  await expect(page.getByText(filled(bg["recorder.item.syringes.other"], 7))).toBeVisible();
  const [cookie] = (await context.cookies()).filter((it) => it.name === "lang");
  expect([cookie.value, cookie.sameSite, cookie.expires > 0]).toEqual(["bg", "Lax", true]);
  await page.getByRole("button", { name: "Français" }).click();
  await expect(page.getByRole("button", { name: "Garder" })).toBeVisible();
  await context.close();
});
