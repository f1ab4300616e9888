// What goes wrong on the phone itself: a full memory, a wrong clock, a damaged record, an update
// that comes while something waits.
import { expect, test } from "@playwright/test";
import { expectExactly, newOuting } from "../support/outing.js";
import { joinHere, newPhone, tap, tapMany, total } from "../support/phone.js";
import { startProxy } from "../support/proxy.js";
import { nextRelease } from "../support/release.js";
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
  await phone.context.close();
  await proxy.stop();
});
test.afterAll(async () => {
  await server.stop();
});

/** Taps once and answers whether the phone said « gardé » or that its memory is full. */
async function isKept(page) {
  const before = await total(page).innerText();
  await page.getByRole("button", { name: "Plus une", exact: true }).click();
  const said = page.getByText(/gardé/);
  await expect(said).toBeVisible();
  const words = await said.innerText();
  const kept = /gardé sur ce téléphone/.test(words);
  if (!kept) expect(words).toMatch(/mémoire du téléphone est pleine.*n’est pas gardé/);
  await expect(total(page)).toHaveText(kept ? String(Number(before) + 1) : before);
  return kept;
}

/** Tries to keep so many bytes beside the recorder's own, and answers how that ended. */
function keepBallast(page, bytes) {
  return page.evaluate(
    (bytes) =>
      new Promise((done) => {
        const opened = indexedDB.open("ballast", 1);
        opened.onupgradeneeded = () => opened.result.createObjectStore("ballast");
        opened.onsuccess = () => {
          const transaction = opened.result.transaction("ballast", "readwrite");
          transaction.objectStore("ballast").put("x".repeat(bytes), 1);
          transaction.oncomplete = () => done("kept");
          transaction.onabort = () => done(transaction.error.name);
        };
      }),
    bytes,
  );
}

test("a phone whose memory is full says that the tap is not kept; what it did say kept is what arrives", async () => {
  const { page, context } = phone;
  const devtools = await context.newCDPSession(page);
  const room = (quotaSize) =>
    devtools.send("Storage.overrideQuotaForOrigin", { origin: proxy.url, quotaSize });
  await room(8_000_000);
  await joinHere(page, outing);
  await context.setOffline(true);
  await tapMany(page, "Plus une", 5);
  let kept = 5;

  await room(1);
  // The browser looks for the room that is left only when what it remembers would not do.
  expect(await keepBallast(page, 10_000_000)).toBe("QuotaExceededError");
  for (let n = 0; n < 3; n++) expect(await isKept(page)).toBe(false);
  await page.reload();
  await expect(total(page)).toHaveText("5");
  if (await isKept(page)) kept += 1;

  await room(undefined);
  for (let n = 0; n < 10; n++) if (await isKept(page)) kept += 1;
  expect(kept).toBeGreaterThanOrEqual(15);
  await context.setOffline(false);
  await expectExactly(page, outing, kept);
});

test("a clock that is set back a day, then to 1970: all counts, and only the absurd is to be looked at", async () => {
  const { page, context } = phone;
  await page.clock.install();
  await joinHere(page, outing);
  await context.setOffline(true);
  await tapMany(page, "Plus une", 3);
  await page.clock.setSystemTime(Date.now() - 86_400_000);
  await tapMany(page, "Plus cinq", 3);
  await context.setOffline(false);
  await expectExactly(page, outing, 18);
  expect((await outing.summary()).to_check).toBe(0);

  // A battery that went flat.
  await context.setOffline(true);
  await page.clock.setSystemTime(0);
  await tapMany(page, "Plus dix", 2);
  await page.clock.setSystemTime(Date.now());
  await tapMany(page, "Plus une", 1);
  await context.setOffline(false);
  await expectExactly(page, outing, 39);
  expect((await outing.summary()).to_check).toBe(2);

  // The order is the one of the taps, whatever the clock said.
  const facts = proxy.sent.flatMap((batch) => batch.facts);
  const inOrder = [...new Map(facts.map((fact) => [fact.seq, fact.data.count]))].sort(([a], [b]) => a - b);
  expect(inOrder.map(([, count]) => count)).toEqual([1, 1, 1, 5, 5, 5, 10, 10, 1]);
  const times = [...new Map(facts.map((fact) => [fact.seq, fact.recorded_at])).values()];
  expect(times.filter((time) => time.startsWith("1970"))).toHaveLength(2);
});

test("records that are damaged on the phone do not stop the others", async () => {
  const { page, context } = phone;
  await joinHere(page, outing);
  await context.setOffline(true);
  await tapMany(page, "Plus une", 12);
  // The third and the sixth lose their text, the eighth its place in the queue; strangers come in.
  await page.evaluate(
    () =>
      new Promise((done, failed) => {
        const opened = indexedDB.open("cueillette");
        opened.onerror = () => failed(opened.error);
        opened.onsuccess = () => {
          const transaction = opened.result.transaction(["facts", "outbox"], "readwrite");
          transaction.oncomplete = () => done(opened.result.close());
          transaction.onabort = () => failed(transaction.error);
          const [facts, outbox] = ["facts", "outbox"].map((name) => transaction.objectStore(name));
          outbox.getAll().onsuccess = (event) => {
            const rows = event.target.result;
            facts.put('{"id":', rows[2].id);
            facts.put({ not: "a text" }, rows[5].id);
            outbox.put("garbage", 8);
            outbox.put({ id: 7, outing: null }, 1000);
            outbox.put({ ...rows[0], id: "01938f6e-2f6a-7bb0-8000-000000000001" }, 1001);
            outbox.put(null, 1002);
            facts.put("garbage", "garbage");
          };
        };
      }),
  );
  await page.reload();
  await expect(total(page)).toHaveText("12");
  await context.setOffline(false);
  await expect.poll(outing.syringes, { timeout: 40_000 }).toBe(9);
  await tap(page, "Plus dix");
  await expect.poll(outing.syringes).toBe(19);
});

test("an update that comes while something waits does not happen before all is sent", async () => {
  const { page, context } = phone;
  const next = await nextRelease(server.url);
  const build = () => page.locator("html").getAttribute("data-build");
  await joinHere(page, outing);
  const old = await build();
  proxy.to("broken");
  await tapMany(page, "Plus une", 30);
  proxy.release(next);
  // The browser finds the new worker as it does on any day, when it looks.
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
  });
  const isWaiting = () =>
    page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting));
  await expect.poll(isWaiting).toBe(true);
  await tapMany(page, "Plus cinq", 4);
  await page.reload();
  await expect(total(page)).toHaveText("50");
  expect(await build()).toBe(old);
  expect(await isWaiting()).toBe(true);
  await tap(page, "Plus dix");
  expect(await outing.syringes()).toBe(0);

  proxy.to("passed on");
  await expectExactly(page, outing, 60);
  // Once every page is closed the next one that opens is of the new build, and knows everything.
  await page.close();
  let later;
  await expect(async () => {
    await later?.close();
    later = await context.newPage();
    await later.goto("/terrain");
    await expect(later.locator("html")).toHaveAttribute("data-build", next.build, { timeout: 500 });
  }).toPass();
  await expect(total(later)).toHaveText("60");
  await tap(later, "Plus une");
  await expectExactly(later, outing, 61);
});

test("the phone never says that all is sent before it has looked", async () => {
  const { page, context } = phone;
  await joinHere(page, outing);
  await context.setOffline(true);
  await tapMany(page, "Plus une", 3);
  await page.addInitScript(() => {
    const said = (globalThis.saidOfSending = new Set());
    new MutationObserver(() => {
      const tag = document.querySelector("header [data-do*=sending]");
      if (tag) said.add(tag.textContent);
    }).observe(document, { childList: true, characterData: true, subtree: true });
  });
  await page.reload();
  await expect(page.getByText("3 à envoyer").first()).toBeVisible();
  expect(await page.evaluate(() => [...globalThis.saidOfSending])).toEqual(["On ouvre…", "3 à envoyer"]);
});
