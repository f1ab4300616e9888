// <cueillette-map>: sites on the town's base map, with no request to any other host.
//
// Attributes
//   base            path of the base map, e.g. /base-map.pmtiles; without it, plain paper
//   operator-hint   one line shown when the server has no base map
//   locate          shows « Ma position »: asked on tap, once, never followed
//   pick            a tap on the ground, or Enter on the focused map, chooses a place
//   fields          with pick: ids of the fields of latitude and longitude, which say the same as a
//                   pin that can be moved
//   from            address that answers with the sites of a view (GeoJSON), asked as the map moves
//   pages           with from: where the page of a site is, e.g. /lieux/
//   around          what to show first, « west,south,east,north »; all sites otherwise
//   chosen          id of the chosen site
//   sites           JSON list of sites; or the property `sites`, or a child
//                   <script type="application/json">
//   words           JSON: what the map says, where its reader's language is not French; without
//                   sites there is then no legend
//   credit-href     makes « © OpenStreetMap » a link
// Events, bubbling: `site-chosen` {id}, `place-chosen` {lat, lon}.
// Light DOM: the page's own style applies. Content given inside the element stays for phones
// without script and is hidden once the map is there.

import { PMTiles } from "pmtiles";
import { BytesSource, NoBaseMap, openBaseMap } from "./base-map.js";
import { Fields } from "./fields.js";
import { Card, Legend, Line, button, credit, ground, group } from "./furniture.js";
import { CalmMap, DivIcon, LatLngBounds, Marker } from "./leaflet.js";
import { askPosition, describePosition, drawPosition } from "./own-position.js";
import { SiteMarks } from "./site-marks.js";
import { readBox, readSites } from "./sites.js";
import { SiteSource } from "./source.js";
import { TownLayer } from "./town-layer.js";
import { lookOfPage } from "./town-style.js";
import { wordsOfMap } from "./words.js";

const MIN_ZOOM = 5;
const MAX_ZOOM = 19;
/** Sites close together are not shown closer than this: streets around help to know the place. */
const FIT_ZOOM_MAX = 16;
/** From this zoom on, sites carry their names. */
const NAMES_ZOOM = 16;
/** A number opens this much closer. */
const OPEN_ZOOM_STEP = 2;
/** The pin is never under a site. */
const PIN_IN_FRONT = 20_000;
/** A place that is written in a form is shown with its streets. */
const PLACE_ZOOM = 17;
/** Free space around the sites, so that no mark hides under a button. */
const FIT_PADDING = { paddingTopLeft: [40, 48], paddingBottomRight: [68, 48] };
/** The chosen site is kept clear of the buttons and of its own card. */
const BESIDE_CARD = { paddingTopLeft: [32, 32], paddingBottomRight: [84, 136] };
/** Where to look before anything is known: France. */
const NOWHERE = { center: [46.6, 2.4], zoom: MIN_ZOOM };

export class CueilletteMap extends HTMLElement {
  static get observedAttributes() {
    return ["sites", "chosen", "words"];
  }

  constructor() {
    super();
    this.list = undefined;
    this.fitted = false;
  }

  get sites() {
    return this.list || [];
  }

  set sites(given) {
    this.list = readSites(given);
    if (this.map) this.showSites();
  }

  connectedCallback() {
    // A property set before this script arrived hides the setter: take its value, then free it.
    if (Object.prototype.hasOwnProperty.call(this, "sites")) {
      const early = this.sites;
      delete this.sites;
      this.sites = early;
    }
    if (!this.list) this.readOwnSites();
    this.build();
    this.showSites();
    this.readFields();
    this.loadBaseMap();
  }

  disconnectedCallback() {
    this.resized.disconnect();
    this.themed.disconnect();
    this.dark.removeEventListener("change", this.dress);
    window.removeEventListener("online", this.retry);
    if (this.source) this.source.stop();
    if (this.fields) this.fields.forget();
    this.map.remove();
    this.map = this.town = this.own = this.pin = this.source = this.fields = undefined;
    this.fitted = false;
    this.frame.remove();
    this.classList.remove("map-ready");
  }

  attributeChangedCallback(name, before, now) {
    if (name === "sites") this.sites = now;
    if (name === "chosen" && this.map) this.choose(now);
    // Another language was chosen while one looks: everything is named anew.
    if (name === "words" && this.map && before !== now) {
      this.disconnectedCallback();
      this.connectedCallback();
    }
  }

  /** The sites of the page's own JSON, which may come after the opening tag while parsing. */
  readOwnSites() {
    const data = this.querySelector('script[type="application/json"]');
    this.list = readSites(data ? data.textContent : []);
  }

  // ---- building

  build() {
    this.words = wordsOfMap(this);
    this.line = new Line();
    this.card = new Card(this.words);
    this.legend = new Legend(this.words);
    const place = ground(this.words.ground);
    const view = document.createElement("div");
    view.className = "map-view";
    view.append(this.buttons(), place, this.line.element, this.card.element);
    view.append(credit(this.getAttribute("credit-href")));
    this.frame = document.createElement("div");
    this.frame.className = "map-frame";
    this.frame.append(view);
    if (!this.hasAttribute("words") || this.sites.length) this.frame.append(this.legend.element);
    this.append(this.frame);
    this.classList.add("map-ready");
    this.buildLeaflet(place);
    this.watch();
  }

  buttons() {
    const zoom = group(
      button("in", this.words.zoom_in, () => this.zoomBy(1)),
      button("out", this.words.zoom_out, () => this.zoomBy(-1)),
    );
    const go = group(button("all", this.words.all, () => this.fit()));
    if (this.hasAttribute("locate")) {
      go.append(button("here", this.words.here, () => this.locate()));
    }
    const all = document.createElement("div");
    all.className = "map-buttons";
    all.append(zoom, go);
    return all;
  }

  buildLeaflet(place) {
    this.map = new CalmMap(place, {
      minZoom: MIN_ZOOM,
      maxZoom: MAX_ZOOM,
      zoomControl: false,
      attributionControl: false,
      // The wheel scrolls the page until the map has been touched.
      scrollWheelZoom: false,
      ...NOWHERE,
    });
    this.marks = new SiteMarks(this.map, this.words, (site) => this.open(site));
    this.marks.chosen = this.getAttribute("chosen");
    this.map.on("click", ({ latlng }) => this.tapGround(latlng));
    this.map.on("zoomend", () => this.nameSites());
    this.map.on("focus", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur", () => this.map.scrollWheelZoom.disable());
    place.addEventListener("keydown", (event) => this.pressKey(event, place));
  }

  /** A tab shown later, a turned phone, another theme, the network coming back. */
  watch() {
    this.resized = new ResizeObserver(() => {
      this.map.invalidateSize({ pan: false });
      if (!this.fitted) this.fit();
    });
    this.resized.observe(this.frame);
    this.dress = () => this.wear(lookOfPage());
    this.themed = new MutationObserver(this.dress);
    this.themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", this.dress);
    this.dress();
    this.retry = () => this.loadBaseMap();
  }

  wear(look) {
    this.frame.dataset.look = look;
    if (this.town) this.town.dress(look);
  }

  // ---- base map

  async loadBaseMap() {
    const url = this.getAttribute("base");
    const { map } = this;
    if (!url || this.town) return;
    window.removeEventListener("online", this.retry);
    try {
      const bytes = await openBaseMap(url, (part) => {
        if (this.map === map) this.line.say(this.words.coming, part);
      });
      const archive = new PMTiles(new BytesSource(url, bytes));
      const header = await archive.getHeader();
      // Taken off the page meanwhile: whoever puts it back starts again.
      if (this.map === map) this.layTown(archive, header);
    } catch (error) {
      if (this.map === map) this.explainNoBaseMap(error);
    }
  }

  layTown(archive, header) {
    this.line.say("");
    this.town = new TownLayer(archive, header, this.frame.dataset.look).addTo(this.map);
    this.townBounds = new LatLngBounds(
      [header.minLat, header.minLon],
      [header.maxLat, header.maxLon],
    );
    if (!this.fitted) this.fit();
    this.limitZoom();
  }

  explainNoBaseMap(error) {
    const reason = error instanceof NoBaseMap ? error.reason : "unreadable";
    if (!(error instanceof NoBaseMap)) console.warn(error);
    if (reason === "later") window.addEventListener("online", this.retry);
    const hint = this.getAttribute("operator-hint") || "";
    this.line.say(reason === "none" ? hint : this.words[reason.replace("-", "_")]);
    this.openSource();
  }

  // ---- sites

  showSites() {
    this.marks.show(this.sites);
    this.legend.show(this.sites);
    // Whoever moves the map away from the chosen site is not brought back to it.
    if (this.source) this.card.show(this.marks.chosenSite());
    else this.choose(this.marks.chosen);
    if (!this.fitted) this.fit();
    this.nameSites();
  }

  /** From the first view on, the server says what each shows. */
  openSource() {
    const url = this.getAttribute("from");
    if (!url || this.source) return;
    const silence = () => this.line.say("Les lieux n'arrivent pas. Bougez la carte pour réessayer.");
    const pages = this.getAttribute("pages");
    this.source = new SiteSource(this.map, url, pages, (sites) => this.take(sites), silence);
  }

  take(sites) {
    this.line.say("");
    this.list = sites;
    this.showSites();
  }

  /** Moves the view to all sites, or to the whole town; waits while the map has no size. */
  fit() {
    const { x, y } = this.map.getSize();
    if (!x || !y) return;
    const positions = readBox(this.getAttribute("around")) || this.marks.positions();
    const bounds = positions.length ? new LatLngBounds(positions) : this.townBounds;
    if (!bounds) return;
    this.map.setMinZoom(MIN_ZOOM);
    this.map.fitBounds(bounds, { ...FIT_PADDING, maxZoom: FIT_ZOOM_MAX, animate: false });
    // A whole town on a small phone: closer, rather than where nothing of it is drawn.
    const nearest = this.town && !positions.length ? this.town.lowestZoom : MIN_ZOOM;
    if (this.map.getZoom() < nearest) this.map.setZoom(nearest, { animate: false });
    this.limitZoom();
    // Sites that come later than the town's map still get their own first view.
    this.fitted = positions.length > 0;
    this.openSource();
  }

  /** No way out to where the town is a dot or nothing, unless the sites themselves are so far. */
  limitZoom() {
    const lowest = this.town ? this.town.lowestZoom : MIN_ZOOM;
    this.map.setMinZoom(Math.min(lowest, this.map.getZoom()));
  }

  /** Closer to the chosen site, which stays where it is, or to the middle of the view. */
  zoomBy(step) {
    const { map } = this;
    const site = this.marks.chosenSite();
    const around = site ? [site.lat, site.lon] : map.getCenter();
    map.setZoomAround(around, map.getZoom() + step);
  }

  nameSites() {
    this.frame.classList.toggle("map-near", this.map.getZoom() >= NAMES_ZOOM);
  }

  choose(id) {
    const site = this.marks.choose(id);
    this.card.show(site);
    if (site && this.fitted) this.map.panInside([site.lat, site.lon], BESIDE_CARD);
  }

  /** A site is chosen; a number is looked at from nearer. */
  open(site) {
    if (site.many) {
      const zoom = Math.min(this.map.getMaxZoom(), this.map.getZoom() + OPEN_ZOOM_STEP);
      this.map.setView([site.lat, site.lon], zoom);
      return;
    }
    this.choose(site.id);
    this.say("site-chosen", { id: site.id });
  }

  // ---- places

  tapGround(latlng) {
    this.choose(null);
    if (this.hasAttribute("pick")) this.pick(latlng);
  }

  pick(place) {
    this.showPin(place);
    this.sayPlace(place);
  }

  showPin({ lat, lng }) {
    if (this.pin) this.pin.remove();
    const draggable = Boolean(this.fields);
    const icon = new DivIcon({ html: "", className: "map-pin", iconSize: [40, 40] });
    const hold = { draggable, interactive: draggable, keyboard: false, zIndexOffset: PIN_IN_FRONT };
    this.pin = new Marker([lat, lng], { icon, ...hold });
    this.pin.on("dragend", () => this.sayPlace(this.pin.getLatLng()));
    this.pin.addTo(this.map);
  }

  sayPlace(place) {
    if (this.fields) this.fields.write(place);
    this.say("place-chosen", { lat: place.lat, lon: place.lng });
  }

  /** The pin stands where the form says, now and whenever somebody types another place. */
  readFields() {
    const ids = this.getAttribute("fields");
    if (!ids) return;
    this.fields = new Fields(ids, () => this.showWritten());
    this.showWritten();
  }

  showWritten() {
    const place = this.fields.read();
    if (!place) return;
    this.showPin(place);
    this.map.setView(place, Math.max(PLACE_ZOOM, this.map.getZoom()));
    this.fitted = true;
    this.openSource();
  }

  pressKey(event, place) {
    if (event.key === "Escape") this.choose(null);
    const onGround = event.key === "Enter" && event.target === place;
    if (onGround && this.hasAttribute("pick")) this.pick(this.map.getCenter());
  }

  async locate() {
    const { map, words } = this;
    this.line.say(words.looking);
    try {
      const position = await askPosition(words);
      if (this.map !== map) return;
      if (this.own) this.own.remove();
      this.own = drawPosition(map, position);
      map.fitBounds(this.own.bounds, { maxZoom: FIT_ZOOM_MAX });
      this.line.say(describePosition(position, words));
    } catch (error) {
      if (this.map === map) this.line.say(error.message);
    }
  }

  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}
