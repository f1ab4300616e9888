// What the walk of every page really looked at, for the accessibility statement.
import { AXE_VERSION } from "./looking.js";
import { SIZES } from "./pages.js";

export class Record {
  /** How many stops of the keyboard were looked at. */
  stops = 0;
  /** Times a page was looked at with axe: once a size and theme. */
  views = 0;
  #pages = new Map();

  constructor(file) {
    this.file = file;
  }

  #page(pattern) {
    if (!this.#pages.has(pattern)) this.#pages.set(pattern, { views: 0, without_script: 0 });
    return this.#pages.get(pattern);
  }

  /** A page was looked at in these themes. */
  looked({ pattern }, themes) {
    this.#page(pattern).views += themes.length;
    this.views += themes.length;
  }

  lookedWithoutScript({ pattern }) {
    this.#page(pattern).without_script += 1;
  }

  /** As JSON, pages in the order of their names. */
  text({ rules, chromium }) {
    const pages = [...this.#pages].sort(([a], [b]) => (a < b ? -1 : 1));
    return `${JSON.stringify(
      {
        day: new Date().toISOString().slice(0, 10),
        axe: AXE_VERSION,
        chromium,
        rules,
        sizes: Object.values(SIZES).map(({ width, height }) => [width, height]),
        views: this.views,
        stops: this.stops,
        pages: pages.map(([path, seen]) => ({ path, ...seen })),
      },
      null,
      2,
    )}\n`;
  }
}
