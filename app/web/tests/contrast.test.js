// Contrast of the style sheets, by the formula of WCAG 2.2: every pair of colours that a rule sets
// together, and every colour of text on every ground, in each theme.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as esbuild from "esbuild";

const STYLE = new URL("../../../style/", import.meta.url);
const read = (name) => readFileSync(new URL(name, STYLE), "utf8").replace(/\/\*[^]*?\*\//g, "");

/** Rules of plain CSS, whatever they are nested in: selector and declarations. */
const rules = (css) => [...css.matchAll(/([^{};]+)\{([^{}]*)\}/g)].map(([, selector, body]) => [selector.trim(), body]);
/** The tokens that rules of this selector set. */
function tokens(css, selector) {
  const found = {};
  for (const [name, body] of rules(css)) {
    if (!name.split(",").some((it) => it.trim() === selector)) continue;
    for (const [, token, value] of body.matchAll(/(--[\w-]+):\s*([^;]+)/g)) found[token] = value.trim();
  }
  return found;
}

const light = tokens(read("tokens.css"), ":root");
const sun = { ...light, ...tokens(read("tokens.css"), '[data-theme="sun"]') };
const dark = { ...light, ...tokens(read("dark.css"), '[data-theme="dark"]') };
const deepened = (theme, selector) => ({ ...theme, ...tokens(read("recorder.css"), selector) });
/** Where each theme is worn, and how much its texts need. */
const WORN = {
  "desk, light": [light, "style.css", 4.5],
  "desk, dark": [dark, "style.css", 4.5],
  "desk, sun": [sun, "style.css", 7],
  "recorder, light": [deepened(light, ":root"), "terrain.css", 7],
  "recorder, sun": [deepened(deepened(sun, ":root"), '[data-theme="sun"]'), "terrain.css", 7],
};
const EDGES = 3;

const TEXTS = ["--ink", "--ink-soft", "--river", "--leaf", "--honey", "--alarm", "--apricot-ink"];
const GROUNDS = ["--paper", "--card"];
/** Written on the ground of their own hue. */
const SOFT = [
  ["--river", "--river-soft"],
  ["--ink", "--river-soft"],
  ["--leaf", "--leaf-soft"],
  ["--ink", "--leaf-soft"],
  ["--honey", "--honey-soft"],
  ["--ink", "--honey-soft"],
  ["--alarm", "--alarm-soft"],
  ["--ink", "--alarm-soft"],
  ["--apricot-ink", "--apricot-soft"],
  ["--on-river", "--river"],
  ["--on-apricot", "--apricot"],
  ["--ink", "--sand"],
  ["--ink-soft", "--sand"],
];

function luminance(hex) {
  const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
  const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
}

/** A value of CSS as a colour that hides what is under it; undefined for anything else. */
function colour(value, theme) {
  const named = value?.match(/^var\((--[\w-]+)\)$/)?.[1];
  const plain = named ? theme[named] : value;
  return /^#([\da-f]{3}|[\da-f]{6})$/i.test(plain ?? "") ? plain : undefined;
}
const said = (body, name) => body.match(new RegExp(`(?:^|;)${name}:([^;]+)`))?.[1].trim();

async function bundle(name) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [new URL(name, STYLE).pathname],
    bundle: true,
    minify: true,
    write: false,
    external: ["/pkg/*"],
  });
  return outputFiles[0].text;
}

/** What a rule writes on what, in a theme that it is for. */
function pairsOf(css, theme, isSun) {
  return rules(css)
    .filter(([selector]) => isSun || !selector.includes("data-theme=sun"))
    .map(([selector, body]) => [selector, said(body, "color"), said(body, "background")])
    .map(([selector, text, ground]) => [selector, colour(text, theme), colour(ground, theme)])
    .filter(([, text, ground]) => text && ground);
}

test("the formula is that of WCAG", () => {
  assert.equal(contrast("#000", "#fff"), 21);
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
});

for (const [name, [theme, sheet, least]] of Object.entries(WORN)) {
  test(`${name}: texts stand out from their grounds`, async () => {
    const combined = TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground])).concat(SOFT);
    const pairs = pairsOf(await bundle(sheet), theme, name.endsWith("sun"));
    assert.ok(pairs.length > 10);
    const weak = combined
      .map(([text, ground]) => [`${text} on ${ground}`, theme[text], theme[ground]])
      .concat(pairs)
      .map(([what, text, ground]) => [what, text, ground, contrast(text, ground)])
      .filter(([, , , found]) => found < least);
    assert.deepEqual(weak, []);
  });

  test(`${name}: edges of what can be touched, and of what has the focus, are seen`, () => {
    for (const edge of ["--edge", "--apricot-ink", "--river"]) {
      for (const ground of GROUNDS) {
        assert.ok(contrast(theme[edge], theme[ground]) >= EDGES, `${edge} on ${ground}`);
      }
    }
  });
}
