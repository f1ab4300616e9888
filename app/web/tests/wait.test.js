// A form that was sent: once, and it says that one waits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { watchForms } from "../wait.js";

/** An element, as far as a form's waiting needs one. */
class Element {
  constructor(attributes = {}) {
    this.attributes = attributes;
    this.dataset = {};
    this.inside = [];
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  append(...more) {
    for (const it of more) it.parent = this;
    this.inside.push(...more);
  }
  remove() {
    this.parent.inside = this.parent.inside.filter((it) => it !== this);
  }
}

/** A page with one form, and what a tap on its button does. */
function pageWith(method, { mock }) {
  mock.timers.enable({ apis: ["setTimeout"] });
  let hear;
  let leave;
  globalThis.document = { createElement: () => new Element() };
  globalThis.addEventListener = (name, then) => (leave = then);
  const main = new Element();
  main.addEventListener = (name, then) => (hear = then);
  watchForms(main, "On y travaille…");
  const form = new Element({ method });
  const button = new Element();
  const send = () => {
    let isHeld = false;
    hear({ target: form, submitter: button, preventDefault: () => (isHeld = true) });
    return !isHeld;
  };
  return { main, button, send, leave: () => leave(), after: (ms) => mock.timers.tick(ms) };
}

test("a second tap sends nothing, until no answer can come any more", (it) => {
  const { send, after } = pageWith("post", it);
  assert.equal(send(), true);
  assert.equal(send(), false);
  after(5_000);
  assert.equal(send(), false);
  after(30_000);
  assert.equal(send(), true);
});

test("an answer that comes at once is not talked about, one that is late is", (it) => {
  const { main, button, send, after } = pageWith("post", it);
  send();
  const [line] = main.inside;
  assert.equal(line.getAttribute("role"), "status");
  after(900);
  assert.deepEqual([line.inside.length, button.getAttribute("aria-busy")], [0, null]);
  after(200);
  assert.deepEqual([line.inside[0].textContent, line.className], ["On y travaille…", "card progress working"]);
  assert.deepEqual([button.getAttribute("aria-busy"), button.getAttribute("aria-disabled")], ["true", "true"]);
});

test("whoever comes back finds the form as it was", (it) => {
  const { main, button, send, after, leave } = pageWith("post", it);
  send();
  after(2_000);
  leave();
  assert.deepEqual([main.inside.length, button.getAttribute("aria-busy")], [0, null]);
  assert.equal(send(), true);
});

test("a form that only asks is left alone", (it) => {
  const { main, send } = pageWith("get", it);
  assert.equal(send() && send(), true);
  assert.equal(main.inside.length, 0);
});
