// « Ma position »: asked when a person taps, once, shown with how sure the phone is. Never followed.

import { Circle, DivIcon, Marker } from "./leaflet.js";

const ASK = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 15_000 };

/** What to say for each code of a GeolocationPositionError; code 1 is the person's own refusal. */
const REFUSED = "La position est refusée. On peut l'autoriser dans les réglages du téléphone.";
const NOT_FOUND = "Position introuvable. On peut réessayer dehors, loin des murs.";
const NO_POSITION = "Ce téléphone ne donne pas la position.";

/** @returns {Promise<{lat, lon, accuracy}>} rejected with an Error whose message is for the person */
export function askPosition() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation || !window.isSecureContext) return reject(new Error(NO_POSITION));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }),
      ({ code }) => reject(new Error(code === 1 ? REFUSED : NOT_FOUND)),
      ASK,
    );
  });
}

/** « Vous êtes ici, à 30 m près. » */
export function describePosition({ accuracy }) {
  const metres = new Intl.NumberFormat("fr-FR").format(Math.max(1, Math.round(accuracy)));
  return `Vous êtes ici, à ${metres}\u00a0m près.`;
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
