// The five minutes of the needle-stick page: said in words, never cut short.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement = class {};
const defined = [];
globalThis.customElements = { define: (name) => defined.push(name) };
globalThis.document = { querySelector: () => null };
const { inWords, left } = await import("../help.js");

test("the element is there for the page to use", () => {
  assert.deepEqual(defined, ["wash-timer"]);
});

test("what is left is said in words", () => {
  assert.equal(inWords(300), "Encore 5 minutes.");
  assert.equal(inWords(270), "Encore 4 minutes et 30 secondes.");
  assert.equal(inWords(61), "Encore 1 minute et 1 seconde.");
  assert.equal(inWords(9), "Encore 9 secondes.");
});

const start = { steady: 1_000, wall: 1_700_000_000_000 };
const after = (steady, wall) => ({ steady: start.steady + steady, wall: start.wall + wall });

test("five minutes are five minutes, and end", () => {
  assert.equal(left(start, start), 300);
  assert.equal(left(start, after(500, 500)), 300);
  assert.equal(left(start, after(1_000, 1_000)), 299);
  assert.equal(left(start, after(299_999, 299_999)), 1);
  assert.equal(left(start, after(400_000, 400_000)), 0);
});

test("a phone that slept has counted, and a clock set back a day changes nothing", () => {
  assert.equal(left(start, after(10_000, 300_000)), 0);
  assert.equal(left(start, after(60_000, -86_400_000)), 240);
});
