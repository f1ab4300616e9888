// The base map: what is a whole file, what is kept, what is asked again.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { PMTiles } from "pmtiles";
import { BytesSource, isWholeArchive, openBaseMap } from "../map/base-map.js";

const URL_PATH = "/base-map.pmtiles";
const ROOT_OFFSET = 127;
const TILE = new TextEncoder().encode("tile");

/** The smallest archive: one uncompressed tile at 0/0/0, with `mark` as its last byte. */
function archive(mark = 0) {
  const directory = Uint8Array.of(1, 0, 1, TILE.length + 1, 1);
  const tilesAt = ROOT_OFFSET + directory.length;
  const bytes = new Uint8Array(tilesAt + TILE.length + 1);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("PMTiles"));
  view.setUint8(7, 3);
  const sections = { 8: [ROOT_OFFSET, directory.length], 24: [tilesAt, 0], 40: [tilesAt, 0] };
  sections[56] = [tilesAt, TILE.length + 1];
  for (const [at, [offset, length]] of Object.entries(sections)) {
    view.setBigUint64(Number(at), BigInt(offset), true);
    view.setBigUint64(Number(at) + 8, BigInt(length), true);
  }
  view.setUint8(97, 1);
  view.setUint8(98, 1);
  view.setUint8(99, 1);
  bytes.set(directory, ROOT_OFFSET);
  bytes.set(TILE, tilesAt);
  bytes[bytes.length - 1] = mark;
  return bytes.buffer;
}

const lastByte = (buffer) => new Uint8Array(buffer).at(-1);

let server;
let asked;
let kept;

beforeEach(() => {
  asked = [];
  kept = new Map();
  server = {
    "/base-map.json": () => Response.json({ available: true, etag: '"1"', bytes: 140 }),
    [URL_PATH]: () => new Response(archive(1), { headers: { etag: '"1"' } }),
  };
  globalThis.fetch = async (path) => {
    asked.push(path);
    if (!server[path]) throw new TypeError("offline");
    return server[path]();
  };
  const cache = {
    match: async (path) => kept.get(path)?.clone(),
    put: async (path, answer) => void kept.set(path, answer),
    delete: async (path) => kept.delete(path),
  };
  globalThis.caches = { open: async () => cache };
});

afterEach(() => {
  delete globalThis.caches;
});

/** Lets what runs behind an answer come to its end. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("a source over bytes gives the slice that is asked, and a copy of it", async () => {
  const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5).buffer;
  const { data } = await new BytesSource("town", bytes).getBytes(2, 3);
  assert.deepEqual([...new Uint8Array(data)], [2, 3, 4]);
  assert.notEqual(data, bytes);
});

test("tiles are read from memory by the PMTiles library", async () => {
  const town = new PMTiles(new BytesSource("town", archive(33)));
  const tile = await town.getZxy(0, 0, 0);
  assert.equal(new TextDecoder().decode(tile.data), "tile!");
});

test("only a whole PMTiles v3 file is one", () => {
  assert.ok(isWholeArchive(archive()));
  assert.ok(!isWholeArchive(archive().slice(0, -1)), "cut by one byte");
  assert.ok(!isWholeArchive(new ArrayBuffer(0)));
  assert.ok(!isWholeArchive(new TextEncoder().encode("<!DOCTYPE html>".repeat(20)).buffer));
  const older = archive();
  new DataView(older).setUint8(7, 2);
  assert.ok(!isWholeArchive(older));
});

test("the first opening fetches the file, says how far it is, and keeps it", async () => {
  const parts = [];
  const bytes = await openBaseMap(URL_PATH, (part) => parts.push(part));
  assert.equal(lastByte(bytes), 1);
  assert.ok(parts.length > 0 && parts.every((part) => part > 0 && part <= 1));
  assert.equal(kept.get(URL_PATH).headers.get("etag"), "1");
});

test("the second opening works with no network", async () => {
  await openBaseMap(URL_PATH);
  server = {};
  assert.equal(lastByte(await openBaseMap(URL_PATH)), 1);
  await settled();
  assert.ok(kept.has(URL_PATH));
});

test("an unchanged file is not fetched twice", async () => {
  await openBaseMap(URL_PATH);
  server["/base-map.json"] = () => Response.json({ available: true, etag: 'W/"1"', bytes: 140 });
  await openBaseMap(URL_PATH);
  await settled();
  assert.equal(asked.filter((path) => path === URL_PATH).length, 1);
});

test("a changed file is there at the next opening", async () => {
  await openBaseMap(URL_PATH);
  server["/base-map.json"] = () => Response.json({ available: true, etag: '"2"', bytes: 140 });
  server[URL_PATH] = () => new Response(archive(2), { headers: { etag: '"2"' } });
  assert.equal(lastByte(await openBaseMap(URL_PATH)), 1);
  await settled();
  assert.equal(lastByte(await openBaseMap(URL_PATH)), 2);
});

test("a file cut in half never replaces a good one", async () => {
  await openBaseMap(URL_PATH);
  server["/base-map.json"] = () => Response.json({ available: true, etag: '"2"', bytes: 140 });
  server[URL_PATH] = () => new Response(archive(2).slice(0, 60));
  await openBaseMap(URL_PATH);
  await settled();
  assert.equal(lastByte(await openBaseMap(URL_PATH)), 1);
});

test("a base map that the operator took away is forgotten", async () => {
  await openBaseMap(URL_PATH);
  server["/base-map.json"] = () => Response.json({ available: false });
  await openBaseMap(URL_PATH);
  await settled();
  await assert.rejects(openBaseMap(URL_PATH), { reason: "none" });
});

test("a kept copy that was damaged is fetched again", async () => {
  kept.set(URL_PATH, new Response("half"));
  assert.equal(lastByte(await openBaseMap(URL_PATH)), 1);
});

test("each way to have no base map has its reason", async () => {
  const reasons = {
    none: { "/base-map.json": () => Response.json({ available: false }) },
    later: {},
    unreadable: { ...server, [URL_PATH]: () => new Response("<html>") },
    "too-big": { "/base-map.json": () => Response.json({ available: true, bytes: 1e12 }) },
  };
  for (const [reason, answers] of Object.entries(reasons)) {
    server = answers;
    await assert.rejects(openBaseMap(URL_PATH), { reason });
    assert.equal(kept.size, 0);
  }
});

test("a browser that refuses storage still shows the map", async () => {
  globalThis.caches.open = async () => {
    throw new DOMException("denied", "SecurityError");
  };
  assert.equal(lastByte(await openBaseMap(URL_PATH)), 1);
});
