// Starts the recorder on /terrain, and shows the plain form when it cannot.
//
// An island's name is a hash of its source: a page of one build with the WASM of another is
// silently dead. So the build ids and the islands' names are checked before anything is started.

import { fetchWords, offerLanguages, speak } from "./language.js";
import { keepLook } from "./look.js";

const START_TIMEOUT_MS = 20_000;
/** The wish to send later, as the worker names it. */
const SYNC = "cueillette-outbox";
/** How often a page that is left open looks for a new version. */
const UPDATE_MS = 3_600_000;

/** When the second part did not come, ask for it again after so long. */
const MORE_AGAIN_MS = 5_000;
/** When the first copy for the day without network did not come whole. */
const COPY_AGAIN_MS = 60_000;

const script = document.querySelector("script[data-glue]");
const islands = [...document.querySelectorAll("leptos-island")];

/** Shows the recorder, or the way to the plain form. `html[data-start]` says which, for tests. */
function show(state) {
  const failed = state === "failed";
  const rescue = document.getElementById("secours");
  if (rescue) rescue.hidden = !failed;
  for (const island of islands) island.hidden = failed;
  document.documentElement.dataset.start = state;
}

async function start() {
  const { glue, wasm, build, words: files } = script.dataset;
  // Without them one counts in French.
  const words = fetchWords(files).catch(() => "");
  const app = await import(glue);
  const first = await app.default({ module_or_path: wasm });
  if (app.build_id() !== build) throw new Error("page and WASM are of two builds");
  const strangers = islands.filter((island) => !app[island.dataset.component]);
  if (strangers.length) throw new Error("the WASM does not know an island of this page");
  speak(app, await words);
  offerLanguages(app, files);
  app.hydrate();
  for (const island of islands) app[island.dataset.component](island);
  return first;
}

/**
 * What the first tap does not need comes after it: it shares memory and table with the first part.
 * `html[data-more]` and the event "more-ready" say that it is here.
 */
async function bringMore(first) {
  const { more } = script.dataset;
  if (!more) return;
  try {
    const answer = await fetch(more);
    if (!answer.ok) throw new Error(`${answer.status}`);
    await WebAssembly.instantiate(await answer.arrayBuffer(), { _: first });
    document.documentElement.dataset.more = "ready";
    dispatchEvent(new Event("more-ready"));
  } catch (error) {
    // Counting goes on meanwhile.
    console.warn(error);
    setTimeout(bringMore, MORE_AGAIN_MS, first);
  }
}

/** After the start, so that filling the cache does not compete with the first possible tap. */
function registerServiceWorker() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker
    .register("/sw.js")
    .then((registration) => {
      sendWithoutUs(registration);
      follow(registration);
    })
    .catch((error) => console.warn(error));
}

/**
 * The recorder calls `sendLater` when something could not go: the browser then wakes the worker
 * once there is a network, even when this page is closed. With a network it would do so at once:
 * while somebody looks, the page itself tries again, less and less often.
 */
function sendWithoutUs(registration) {
  let later = false;
  const ask = () => {
    if (!later || (navigator.onLine && !document.hidden)) return;
    later = false;
    registration.sync?.register(SYNC).catch(() => {});
  };
  globalThis.sendLater = () => {
    later = true;
    ask();
  };
  document.addEventListener("visibilitychange", ask);
}

/**
 * A new version that is on the phone waits: `html[data-update]` and the event "update-ready" say
 * so. The recorder knows when the moment is good and the person agrees: "update-agreed".
 */
function follow(registration) {
  const workers = navigator.serviceWorker;
  const look = () => {
    // The very first worker replaces nothing.
    if (!registration.waiting || !workers.controller) return;
    document.documentElement.dataset.update = "ready";
    dispatchEvent(new Event("update-ready"));
  };
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      look();
      // The very first one failed: browsers do not try again by themselves.
      if (installing.state === "redundant" && !registration.active) {
        setTimeout(registerServiceWorker, COPY_AGAIN_MS);
      }
    });
  });
  // How the first copy for the day without network goes, by the worker that makes it.
  workers.onmessage = ({ data }) => {
    document.documentElement.dataset.kept = data.kept;
    dispatchEvent(new Event("update-ready"));
  };
  look();
  addEventListener("update-agreed", () => {
    const reload = () => location.reload();
    // One that came to nothing is not asked.
    if (!registration.active) return;
    // Another tab agreed before us.
    if (!registration.waiting) return reload();
    workers.addEventListener("controllerchange", reload, { once: true });
    registration.waiting.postMessage({ type: "skip-waiting" });
  });
  let asked = Date.now();
  document.addEventListener("visibilitychange", () => {
    // A clock set back must not end the asking.
    if (document.hidden || Math.abs(Date.now() - asked) < UPDATE_MS) return;
    asked = Date.now();
    // With no network there is nothing new.
    registration.update().catch(() => {});
  });
}

// A sheet over the screen keeps the keyboard: a focus that leaves it comes back to it.
document.addEventListener("focusin", ({ target }) => {
  const sheet = document.querySelector(".sheet");
  if (sheet && !sheet.contains(target)) sheet.focus();
});
keepLook();
// On a very slow network the form is offered first; a recorder that still arrives takes over.
const tooLong = setTimeout(show, START_TIMEOUT_MS, "failed");
start()
  .then(
    (first) => {
      show("ready");
      bringMore(first);
    },
    (error) => {
      console.error(error);
      show("failed");
    },
  )
  .finally(() => {
    clearTimeout(tooLong);
    registerServiceWorker();
  });
