// Sites as the map knows them: read with care from the page, named in words for everyone.

import { FRENCH, counted } from "./words.js";

/** The states, in the order of a site's life; the words of a map say each under this name. */
export const STATES = ["seen", "planned", "done", "returned"];

function isOnEarth(lat, lon) {
  const finite = Number.isFinite(lat) && Number.isFinite(lon);
  // 0,0 is what a phone without a position says. No town of the product is there.
  return finite && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
}

/** A link of this very site only: a list of sites must not be a way out. */
function ownPath(href) {
  return typeof href === "string" && /^\/(?![/\\])/.test(href) ? href : undefined;
}

/**
 * Takes a list of sites, or its JSON text, and keeps those that can be shown. A site that cannot
 * be placed is left out and the others stay; a state unknown to this version is shown as "seen".
 */
export function readSites(given) {
  const list = typeof given === "string" ? parse(given) : given;
  if (!Array.isArray(list)) return [];
  return list
    .filter((site) => site && isOnEarth(site.lat, site.lon))
    .map((site) => ({
      id: String(site.id),
      title: String(site.title || "Lieu"),
      lat: site.lat,
      lon: site.lon,
      discreet: site.nature === "discreet",
      state: STATES.includes(site.state) ? site.state : "seen",
      count: Number.isInteger(site.count) ? site.count : undefined,
      href: ownPath(site.href),
    }));
}

/**
 * The server's answer for a view: sites, and numbers where many stand close together. A number has
 * `many`, how many sites it stands for, and `states`, how many of them in each.
 * @param {string} pages where the page of a site is: `/lieux/`
 */
export function readFeatures(collection, pages) {
  const features = (collection && collection.features) || [];
  return features.flatMap(({ id, geometry, properties }) => {
    const [lon, lat] = geometry.coordinates;
    const { title, nature, state } = properties;
    if (!properties.cluster) {
      return readSites([{ id, title, lat, lon, nature, state, href: pages && pages + id }]);
    }
    if (!isOnEarth(lat, lon)) return [];
    const discreet = nature === "discreet";
    const { count: many, states } = properties;
    return [{ id: [nature, lat, lon, many].join(), lat, lon, discreet, many, states }];
  });
}

/** A box as « west,south,east,north », as the corners that a map takes. */
export function readBox(text) {
  const [west, south, east, north] = (text || "").split(",").map(Number);
  const given = isOnEarth(south, west) && isOnEarth(north, east);
  return given ? [[south, west], [north, east]] : undefined;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (notJson) {
    console.warn("cueillette-map: sites are not JSON");
    return [];
  }
}

/** « prévu, lieu discret, 47 ramassées »: all that shape and colour say, in words. */
export function describe(site, words) {
  const said = [words[site.state]];
  if (site.discreet) said.push(words.discreet);
  // Nothing picked up yet goes without saying, but not where the work is done.
  if (site.count || (site.count === 0 && site.state === "done")) {
    const picked = site.count > 1 ? words.picked : words.picked_one;
    said.push(counted(picked, site.count, words));
  }
  return said.join(", ");
}

/** « 12 lieux : 5 prévus, 7 faits »: what a number stands for. Desks alone see numbers. */
function describeMany({ many, states, discreet }) {
  const some = (n, what) => counted(`{n} ${what}`, n, FRENCH);
  const parts = STATES.filter((state) => states[state]).map((state) =>
    some(states[state], `${FRENCH[state]}${states[state] > 1 ? "s" : ""}`),
  );
  const what = discreet ? (many > 1 ? "lieux discrets" : "lieu discret") : "lieux";
  return `${some(many, what)}\u00a0: ${parts.join(", ")}`;
}

/** « Place de la Victoire, prévu »: the name that a screen reader says. */
export function nameOf(site, words) {
  if (site.many) return `${describeMany(site)}. Agrandir`;
  return `${site.title}, ${describe(site, words)}`;
}
