// The recorder's own screens, one after the other: they have one address, so the table of routes
// cannot tell them. Each is yielded by its name when it is on the page.
import { randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import { api } from "./server.js";

const tab = (page, name) => page.getByRole("navigation").getByRole("button", { name, exact: true }).click();

/** A code that makes the phone a coordinator's own, on an outing that has another phone. */
async function ownCode(server) {
  const ask = (path, body) => api(server, server.demo.tokens.coordinator, path, body);
  const id = randomUUID();
  const { day, sites } = await ask(`/outings/${server.demo.outing_today}`);
  await ask("/outings", { id, day, sites });
  const { code } = await ask(`/outings/${id}/code`, {});
  await ask("/crew/join", { code, device: randomUUID() });
  return (await ask(`/outings/${id}/my-phone`, {})).code;
}

/** From the field for the code to the team of a coordinator's phone. */
export async function* recorder(page, server) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  await page.goto("/terrain");
  await page.getByLabel("Code de la sortie").fill("ABC");
  await button("Rejoindre").click();
  await expect(page.getByRole("alert")).toContainText("Il manque un signe");
  yield "joining, with a wrong code";
  await page.getByLabel("Code de la sortie").fill(await ownCode(server));
  await button("Rejoindre").click();
  await page.locator("html[data-more=ready]").waitFor({ state: "attached" });
  await expect(page.getByRole("dialog")).toBeVisible();
  yield "the first picture";
  await button("C’est compris").click();
  // A coordinator's phone begins with the team.
  await tab(page, "Lieux");
  await expect(page.getByRole("heading", { name: "Où est-on ?" })).toBeVisible();
  yield "places";
  await page.getByRole("main").getByRole("list").getByRole("button").first().click();
  await button("Plus cinq").click();
  await expect(page.getByText("gardé sur ce téléphone")).toBeVisible();
  yield "counting";
  await tab(page, "Rencontres");
  await expect(page.getByRole("heading", { name: "Qui a-t-on rencontré ?" })).toBeVisible();
  yield "whom one meets";
  await tab(page, "Carte");
  await expect(page.getByText("© OpenStreetMap")).toBeVisible();
  yield "the map";
  await tab(page, "Équipe");
  await expect(page.getByRole("button", { name: /^Feu vert/ })).toBeVisible();
  yield "the team";
  await page.getByRole("button", { name: /^Feu vert/ }).click();
  await expect(button("Tout est là")).toBeVisible();
  yield "the green light";
  await page.goBack().catch(() => {});
  await page.goto("/terrain");
  await tab(page, "Équipe");
  await page.getByRole("button", { name: /^Nouvelle personne/ }).click();
  await expect(page.getByLabel("On l’appelle")).toBeVisible();
  yield "somebody new";
  await page.goto("/terrain");
  await page.getByRole("banner").getByRole("button", { name: /envoy|corriger/ }).click();
  await expect(page.getByRole("heading", { name: /envoy/ })).toBeVisible();
  yield "what waits";
  await button("Menu").click();
  await expect(page.getByRole("dialog")).toBeVisible();
  yield "the menu";
  await page.getByRole("dialog").getByRole("button", { name: "Proposer un lieu" }).click();
  await button("Lieu discret").click();
  await expect(page.getByText("Ce que la mairie verra")).toBeVisible();
  yield "proposing a place";
}

/** An agent flags: the form, what is near, thanks. */
export async function* flagging(page) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  await page.goto("/signaler");
  await expect(page.getByRole("heading", { name: "C’est quoi ?" })).toBeVisible();
  yield "flagging";
  await button("Là où je suis").click();
  await button("Une seringue").click();
  await expect(page.getByText(/précision 20/)).toBeVisible();
  yield "flagging, filled in";
  await button("Signaler").click();
  await expect(page.getByText(/^Merci/)).toBeVisible();
  yield "flagged";
}

/** A card's screens: the code, four digits, wrong ones. */
export async function* card(page, server) {
  await page.goto("/entrer");
  await expect(page.getByRole("heading", { name: "Ma carte" })).toBeVisible();
  yield "a card's code";
  await page.goto("about:blank");
  await page.goto(`/entrer#${server.demo.others[0].card.code}`);
  await expect(page.getByRole("heading", { name: "Choisir 4 chiffres" })).toBeVisible();
  yield "choosing four digits";
  for (const digit of "1234") await page.getByRole("button", { name: digit, exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  yield "digits that are too easy";
}
