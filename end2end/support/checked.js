// What the walk of every page really looked at, for the accessibility statement.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { AXE_VERSION } from "./looking.js";
import { SIZES } from "./pages.js";

/** Kept beside the file between stories: a story that fails ends the program that ran it. */
export class Record {
  #parts;
  #seen = {};
  #isTold = false;

  constructor(file) {
    this.file = file;
    this.#parts = `${file}.parts`;
    if (file && existsSync(this.#parts)) this.#seen = JSON.parse(readFileSync(this.#parts, "utf8"));
  }

  /** A new walk begins. */
  begin() {
    this.#seen = {};
    if (this.file) rmSync(this.#parts, { force: true });
  }

  /** One page was looked at so many times; by keyboard with so many stops. */
  looked({ pattern, path, role, size }, times, stops = 0) {
    this.#seen[`${role}, ${size}, ${path}`] = { pattern, times, stops };
  }

  lookedWithoutScript({ pattern, path, role, size }) {
    this.#seen[`${role}, ${size}, ${path}, without script`] = { pattern, without_script: 1 };
  }

  keep() {
    if (this.file && !this.#isTold) writeFileSync(this.#parts, JSON.stringify(this.#seen));
  }

  /** As JSON, pages in the order of their names. */
  text({ rules, chromium }) {
    const seen = Object.values(this.#seen);
    const sum = (all, name) => all.reduce((sum, it) => sum + (it[name] || 0), 0);
    const pages = [...new Set(seen.map((it) => it.pattern))].sort().map((path) => {
      const mine = seen.filter((it) => it.pattern === path);
      return { path, views: sum(mine, "times"), without_script: sum(mine, "without_script") };
    });
    const found = {
      day: new Date().toISOString().slice(0, 10),
      axe: AXE_VERSION,
      chromium,
      rules,
      sizes: Object.values(SIZES).map(({ width, height }) => [width, height]),
      views: sum(seen, "times"),
      stops: sum(seen, "stops"),
      pages,
    };
    // Nothing is left to keep.
    this.#isTold = true;
    rmSync(this.#parts, { force: true });
    return `${JSON.stringify(found, null, 2)}\n`;
  }
}
