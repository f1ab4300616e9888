// Peers' own pages. They are read aloud where the device has a voice for it. « C'est où ? » of a
// place that is proposed: two buttons fill the point: where the phone is, asked for by that tap and
// never followed; or a tap on the map.

import { offerReading, saidOf, sentencesOf } from "./help/read-aloud.js";
import { filled, readWords } from "./words.js";

offerReading(document.querySelector("[data-read-aloud]"), globalThis.speechSynthesis, {
  parts: () => sentencesOf(document.querySelector("main")),
  words: saidOf,
});

const field = document.querySelector("[data-place]");
const words = readWords(field);

function fill({ lat, lon }, said) {
  field.querySelector("[name=lat]").value = lat;
  field.querySelector("[name=lon]").value = lon;
  say(said);
}

const say = (said) => {
  field.querySelector("[role=status]").textContent = said;
};

function here() {
  say(words.looking);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const metres = Math.max(1, Math.round(coords.accuracy));
      fill({ lat: coords.latitude, lon: coords.longitude }, filled(words.found, { n: metres }));
    },
    () => say(words.not_found),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 },
  );
}

/** The map comes only when it is asked for: it weighs something. */
function onMap() {
  const frame = field.querySelector("[data-map]");
  // Shown first: a map with no size does not know what to show.
  frame.hidden = false;
  if (!frame.firstChild) {
    const map = document.createElement("cueillette-map");
    map.setAttribute("base", "/base-map.pmtiles");
    map.setAttribute("pick", "");
    map.setAttribute("locate", "");
    map.setAttribute("words", JSON.stringify(words.map));
    map.addEventListener("place-chosen", ({ detail }) => fill(detail, words.chosen));
    frame.append(map);
  }
  say(words.touch);
}

if (field) {
  field.querySelector("[data-here]").addEventListener("click", here);
  field.querySelector("[data-on-map]").addEventListener("click", onMap);
}
