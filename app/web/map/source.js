// Sites that come from the server as the map moves: asked for a moment after it came to rest, and
// the question before is dropped. What is around the view comes along, so that a small move asks
// nothing.

import { readFeatures } from "./sites.js";

/** A finger that draws the map on stops for less than this. */
const REST_MS = 180;
/** As much of the view is asked for on each side. */
const MARGIN = 0.4;

export class SiteSource {
  /**
   * @param map Leaflet's
   * @param {string} url of the question, its filters included
   * @param {string} pages where the page of a site is: `/lieux/`
   * @param onSites called with what the server shows there
   * @param onSilence called when there is no answer
   */
  constructor(map, url, pages, onSites, onSilence) {
    Object.assign(this, { map, url, pages, onSites, onSilence });
    this.moved = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), REST_MS);
    };
    map.on("moveend", this.moved);
    this.ask();
  }

  stop() {
    clearTimeout(this.timer);
    this.map.off("moveend", this.moved);
    if (this.asking) this.asking.abort();
  }

  /** Is what this view shows here already? */
  knows(zoom, view) {
    return this.known && this.known.zoom === zoom && this.known.box.contains(view);
  }

  async ask() {
    const zoom = Math.round(this.map.getZoom());
    const view = this.map.getBounds();
    if (this.asking) this.asking.abort();
    this.asking = undefined;
    if (this.knows(zoom, view)) return;
    const box = view.pad(MARGIN);
    const asking = new AbortController();
    this.asking = asking;
    try {
      const answer = await fetch(this.question(zoom, box), { signal: asking.signal });
      if (!answer.ok) throw new Error(`sites: ${answer.status}`);
      const sites = readFeatures(await answer.json(), this.pages);
      if (asking.signal.aborted) return;
      this.known = { zoom, box };
      this.onSites(sites);
    } catch (error) {
      if (asking.signal.aborted) return;
      console.warn(error);
      this.onSilence();
    }
  }

  question(zoom, box) {
    const question = new URL(this.url, location.href);
    const degrees = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(5);
    const edges = [
      degrees(box.getWest(), 180),
      degrees(box.getSouth(), 90),
      degrees(box.getEast(), 180),
      degrees(box.getNorth(), 90),
    ];
    question.searchParams.set("bbox", edges.join(","));
    question.searchParams.set("zoom", zoom);
    return question;
  }
}
