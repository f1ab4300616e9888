// « Ma position »: asked when a person taps, once, shown with how sure the phone is. Never followed.

import { Circle, DivIcon, Marker } from "./leaflet.js";
import { counted } from "./words.js";

const ASK = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 15_000 };

/**
 * Code 1 of a GeolocationPositionError is the person's own refusal.
 * @returns {Promise<{lat, lon, accuracy}>} rejected with an Error whose message is for the person
 */
export function askPosition(words) {
  return new Promise((resolve, reject) => {
    const fail = (message) => reject(new Error(message));
    if (!navigator.geolocation || !window.isSecureContext) return fail(words.no_position);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }),
      ({ code }) => fail(code === 1 ? words.refused : words.not_found),
      ASK,
    );
  });
}

/** « Vous êtes ici, à 30 m près. » */
export function describePosition({ accuracy }, words) {
  return counted(words.found, Math.max(1, Math.round(accuracy)), words);
}

/** Draws the position on the map; returns what undoes it. */
export function drawPosition(map, { lat, lon, accuracy }) {
  const look = { className: "map-accuracy", interactive: false };
  const circle = new Circle([lat, lon], { radius: accuracy, ...look }).addTo(map);
  const icon = new DivIcon({ html: "", className: "map-own", iconSize: [22, 22] });
  const dot = new Marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(map);
  return {
    bounds: circle.getBounds(),
    remove() {
      circle.remove();
      dot.remove();
    },
  };
}
