// Bad networks and tired servers: the count on the server ends exact, once, and by itself; the
// phone says what a person should know meanwhile.
import { expect, test } from "@playwright/test";
import { expectExactly, newOuting } from "../support/outing.js";
import { joinHere, newPhone, openSending, tap, tapMany, total } from "../support/phone.js";
import { startProxy } from "../support/proxy.js";
import { startServer } from "../support/server.js";

let server, proxy, outing, phone;
test.beforeAll(async () => {
  server = await startServer();
});
test.beforeEach(async ({ browser }) => {
  proxy = await startProxy(server.url);
  outing = await newOuting(server);
  phone = await newPhone(browser, proxy.url);
});
test.afterEach(async () => {
  expect(phone.errors).toEqual([]);
  expect([...phone.hosts]).toEqual([new URL(proxy.url).host]);
  await phone.context.close();
  await proxy.stop();
});
test.afterAll(async () => {
  await server.stop();
});

/** Joins, lets `fault` happen to all that is sent, and counts 17 with four taps. */
async function countDuring(fault) {
  const { page } = phone;
  await joinHere(page, outing);
  proxy.to(fault);
  await tap(page, "Plus cinq");
  await tap(page, "Plus une");
  await tap(page, "Plus une");
  await tap(page, "Plus dix");
  await expect(total(page)).toHaveText("17");
  await expect.poll(() => proxy.sent.length).toBeGreaterThan(0);
  return page;
}

const says = (page, words) => expect(page.getByRole("status").filter({ hasText: words })).toBeVisible();
const ids = (batches) => batches.flatMap(({ facts }) => facts.map((fact) => fact.id));

for (const [fault, what, words] of [
  ["broken", "the server is ill", /serveur ne répond pas bien/],
  ["portal", "a public Wi-Fi wants to be signed in to", /Wi-Fi demande une connexion/],
  ["cut", "no request arrives", /Pas de réseau/],
]) {
  test(`while ${what} the phone says so and goes on counting; then all arrives`, async () => {
    const page = await countDuring(fault);
    await openSending(page);
    await expect(page.getByRole("heading", { name: "4 à envoyer" })).toBeVisible();
    await says(page, words);
    expect(await outing.syringes()).toBe(0);
    proxy.to("passed on");
    await expectExactly(page, outing, 17);
  });
}

test("a server that asks for two seconds is left alone for two seconds, whoever insists", async () => {
  const page = await countDuring("busy");
  await openSending(page);
  await says(page, /serveur ne répond pas bien/);
  const { at } = proxy.sent.at(-1);
  proxy.to("passed on");
  const tries = proxy.sent.length;
  await page.getByRole("button", { name: "Envoyer maintenant" }).click();
  await expectExactly(page, outing, 17);
  expect(proxy.sent[tries].at - at).toBeGreaterThanOrEqual(2_000);
});

test("a server that answers nonsense changes nothing on the phone", async () => {
  const page = await countDuring("nonsense");
  // Each kind of nonsense, one after the other.
  for (let heard = proxy.sent.length; heard < 5; heard++) {
    await openSending(page);
    await expect(async () => {
      await page.getByRole("button", { name: "Envoyer maintenant" }).click();
      expect(proxy.sent.length).toBeGreaterThan(heard);
    }).toPass();
  }
  await expect(page.getByRole("heading", { name: "4 à envoyer" })).toBeVisible();
  expect(await outing.syringes()).toBe(0);
  await page.reload();
  await expect(total(page)).toHaveText("17");
  proxy.to("passed on");
  await expectExactly(page, outing, 17);
  expect(new Set(ids(proxy.sent)).size).toBe(4);
});

test("what the server took in and could not confirm is sent again and counted once", async () => {
  const page = await countDuring("answer lost");
  await expect.poll(outing.syringes).toBeGreaterThan(0);
  await openSending(page);
  await says(page, /Pas de réseau/);
  await expect(page.getByRole("heading", { name: "4 à envoyer" })).toBeVisible();
  proxy.to("passed on");
  await expectExactly(page, outing, 17);
  // It was indeed sent twice.
  const all = ids(proxy.sent);
  expect(all.length).toBeGreaterThan(new Set(all).size);
});

test("an answer that comes byte by byte is waited for", async () => {
  const { page, context } = phone;
  await joinHere(page, outing);
  await context.setOffline(true);
  await tapMany(page, "Plus une", 20);
  proxy.to("dribbled");
  await context.setOffline(false);
  await expectExactly(page, outing, 20);
  expect(new Set(ids(proxy.sent)).size).toBe(20);
});

test("an answer that never ends is given up; the same facts go again and count once", async () => {
  const { page } = phone;
  await page.clock.install();
  proxy.state.dribble = { bytes: 1, ms: 2_000 };
  await countDuring("dribbled");
  await expect.poll(outing.syringes).toBeGreaterThan(0);
  await openSending(page);
  await expect(page.getByRole("heading", { name: "4 à envoyer" })).toBeVisible();
  await page.clock.fastForward("00:31");
  await says(page, /Pas de réseau/);
  proxy.to("passed on");
  await page.clock.fastForward("00:05");
  await expectExactly(page, outing, 17);
});

test("a server that is killed and starts again has everything once", async () => {
  const { page } = phone;
  await joinHere(page, outing);
  await tap(page, "Plus cinq");
  await server.halt();
  await tapMany(page, "Plus une", 12);
  await openSending(page);
  await says(page, /Pas de réseau|serveur ne répond/);
  await server.start();
  // The phone may have sent all by itself before the finger is there: then there is no button.
  await page.getByRole("button", { name: "Envoyer maintenant" }).click({ timeout: 3000 }).catch(() => {});
  await expectExactly(page, outing, 17);
});
