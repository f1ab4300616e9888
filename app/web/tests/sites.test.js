// Sites as given by a page: what is shown, and in which words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, readSites } from "../map/sites.js";

const victoire = {
  id: 7,
  title: "Place de la Victoire",
  lat: 44.83,
  lon: -0.57,
  nature: "public",
  state: "planned",
};

test("a site is named by its title and its state", () => {
  assert.equal(nameOf(readSites([victoire])[0]), "Place de la Victoire, prévu");
});

test("what only colour and dashes would say is said in words", () => {
  const [site] = readSites([{ ...victoire, nature: "discreet", state: "done", count: 1047 }]);
  assert.equal(
    nameOf(site).replace(/\s/g, " "),
    "Place de la Victoire, fait, lieu discret, 1 047 ramassées",
  );
});

test("nothing picked up is said only where the work is done", () => {
  const words = (state) => nameOf(readSites([{ ...victoire, state, count: 0 }])[0]);
  assert.equal(words("planned"), "Place de la Victoire, prévu");
  assert.equal(words("done"), "Place de la Victoire, fait, 0 ramassée");
});

test("a site that cannot be placed is left out, and the others stay", () => {
  const lost = [{ lat: 0, lon: 0 }, { lat: 91 }, { lon: 200 }, { lat: "44" }, { lat: NaN }];
  const sites = readSites([...lost.map((bad) => ({ ...victoire, ...bad })), null, victoire]);
  assert.deepEqual(sites.map(({ id }) => id), ["7"]);
});

test("JSON text is read, and broken text gives no site", () => {
  assert.equal(readSites(JSON.stringify([victoire])).length, 1);
  assert.deepEqual(readSites("[{"), []);
  assert.deepEqual(readSites("{}"), []);
  assert.deepEqual(readSites(undefined), []);
});

test("a state of a later version is still a place on the map", () => {
  assert.equal(readSites([{ ...victoire, state: "constructor" }])[0].state, "seen");
});

test("a link leads only inside the product", () => {
  const href = (given) => readSites([{ ...victoire, href: given }])[0].href;
  assert.equal(href("/lieux/7"), "/lieux/7");
  for (const bad of ["//evil.example", "/\\evil.example", "javascript:alert(1)", "https://x"]) {
    assert.equal(href(bad), undefined);
  }
});
