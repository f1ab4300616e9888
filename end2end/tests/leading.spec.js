// A coordinator's own phone leads an outing with no network: the green light, who is there,
// somebody new, whose the other phone is. The server has exactly that once there is a network.
import { randomUUID } from "node:crypto";
import { expect, test } from "@playwright/test";
import { join, newPhone } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

let server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
});

/** A planned outing with one phone that joined, and the code of the coordinator's own. */
async function plannedOuting(ask) {
  const id = randomUUID();
  const { day } = await ask(`/outings/${server.demo.outing_today}`);
  await ask("/outings", { id, day });
  const { code } = await ask(`/outings/${id}/code`, {});
  await ask("/crew/join", { code, device: randomUUID() });
  return { id, code: (await ask(`/outings/${id}/my-phone`, {})).code };
}

test("an outing is led without network, and nothing of it is lost", async ({ browser }) => {
  const ask = (path, body) => api(server, server.demo.tokens.coordinator, path, body);
  const outing = await plannedOuting(ask);
  const { page, context, errors } = await newPhone(browser, server.url);
  const button = (name) => page.getByRole("button", { name, exact: true });
  const team = () => page.getByRole("navigation").getByRole("button", { name: "Équipe" }).click();
  await join(page, outing.code);
  await team();
  await context.setOffline(true);

  await page.getByRole("button", { name: /^Feu vert Il manque/ }).click();
  await button("Un de plus : Agents de la ville").click();
  await expect(button("Feu vert : on y va")).toBeDisabled();
  await button("Tout est là").click();
  await button("Feu vert : on y va").click();
  await expect(page.getByText(/La sortie est ouverte à \d+\sh\s\d\d/)).toBeVisible();

  await page.getByRole("button", { name: /^hérisson bleu Zézé/ }).click();
  await expect(page.getByRole("heading", { name: "1 présent" })).toBeVisible();

  await page.getByRole("button", { name: /^Nouvelle personne/ }).click();
  await button("renard bleu").click();
  await expect(page.getByLabel("On l’appelle")).toHaveValue("renard bleu");
  await button("Ajouter").click();
  await expect(page.getByRole("heading", { name: "2 présents" })).toBeVisible();

  await page.getByRole("button", { name: "Téléphones 1 à confirmer" }).click();
  await button("à un pair").click();
  await expect(button("à un pair")).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText("5 à envoyer").first()).toBeAttached();

  await page.reload();
  await team();
  await expect(page.getByRole("heading", { name: "2 présents" })).toBeVisible();
  await expect(page.getByText("La sortie est ouverte")).toBeVisible();

  await context.setOffline(false);
  await expect(page.getByText("tout est envoyé").first()).toBeVisible({ timeout: 40_000 });
  await expect.poll(async () => (await ask(`/outings/${outing.id}`)).state).toBe("open");
  expect((await ask(`/outings/${outing.id}/summary`)).presences).toHaveLength(2);
  const { items } = await ask("/peers?limit=200");
  expect(items.map((it) => it.pseudonym)).toContain("renard bleu");
  expect(errors).toEqual([]);
  await context.close();
});
