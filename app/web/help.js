// The needle-stick page, once it has a script: what the programme set (help/pack.js), the steps
// read aloud (help/read-aloud.js), and <wash-timer>: five minutes that are counted down, in words
// and by a bar, after one tap. It shows the page in the language that was chosen on this phone.
//
// Without script the element is empty and not shown: the page says « au moins 5 minutes » by
// itself. Nothing is asked of the network, nothing is kept.

import { fill, helpOfThisPhone } from "./help/pack.js";
import { offerReading } from "./help/read-aloud.js";
import { filled, readWords } from "./words.js";
import { keepLook } from "./look.js";

const MINUTES = 5;
const SECONDS = MINUTES * 60;

const words = readWords(document.querySelector("main[data-words]"));

/** « Encore 4 minutes et 30 secondes. » */
export function inWords(seconds, words) {
  const counted = (n, [one, other]) => filled(n === 1 ? one : other, { n });
  const minutes = counted(Math.floor(seconds / 60), words.minutes);
  const rest = counted(seconds % 60, words.seconds);
  let time = filled(words.both, { minutes, seconds: rest });
  if (seconds < 60) time = rest;
  else if (seconds % 60 === 0) time = minutes;
  return filled(words.left, { time });
}

/** Seconds that are left, rounded up: the five minutes are never cut short. */
export function left(start, now) {
  // One clock may stop while the phone sleeps, the other may be set back: the longer is right.
  const passed = Math.max(now.steady - start.steady, now.wall - start.wall);
  return Math.max(0, Math.ceil(SECONDS - passed / 1000));
}

const clocks = () => ({ steady: performance.now(), wall: Date.now() });

function added(parent, name, properties) {
  return parent.appendChild(Object.assign(document.createElement(name), properties));
}

class WashTimer extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.button = added(this, "button", { type: "button", className: "primary" });
    this.button.textContent = words.start;
    this.button.addEventListener("click", () => this.begin());
    this.words = added(this, "p", { className: "left num", hidden: true });
    this.bar = added(this, "progress", { max: SECONDS, value: 0, hidden: true });
    this.bar.setAttribute("aria-label", words.bar);
    // Said aloud once a minute: a voice every second would cover everything else.
    this.said = added(this, "p", { className: "sr" });
    this.said.setAttribute("role", "status");
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
  }

  begin() {
    clearInterval(this.ticking);
    this.start = clocks();
    this.button.textContent = words.again;
    this.button.className = "";
    this.words.hidden = this.bar.hidden = false;
    this.ticking = setInterval(() => this.show(), 500);
    this.show();
    // Hands are wet: the screen stays lit where the browser can do that.
    this.stayLit();
  }

  async stayLit() {
    if (this.lock && !this.lock.released) return;
    this.lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
  }

  show() {
    const seconds = left(this.start, clocks());
    const told = seconds > 0 ? inWords(seconds, words) : words.done;
    this.words.textContent = told;
    this.bar.value = SECONDS - seconds;
    if (seconds % 60 === 0 && this.said.textContent !== told) this.said.textContent = told;
    if (seconds === 0) this.end();
  }

  end() {
    clearInterval(this.ticking);
    this.lock?.release();
    navigator.vibrate?.([400, 200, 400]);
  }
}

customElements.define("wash-timer", WashTimer);

// A link leaves by itself; with script it also leaves no way back here.
document.querySelector("[data-quit]")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.replace(event.currentTarget.href);
});

keepLook();
// The language that was chosen on this phone: the cookie is the server's (http/language.rs). The
// worker keeps each language at an address of its own.
const ADDRESS = "/aide/piqure";
const chosen = /(?:^|; )lang=([a-z-]+)/.exec(document.cookie)?.[1];
const inChosen = chosen && document.querySelector(`[data-lang="${chosen}"]:not([aria-current])`);
if (inChosen && location.pathname === ADDRESS) location.replace(inChosen.href);
document.querySelector(".languages")?.addEventListener("click", ({ target }) => {
  const { lang } = target.dataset;
  if (lang) document.cookie = `lang=${lang};path=/;max-age=31536000;samesite=lax;secure`;
});

offerReading(document.querySelector("[data-read-aloud]"));
// A phone that has no pack, or nothing to keep one in: the page says enough by itself.
helpOfThisPhone().then((help) => fill(help, words)).catch(() => {});
