// One week of the programme, told from one end to the other: what an agent flagged is walked to,
// counted on a phone, closed by a coordinator, and read by the agent as done; and what stays behind
// the walls on the way.
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { asPhone, goTo, join, newPhone, openMenu, PHONE, POSITION, tap } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

const asCoordinator = (path, body) => api(server, server.demo.tokens.coordinator, path, body);

/** An agent flags where they stand, and reads that it is sent. Answers the new place. */
async function flag(agent) {
  const { page } = agent;
  const known = async () => {
    const { features } = await api(server, server.demo.tokens.agent, "/sites?limit=200");
    return new Map(features.map((it) => [it.id, it.properties.title]));
  };
  const before = await known();
  await page.goto("/signaler");
  await page.getByRole("button", { name: "Là où je suis" }).click();
  await page.getByRole("button", { name: "Plusieurs seringues" }).click();
  await page.getByRole("button", { name: "Signaler", exact: true }).click();
  await expect(page.getByText("tout est envoyé")).toBeVisible();
  await expect.poll(async () => (await known()).size).toBe(before.size + 1);
  const [id, title] = [...(await known())].find(([id]) => !before.has(id));
  return { id, title };
}

test("what an agent flags is planned, counted and closed, and the agent reads « fait, 23 »", async ({
  browser,
}) => {
  const agent = await signIn(browser, server.url, server.demo, "agent", {
    ...asPhone(server.url),
    // A street of its own: nothing is known near.
    geolocation: { ...POSITION, latitude: 44.8502 },
  });
  const place = await flag(agent);
  const { page } = await signIn(browser, server.url, server.demo, "coordinator", { viewport: PHONE });

  await test.step("a coordinator plans a walk with that place", async () => {
    await page.goto("/sorties/prevoir");
    await page.getByLabel("Jour", { exact: true }).fill((await asCoordinator(`/outings/${server.demo.outing_today}`)).day);
    const places = page.getByRole("group", { name: "Espaces publics" });
    await places.getByRole("checkbox", { name: place.title }).check();
    await page.getByRole("button", { name: "Prévoir la sortie" }).click();
    await expect(page.getByText("La sortie est prévue.")).toBeVisible();
    await expect(page.getByRole("rowheader", { name: place.title })).toBeVisible();
  });

  await test.step("without an agent the light is red; a reason opens all the same", async () => {
    for (const box of await page.locator("#depart").getByRole("checkbox").all()) await box.check();
    await page.getByLabel(/^Agent·es/).fill("0");
    await page.getByRole("button", { name: "Ouvrir la sortie" }).click();
    await expect(page.getByText("Le feu n’est pas vert.")).toBeVisible();
    await expect(page.getByText(/Il manque encore.*un·e agent·e/)).toBeVisible();
    await page.getByLabel("Raison pour ouvrir quand même").fill("L’agente est malade, on sort à trois");
    await page.getByRole("button", { name: "Ouvrir la sortie" }).click();
    await expect(page.getByText("La sortie est ouverte.")).toBeVisible();
  });

  await test.step("the crew counts 23 there on a phone", async () => {
    const code = (await page.locator(".code span").allInnerTexts()).join("");
    const crew = await newPhone(browser, server.url);
    await join(crew.page, code);
    await goTo(crew.page, place.title);
    for (const name of ["Plus dix", "Plus dix", "Plus une", "Plus une", "Plus une"]) {
      await tap(crew.page, name);
    }
    await expect(crew.page.getByText("tout est envoyé").first()).toBeVisible();
    await crew.context.close();
  });

  await test.step("the coordinator closes", async () => {
    await page.reload();
    await page.getByRole("link", { name: "Terminer la sortie" }).first().click();
    await expect(page.getByRole("row", { name: new RegExp(`${place.title}.*23`) })).toBeVisible();
    await page.getByRole("button", { name: "Terminer la sortie" }).click();
    await expect(page.getByText("La sortie est terminée.").first()).toBeVisible();
  });

  await test.step("the agent reads what became of it", async () => {
    const their = agent.page;
    await their.goto("/signalements");
    const row = their.getByRole("link").filter({ has: their.locator("b", { hasText: place.title }) });
    await expect(row).toContainText("fait");
    await expect(row).toContainText(/, 23$/);
    await row.click();
    await expect(their.getByRole("heading", { name: place.title })).toBeVisible();
    await expect(their.getByText(/\b23\b/).first()).toBeVisible();
  });
});

test("a peer proposes a squat and reads what the city will see; the agent sees nothing more", async ({
  browser,
}) => {
  const NOTE = "Derrière la grille bleue, demander Jo";
  const agent = await signIn(browser, server.url, server.demo, "agent");
  const pages = ["/", "/signalements", "/lieux", "/carte"];
  const read = async () => {
    const texts = [];
    for (const path of pages) {
      await agent.page.goto(path);
      // What the server answers, whatever a script does with it afterwards. The id that a form
      // makes for what it will send is new on every page.
      const text = await (await agent.context.request.get(server.url + path)).text();
      texts.push(text.replace(/name="fact" value="[^"]*"/g, ""));
    }
    const asked = ["/sites?limit=200", "/sites/discreet", "/here-pickups", "/outings?limit=20"];
    for (const path of asked) texts.push(JSON.stringify(await api(server, server.demo.tokens.agent, path)));
    return texts;
  };
  const before = await read();

  const { page, context } = await newPhone(browser, server.url);
  await join(page, server.demo.join_code);
  await openMenu(page, "Proposer un lieu");
  await page.getByRole("button", { name: "Lieu discret" }).click();
  await expect(page.getByText("Ce que la mairie verra")).toBeVisible();
  await expect(page.getByText(/Le quartier, et seulement si 3 lieux discrets y sont/)).toBeVisible();
  await expect(page.getByText("L’agent qui marche avec nous verra ce lieu de ses yeux.")).toBeVisible();
  await page.getByRole("button", { name: "oui", exact: true }).click();
  await page.getByRole("button", { name: "attend dehors" }).click();
  await page.getByRole("button", { name: "Là où je suis" }).click();
  await page.getByLabel("Une note (si on veut)").fill(NOTE);
  await page.getByRole("button", { name: "Proposer", exact: true }).click();
  await expect(page.getByText("tout est envoyé").first()).toBeVisible();
  await expect.poll(async () => (await asCoordinator("/proposals")).items.length).toBeGreaterThan(0);
  await context.close();

  await test.step("to the agent nothing has changed, not by a byte", async () => {
    expect(await read()).toEqual(before);
  });

  await test.step("a coordinator says yes; the agent is told of a quarter, never of the place", async () => {
    const { items } = await asCoordinator("/proposals");
    const waiting = items.find((it) => it.note === NOTE);
    const title = "Cour de la grille bleue";
    await asCoordinator(`/proposals/${waiting.id}/accept`, { title });
    const after = await read();
    for (const text of after) {
      for (const secret of [title, NOTE, "grille bleue", String(POSITION.latitude), waiting.id]) {
        expect(text).not.toContain(secret);
      }
    }
    // All that may differ is how many discreet places a quarter, or the town, has.
    const [sites, discreet, here] = [0, 1, 2].map((n) => pages.length + n);
    for (const line of JSON.parse(after[discreet]).items) {
      expect(["done_week", "kind", "name", "sites", "states"]).toEqual(
        expect.arrayContaining(Object.keys(line)),
      );
    }
    expect([after[sites], after[here]]).toEqual([before[sites], before[here]]);
  });
});
