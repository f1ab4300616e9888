// The town's base map: fetched whole once, kept on the phone, read in memory.
//
// Tiles are not asked one by one: the Cache API refuses partial answers, and a list of asked
// tiles would tell the server where somebody looks.

const CACHE = "cueillette-base-map";
/** A town is a few megabytes. More would push the person's own things off a small phone. */
const BASE_MAP_BYTES_MAX = 64 * 1024 * 1024;
/** PMTiles v3: the file's first seven letters, its version, then numbers up to this byte. */
const HEADER_BYTES = 127;

/** Says why there is no base map; `reason` is one of the words below. */
export class NoBaseMap extends Error {
  /** @param {"none" | "later" | "unreadable" | "too-big"} reason */
  constructor(reason) {
    super(`no base map: ${reason}`);
    this.reason = reason;
  }
}

/** A PMTiles source over bytes that are already here. */
export class BytesSource {
  constructor(key, bytes) {
    this.key = key;
    this.bytes = bytes;
  }

  getKey() {
    return this.key;
  }

  async getBytes(offset, length) {
    return { data: this.bytes.slice(offset, offset + length) };
  }
}

/**
 * Whether these bytes are a whole PMTiles v3 file: not a portal's HTML, not one cut in half.
 * Each section of the file is an offset and a length in the header; none may end outside.
 */
export function isWholeArchive(bytes) {
  if (bytes.byteLength < HEADER_BYTES) return false;
  const header = new DataView(bytes);
  const magic = String.fromCharCode(...new Uint8Array(bytes, 0, 7));
  if (magic !== "PMTiles" || header.getUint8(7) !== 3) return false;
  const sections = [8, 24, 40, 56];
  return sections.every((at) => {
    const end = header.getBigUint64(at, true) + header.getBigUint64(at + 8, true);
    return end <= BigInt(bytes.byteLength);
  });
}

/** `W/"abc"` and `abc` are the same version of a file. */
function version(etag) {
  return (etag || "").replace(/^W\//, "").replace(/"/g, "");
}

/** The phone's own copies. A browser that refuses storage only makes the map come each time. */
async function openCache() {
  try {
    return await caches.open(CACHE);
  } catch (refused) {
    return undefined;
  }
}

/** `{available, etag, bytes}` from the server, or undefined with no network. */
async function askServer(url) {
  try {
    const answer = await fetch(url.replace(/\.pmtiles$/, ".json"), { cache: "no-store" });
    return answer.ok ? await answer.json() : undefined;
  } catch (offline) {
    return undefined;
  }
}

/** Reads a body piece by piece, to say how far it is and to stop when it is too big. */
async function readBody(answer, bytesExpected, onProgress) {
  const parts = [];
  let bytes = 0;
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > BASE_MAP_BYTES_MAX) {
      await reader.cancel();
      throw new NoBaseMap("too-big");
    }
    parts.push(value);
    if (bytesExpected) onProgress(Math.min(1, bytes / bytesExpected));
  }
  return new Blob(parts).arrayBuffer();
}

async function fetchWhole(url, info, onProgress) {
  if (info.bytes > BASE_MAP_BYTES_MAX) throw new NoBaseMap("too-big");
  let bytes;
  let etag;
  try {
    // `no-store`: the one copy is ours, not a second one in the browser's own cache.
    const answer = await fetch(url, { cache: "no-store" });
    if (!answer.ok) throw new NoBaseMap(answer.status === 404 ? "none" : "later");
    etag = version(answer.headers.get("etag")) || version(info.etag);
    bytes = await readBody(answer, info.bytes, onProgress);
  } catch (error) {
    throw error instanceof NoBaseMap ? error : new NoBaseMap("later");
  }
  if (!isWholeArchive(bytes)) throw new NoBaseMap("unreadable");
  return { bytes, etag };
}

/** Keeps the bytes for the next time. A full phone is no reason to hide the map now. */
async function keep(cache, url, { bytes, etag }) {
  const headers = { "content-type": "application/vnd.pmtiles", etag };
  try {
    await cache.put(url, new Response(bytes, { headers }));
  } catch (storageFull) {
    console.warn("cueillette-map: the base map could not be kept", storageFull);
  }
}

/** With a network, brings the kept copy up to date for the next opening; silent without. */
async function refresh(cache, url, keptEtag) {
  const info = await askServer(url);
  if (!info) return;
  if (info.available === false) {
    await cache.delete(url);
  } else if (version(info.etag) !== keptEtag) {
    await keep(cache, url, await fetchWhole(url, info, () => {}));
  }
}

/**
 * The bytes of the town's base map: the kept copy at once, otherwise the server's.
 * @param {string} url
 * @param {(part: number) => void} onProgress told from 0 to 1 while the file comes
 * @throws {NoBaseMap}
 */
export async function openBaseMap(url, onProgress = () => {}) {
  const cache = await openCache();
  const copy = cache && (await cache.match(url, { ignoreVary: true }));
  if (copy) {
    const bytes = await copy.arrayBuffer();
    if (isWholeArchive(bytes)) {
      refresh(cache, url, version(copy.headers.get("etag"))).catch(() => {});
      return bytes;
    }
    await cache.delete(url);
  }

  const info = await askServer(url);
  if (!info) throw new NoBaseMap("later");
  if (!info.available) throw new NoBaseMap("none");
  const fetched = await fetchWhole(url, info, onProgress);
  if (cache) await keep(cache, url, fetched);
  return fetched.bytes;
}
