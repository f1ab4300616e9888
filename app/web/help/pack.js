// What the programme set for the needle-stick page: the doctor who checked it, whom to call, where
// to go. It comes from the pack that the recorder keeps on this phone, and goes nowhere.

import { filled } from "../words.js";

const done = (request) =>
  new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = request.onblocked = () => bad(request.error);
  });

/** `help` of the outing on this phone. Rejects when there is none, or nothing can be read. */
export async function helpOfThisPhone(databases = globalThis.indexedDB) {
  const request = databases.open("cueillette");
  // The recorder was never here: to look must not leave an empty database behind.
  request.onupgradeneeded = () => request.transaction.abort();
  const database = await done(request);
  try {
    const meta = database.transaction("meta").objectStore("meta");
    const outing = await done(meta.get("current"));
    return JSON.parse(await done(meta.get(`pack:${outing}`))).help;
  } finally {
    database.close();
  }
}

const text = (value) => (typeof value === "string" ? value.trim() : "");

/** What a phone can dial: digits, and a plus. Nothing when there is no number. */
export function dialled(phone) {
  const number = text(phone).replace(/[^+\d]/g, "");
  return number && `tel:${number}`;
}

function element(name, content, properties) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...content.filter(Boolean));
  return made;
}

/** A link that calls, with the page's own pictogram. Nothing when there is no number. */
function callLink(said, phone) {
  const href = dialled(phone);
  const pictogram = document.querySelector(".calls svg")?.cloneNode(true);
  return href && element("a", [pictogram, said], { className: "button", href });
}

function place(it, words) {
  return element(
    "div",
    [
      element("p", [element("b", [text(it.name)])]),
      text(it.address) && element("p", [text(it.address)]),
      callLink(filled(words.call_place, { name: text(it.name) }), it.phone),
    ],
    { className: "help-place" },
  );
}

function show(selector, content) {
  const at = document.querySelector(selector);
  if (!at || !content.length) return;
  at.replaceChildren(...content);
  at.hidden = false;
}

/** Writes into the page what is set; what is not set stays as the page says it by itself. */
export function fill(help, words) {
  const named = (help.places || []).filter((it) => text(it.name));
  const places = named.map((it) => place(it, words));
  if (places.length) show("[data-help-places]", [element("h2", [words.where_to_go]), ...places]);
  const coordinator = callLink(words.call_coordination, help.coordinator_phone);
  show("[data-help-coordinator]", [coordinator].filter(Boolean));
  const doctor = text(help.validated_by);
  if (doctor) show("[data-help-validated] span", [filled(words.validated, { doctor })]);
}
