// All that stands around the map: buttons, legend, one line for words, the card of a chosen site.

import { STATES, describe } from "./sites.js";
import { icon, stateSign } from "./signs.js";

function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A square button with a pictogram; its words are said and shown on hover. */
export function button(sign, words, onPress) {
  const element = make("button", `map-button map-button-${sign}`, icon(sign));
  element.type = "button";
  element.title = words;
  element.setAttribute("aria-label", words);
  element.addEventListener("click", onPress);
  return element;
}

export function group(...buttons) {
  return make("div", "map-group", ...buttons);
}

/** The element that Leaflet lives in. */
export function ground(words) {
  const element = make("div", "map-ground");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", words);
  return element;
}

/** One line over the map. Words are read aloud by a screen reader; a percentage is not. */
export class Line {
  constructor() {
    this.words = make("span", "map-line-words");
    this.words.setAttribute("role", "status");
    this.part = make("span", "map-line-part");
    this.part.setAttribute("aria-hidden", "true");
    this.element = make("p", "map-line", this.words, this.part);
    this.say("");
  }

  /** Shows words, or hides the line; `part` from 0 to 1 adds how far something is. */
  say(words, part) {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.part.textContent = part === undefined ? "" : ` ${Math.floor(part * 100)}\u00a0%`;
    this.element.classList.toggle("map-empty", !words);
  }
}

/** The card of the chosen site, at the bottom of the map, near the thumb. */
export class Card {
  constructor(words) {
    this.words = words;
    this.element = make("div", "map-card");
    this.element.setAttribute("aria-live", "polite");
    this.show(undefined);
  }

  show(site) {
    this.element.replaceChildren();
    this.element.classList.toggle("map-empty", !site);
    if (!site) return;
    const about = describe(site, this.words);
    const body = make("span", "map-card-words", make("b", "", site.title), about);
    this.element.append(stateSign(site.state, site.discreet), body);
    if (site.href) {
      const link = make("a", "map-card-link", "Ouvrir");
      link.href = site.href;
      link.setAttribute("aria-label", `Ouvrir ${site.title}`);
      this.element.append(link);
    }
  }
}

/** What the signs mean; discreet sites, and numbers, are explained only to those who see one. */
export class Legend {
  constructor(words) {
    this.discreet = make("li", "", stateSign("seen", true), words.discreet);
    const states = STATES.map((state) => make("li", "", stateSign(state, false), words[state]));
    const round = make("span", "map-many", "3");
    round.setAttribute("aria-hidden", "true");
    this.many = make("li", "", round, "plusieurs lieux");
    this.element = make("ul", "map-legend", ...states, this.discreet, this.many);
    this.element.setAttribute("aria-label", words.legend);
    this.show([]);
  }

  show(sites) {
    this.discreet.hidden = !sites.some((site) => site.discreet);
    this.many.hidden = !sites.some((site) => site.many);
  }
}

/** Where the streets come from: always in sight. */
export function credit(href) {
  const words = "© OpenStreetMap";
  if (!href) return make("p", "map-credit", words);
  const link = make("a", "", words);
  link.href = href;
  link.rel = "noreferrer noopener";
  return make("p", "map-credit", link);
}
