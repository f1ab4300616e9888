// The spine, as people live it: from the pavement, with no network, to the payer's list.
import { expect, test } from "@playwright/test";
import { parse } from "csv-parse/sync";
import { closeAndIssue, download, markPresent, signIn } from "../support/desk.js";
import { goTo, join, newPhone, openSending, tap, total } from "../support/phone.js";
import { api, baseMap, startServer } from "../support/server.js";

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

test("a crew counts with no network, eight take part, the payer downloads eight lines and 120,00 €", async ({
  browser,
}) => {
  const { url, demo } = server;
  const phone = await newPhone(browser, url);
  const { page, context } = phone;
  const sent = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/facts")) sent.push(request);
  });

  await test.step("joins, and looks at the map", async () => {
    await join(page, demo.join_code);
    await page.getByRole("navigation").getByRole("button", { name: "Carte" }).click();
    await expect(page.getByText("© OpenStreetMap")).toBeVisible();
    if (baseMap()) await expect(page.locator("cueillette-map canvas").first()).toBeVisible();
    await page.getByRole("navigation").getByRole("button", { name: "Compter" }).click();
  });

  const publicSites = demo.sites.filter((site) => site.nature === "public");
  const titles = await test.step("goes out, and records at three places and « ici »", async () => {
    await context.setOffline(true);
    await page.getByRole("navigation").getByRole("button", { name: "Lieux" }).click();
    const shown = await page.getByRole("listitem").allInnerTexts();
    const titles = publicSites
      .map((site) => site.title)
      .filter((title) => shown.some((text) => text.includes(title)))
      .slice(0, 3);
    expect(titles).toHaveLength(3);
    await goTo(page, titles[0]);
    await tap(page, "Plus cinq");
    await goTo(page, titles[1]);
    await tap(page, "Plus dix");
    await tap(page, "Plus une");
    await goTo(page, titles[2]);
    await tap(page, "Plus dix");
    await page.getByRole("button", { name: /^Annuler/ }).click();
    await expect(total(page)).toHaveText("16");
    await page.getByRole("button", { name: "estimé" }).click();
    await tap(page, "Plus cinq");
    await page.getByRole("button", { name: "compté" }).click();
    await goTo(page, "Ici");
    await expect(page.getByText(/précision 20/)).toBeVisible();
    await tap(page, "Plus une");
    await expect(total(page)).toHaveText("22");
    await expect(page.getByText(/\d+ à envoyer/).first()).toBeVisible();
    return titles;
  });

  await test.step("the page is loaded again with no network, and nothing is lost", async () => {
    await page.reload();
    await expect(total(page)).toHaveText("22");
    await goTo(page, titles[0]);
    await tap(page, "Plus cinq");
    await expect(total(page)).toHaveText("27");
    await page.getByRole("navigation").getByRole("button", { name: "Carte" }).click();
    await expect(page.getByRole("button", { name: new RegExp(titles[0]) })).toBeVisible();
    if (baseMap()) await expect(page.locator("cueillette-map canvas").first()).toBeVisible();
  });

  await test.step("the network comes back: everything is sent", async () => {
    await context.setOffline(false);
    await expect(page.getByText("tout est envoyé").first()).toBeVisible();
    await openSending(page);
    await expect(page.getByRole("heading", { name: "Tout est envoyé" })).toBeVisible();
  });

  const summary = () => api(server, demo.tokens.coordinator, `/outings/${demo.outing_today}/summary`);
  const before = await summary();
  expect(before.totals).toEqual({ syringe: 27 });
  expect(before.estimated).toBe(5);

  await test.step("the same facts, sent twice and shuffled, change nothing", async () => {
    const token = (await sent.at(-1).allHeaders()).authorization.replace("Bearer ", "");
    const facts = sent.flatMap((request) => request.postDataJSON().facts);
    const unique = new Map(facts.map((fact) => [fact.id, fact]));
    expect(unique.size).toBe(8);
    const shuffled = [...facts, ...facts].sort(() => Math.random() - 0.5);
    const answer = await api(server, token, "/facts", { facts: shuffled });
    expect(new Set(answer.results.map((it) => it.status))).toEqual(new Set(["duplicate"]));
    expect(await summary()).toEqual(before);
  });

  const named = await test.step("the coordinator marks eight present, ends the outing, issues the list", async () => {
    const { page: desk, context: office } = await signIn(browser, url, demo, "coordinator");
    await desk.goto(`/sorties/${demo.outing_today}`);
    const named = await markPresent(desk, demo.peers, 8);
    await closeAndIssue(desk);
    await desk.getByRole("button", { name: "Éditer la liste" }).click();
    await expect(desk.getByText(/est prête/)).toBeVisible();
    await office.close();
    return named;
  });

  await test.step("the clerk downloads it, for Excel and as open data", async () => {
    const { page: desk, context: office } = await signIn(browser, url, demo, "clerk");
    await desk.goto("/ccas");
    const row = desk.getByRole("row").nth(1);
    await expect(row).toContainText("120,00");
    const excel = await download(desk, row.getByRole("link", { name: /Excel/ }));
    const open = await download(desk, row.getByRole("link", { name: /ouvertes/ }));
    expect([...excel.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const inExcel = parse(excel, { bom: true, columns: true, delimiter: ";" });
    const inOpen = parse(open, { columns: true });
    expect(inExcel).toHaveLength(8);
    expect(inOpen).toHaveLength(8);
    expect(inExcel.map((line) => line.montant)).toEqual(Array(8).fill("15,00"));
    expect(inOpen.reduce((sum, line) => sum + Number(line.montant), 0)).toBe(120);
    const wanted = named.map((peer) => `${peer.surname} ${peer.first_name}`).sort();
    for (const lines of [inExcel, inOpen]) {
      expect(lines.map((line) => `${line.nom} ${line.prenom}`).sort()).toEqual(wanted);
    }
    expect(wanted.join()).toMatch(/[éèêëïôç]/i);
    await office.close();
  });

  expect([...phone.hosts]).toEqual([new URL(url).host]);
  expect(phone.errors).toEqual([]);
  await context.close();
});

test("a town with other bodies lives the whole journey in its own words", async ({ browser }) => {
  const { url, demo } = server;
  const [town] = demo.others;
  const screens = [];
  const read = async (page) => screens.push(await page.locator("body").innerText());
  const phone = await newPhone(browser, url);
  await join(phone.page, town.join_code);
  await goTo(phone.page, "Ici");
  await tap(phone.page, "Plus cinq");
  for (const name of ["Lieux", "Carte", "Rencontres", "Compter"]) {
    await phone.page.getByRole("navigation").getByRole("button", { name }).click();
    await read(phone.page);
  }
  await openSending(phone.page);
  await read(phone.page);
  await expect(phone.page.getByText("tout est envoyé").first()).toBeVisible();
  await phone.context.close();

  const { page, context } = await signIn(browser, url, town, "coordinator");
  await read(page);
  for (const path of ["/sorties", "/aides", `/sorties/${town.outing_today}`]) {
    await page.goto(path);
    await read(page);
  }
  const named = await markPresent(page, town.peers, 3);
  await page.getByRole("link", { name: "Terminer la sortie" }).first().click();
  await read(page);
  await page.goBack();
  await closeAndIssue(page);
  await read(page);
  await page.getByRole("button", { name: "Éditer la liste" }).click();
  await expect(page.getByText(/est prête/)).toBeVisible();
  await read(page);
  await context.close();

  const clerk = await signIn(browser, url, town, "clerk");
  await read(clerk.page);
  await clerk.page.goto("/ccas");
  await read(clerk.page);
  const row = clerk.page.getByRole("row").nth(1);
  const lines = parse(await download(clerk.page, row.getByRole("link", { name: /Excel/ })), {
    bom: true,
    columns: true,
    delimiter: ";",
  });
  expect(lines.map((line) => line.montant)).toEqual(named.map(() => "10,00"));
  expect(lines[0].mode).toContain("chèque");
  await clerk.context.close();

  expect(screens.length).toBeGreaterThan(10);
  for (const text of screens) {
    expect(text).not.toMatch(/ccas|mairie/i);
  }
});
