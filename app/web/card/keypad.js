// Ten big buttons and four dots: no keyboard comes up, and no digit is shown or said aloud.

import { filled } from "../words.js";

const DIGITS = 4;

function made(name, properties, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content);
  return element;
}

/** `onPin` gets the four digits; the dots are empty again afterwards. */
export function keypad(words, onPin) {
  let typed = "";
  const dots = made("p", { className: "dots" });
  const said = made("p", { className: "sr" });
  said.setAttribute("role", "status");
  dots.setAttribute("aria-hidden", "true");

  function show() {
    const marks = Array.from({ length: DIGITS }, (_, n) =>
      made("span", { className: n < typed.length ? "dot full" : "dot" }),
    );
    dots.replaceChildren(...marks);
    said.textContent = typed.length ? filled(words.typed, { n: typed.length, all: DIGITS }) : "";
  }

  function press(digit) {
    if (typed.length === DIGITS) return;
    typed += digit;
    show();
    navigator.vibrate?.(20);
    if (typed.length < DIGITS) return;
    const pin = typed;
    // The last dot is seen before the screen changes.
    setTimeout(() => {
      typed = "";
      show();
      onPin(pin);
    }, 150);
  }

  function back() {
    typed = typed.slice(0, -1);
    show();
  }

  const button = (sign, onclick, label = sign) => {
    const key = made("button", { type: "button", onclick }, sign);
    key.setAttribute("aria-label", label);
    return key;
  };
  const keys = [..."123456789"].map((digit) => button(digit, () => press(digit)));
  const erase = button("←", back, words.erase_digit);
  erase.className = "quiet";
  const pad = made("div", { className: "keypad" }, ...keys, made("span"), button("0", () => press("0")), erase);
  pad.setAttribute("role", "group");
  pad.setAttribute("aria-label", words.digits);
  const whole = made("div", { className: "pin" }, dots, said, pad);
  // A real keyboard works too: for desks, and for people who cannot touch.
  whole.addEventListener("keydown", (event) => {
    if (/^\d$/.test(event.key)) press(event.key);
    if (event.key === "Backspace") back();
  });
  show();
  return whole;
}
