// What is looked at on every page: the rules of axe-core, width, targets, headings, and where the
// keyboard leads. Each look answers sentences about what is wrong, none when all is well.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const AXE_VERSION = require("axe-core/package.json").version;

/** WCAG 2.2, levels A and AA, and what axe's makers hold for good practice. */
export const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Rules that read what a style sheet paints: these are asked again in every theme. */
const PAINTED = ["color-contrast", "link-in-text-block", "target-size"];
/** CSS pixels: peers tap with gloves and cold hands, a desk has a mouse (WCAG 2.5.8). */
export const TARGET_FOR_PEERS = 48;
export const TARGET_ELSEWHERE = 24;
/** So many stops of the keyboard are looked at on one page: the frame, and the first of its lists. */
const STOPS_MAX = 60;

/** A context whose pages are still: nothing moves while it is looked at. */
export async function keepStill(context) {
  await context.addInitScript(() => {
    addEventListener("DOMContentLoaded", () => {
      const still = new CSSStyleSheet();
      still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
    });
  });
}

/** Collects what a page complains of; `complaints()` answers and forgets. */
export function listen(page, host) {
  let heard = [];
  page.on("console", (it) => {
    // A refused page is a page; its status is looked at where it is asked for. And how the flagging
    // page learns that nobody is signed in is an answer, which the browser writes down by itself.
    const isAsking = it.text().includes("401") && it.location().url.endsWith("/api/v1/flagging");
    const isNavigation = it.text().startsWith("Failed to load resource") && it.location().url === page.url();
    if (it.type() === "error" && !isNavigation && !isAsking) heard.push(`console: ${it.text()} (${it.location().url})`);
  });
  page.on("pageerror", (error) => heard.push(`script: ${error}`));
  page.on("request", (request) => {
    const { protocol, host: to } = new URL(request.url());
    if (protocol.startsWith("http") && to !== host) heard.push(`asks ${to}`);
  });
  return () => heard.splice(0);
}

/** The outline of a page, its width and its targets; runs with and without script. */
export const lookAtOutline = (page, target) => page.evaluate(outline, target);

function outline(targetPx) {
  const wrong = [];
  const shown = (it) => it.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true });
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const count = (what, n, wanted) => n === wanted || wrong.push(`${what}: ${n}, not ${wanted}`);
  count("h1", all("h1").length, 1);
  count("main", all("main, [role=main]").length, 1);
  if (!document.title.trim()) wrong.push("no title");
  if (!document.documentElement.lang) wrong.push("no language");
  const ids = [...document.querySelectorAll("[id]")].map((it) => it.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) wrong.push(`ids twice: ${[...new Set(twice)]}`);

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    // The innermost that sticks out is the one to mend.
    const out = all("body *").filter((it) => it.getBoundingClientRect().right > clientWidth + 0.5);
    const named = out.slice(-3).map((it) => `${it.tagName.toLowerCase()}.${it.className}`);
    wrong.push(`scrolls sideways: ${scrollWidth} of ${clientWidth} px, by ${named}`);
  }

  const isInSentence = (it) => {
    if (it.tagName !== "A" || !getComputedStyle(it).display.startsWith("inline")) return false;
    const around = it.parentElement.textContent.replace(it.textContent, "");
    return /[\p{L}\d]/u.test(around);
  };
  const box = (it) => {
    const rect = it.getBoundingClientRect();
    const label = /radio|checkbox|file/.test(it.type || "") && it.labels?.[0]?.getBoundingClientRect();
    if (!label) return rect;
    const [left, top] = [Math.min(rect.left, label.left), Math.min(rect.top, label.top)];
    return {
      width: Math.max(rect.right, label.right) - left,
      height: Math.max(rect.bottom, label.bottom) - top,
      bottom: Math.max(rect.bottom, label.bottom),
    };
  };
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
  for (const it of all(CONTROLS)) {
    const { width, height, bottom } = box(it);
    // Far above the page: the way past the navigation, which comes down when it has the focus.
    if (it.disabled || bottom + scrollY < 0 || isInSentence(it)) continue;
    if (Math.min(width, height) < targetPx - 0.5) {
      const name = (it.ariaLabel || it.textContent || it.name || "").trim().slice(0, 40);
      wrong.push(`target of ${Math.round(width)} × ${Math.round(height)} px: ${it.tagName.toLowerCase()} « ${name} »`);
    }
  }
  return wrong;
}

/** All rules of axe in the theme that is shown, and in the others those that read paint. */
export async function lookWithAxe(page, themes) {
  await page.evaluate(AXE);
  const wrong = [];
  for (const [rank, theme] of themes.entries()) {
    await dress(page, theme);
    const asked = rank === 0 ? { type: "tag", values: TAGS } : { type: "rule", values: PAINTED };
    for (const { id, nodes } of await page.evaluate(violations, asked)) {
      for (const { target, why } of nodes) wrong.push(`${theme}: ${id}: ${target}: ${why}`);
    }
  }
  await dress(page, "light");
  return wrong;
}

/** « Plein soleil » is an attribute; dark is what the system prefers. */
async function dress(page, theme) {
  await page.emulateMedia({ colorScheme: theme === "dark" ? "dark" : "light" });
  await page.evaluate((theme) => {
    if (theme === "sun") document.documentElement.dataset.theme = "sun";
    else delete document.documentElement.dataset.theme;
  }, theme);
}

async function violations(runOnly) {
  const found = await globalThis.axe.run(document, { runOnly, resultTypes: ["violations"], preload: false });
  // Where a pin stands says where a place is: WCAG 2.5.8 lets pins of a map be near each other.
  const isPin = (rule, node) =>
    rule === "target-size" && document.querySelector(node.target[0])?.closest("cueillette-map") !== null;
  // « +5 » and « Plus cinq » are the same words: WCAG 2.5.3 leaves signs of arithmetic to how they are
  // said, and axe compares letters.
  const isSum = (rule, node) =>
    rule === "label-content-name-mismatch" &&
    /^\+\s*\d+$/.test(document.querySelector(node.target[0])?.textContent.trim() ?? "");
  const isLeftToUs = (rule, node) => isPin(rule, node) || isSum(rule, node);
  const why = (node) => [...node.any, ...node.all, ...node.none].map((it) => it.message).join("; ");
  const left = found.violations.filter(({ id, nodes }) => nodes.some((node) => !isLeftToUs(id, node)));
  return left.map(({ id, nodes }) => ({
    id,
    nodes: nodes
      .filter((node) => !isLeftToUs(id, node))
      .slice(0, 5)
      .map((node) => ({ target: String(node.target), why: why(node).slice(0, 200) })),
  }));
}

/** Which rules axe has for what is asked: told to people who read the statement. */
export async function rulesAsked(page) {
  await page.evaluate(AXE);
  return page.evaluate((tags) => globalThis.axe.getRules(tags).length, TAGS);
}

/**
 * Goes from stop to stop with the Tab key: each is a new one, in sight, not covered, and shows that
 * it has the focus. Answers what is wrong and how many stops there were.
 */
export async function goThroughByKeyboard(page) {
  const stops = Math.min(await page.evaluate(tabStops), STOPS_MAX);
  await page.evaluate(() => {
    // From the top, wherever a script has put the focus.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
  });
  const wrong = [];
  const seen = new Set();
  let last = null;
  for (let stop = 0; stop < stops; stop++) {
    await page.keyboard.press("Tab");
    const it = await page.evaluate(focused);
    if (!it) {
      wrong.push(`the focus is lost after ${stop} of ${stops} stops`);
      break;
    }
    // A date is one field with a stop for its day, its month and its year.
    if (it.rank === last && it.inParts) {
      stop -= 1;
      continue;
    }
    last = it.rank;
    if (seen.has(it.rank)) {
      wrong.push(`the focus comes back to « ${it.name} » after ${stop} of ${stops} stops`);
      break;
    }
    seen.add(it.rank);
    if (!it.ring) wrong.push(`nothing shows the focus on « ${it.name} »`);
    if (!it.inSight) wrong.push(`the focus is out of sight on « ${it.name} »`);
    if (it.inSight && it.covered) wrong.push(`something covers « ${it.name} », which has the focus`);
  }
  return { wrong, stops: seen.size };
}

function tabStops() {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const groups = new Set();
  // What lies over the page keeps the keyboard.
  const sheets = [...document.querySelectorAll("[aria-modal=true]")];
  const within = sheets.find((it) => it.checkVisibility({ checkVisibilityCSS: true })) ?? document;
  return [...within.querySelectorAll(CONTROLS)].filter((it) => {
    if (it.disabled || it.tabIndex < 0 || it.closest("[inert]")) return false;
    if (!it.checkVisibility({ checkVisibilityCSS: true })) return false;
    if (it.type !== "radio") return true;
    // One stop a group.
    const group = `${it.form ? [...document.forms].indexOf(it.form) : ""}/${it.name}`;
    return groups.has(group) ? false : groups.add(group);
  }).length;
}

/** What has the focus now; the same function serves the stories that are lived by keyboard. */
export function focused() {
  const it = document.activeElement;
  if (!it || it === document.body || it === document.documentElement) return null;
  const rank = [...document.querySelectorAll("*")].indexOf(it);
  const name = (it.ariaLabel || it.labels?.[0]?.textContent || it.textContent || it.name || it.tagName)
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 40);
  const outlined = (element) => {
    if (!element) return false;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || /\d+px/.test(boxShadow);
  };
  // A small box may hand its outline to the label that is its whole target.
  const label = /radio|checkbox|file/.test(it.type || "") ? it.closest("label") : null;
  const ring = outlined(it) || outlined(label) || outlined(it.nextElementSibling);
  const rect = (label || it).getBoundingClientRect();
  const [width, height] = [document.documentElement.clientWidth, innerHeight];
  const inSight = rect.bottom > 0 && rect.right > 0 && rect.top < height && rect.left < width && rect.width > 0;
  const [left, right] = [Math.max(rect.left, 0), Math.min(rect.right, width)];
  const [top, bottom] = [Math.max(rect.top, 0), Math.min(rect.bottom, height)];
  const points = [0.5, 0.1, 0.9].flatMap((x) =>
    [0.5, 0.1, 0.9].map((y) => [left + (right - left) * x, top + (bottom - top) * y]),
  );
  // Pins of a map stand where their places are, over each other if need be.
  const covered = !it.closest("cueillette-map") && points.every(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return !hit || !((label || it).contains(hit) || hit.contains(it));
  });
  const inParts = /date|time|month|week/.test(it.type || "");
  return { rank, name, ring, inSight, covered, inParts };
}
