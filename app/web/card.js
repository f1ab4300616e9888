// /entrer: a peer comes in with a card. First use binds the card to this phone and chooses four
// digits; then the phone shows the signs it knows, and asks for the digits.
//
// What is kept is in card/store.js, how one comes in without a screen in card/door.js. What is said is
// in the page.

import { comeIn, firstUse, isDead, isTooEasy } from "./card/door.js";
import { cardOf, readCode } from "./card/keys.js";
import { keypad } from "./card/keypad.js";
import { Cards } from "./card/store.js";
import { filled, readWords } from "./words.js";

const OWN_PAGE = "/moi";

const cards = new Cards();
const place = document.querySelector("[data-enter]");
const words = readWords(place);

function made(name, properties, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content.filter(Boolean));
  return element;
}
const says = (text) => made("p", {}, text);
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

/** Why a card was not let in; what has no words of its own is told in general. */
const refusal = ({ code }) => trouble(words.refused[code] || words.refused.other);

/** « hérisson bleu ». */
function named({ code }) {
  const [animal, colour] = code.split("-");
  return filled(words.sign, { animal: words.animals[animal], colour: words.colours[colour] });
}

/** The picture of a sign, from the animals that the page brought. */
function picture(sign) {
  const [animal, colour] = sign.code.split("-");
  const label = named(sign);
  const drawn = document.querySelector(`[data-animal="${animal}"] .sign`)?.cloneNode(true);
  if (!drawn) return made("b", {}, label);
  drawn.className = `sign sign-${colour}`;
  drawn.setAttribute("aria-label", label);
  return drawn;
}

const whose = (sign) =>
  made("p", { className: "whose-sign" }, picture(sign), made("b", {}, named(sign)));

// ---- A card that is not known here

function askCode(problem) {
  const input = made("input", { id: "code", autocomplete: "off", maxLength: 24 });
  input.setAttribute("autocapitalize", "characters");
  input.setAttribute("spellcheck", "false");
  const label = made("label", { htmlFor: "code" }, words.type_code);
  const form = made(
    "form",
    { className: "form card" },
    made("div", { className: "field" }, label, input),
    made("button", { className: "primary" }, words.go_on),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = readCode(input.value);
    if (code) withCode(code);
    else askCode(words.not_a_code);
  });
  show(
    words.title,
    problem && trouble(problem),
    says(words.scan),
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
    words.choose_title,
    problem || says(words.choose_help),
    keypad(words, (pin) => {
      if (isTooEasy(pin)) choosePin(code, trouble(words.too_easy));
      else repeatPin(code, pin);
    }),
  );
}

function repeatPin(code, chosen) {
  show(
    words.repeat_title,
    says(words.repeat_help),
    keypad(words, (pin) => {
      if (pin === chosen) begin(code, pin);
      else choosePin(code, trouble(words.not_the_same));
    }),
  );
}

async function begin(code, pin) {
  show(words.wait);
  try {
    const { sign } = await firstUse(code, pin, cards);
    show(
      words.ready_title,
      whose(sign),
      says(words.ready_help),
      made("a", { className: "button primary", href: OWN_PAGE }, words.open_mine),
    );
  } catch (problem) {
    if (isDead(problem)) return dead(problem);
    choosePin(code, refusal(problem));
  }
}

// ---- Cards of this phone

function chooseSign(known) {
  const signs = known.map((card) =>
    made(
      "button",
      { type: "button", className: "sign-button", onclick: () => askPin(card) },
      picture(card.sign),
      made("span", {}, named(card.sign)),
    ),
  );
  show(
    words.who_title,
    made("div", { className: "sign-buttons" }, ...signs),
    button(words.other_card, () => askCode(), "quiet"),
  );
}

function askPin(card, problem) {
  show(
    words.pin_title,
    whose(card.sign),
    problem,
    keypad(words, (pin) => enter(card, pin)),
    made(
      "p",
      { className: "ways-on" },
      button(words.not_me, start, "quiet"),
      button(words.forget, () => askForget(card), "quiet"),
    ),
  );
}

async function enter(card, pin) {
  show(words.wait);
  try {
    await comeIn(card, pin, cards);
    // No way back to the digits.
    location.replace(OWN_PAGE);
  } catch (problem) {
    if (isDead(problem)) dead(problem);
    else askPin(card, refusal(problem));
  }
}

function askForget(card) {
  show(
    words.forget_title,
    whose(card.sign),
    says(words.forget_help),
    made(
      "p",
      { className: "ways-on" },
      button(words.forget_yes, () => forget(card), "danger"),
      button(words.forget_no, () => askPin(card)),
    ),
  );
}

async function forget(card) {
  await cards.forget(card.id);
  const left = await cards.all();
  if (left.length) chooseSign(left);
  else show(words.forgotten_title, says(words.forgotten_help));
}

function dead(problem) {
  show(
    words.dead_title,
    refusal(problem),
    says(words.dead_help),
    button(words.have_another, () => askCode()),
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
  show(words.title, trouble(words.cannot_keep));
}

// A card may be scanned while this page is open already.
addEventListener("hashchange", () => open().catch(cannot));
if (globalThis.crypto?.subtle && globalThis.indexedDB) open().catch(cannot);
else cannot();
