// Money in hand the same day: eight people, one screen, counted in taps, without any script.
import { expect, test } from "@playwright/test";
import { signIn } from "../support/desk.js";
import { PHONE } from "../support/phone.js";
import { api, startServer } from "../support/server.js";

/** One tap a person, the button, and as many again for what goes wrong. */
const TAPS_MAX = 10;

let server;
test.beforeEach(async () => {
  server = await startServer();
});
test.afterEach(async () => {
  await server.stop();
});

/** Today's outing of the demonstration with eight people who gave a name, closed. */
async function closedWithEight() {
  const { demo } = server;
  const { coordinator } = demo.tokens;
  const outing = `/outings/${demo.outing_today}`;
  const named = demo.peers.filter((it) => it.surname).slice(0, 8);
  for (const { id } of named) {
    await api(server, coordinator, `${outing}/presences`, { peer: id, present: true });
  }
  await api(server, coordinator, `${outing}/close`, { anyway: true });
  return named;
}

test("hands the money over to eight people in at most ten taps, without script", async ({ browser }) => {
  const named = await closedWithEight();
  const { page } = await signIn(browser, server.url, server.demo, "coordinator", {
    viewport: PHONE,
    javaScriptEnabled: false,
  });
  await page.goto(`/sorties/${server.demo.outing_today}`);
  let taps = 0;
  const tap = async (target) => {
    taps += 1;
    await target.click();
  };
  await tap(page.getByRole("link", { name: "Remettre les aides" }));
  // Two of them have the same name: pseudonym and day of birth tell them apart.
  for (const { pseudonym } of named) {
    const name = new RegExp(`${pseudonym} · (né·e le [0-9/]+ · )?remis`);
    await tap(page.getByRole("checkbox", { name }));
  }
  await tap(page.getByRole("button", { name: "Enregistrer la remise" }));
  expect(taps).toBeLessThanOrEqual(TAPS_MAX);
  await expect(page.getByText("remis", { exact: true })).toHaveCount(8);
  await expect(page.getByRole("row", { name: "Remis aux personnes" })).toContainText("120,00");

  await page.getByLabel("Montant, en euros").fill("150");
  await page.getByRole("button", { name: "Avance reçue" }).click();
  await expect(page.getByRole("row", { name: "Reste dans la pochette" })).toContainText("30,00");
  await page.getByRole("link", { name: "Feuille à signer" }).click();
  for (const { surname } of named) {
    await expect(page.getByRole("rowheader", { name: surname }).first()).toBeVisible();
  }
});
