// Peers' own pages. They are read aloud where the device has a voice for it. « C'est où ? » of a
// place that is proposed: two buttons fill the point: where the phone is, asked for by that tap and
// never followed; or a tap on the map.

import { offerReading, saidOf, sentencesOf } from "./help/read-aloud.js";

offerReading(document.querySelector("[data-read-aloud]"), globalThis.speechSynthesis, {
  parts: () => sentencesOf(document.querySelector("main")),
  words: saidOf,
});

const field = document.querySelector("[data-place]");

function fill({ lat, lon }, words) {
  field.querySelector("[name=lat]").value = lat;
  field.querySelector("[name=lon]").value = lon;
  say(words);
}

const say = (words) => {
  field.querySelector("[role=status]").textContent = words;
};

function here() {
  say("On cherche la position…");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const metres = Math.max(1, Math.round(coords.accuracy));
      fill({ lat: coords.latitude, lon: coords.longitude }, `Position trouvée, à ${metres} m près.`);
    },
    () => say("La position n’est pas trouvée. Choisissez sur la carte."),
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
    map.addEventListener("place-chosen", ({ detail }) => fill(detail, "Le point est choisi."));
    frame.append(map);
  }
  say("Touchez la carte, à l’endroit.");
}

if (field) {
  field.querySelector("[data-here]").addEventListener("click", here);
  field.querySelector("[data-on-map]").addEventListener("click", onMap);
}
