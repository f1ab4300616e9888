// A page read aloud, one part after the other (the steps of the needle-stick page, the sentences of
// a peer's own), by a voice of the device itself: other voices send the text to whoever made the
// browser. Without one there is no button.

import { readWords } from "../words.js";

/** The first voice of this language that speaks on the device. */
export function localVoice(voices, lang) {
  const ours = new RegExp(`^${lang}($|[-_])`, "i");
  return voices.find((it) => it.localService === true && ours.test(it.lang));
}

/** What is said of a step: its sentences, each with an end. The timer speaks for itself. */
export function wordsOf(step) {
  const own = [...step.querySelectorAll("h2, p, li")].filter((it) => !it.closest("wash-timer"));
  return ended(own.map((it) => it.textContent));
}

/** The steps of the needle-stick page. */
const stepsOfHelp = () => [
  ...document.querySelectorAll(".aid-steps > li, .aid > section:not(.calls)"),
];

/** What a page says, sentence by sentence: not what is folded, filled in or tapped. */
export function sentencesOf(content) {
  const BLOCKS = "h1, h2, p, li, dl > div, .aid-text";
  return [...content.querySelectorAll(BLOCKS)].filter((it) => {
    const apart = it.closest("form, nav, details, [hidden], [data-read-aloud], .ways-on, .crumbs");
    const whole = it.matches(".aid-text") || !it.querySelector(BLOCKS);
    const inWhole = it.parentElement.closest(".aid-text");
    return !apart && whole && !inWhole && it.textContent.trim() !== "";
  });
}

/** What is said of such a part: its pieces, or all of it. */
export function saidOf(part) {
  const pieces = part.matches(".aid-text, dl > div") ? [...part.children] : [part];
  return ended(pieces.map((it) => it.textContent));
}

const ended = (texts) =>
  texts
    .map((it) => it.trim())
    .filter(Boolean)
    .map((words) => (/[.:!?…]$/.test(words) ? words : `${words}.`))
    .join(" ");

/** Puts the button into `place` as soon as the device has a voice for it. */
export function offerReading(
  place,
  synth = globalThis.speechSynthesis,
  { parts = stepsOfHelp, words = wordsOf } = {},
) {
  if (!place || !synth) return;
  const { read_aloud: READ, stop_reading: STOP } = readWords(place);
  const voice = () => localVoice(synth.getVoices(), document.documentElement.lang);
  const steps = parts();
  const button = document.createElement("button");
  button.type = "button";
  /** What is being said; undefined in silence. */
  let now;

  function read(at) {
    const step = steps[at];
    for (const it of steps) {
      if (it === step) it.setAttribute("aria-current", "step");
      else it.removeAttribute("aria-current");
    }
    button.textContent = step ? STOP : READ;
    now = step && new SpeechSynthesisUtterance(words(step));
    if (!now) return;
    const mine = now;
    mine.voice = voice();
    mine.lang = mine.voice.lang;
    // What was cut off ends too, but is no longer ours.
    mine.onend = () => now === mine && read(at + 1);
    mine.onerror = () => now === mine && stop();
    step.scrollIntoView({ block: "center" });
    synth.speak(mine);
  }

  function stop() {
    read(steps.length);
    synth.cancel();
  }

  function offer() {
    if (voice()) return place.append(button);
    if (now) stop();
    button.remove();
  }

  button.addEventListener("click", () => (now ? stop() : read(0)));
  addEventListener("pagehide", stop);
  // Voices come late, and may go.
  synth.onvoiceschanged = offer;
  read(steps.length);
  offer();
}
