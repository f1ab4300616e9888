// The marks of the sites on the map: reachable by finger, mouse and keyboard, named in words.

import { DivIcon, Marker } from "./leaflet.js";
import { nameOf } from "./sites.js";
import { stateSign } from "./signs.js";

/** The whole square can be tapped; the sign in its middle is smaller. */
const TAP_PX = 48;
/** From so many on a number takes a larger round. */
const CROWD = 100;
/** The chosen site stands in front of its neighbours. */
const IN_FRONT = 10_000;

const NUMBERS = new Intl.NumberFormat("fr-FR");

/** A round with a number: that many sites, too close together to be told apart. */
function iconForMany({ many, discreet }) {
  const body = document.createElement("span");
  body.className = `map-many${discreet ? " map-many-discreet" : ""}${many < CROWD ? "" : " map-crowd"}`;
  body.textContent = NUMBERS.format(many);
  return new DivIcon({ html: body, className: "map-mark", iconSize: [TAP_PX, TAP_PX] });
}

function iconFor(site) {
  if (site.many) return iconForMany(site);
  const title = document.createElement("span");
  title.className = "map-title";
  title.textContent = site.title;
  title.setAttribute("aria-hidden", "true");
  const body = document.createElement("span");
  body.className = "map-mark-body";
  body.append(stateSign(site.state, site.discreet), title);
  return new DivIcon({ html: body, className: "map-mark", iconSize: [TAP_PX, TAP_PX] });
}

export class SiteMarks {
  /**
   * @param map Leaflet's
   * @param words what its marks are named with
   * @param onChosen called with a site when a person chooses it
   */
  constructor(map, words, onChosen) {
    this.map = map;
    this.words = words;
    this.onChosen = onChosen;
    this.marks = new Map();
    this.chosen = null;
  }

  /** Puts these sites in place of the ones before. Unchanged marks stay, focus with them. */
  show(sites) {
    const focused = document.activeElement;
    const wanted = new Map(sites.map((site) => [site.id, site]));
    for (const [id, { marker, text }] of this.marks) {
      if (JSON.stringify(wanted.get(id)) === text) continue;
      marker.remove();
      this.marks.delete(id);
    }
    for (const site of wanted.values()) if (!this.marks.has(site.id)) this.add(site);
    this.choose(this.chosen);
    // Whoever moves by keyboard stays on the map when the mark they stood on is gone.
    if (focused && !focused.isConnected) this.map.getContainer().focus({ preventScroll: true });
  }

  add(site) {
    const marker = new Marker([site.lat, site.lon], { icon: iconFor(site) });
    // Leaflet makes a new element each time the mark comes on the map: name it then.
    marker.on("add", () => this.dress(marker.getElement(), site));
    marker.on("click", () => this.onChosen(site));
    marker.addTo(this.map);
    this.marks.set(site.id, { site, marker, text: JSON.stringify(site) });
  }

  dress(element, site) {
    element.setAttribute("aria-label", nameOf(site, this.words));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      this.onChosen(site);
    });
  }

  /** Marks one site as chosen, or none; returns it when it is on the map. */
  choose(id) {
    this.chosen = id;
    for (const [key, { marker, site }] of this.marks) {
      if (site.many) continue;
      const element = marker.getElement();
      element.classList.toggle("map-chosen", key === id);
      element.setAttribute("aria-pressed", String(key === id));
      marker.setZIndexOffset(key === id ? IN_FRONT : 0);
    }
    return this.chosenSite();
  }

  chosenSite() {
    const mark = this.marks.get(this.chosen);
    return mark && mark.site;
  }

  positions() {
    return [...this.marks.values()].map(({ marker }) => marker.getLatLng());
  }
}
