// Pictures of every page, as everybody who may see it, at each size, and an index to look at them
// all: `node pictures.js FOLDER`. With `--readme`, only the six that the README shows.
// `cargo xtask screenshots` prepares and runs it. The pages are those that the stories walk.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import use from "./playwright.config.js";
import { keepStill } from "./support/looking.js";
import { furnish, pagesOf, ROLES, SIZES } from "./support/pages.js";
import { POSITION } from "./support/phone.js";
import { card, flagging, recorder } from "./support/screens.js";
import { startServer } from "./support/server.js";

/** CSS pixels: a longer page is cut, its picture would be a ribbon. */
const HEIGHT_MAX = 2400;
/** A map draws itself after the page. */
const MAP_MS = 1200;
/** Screens behind one address. */
const SCREENS = [
  ["anon", recorder],
  ["agent", flagging],
  ["anon", card],
];
/** What the README shows: names of its own, in the order of a week. */
const README = {
  counting: { role: "anon", size: "phone", screen: "counting" },
  "own-page": { role: "peer", size: "phone", pattern: "/moi" },
  home: { role: "coordinator", size: "desktop", pattern: "/" },
  map: { role: "coordinator", size: "desktop", pattern: "/carte" },
  lists: { role: "clerk", size: "desktop", pattern: "/ccas" },
  results: { role: "anon", size: "desktop", pattern: "/resultats/{programme}" },
};

const [folder, readme] = process.argv.slice(2);
if (!folder) throw new Error("node pictures.js FOLDER [--readme]");

const { locale, timezoneId, launchOptions } = use.use;
const server = await startServer();
const browser = await chromium.launch(launchOptions);
try {
  const world = await furnish(browser, server);
  await (readme === "--readme" ? forReadme(world) : everything(world));
} finally {
  await browser.close();
  await server.stop();
}

async function contextOf(world, role, size) {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: SIZES[size],
    locale,
    timezoneId,
    storageState: world.sessions[role],
    geolocation: POSITION,
    permissions: ["geolocation"],
    reducedMotion: "reduce",
  });
  await keepStill(context);
  return context;
}

async function open(page, path) {
  await page.goto(path);
  if ((await page.locator("cueillette-map").count()) > 0) await page.waitForTimeout(MAP_MS);
}

async function take(page, path) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const { width } = page.viewportSize();
  await page.screenshot({
    path,
    fullPage: true,
    clip: { x: 0, y: 0, width, height: Math.min(height, HEIGHT_MAX) },
  });
}

/** `/sorties/{id}` is `sorties-id`. */
function named(words) {
  return words.replace(/[^\p{L}\d]+/gu, "-").replace(/^-|-$/g, "") || "accueil";
}

async function everything(world) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const taken = [];
  for (const role of ROLES) {
    for (const size of Object.keys(SIZES)) {
      const context = await contextOf(world, role, size);
      const page = await context.newPage();
      const keep = async (title, pattern) => {
        const file = `${role}-${String(taken.length).padStart(3, "0")}-${named(pattern)}-${size}.png`;
        await take(page, join(folder, file));
        taken.push({ role, size, title, file });
      };
      for (const { path, pattern } of await pagesOf(world, role)) {
        await open(page, path);
        await keep(pattern, pattern);
      }
      await context.close();
    }
  }
  for (const [role, screens] of SCREENS) {
    for (const size of Object.keys(SIZES)) {
      const context = await contextOf(world, role, size);
      const page = await context.newPage();
      for await (const screen of screens(page, server)) {
        const file = `screen-${String(taken.length).padStart(3, "0")}-${named(screen)}-${size}.png`;
        await take(page, join(folder, file));
        taken.push({ role: "screens", size, title: screen, file });
      }
      await context.close();
    }
  }
  writeFileSync(join(folder, "index.html"), contactSheet(taken));
  console.log(`${taken.length} pictures in ${join(folder, "index.html")}`);
}

/** All pictures, by who looks and at which size. */
function contactSheet(taken) {
  const groups = [...new Set(taken.map((it) => it.role))];
  const figure = ({ file, title, size }) =>
    `<figure class="${size}"><a href="${file}"><img src="${file}" alt="" loading="lazy"></a>` +
    `<figcaption>${title} · ${size}</figcaption></figure>`;
  const group = (role) => {
    const pictures = taken.filter((it) => it.role === role).map(figure);
    return `<h2>${role} (${pictures.length})</h2><div>${pictures.join("\n")}</div>`;
  };
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>
body { font: 16px/1.4 system-ui; margin: 1rem; background: #eee }
div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start }
figure { margin: 0; width: 180px } figure.tablet { width: 260px } figure.desktop { width: 380px }
img { width: 100%; max-height: 480px; object-fit: cover; object-position: top; border: 1px solid #999 }
figcaption { font-size: 13px; overflow-wrap: anywhere }
</style>
<h1>Every page, as everybody who may see it</h1>
${groups.map(group).join("\n")}</html>\n`;
}

/** Six pictures of one screen height each. */
async function forReadme(world) {
  mkdirSync(folder, { recursive: true });
  for (const [name, { role, size, pattern, screen }] of Object.entries(README)) {
    const context = await contextOf(world, role, size);
    const page = await context.newPage();
    if (screen) {
      for await (const shown of recorder(page, server)) if (shown === screen) break;
    } else {
      const found = (await pagesOf(world, role)).find((it) => it.pattern === pattern);
      await open(page, found.path);
      // Whose map it is stands under it.
      const map = page.locator("cueillette-map").first();
      if ((await map.count()) > 0) await map.evaluate((it) => it.scrollIntoView({ block: "end" }));
    }
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
  }
  console.log(`${Object.keys(README).length} pictures in ${folder}`);
}
