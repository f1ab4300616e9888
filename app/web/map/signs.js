// The signs of the map, drawn for the product: a state is a shape first, then a colour.

const SVG_NS = "http://www.w3.org/2000/svg";

/** One shape per state, in a 24 × 24 square. The colours are in map.css. */
const SHAPES = {
  seen: [["circle", { cx: 12, cy: 12, r: 8.5 }]],
  planned: [["rect", { x: 4, y: 4, width: 16, height: 16, rx: 3.5 }]],
  done: [
    ["circle", { cx: 12, cy: 12, r: 9.5 }],
    ["path", { class: "map-stroke", d: "M7.6 12.4l3.1 3.1 5.8-6.6" }],
  ],
  returned: [["path", { d: "M12 3.6L21.4 20.2H2.6z" }]],
};

const ICONS = {
  in: "M12 5v14M5 12h14",
  out: "M5 12h14",
  all: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  here: "M12 2.500v4M12 17.500v4M2.500 12h4M17.500 12h4M12 6.500a5.500 5.500 0 100 11 5.500 5.500 0 000-11z",
};

function svg(name, attributes) {
  const element = document.createElementNS(SVG_NS, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
}

function drawing(className) {
  return svg("svg", { class: className, viewBox: "0 0 24 24", "aria-hidden": "true" });
}

/** The sign of a state; a discreet site is hollow with a dashed outline. */
export function stateSign(state, discreet) {
  const sign = drawing(`map-sign map-${state}${discreet ? " map-discreet" : ""}`);
  for (const [name, attributes] of SHAPES[state]) sign.append(svg(name, attributes));
  return sign;
}

/** A button's pictogram: `in`, `out`, `all` or `here`. */
export function icon(name) {
  const sign = drawing("map-icon");
  sign.append(svg("path", { d: ICONS[name] }));
  return sign;
}
