// How the town looks: warm paper, soft river, quiet roads. The sites are what must be seen.
// Written for the Protomaps basemap schema v4; layers that a file does not have are skipped.

import {
  CenteredTextSymbolizer,
  LineLabelSymbolizer,
  LineSymbolizer,
  PolygonSymbolizer,
  exp,
} from "protomaps-leaflet/symbolizer.ts";

const FONT = 'Andika, system-ui, "Noto Sans", sans-serif';
/** No text under this size, on maps too. */
const TEXT_PX = 14;

const PAPER = {
  earth: "#f8f2e7",
  park: "#e1e8d0",
  building: "#efe4d3",
  water: "#bcd9e1",
  path: "#d9c9b0",
  rail: "#b9aca0",
  minor: ["#ffffff", "#e4d7c3"],
  major: ["#fff4e0", "#d9c5a4"],
  highway: ["#fde1bd", "#d6b285"],
  text: "#4a5a61",
  strong: "#14232b",
  quarter: "#7a5b3a",
  waterText: "#0b4f5f",
  halo: "#fbf7f0",
};

/** « Plein soleil »: black on white, and water that is still water. */
const SUN = {
  earth: "#ffffff",
  park: "#ffffff",
  building: "#ececec",
  water: "#a9cfe0",
  path: "#8a8a8a",
  rail: "#8a8a8a",
  minor: ["#ffffff", "#8a8a8a"],
  major: ["#ffffff", "#2a2a2a"],
  highway: ["#d9d9d9", "#000000"],
  text: "#000000",
  strong: "#000000",
  quarter: "#000000",
  waterText: "#000000",
  halo: "#ffffff",
};

/** Desk pages in the dark. */
const NIGHT = {
  earth: "#19252b",
  park: "#1d2f28",
  building: "#213037",
  water: "#0e4150",
  path: "#46555c",
  rail: "#5a676d",
  minor: ["#2e3d44", "#121b1f"],
  major: ["#435158", "#121b1f"],
  highway: ["#5d5845", "#121b1f"],
  text: "#c3cccf",
  strong: "#f3ede3",
  quarter: "#dcbf98",
  waterText: "#8ed3e0",
  halo: "#10191d",
};

const LOOKS = { paper: PAPER, sun: SUN, night: NIGHT };

const POINT = 1;
const LINE = 2;
const POLYGON = 3;

const ofKind =
  (...kinds) =>
  (zoom, feature) =>
    kinds.includes(feature.props.kind);
const ofShape = (shape) => (zoom, feature) => feature.geomType === shape;
const isTram = (feature) => ["tram", "light_rail"].includes(feature.props.kind_detail);

function fill(dataLayer, color, filter) {
  return { dataLayer, symbolizer: new PolygonSymbolizer({ fill: color }), filter };
}

function line(dataLayer, filter, options) {
  const round = { lineCap: "round", lineJoin: "round" };
  return { dataLayer, symbolizer: new LineSymbolizer({ ...round, ...options }), filter };
}

/** Widths in pixels at zooms 12, 14, 16 and 18. */
function widths(at12, at14, at16, at18) {
  const stops = [
    [12, at12],
    [14, at14],
    [16, at16],
    [18, at18],
  ];
  return exp(1.4, stops);
}

const ROADS = [
  { look: "minor", filter: ofKind("minor_road", "other"), width: widths(0.6, 1.6, 6, 16) },
  { look: "major", filter: ofKind("major_road"), width: widths(1.4, 3.2, 8, 20) },
  { look: "highway", filter: ofKind("highway"), width: widths(2, 4, 10, 24) },
];

/** Edges under all roads first, then their inside: crossings stay open. */
function roads(look) {
  const edges = ROADS.map((road) =>
    line("roads", road.filter, {
      color: look[road.look][1],
      width: (zoom) => road.width(zoom) + (zoom < 14 ? 0.8 : 1.8),
    }),
  );
  const insides = ROADS.map((road) =>
    line("roads", road.filter, { color: look[road.look][0], width: road.width }),
  );
  return [...edges, ...insides];
}

function paintRules(look) {
  const isRail = (zoom, feature) => feature.props.kind === "rail" && !isTram(feature);
  const isTramway = (zoom, feature) => feature.props.kind === "rail" && isTram(feature);
  const green = ofKind("park", "cemetery", "forest", "garden", "grass", "playground", "wood");
  return [
    fill("earth", look.earth, ofShape(POLYGON)),
    fill("landuse", look.park, green),
    fill("water", look.water, ofShape(POLYGON)),
    line("water", ofShape(LINE), { color: look.water, width: widths(1, 1.5, 3, 6) }),
    { ...fill("buildings", look.building, ofShape(POLYGON)), minzoom: 15 },
    line("roads", ofKind("path"), {
      color: look.path,
      width: widths(0, 0.8, 1.6, 3),
      dash: [3, 4],
      lineCap: "butt",
    }),
    ...roads(look),
    line("roads", isRail, { color: look.rail, width: widths(0.8, 1.2, 2, 3) }),
    line("roads", isTramway, {
      color: look.rail,
      width: widths(0.6, 0.9, 1.4, 2),
      dash: [6, 4],
      lineCap: "butt",
    }),
  ];
}

function streetNames(look, kinds, minzoom) {
  return {
    dataLayer: "roads",
    minzoom,
    filter: ofKind(...kinds),
    symbolizer: new LineLabelSymbolizer({
      font: `400 ${TEXT_PX}px ${FONT}`,
      fill: look.text,
      stroke: look.halo,
      width: 4,
      // Letters sit on the middle of the street, not beside it.
      position: 2,
      repeatDistance: 420,
    }),
  };
}

function labelRules(look) {
  const named = (kind) => (zoom, feature) =>
    feature.props.kind === kind && zoom >= (feature.props.min_zoom || 0);
  const halo = { stroke: look.halo, width: 2 };
  return [
    {
      dataLayer: "places",
      maxzoom: 15,
      filter: named("locality"),
      symbolizer: new CenteredTextSymbolizer({
        font: (zoom) => `700 ${zoom < 13 ? TEXT_PX + 1 : TEXT_PX + 4}px ${FONT}`,
        fill: look.strong,
        ...halo,
      }),
    },
    {
      dataLayer: "places",
      minzoom: 13,
      filter: named("neighbourhood"),
      symbolizer: new CenteredTextSymbolizer({
        font: `700 ${TEXT_PX}px ${FONT}`,
        fill: look.quarter,
        maxLineChars: 14,
        lineHeight: 1.35,
        ...halo,
      }),
    },
    {
      dataLayer: "water",
      filter: ofShape(POINT),
      symbolizer: new CenteredTextSymbolizer({
        font: `400 ${TEXT_PX}px ${FONT}`,
        fill: look.waterText,
        ...halo,
      }),
    },
    streetNames(look, ["major_road", "highway"], 15),
    streetNames(look, ["minor_road", "path"], 16),
  ];
}

/** The look that suits the page: what its theme says, then whether its tokens are dark ones. */
export function lookOfPage() {
  const page = document.documentElement;
  if (page.dataset.theme === "sun") return "sun";
  return getComputedStyle(page).colorScheme === "dark" ? "night" : "paper";
}

/** The rules and the ground colour of a look: `paper`, `sun` or `night`. */
export function townStyle(name) {
  const look = LOOKS[name];
  return { ground: look.earth, paint: paintRules(look), labels: labelRules(look) };
}

/** The letters of the map, as `document.fonts.load` wants them. */
export const TOWN_FONTS = [`400 ${TEXT_PX}px Andika`, `700 ${TEXT_PX}px Andika`];
