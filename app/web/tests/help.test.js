// The needle-stick page: five minutes that are never cut short, what the programme set, and a voice
// that stays on the phone.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement = class {};
const defined = [];
globalThis.customElements = { define: (name) => defined.push(name) };
globalThis.document = { querySelector: () => null, cookie: "", documentElement: { dataset: {} } };
globalThis.MutationObserver = class {
  observe() {}
};
const { inWords, left } = await import("../help.js");
const { dialled, fill, helpOfThisPhone } = await import("../help/pack.js");
const { localVoice, offerReading, saidOf, sentencesOf, wordsOf } = await import("../help/read-aloud.js");

test("the element is there for the page to use", () => {
  assert.deepEqual(defined, ["wash-timer"]);
});

const TIMES = {
  minutes: ["{n} minute", "{n} minutes"],
  seconds: ["{n} seconde", "{n} secondes"],
  both: "{minutes} et {seconds}",
  left: "Encore {time}.",
};

test("what is left is said in words", () => {
  assert.equal(inWords(300, TIMES), "Encore 5 minutes.");
  assert.equal(inWords(270, TIMES), "Encore 4 minutes et 30 secondes.");
  assert.equal(inWords(61, TIMES), "Encore 1 minute et 1 seconde.");
  assert.equal(inWords(9, TIMES), "Encore 9 secondes.");
  const bulgarian = { ...TIMES, minutes: ["{n} минута", "{n} минути"], left: "Още {time}." };
  assert.equal(inWords(60, bulgarian), "Още 1 минута.");
});

const start = { steady: 1_000, wall: 1_700_000_000_000 };
const after = (steady, wall) => ({ steady: start.steady + steady, wall: start.wall + wall });

test("five minutes are five minutes, and end", () => {
  assert.equal(left(start, start), 300);
  assert.equal(left(start, after(500, 500)), 300);
  assert.equal(left(start, after(1_000, 1_000)), 299);
  assert.equal(left(start, after(299_999, 299_999)), 1);
  assert.equal(left(start, after(400_000, 400_000)), 0);
});

test("a phone that slept has counted, and a clock set back a day changes nothing", () => {
  assert.equal(left(start, after(10_000, 300_000)), 0);
  assert.equal(left(start, after(60_000, -86_400_000)), 240);
});

/** An element that knows what these scripts use of it. */
class Fake {
  constructor(name) {
    Object.assign(this, { name, children: [], attributes: {}, hidden: true, listeners: {} });
  }

  append(...content) {
    this.children.push(...content);
  }

  replaceChildren(...content) {
    this.children = content;
  }

  remove() {
    this.removed = true;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  addEventListener(name, then) {
    this.listeners[name] = then;
  }

  scrollIntoView() {}

  get said() {
    return this.children.map((it) => it.said ?? it).join("|");
  }

  find(name) {
    const inside = this.children.flatMap((it) => (it.find ? it.find(name) : []));
    return this.name === name ? [this, ...inside] : inside;
  }
}

const HELP = {
  validated_by: "Dr Ndiaye",
  coordinator_phone: "06 12 34 56 78",
  places: [
    { name: "Urgences Saint-André", address: "1 rue Jean Burguet", phone: "+33 (0)5 56 79 56 79" },
    { name: "Urgences Pellegrin", address: "", phone: null },
  ],
};

const SAID = {
  where_to_go: "Où aller",
  call_place: "Appeler : {name}",
  call_coordination: "Appeler la coordination",
  validated: "Vérifié par {doctor}",
};

/** The page's empty places. */
function emptyPage() {
  const names = ["[data-help-places]", "[data-help-coordinator]", "[data-help-validated] span"];
  const places = Object.fromEntries(names.map((name) => [name, new Fake(name)]));
  document.querySelector = (selector) => places[selector] ?? null;
  document.createElement = (name) => new Fake(name);
  return names.map((name) => places[name]);
}

test("what the programme set is written into the page, with numbers that can be dialled", () => {
  const [places, coordinator, validated] = emptyPage();
  fill(HELP, SAID);
  assert.equal(
    places.said,
    "Où aller|Urgences Saint-André|1 rue Jean Burguet|Appeler : Urgences Saint-André|Urgences Pellegrin",
  );
  const calls = [...places.find("a"), ...coordinator.find("a")].map((it) => it.href);
  assert.deepEqual(calls, ["tel:+330556795679", "tel:0612345678"]);
  assert.equal(validated.said, "Vérifié par Dr Ndiaye");
  assert.equal(places.hidden || coordinator.hidden, false);
});

test("what is not set leaves the page as it is", () => {
  const all = emptyPage();
  fill({ validated_by: null, coordinator_phone: " ", places: [{ name: 7 }] }, SAID);
  assert.ok(all.every((it) => it.hidden && it.said === ""));
  assert.equal(dialled("à demander"), "");
});

/** An IndexedDB that holds these texts; without any it does not exist yet. */
function databases(meta) {
  const world = { aborted: false, closed: false };
  const answer = (result, say) => {
    const request = { result };
    queueMicrotask(() => say(request));
    return request;
  };
  const get = (name) => answer(meta[name], (request) => request.onsuccess());
  const database = {
    transaction: () => ({ objectStore: () => ({ get }) }),
    close: () => void (world.closed = true),
  };
  world.open = (...name) => {
    assert.deepEqual(name, ["cueillette"]);
    return answer(database, (request) => {
      if (meta) return request.onsuccess();
      request.transaction = { abort: () => void (world.aborted = true) };
      request.onupgradeneeded();
      request.onerror();
    });
  };
  return world;
}

test("it is read from the pack of this phone, which is closed at once", async () => {
  const phone = databases({ current: "o1", "pack:o1": JSON.stringify({ help: HELP }) });
  assert.deepEqual(await helpOfThisPhone(phone), HELP);
  assert.equal(phone.closed, true);
});

test("a phone without pack, without database or without any memory says nothing", async () => {
  const bare = databases({});
  await assert.rejects(helpOfThisPhone(bare));
  assert.equal(bare.closed, true);
  await assert.rejects(helpOfThisPhone(undefined));
  const fresh = databases(undefined);
  await assert.rejects(helpOfThisPhone(fresh));
  assert.equal(fresh.aborted, true);
});

const FRENCH = { lang: "fr-FR", localService: true };

test("only a voice of the page's language, of the device itself, reads", () => {
  const far = { lang: "fr-FR", localService: false };
  const unsaid = { lang: "fr-FR" };
  const frisian = { lang: "fry", localService: true };
  const android = { lang: "fr_CA", localService: true };
  assert.equal(localVoice([far, unsaid, frisian], "fr"), undefined);
  assert.equal(localVoice([far, android, FRENCH], "fr"), android);
  assert.equal(localVoice([], "fr"), undefined);
  const bulgarian = { lang: "bg-BG", localService: true };
  assert.equal(localVoice([FRENCH, bulgarian], "bg"), bulgarian);
  assert.equal(localVoice([FRENCH], "bg"), undefined);
});

/** A step of the page with these sentences. */
function step(...sentences) {
  const made = new Fake("li");
  made.querySelectorAll = () =>
    sentences.map((words) => ({ textContent: words, closest: () => null }));
  return made;
}

/** The page with two steps, and a voice that says what it is told. */
function speakingPage(voices) {
  const world = { spoken: [], cancelled: 0 };
  const steps = [step("Je lave", "Je rince."), step("Urgences")];
  document.querySelectorAll = () => steps;
  document.createElement = (name) => new Fake(name);
  globalThis.addEventListener = () => {};
  globalThis.SpeechSynthesisUtterance = class {
    constructor(words) {
      this.words = words;
    }
  };
  world.synth = {
    getVoices: () => voices,
    speak: (it) => void world.spoken.push(it),
    cancel: () => void world.cancelled++,
  };
  world.place = new Fake("div");
  const said = { read_aloud: "Lire à voix haute", stop_reading: "Arrêter la lecture" };
  world.place.dataset = { words: JSON.stringify(said) };
  document.documentElement.lang = "fr";
  offerReading(world.place, world.synth);
  world.current = () => steps.map((it) => it.attributes["aria-current"]);
  return world;
}

test("steps are read one after the other, and the one that is read is marked", () => {
  const page = speakingPage([FRENCH]);
  const [button] = page.place.children;
  assert.equal(button.textContent, "Lire à voix haute");
  button.listeners.click();
  assert.equal(button.textContent, "Arrêter la lecture");
  assert.equal(page.spoken[0].words, "Je lave. Je rince.");
  assert.equal(page.spoken[0].voice, FRENCH);
  assert.deepEqual(page.current(), ["step", undefined]);
  page.spoken[0].onend();
  assert.equal(page.spoken[1].words, "Urgences.");
  assert.deepEqual(page.current(), [undefined, "step"]);
  page.spoken[1].onend();
  assert.deepEqual(page.current(), [undefined, undefined]);
  assert.equal(button.textContent, "Lire à voix haute");
});

test("it falls silent when it is told to, and what was cut off does not go on", () => {
  const page = speakingPage([FRENCH]);
  const [button] = page.place.children;
  button.listeners.click();
  button.listeners.click();
  assert.equal(page.cancelled, 1);
  page.spoken[0].onend();
  page.spoken[0].onerror();
  assert.equal(page.spoken.length, 1);
  assert.deepEqual(page.current(), [undefined, undefined]);
});

test("without a voice of the device there is no button, until one comes", () => {
  const voices = [];
  const page = speakingPage(voices);
  assert.equal(page.place.children.length, 0);
  voices.push(FRENCH);
  page.synth.onvoiceschanged();
  assert.equal(page.place.children.length, 1);
  voices.pop();
  page.synth.onvoiceschanged();
  assert.equal(page.place.children[0].removed, true);
});

test("a page is read sentence by sentence: not what is folded, filled in or tapped", () => {
  const block = (words, { inside, near, holds } = {}) => ({
    textContent: words,
    matches: () => words === "aid",
    closest: () => (near ? {} : null),
    querySelector: () => (holds ? {} : null),
    parentElement: { closest: () => (inside ? {} : null) },
  });
  const read = [block("Bonjour Zézé"), block("aid", { holds: true })];
  const silent = [
    block("Mardi", { inside: true }),
    block("Le dire à l’équipe", { near: true }),
    block("liste", { holds: true }),
    block(" "),
  ];
  const content = { querySelectorAll: () => [...read, ...silent] };
  assert.deepEqual(sentencesOf(content), read);
  const children = [{ textContent: "Mardi 3 novembre" }, { textContent: " 15,00 € " }];
  assert.equal(saidOf({ matches: () => true, children }), "Mardi 3 novembre. 15,00 €.");
  assert.equal(saidOf({ matches: () => false, textContent: "Bonjour" }), "Bonjour.");
});

test("the timer in a step speaks for itself", () => {
  const inTimer = { textContent: "Encore 5 minutes", closest: () => ({}) };
  const own = { textContent: " Au moins 5 minutes. ", closest: () => null };
  assert.equal(wordsOf({ querySelectorAll: () => [own, inTimer] }), "Au moins 5 minutes.");
});
