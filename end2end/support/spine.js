// The spine of a week, as steps that any hand can live: planned, opened, joined, counted, sent,
// confirmed, ended, listed, sent to the payer, acknowledged, paid, handed over and settled. A hand
// knows how to press, check, write and choose; nothing here says with what.
import { expect } from "@playwright/test";

/** Comes in with e-mail and password. */
export async function enter(hand, page, demo, role) {
  const { login, secret } = demo.accounts.find((it) => it.role === role);
  await page.goto("/connexion");
  await hand.write(page.getByLabel("Adresse e-mail"), login);
  await hand.write(page.getByLabel("Mot de passe"), secret);
  await hand.press(page.getByRole("button", { name: "Entrer" }));
  await expect(page.getByRole("button", { name: "Sortir" })).toBeVisible();
}

const section = (page, name) => page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name });

/** Plans an outing of two places for a day, gives the green light, and reads the joining code. */
export async function planAndOpen(hand, page, day) {
  await hand.press(section(page, "Sorties"));
  await hand.press(page.getByRole("link", { name: "Prévoir une sortie" }).first());
  await hand.date(page.getByLabel("Jour", { exact: true }), day);
  const places = page.getByRole("group", { name: "Espaces publics" }).getByRole("checkbox");
  for (const n of [0, 1]) await hand.check(places.nth(n));
  await hand.press(page.getByRole("button", { name: "Prévoir la sortie" }));
  await expect(page.getByText("La sortie est prévue.")).toBeVisible();
  const titles = await page.getByRole("table").first().getByRole("rowheader").allInnerTexts();
  for (const box of await page.locator("#depart").getByRole("checkbox").all()) await hand.check(box);
  await hand.write(page.getByLabel(/^Agent·es/), "1");
  await hand.press(page.getByRole("button", { name: "Ouvrir la sortie" }));
  await expect(page.getByText("La sortie est ouverte")).toBeVisible();
  const code = (await page.locator(".code span").allInnerTexts()).join("");
  return { code, path: new URL(page.url()).pathname, titles };
}

/** Confirms who was there, and ends the outing. */
export async function confirmAndEnd(hand, page, path, people) {
  await page.goto(path);
  for (const { pseudonym } of people) {
    const name = new RegExp(` ${pseudonym}(?: ?attendu·e)?$`);
    await hand.press(page.getByRole("button", { name }));
    await expect(page.getByRole("button", { name, pressed: true })).toBeVisible();
  }
  await hand.press(page.getByRole("link", { name: "Terminer la sortie" }).first());
  await hand.press(page.getByRole("button", { name: "Terminer la sortie" }));
  const anyway = page.getByRole("button", { name: "Terminer quand même" });
  if (await anyway.isVisible()) await hand.press(anyway);
  await expect(page.getByText("La sortie est terminée.").first()).toBeVisible();
}

/** Issues the list and sends it to the payer. Answers its number. */
export async function issueAndSend(hand, page) {
  await hand.press(section(page, "Aides"));
  await hand.press(page.getByRole("button", { name: "Éditer la liste" }));
  await expect(page.getByText(/est prête/)).toBeVisible();
  const number = new URL(page.url()).searchParams.get("prete");
  await hand.press(page.getByRole("main").getByRole("link", { name: new RegExp(number) }).first());
  await hand.press(page.getByRole("button", { name: /^Envoyer/ }));
  await expect(page.getByRole("heading", { name: `Liste ${number}` })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Envoyer/ })).toHaveCount(0);
  return number;
}

/** The payer's clerk acknowledges the list, pays all of it against signatures, and settles it. */
export async function payAndSettle(hand, page, number) {
  await hand.press(section(page, "Listes"));
  await hand.press(page.getByRole("main").getByRole("link", { name: new RegExp(number) }).first());
  await hand.press(page.getByRole("button", { name: "Liste bien arrivée" }));
  await hand.write(page.getByLabel("Référence de la décision"), "2026-17");
  await hand.write(page.getByLabel("Remis par"), "Hélène");
  await hand.check(page.getByRole("checkbox", { name: "La personne a signé la liste" }));
  await hand.press(page.getByRole("button", { name: "Payer toutes les lignes" }));
  await hand.press(page.getByRole("button", { name: "Éditer l’état de paiement" }));
  await expect(page.getByRole("heading", { name: /^État de paiement \d{4}-/ }).first()).toBeVisible();
}
