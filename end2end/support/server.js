// The real server with the demonstration programmes, on a fresh database and a free port.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
export const BINARY = process.env.CUEILLETTE_BIN || resolve("../target/debug/cueillette");
/** Real data beside the repository; when the variable is set, a missing file is a failure. */
const SHARED = process.env.CUEILLETTE_SHARED;

/** The base map of Bordeaux, or nothing in a clone that stands alone. */
export function baseMap() {
  const path = join(SHARED || "../../shared", "geodata/bordeaux.pmtiles");
  if (existsSync(path)) return resolve(path);
  if (SHARED) throw new Error(`CUEILLETTE_SHARED is set and ${path} is missing`);
  return null;
}

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/**
 * Starts it; `{ url, demo, stop, restart }`. On the database of a folder that is there already, it
 * is served as it is.
 */
export async function startServer({ folder: given } = {}) {
  const folder = given || mkdtempSync(join(tmpdir(), "cueillette-end2end-"));
  const flags = ["--database", `sqlite:${join(folder, "db.sqlite")}`];
  const load = () => run(BINARY, [...flags, "demo", "--json"], { maxBuffer: 1 << 24 });
  const demo = given ? null : JSON.parse((await load()).stdout);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const map = baseMap();
  const serve = [...flags, "serve", "--listen", `127.0.0.1:${port}`];
  if (map) serve.push("--base-map", map);

  let child;
  async function start() {
    child = spawn(BINARY, serve, { stdio: ["ignore", "ignore", "inherit"] });
    for (let tries = 0; tries < 100; tries++) {
      try {
        if ((await fetch(`${url}/readyz`)).ok) return;
      } catch {
        // Not listening yet.
      }
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error("the server did not become ready");
  }
  async function halt() {
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  }

  await start();
  return {
    url,
    demo,
    halt,
    start,
    async stop() {
      await halt();
      if (!given) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks the API as somebody of the demo. */
export async function api(server, token, path, body) {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...(token && { authorization: `Bearer ${token}` }), "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const kind = answer.headers.get("content-type") || "";
  return kind.includes("json") ? answer.json() : answer.text();
}
