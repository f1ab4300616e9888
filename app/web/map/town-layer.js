// Draws the base map on Leaflet's tiles: a thin layer of our own over protomaps-leaflet's
// painter and labeller, so that the library's stock styles do not travel to the phone.

import Point from "@mapbox/point-geometry";
import { Labelers } from "protomaps-leaflet/labeler.ts";
import { paint } from "protomaps-leaflet/painter.ts";
import { sourcesToViews } from "protomaps-leaflet/view.ts";
import { GridLayer } from "./leaflet.js";
import { TOWN_FONTS, townStyle } from "./town-style.js";

const TILE_PX = 256;
/** Lines and letters may come from a neighbour: draw what lies this far outside the tile. */
const MARGIN_PX = 16;
/** A second pixel in each direction is seen; a third only fills the memory of an old phone. */
const DENSITY_MAX = 2;
/** Labels of this many tiles are remembered: more than a wide screen shows. */
const LABELLED_TILES = 32;
/** The map waits this long for its letters, then takes the phone's own. */
const FONT_WAIT_MS = 1500;
/** The painter keeps each source under a name. There is only one. */
const ONLY_SOURCE = "";

function fontsReady() {
  if (!document.fonts) return Promise.resolve();
  const loaded = Promise.all(TOWN_FONTS.map((font) => document.fonts.load(font)));
  const waited = new Promise((resolve) => setTimeout(resolve, FONT_WAIT_MS));
  return Promise.race([loaded, waited]).catch(() => {});
}

export const TownLayer = GridLayer.extend({
  /** @param archive a PMTiles; @param header its header; @param look see town-style.js */
  initialize(archive, header, look) {
    GridLayer.prototype.initialize.call(this, { keepBuffer: 1 });
    const source = { url: archive, maxDataZoom: header.maxZoom };
    this.view = sourcesToViews(source).get(ONLY_SOURCE);
    this.fonts = fontsReady();
    // The painter shows at one zoom the tiles of the zoom before: under that, nothing is drawn.
    this.lowestZoom = header.minZoom + 1;
    this.dress(look);
  },

  /** Chooses the colours; tiles already there are drawn again. */
  dress(look) {
    this.style = townStyle(look);
    this.labelers = new Labelers(
      document.createElement("canvas").getContext("2d"),
      this.style.labels,
      LABELLED_TILES,
      (keys) => keys.forEach((key) => this.drawAgain(key)),
    );
    Object.keys(this._tiles || {}).forEach((key) => this.drawAgain(key));
  },

  createTile(coords, done) {
    const tile = document.createElement("canvas");
    this.draw(tile, coords).then(
      () => done(undefined, tile),
      (error) => done(error, tile),
    );
    return tile;
  },

  /** A label that crosses an edge came or went: the tiles that it touches are drawn again. */
  drawAgain(key) {
    const tile = this._tiles[key];
    if (tile) this.draw(tile.el, tile.coords).catch((error) => console.warn(error));
  },

  async draw(tile, coords) {
    const [prepared] = await Promise.all([this.view.getDisplayTile(coords), this.fonts]);
    // The map may have moved on, or away, meanwhile.
    const current = this._tiles && this._tiles[this._tileCoordsToKey(coords)];
    if (!current || current.el !== tile) return;
    const tiles = new Map([[ONLY_SOURCE, [prepared]]]);
    this.labelers.add(coords.z, tiles);
    this.paintTile(tile, coords, tiles, this.labelers.getIndex(coords.z));
  },

  paintTile(tile, { x, y, z }, tiles, labels) {
    const density = Math.min(window.devicePixelRatio || 1, DENSITY_MAX);
    tile.width = tile.height = TILE_PX * density;
    const canvas = tile.getContext("2d");
    canvas.setTransform(density, 0, 0, density, 0, 0);
    canvas.fillStyle = this.style.ground;
    canvas.fillRect(0, 0, TILE_PX, TILE_PX);
    const box = {
      minX: TILE_PX * x - MARGIN_PX,
      minY: TILE_PX * y - MARGIN_PX,
      maxX: TILE_PX * (x + 1) + MARGIN_PX,
      maxY: TILE_PX * (y + 1) + MARGIN_PX,
    };
    const origin = new Point(TILE_PX * x, TILE_PX * y);
    paint(canvas, z, tiles, labels, this.style.paint, box, origin, false);
  },
});
