// Starts the recorder on /terrain, and shows the plain form when it cannot.
//
// An island's name is a hash of its source: a page of one build with the WASM of another is
// silently dead. So the build ids and the islands' names are checked before anything is started.

const START_TIMEOUT_MS = 20_000;

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
  const { glue, wasm, build } = script.dataset;
  const app = await import(glue);
  await app.default({ module_or_path: wasm });
  if (app.build_id() !== build) throw new Error("page and WASM are of two builds");
  const strangers = islands.filter((island) => !app[island.dataset.component]);
  if (strangers.length) throw new Error("the WASM does not know an island of this page");
  app.hydrate();
  for (const island of islands) app[island.dataset.component](island);
}

/** After the start, so that filling the cache does not compete with the first possible tap. */
function registerServiceWorker() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.register("/sw.js").catch((error) => console.warn(error));
}

// On a very slow network the form is offered first; a recorder that still arrives takes over.
const tooLong = setTimeout(show, START_TIMEOUT_MS, "failed");
start()
  .then(
    () => show("ready"),
    (error) => {
      console.error(error);
      show("failed");
    },
  )
  .finally(() => {
    clearTimeout(tooLong);
    registerServiceWorker();
  });
