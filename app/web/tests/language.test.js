// The language of a phone: its file is fetched once it was chosen, French needs none.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { fetchWords, offerLanguages, speak } from "../language.js";

const FILES = "/pkg/words-bg.0a1b.txt /pkg/words-en.2c3d.txt";

let page;

beforeEach(() => {
  page = { asked: [], said: [], spoken: [], heard: undefined, answer: { ok: true } };
  globalThis.document = {
    cookie: "",
    documentElement: { lang: "fr" },
    addEventListener: (_, then) => {
      page.heard = then;
    },
  };
  globalThis.dispatchEvent = ({ type }) => void page.said.push(type);
  globalThis.fetch = async (path) => {
    page.asked.push(path);
    return { ...page.answer, text: async () => "Български\nbg\n" };
  };
});

const app = { speak: (words) => void page.spoken.push(words) };
const tap = (tag) => page.heard({ target: { closest: () => tag && { dataset: { lang: tag } } } });

test("what was chosen is fetched, among other cookies", async () => {
  document.cookie = "theme=sun; lang=bg; x=y";
  assert.equal(await fetchWords(FILES), "Български\nbg\n");
  assert.deepEqual(page.asked, ["/pkg/words-bg.0a1b.txt"]);
});

test("nothing is fetched for French, before any choice, or where there are no files", async () => {
  for (const cookie of ["", "lang=fr", "lang=xx", "nolang=bg"]) {
    document.cookie = cookie;
    assert.equal(await fetchWords(FILES), "");
  }
  document.cookie = "lang=bg";
  assert.equal(await fetchWords(undefined), "");
  assert.deepEqual(page.asked, []);
});

test("a file that does not come is no language", async () => {
  page.answer = { ok: false, status: 503 };
  await assert.rejects(fetchWords(FILES, "bg"), /503/);
});

test("a tap on a name is kept for a year, spoken, and told to the recorder", async () => {
  offerLanguages(app, FILES);
  await tap(undefined);
  assert.deepEqual(page.spoken, []);
  await tap("bg");
  assert.match(document.cookie, /^lang=bg;path=\/;max-age=31536000;samesite=lax;secure$/);
  assert.equal(document.documentElement.lang, "bg");
  assert.deepEqual(page.spoken, ["Български\nbg\n"]);
  assert.deepEqual(page.said, ["words-ready"]);
  speak(app, "");
  assert.equal(document.documentElement.lang, "fr");
});
