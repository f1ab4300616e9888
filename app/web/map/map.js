// Entry of the map's bundle: defines <cueillette-map>. See element.js for what it takes and says.

import { CueilletteMap } from "./element.js";
import { wearStyle } from "./wear-style.js";

if (!customElements.get("cueillette-map")) {
  wearStyle(document);
  customElements.define("cueillette-map", CueilletteMap);
}
