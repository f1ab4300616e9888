// A bad network between the phone and the server: a small reverse proxy that can do, to what the
// phone sends, all that networks, portals and tired servers do.
import { createServer, request as ask } from "node:http";

const NONSENSE = ["[]", "null", '{"results":"oui"}', '{"results":[{"id":7,"status":"accepted"}]}', "{"];
const PORTAL = "<!DOCTYPE html><title>Wi-Fi gratuit</title><h1>Accepter et se connecter</h1>";

/** What may happen to one request of the phone. Each gets the proxy's end of it. */
const FAULTS = {
  /** The server is ill. */
  broken: ({ to }) => to.writeHead(500, { "content-type": "text/plain" }).end("oups"),
  /** The server asks for patience. */
  busy: ({ to, state }) => {
    to.writeHead(429, { "retry-after": state.retryAfter, "content-type": "application/problem+json" });
    to.end('{"type":"about:blank","status":429}');
  },
  /** The sign-in page of a public Wi-Fi. */
  portal: ({ to }) => to.writeHead(200, { "content-type": "text/html" }).end(PORTAL),
  /** Well-formed, and says nothing that could be acted on. */
  nonsense: ({ to, state }) => {
    const body = NONSENSE[state.nonsense++ % NONSENSE.length];
    to.writeHead(200, { "content-type": "application/json" }).end(body);
  },
  /** Never reaches the server. */
  cut: ({ to }) => to.destroy(),
  /** Held for good: neither answered nor passed on. */
  held: () => {},
  /** The server has taken it in; its answer is lost. */
  "answer lost": async ({ to, pass }) => {
    await pass();
    to.destroy();
  },
  /** The headers come at once, then a few bytes at a time. */
  dribbled: async ({ to, pass, state }) => {
    const { status, headers, body } = await pass();
    to.writeHead(status, { ...headers, "content-length": body.length });
    for (let at = 0; at < body.length && !to.destroyed; at += state.dribble.bytes) {
      to.write(body.subarray(at, at + state.dribble.bytes));
      await new Promise((done) => setTimeout(done, state.dribble.ms));
    }
    to.end();
  },
};

/** Reads a stream to its end. */
async function whole(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** The facts of a batch; none of one that cannot be read. */
function factsOf(body) {
  try {
    return JSON.parse(body).facts;
  } catch {
    return [];
  }
}

/** Sends a request on; its answer comes back whole and not packed. */
function passOn(upstream, from, path, body) {
  return new Promise((done, failed) => {
    const { host } = new URL(upstream);
    const headers = { ...from.headers, host, "accept-encoding": "identity" };
    const onward = ask(upstream + path, { method: from.method, headers }, async (answer) => {
      const { statusCode: status, headers } = answer;
      for (const name of ["connection", "transfer-encoding", "content-length"]) delete headers[name];
      done({ status, headers, body: await whole(answer) });
    });
    onward.on("error", failed);
    onward.end(body);
  });
}

/**
 * Starts it before a server. `to(fault)` does something to all facts that are sent from now on,
 * `to("passed on")` ends that; `state.slowMs` lets each request wait, `state.gone` answers none; `sent` tells when each batch came, what was in it, and its fate.
 * `release(next)` serves another build of the same product, made by `support/release.js`.
 */
export async function startProxy(upstream) {
  const state = { fault: "passed on", slowMs: 0, gone: false, retryAfter: "2", nonsense: 0, dribble: { bytes: 40, ms: 50 } };
  const sent = [];
  let release = null;

  async function serve(from, to) {
    const body = await whole(from);
    await new Promise((done) => setTimeout(done, state.slowMs));
    if (state.gone) return to.destroy();
    if (from.method === "POST" && from.url === "/api/v1/facts") {
      const { fault } = state;
      sent.push({ at: performance.now(), fault, facts: factsOf(body) });
      if (fault !== "passed on") {
        return FAULTS[fault]({ to, state, pass: () => passOn(upstream, from, from.url, body) });
      }
    }
    let answer = await passOn(upstream, from, release ? release.known(from.url) : from.url, body);
    if (release) answer = release.renew(answer);
    to.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
    return to.end(answer.body);
  }

  const proxy = createServer((from, to) => serve(from, to).catch(() => to.destroy()));
  await new Promise((done) => proxy.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    sent,
    state,
    to(fault) {
      if (fault !== "passed on" && !FAULTS[fault]) throw new Error(`no fault is called ${fault}`);
      state.fault = fault;
    },
    release(next) {
      release = next;
    },
    async stop() {
      const closed = new Promise((done) => proxy.close(done));
      proxy.closeAllConnections();
      await closed;
    },
  };
}
