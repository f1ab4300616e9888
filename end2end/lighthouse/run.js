// Lighthouse on a server that runs: `node run.js URL PATH…`. A phone on a slow network, as
// Lighthouse simulates it. Prints JSON: for each page its scores, and what lowered them.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
/** Each page so often; the middle one of its performances counts, for a busy machine is slow too. */
const RUNS = 3;

const [url, ...paths] = process.argv.slice(2);
const chrome = await launch({
  chromePath: process.env.CHROMIUM || "/usr/bin/chromium",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
});

/** An audit that fails in itself leaves its category without a score: such a run is none. */
const ASKED_AGAIN = 2;

/** Scores of one run, 0 to 100, and the audits that are not all they could be. */
async function once(path, again = ASKED_AGAIN) {
  const { lhr } = await lighthouse(url + path, {
    port: chrome.port,
    onlyCategories: CATEGORIES,
    output: "json",
    logLevel: "error",
  });
  const failed = Object.values(lhr.audits).filter((it) => it.scoreDisplayMode === "error");
  if (CATEGORIES.some((name) => lhr.categories[name].score === null)) {
    console.error(`${path}: ${failed[0]?.errorMessage}`);
    if (again === 0) throw new Error(`${path}: no score`);
    return once(path, again - 1);
  }
  const score = (name) => Math.round(lhr.categories[name].score * 100);
  const lowered = (name) =>
    lhr.categories[name].auditRefs
      .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
      .map(({ id }) => id);
  return {
    scores: Object.fromEntries(CATEGORIES.map((it) => [it, score(it)])),
    lowered: CATEGORIES.flatMap(lowered),
    final: lhr.finalDisplayedUrl,
  };
}

try {
  const pages = [];
  for (const path of paths) {
    const runs = [];
    for (let run = 0; run < RUNS; run++) runs.push(await once(path));
    runs.sort((a, b) => a.scores.performance - b.scores.performance);
    const middle = runs[Math.floor(RUNS / 2)];
    // What does not hang on speed must be so each time.
    for (const name of CATEGORIES.slice(1)) {
      middle.scores[name] = Math.min(...runs.map((it) => it.scores[name]));
    }
    pages.push({ path, ...middle });
  }
  console.log(JSON.stringify(pages));
} finally {
  await chrome.kill();
}
