// Sites of a view, asked as the map moves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteSource } from "../map/source.js";

class Box {
  constructor(west, south, east, north) {
    Object.assign(this, { west, south, east, north });
  }
  getWest() { return this.west }
  getSouth() { return this.south }
  getEast() { return this.east }
  getNorth() { return this.north }
  contains(it) {
    return this.west <= it.west && this.south <= it.south && it.east <= this.east && it.north <= this.north;
  }
  pad(part) {
    const [x, y] = [(this.east - this.west) * part, (this.north - this.south) * part];
    return new Box(this.west - x, this.south - y, this.east + x, this.north + y);
  }
}

/** A map that is where it was put. */
function mapAt(box, zoom = 14) {
  const heard = new Set();
  return {
    on: (_, listener) => heard.add(listener),
    off: (_, listener) => heard.delete(listener),
    getZoom: () => zoom,
    getBounds: () => box,
    move(to, closer = zoom) {
      [box, zoom] = [to, closer];
      heard.forEach((listener) => listener());
    },
  };
}

const TOWN = new Box(-0.6, 44.8, -0.5, 44.9);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Plays a story with a server that answers when told to. */
async function play(story) {
  const asked = [];
  globalThis.location = { href: "http://town.example/carte" };
  globalThis.fetch = (url, { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      const answer = (body) => resolve({ ok: body !== undefined, status: 500, json: async () => body });
      asked.push({ url: new URL(url), signal, answer });
    });
  const [shown, silences] = [[], []];
  const map = mapAt(TOWN);
  const source = new SiteSource(map, "/api/v1/sites?state=seen", "/lieux/", (it) => shown.push(it), () =>
    silences.push(true),
  );
  await story({ map, asked, shown, silences });
  source.stop();
}

const site = (id) => ({
  type: "FeatureCollection",
  features: [
    {
      id,
      geometry: { coordinates: [-0.57, 44.83] },
      properties: { title: "Quai", nature: "public", state: "seen" },
    },
  ],
});

test("the first view asks with its filters, its zoom and a margin around it", () =>
  play(async ({ asked, shown }) => {
    assert.equal(asked.length, 1);
    const { pathname, searchParams } = asked[0].url;
    assert.equal(pathname, "/api/v1/sites");
    assert.equal(searchParams.get("state"), "seen");
    assert.equal(searchParams.get("zoom"), "14");
    assert.equal(searchParams.get("bbox"), "-0.64000,44.76000,-0.46000,44.94000");
    asked[0].answer(site("a"));
    await pause(0);
    assert.deepEqual(shown[0].map(({ href }) => href), ["/lieux/a"]);
  }));

test("a small move asks nothing, many moves in a row ask once", () =>
  play(async ({ map, asked }) => {
    asked[0].answer(site("a"));
    await pause(0);
    map.move(new Box(-0.61, 44.81, -0.51, 44.91));
    await pause(250);
    assert.equal(asked.length, 1);
    for (let n = 1; n <= 5; n++) map.move(new Box(-0.6 + n, 44.8, -0.5 + n, 44.9));
    await pause(250);
    assert.equal(asked.length, 2);
    assert.match(asked[1].url.searchParams.get("bbox"), /^4\.36/);
  }));

test("an answer to a view that was left is dropped", () =>
  play(async ({ map, asked, shown, silences }) => {
    map.move(TOWN, 16);
    await pause(250);
    assert.equal(asked.length, 2);
    assert.ok(asked[0].signal.aborted);
    asked[1].answer(site("b"));
    asked[0].answer(site("a"));
    await pause(0);
    assert.deepEqual(shown.map(([{ id }]) => id), ["b"]);
    assert.deepEqual(silences, []);
  }));

test("no answer is told, and the next move tries again", async (t) => {
  t.mock.method(console, "warn", () => {});
  await play(async ({ map, asked, shown, silences }) => {
    asked[0].answer(undefined);
    await pause(0);
    assert.deepEqual([shown.length, silences.length], [0, 1]);
    map.move(TOWN);
    await pause(250);
    assert.equal(asked.length, 2);
  });
});
