// The needle-stick page, once it has a script: what the programme set (help/pack.js), the steps
// read aloud (help/read-aloud.js), and <wash-timer>: five minutes that are counted down, in words
// and by a bar, after one tap.
//
// Without script the element is empty and not shown: the page says « au moins 5 minutes » by
// itself. Nothing is asked of the network, nothing is kept.

import { fill, helpOfThisPhone } from "./help/pack.js";
import { offerReading } from "./help/read-aloud.js";

const MINUTES = 5;
const SECONDS = MINUTES * 60;

const counted = (n, word) => `${n} ${word}${n > 1 ? "s" : ""}`;

/** « Encore 4 minutes et 30 secondes. » */
export function inWords(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const parts = [];
  if (minutes > 0) parts.push(counted(minutes, "minute"));
  if (rest > 0) parts.push(counted(rest, "seconde"));
  return `Encore ${parts.join(" et ")}.`;
}

const DONE = `${counted(MINUTES, "minute")} : c’est fait. On passe à l’étape suivante.`;

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
    this.button.textContent = `Lancer les ${MINUTES} minutes`;
    this.button.addEventListener("click", () => this.begin());
    this.words = added(this, "p", { className: "left num", hidden: true });
    this.bar = added(this, "progress", { max: SECONDS, value: 0, hidden: true });
    this.bar.setAttribute("aria-label", "Temps passé");
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
    this.button.textContent = "Recommencer";
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
    const words = seconds > 0 ? inWords(seconds) : DONE;
    this.words.textContent = words;
    this.bar.value = SECONDS - seconds;
    if (seconds % 60 === 0 && this.said.textContent !== words) this.said.textContent = words;
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

offerReading(document.querySelector("[data-read-aloud]"));
// A phone that has no pack, or nothing to keep one in: the page says enough by itself.
helpOfThisPhone().then(fill).catch(() => {});
