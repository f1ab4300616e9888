// /entrer: a peer comes in with a card. First use binds the card to this phone and chooses four
// digits; then the phone shows the signs it knows, and asks for the digits.
//
// What is kept is in card/store.js, how one comes in without a screen in card/door.js.

import { comeIn, firstUse, isDead, isTooEasy } from "./card/door.js";
import { cardOf, readCode } from "./card/keys.js";
import { keypad } from "./card/keypad.js";
import { Cards } from "./card/store.js";

const OWN_PAGE = "/moi";

const cards = new Cards();
const place = document.querySelector("[data-enter]");

function made(name, properties, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content.filter(Boolean));
  return element;
}
const words = (text) => text && made("p", {}, text);
const button = (text, onclick, className = "") =>
  made("button", { type: "button", className, onclick }, text);

/** Whatever was on the screen is gone; a screen reader is taken to the title. */
function show(title, ...content) {
  const heading = made("h1", { tabIndex: -1 }, title);
  place.replaceChildren(heading, ...content.filter(Boolean));
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function trouble(text) {
  const note = made("p", { className: "note alarm" }, text);
  note.setAttribute("role", "alert");
  return note;
}

/** The picture of a sign, from the animals that the page brought. */
function picture({ code, label }) {
  const [animal, colour] = code.split("-");
  const drawn = document.querySelector(`[data-animal="${animal}"] .sign`)?.cloneNode(true);
  if (!drawn) return made("b", {}, label);
  drawn.className = `sign sign-${colour}`;
  drawn.setAttribute("aria-label", label);
  return drawn;
}

// ---- A card that is not known here

function askCode(problem) {
  const input = made("input", { id: "code", autocomplete: "off", maxLength: 24 });
  input.setAttribute("autocapitalize", "characters");
  input.setAttribute("spellcheck", "false");
  const label = made("label", { htmlFor: "code" }, "Ou taper le code écrit sur la carte");
  const form = made(
    "form",
    { className: "form card" },
    made("div", { className: "field" }, label, input),
    made("button", { className: "primary" }, "Continuer"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = readCode(input.value);
    if (code) withCode(code);
    else askCode("Ce n’est pas un code de carte. Il a 16 signes.");
  });
  show(
    "Ma carte",
    problem && trouble(problem),
    words("Scannez la carte avec l’appareil photo de ce téléphone."),
    form,
  );
}

async function withCode(code) {
  const known = await cards.one(await cardOf(code));
  if (known?.sign) return askPin(known);
  choosePin(code);
}

function choosePin(code, problem) {
  show(
    "Choisir 4 chiffres",
    problem ? trouble(problem) : words("Ils ouvrent ma page, sur ce téléphone seulement. Je ne les dis à personne."),
    keypad((pin) => {
      if (isTooEasy(pin)) choosePin(code, "C’est trop facile à deviner. Choisissez autre chose.");
      else repeatPin(code, pin);
    }),
  );
}

function repeatPin(code, chosen) {
  show(
    "Encore une fois",
    words("Les mêmes 4 chiffres, pour être sûr."),
    keypad((pin) => {
      if (pin === chosen) begin(code, pin);
      else choosePin(code, "Ce n’étaient pas les mêmes. On recommence.");
    }),
  );
}

async function begin(code, pin) {
  show("Un instant…");
  try {
    const { sign } = await firstUse(code, pin, cards);
    show(
      "C’est prêt",
      made("p", { className: "whose-sign" }, picture(sign), made("b", {}, sign.label)),
      words("C’est votre signe sur ce téléphone."),
      made("a", { className: "button primary", href: OWN_PAGE }, "Ouvrir ma page"),
    );
  } catch (problem) {
    if (isDead(problem)) return dead(problem.detail);
    choosePin(code, problem.detail);
  }
}

// ---- Cards of this phone

function chooseSign(known) {
  const signs = known.map((card) =>
    made(
      "button",
      { type: "button", className: "sign-button", onclick: () => askPin(card) },
      picture(card.sign),
      made("span", {}, card.sign.label),
    ),
  );
  show(
    "Qui êtes-vous ?",
    made("div", { className: "sign-buttons" }, ...signs),
    button("Une autre carte", () => askCode(), "quiet"),
  );
}

function askPin(card, problem) {
  show(
    "Mes 4 chiffres",
    made("p", { className: "whose-sign" }, picture(card.sign), made("b", {}, card.sign.label)),
    problem && trouble(problem),
    keypad((pin) => enter(card, pin)),
    made(
      "p",
      { className: "ways-on" },
      button("Ce n’est pas moi", start, "quiet"),
      button("Oublier", () => askForget(card), "quiet"),
    ),
  );
}

async function enter(card, pin) {
  show("Un instant…");
  try {
    await comeIn(card, pin, cards);
    // No way back to the digits.
    location.replace(OWN_PAGE);
  } catch (problem) {
    if (isDead(problem)) dead(problem.detail);
    else askPin(card, problem.detail);
  }
}

function askForget(card) {
  show(
    "Oublier cette carte ?",
    made("p", { className: "whose-sign" }, picture(card.sign), made("b", {}, card.sign.label)),
    words("Le signe et la clé partent de ce téléphone. Pour revenir, il faudra une nouvelle carte."),
    made(
      "p",
      { className: "ways-on" },
      button("Oui, oublier", () => forget(card), "danger"),
      button("Non, garder", () => askPin(card)),
    ),
  );
}

async function forget(card) {
  await cards.forget(card.id);
  const left = await cards.all();
  if (left.length) chooseSign(left);
  else show("C’est oublié", words("Il ne reste rien de cette carte sur ce téléphone."));
}

function dead(detail) {
  show(
    "Cette carte ne marche plus",
    trouble(detail),
    words("C’est vite fait : l’équipe en imprime une autre."),
    button("J’ai une autre carte", () => askCode()),
  );
}

// ---- The beginning

async function start() {
  const known = await cards.all();
  if (known.length) chooseSign(known);
  else askCode();
}

async function open() {
  const code = readCode(location.hash.slice(1));
  // The code is not left in the address, where the next person could read it.
  if (location.hash) history.replaceState(null, "", location.pathname);
  const known = await cards.all();
  if (code) await withCode(code);
  else if (known.length === 1) askPin(known[0]);
  else await start();
}

function cannot() {
  show("Ma carte", trouble("Ce téléphone ne peut pas garder une carte. Demandez de l’aide à l’équipe."));
}

// A card may be scanned while this page is open already.
addEventListener("hashchange", () => open().catch(cannot));
if (globalThis.crypto?.subtle && globalThis.indexedDB) open().catch(cannot);
else cannot();
