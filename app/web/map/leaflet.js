// The parts of Leaflet that the map uses, and no other: half of the library stays out.

import { Map as LeafletMap } from "leaflet/src/map/Map.js";
import "leaflet/src/layer/Layer.js";
import "leaflet/src/map/handler/Map.DoubleClickZoom.js";
import "leaflet/src/map/handler/Map.Drag.js";
import "leaflet/src/map/handler/Map.Keyboard.js";
import "leaflet/src/map/handler/Map.ScrollWheelZoom.js";
import "leaflet/src/map/handler/Map.TouchZoom.js";
import { SVG } from "leaflet/src/layer/vector/SVG.js";

export { GridLayer } from "leaflet/src/layer/tile/GridLayer.js";
export { Marker } from "leaflet/src/layer/marker/Marker.js";
export { DivIcon } from "leaflet/src/layer/marker/DivIcon.js";
export { Circle } from "leaflet/src/layer/vector/Circle.js";
export { LatLngBounds } from "leaflet/src/geo/LatLngBounds.js";

/** A map whose view jumps instead of gliding when the person asked for less motion. */
export const CalmMap = LeafletMap.extend({
  initialize(container, options) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const motion = { fadeAnimation: false, zoomAnimation: !still, inertia: !still };
    LeafletMap.prototype.initialize.call(this, container, {
      ...motion,
      markerZoomAnimation: !still,
      ...options,
    });
    this.still = still;
  },

  panBy(offset, options) {
    const calm = this.still ? { ...options, animate: false } : options;
    return LeafletMap.prototype.panBy.call(this, offset, calm);
  },

  // Leaflet's own version brings the canvas renderer along; only the accuracy circle is drawn.
  getRenderer() {
    if (!this._renderer) this._renderer = new SVG();
    if (!this.hasLayer(this._renderer)) this.addLayer(this._renderer);
    return this._renderer;
  },
});
