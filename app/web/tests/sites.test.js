// Sites as given by a page: what is shown, and in which words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf as named, readBox, readFeatures, readSites } from "../map/sites.js";
import { FRENCH } from "../map/words.js";

const nameOf = (site, words = {}) => named(site, { ...FRENCH, ...words });

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

test("in another language nothing of a site is said in French", () => {
  const words = { lang: "en", done: "done", discreet: "discreet place", picked: "{n} here" };
  const [site] = readSites([{ ...victoire, nature: "discreet", state: "done", count: 1047 }]);
  assert.equal(nameOf(site, words), "Place de la Victoire, done, discreet place, 1,047 here");
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

const features = (...properties) => ({
  features: properties.map((it, n) => ({
    id: it.cluster ? null : `id-${n}`,
    geometry: { type: "Point", coordinates: [-0.57, 44.83] },
    properties: it,
  })),
});

test("a number says how many places it stands for, and their states", () => {
  const cluster = { cluster: true, count: 1012, states: { seen: 1, done: 1011 }, nature: "public" };
  const [many] = readFeatures(features(cluster), "/lieux/");
  assert.equal(nameOf(many).replace(/\s/g, " "), "1 012 lieux : 1 vu, 1 011 faits. Agrandir");
  const few = { cluster: true, count: 1, states: { planned: 1 }, nature: "discreet" };
  const [one] = readFeatures(features(few), "/lieux/");
  assert.equal(nameOf(one).replace(/\s/g, " "), "1 lieu discret : 1 prévu. Agrandir");
});

test("a place of an answer leads to its page, and an answer that is none shows nothing", () => {
  const [site] = readFeatures(features({ title: "Quai", nature: "public", state: "done" }), "/lieux/");
  assert.deepEqual([site.href, site.lat, site.many], ["/lieux/id-0", 44.83, undefined]);
  assert.deepEqual(readFeatures({}, "/lieux/"), []);
  assert.deepEqual(readFeatures(null), []);
});

test("a box is four numbers on the earth", () => {
  assert.deepEqual(readBox("-0.6,44.8,-0.5,44.9"), [[44.8, -0.6], [44.9, -0.5]]);
  for (const bad of [null, "", "1,2,3", "a,b,c,d"]) assert.equal(readBox(bad), undefined);
});
