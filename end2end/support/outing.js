// An outing of its own for each story: what the server counts of it starts at nothing.
import { randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import { api } from "./server.js";

/** Makes one and opens it; `{ id, code, summary, syringes }`. */
export async function newOuting(server) {
  const ask = (path, body) => api(server, server.demo.tokens.coordinator, path, body);
  const id = randomUUID();
  const { day } = await ask(`/outings/${server.demo.outing_today}`);
  await ask("/outings", { id, day });
  await ask(`/outings/${id}/open`, { override: "essai" });
  const { code } = await ask(`/outings/${id}/code`, {});
  const summary = () => ask(`/outings/${id}/summary`);
  return { id, code, summary, syringes: async () => (await summary()).totals.syringe || 0 };
}

/**
 * The end of every story: the server has counted exactly this, and the phone says that all is
 * sent. Looked at twice: what is too much may come a moment later.
 */
export async function expectExactly(page, outing, count) {
  await expect.poll(outing.syringes, { timeout: 40_000 }).toBe(count);
  await expect(page.getByText("tout est envoyé").first()).toBeVisible();
  await page.waitForTimeout(300);
  expect(await outing.syringes()).toBe(count);
}
