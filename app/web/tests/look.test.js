// The look of a phone: one cookie, which the server reads too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keepLook } from "../look.js";

/** A page with these cookies, whose recorder may change its theme. */
function pageWith(cookie) {
  const root = { dataset: {} };
  globalThis.document = { cookie, documentElement: root };
  let changed;
  globalThis.MutationObserver = class {
    constructor(then) {
      changed = then;
    }
    observe(what, { attributeFilter }) {
      assert.equal(what, root);
      assert.deepEqual(attributeFilter, ["data-theme"]);
    }
  };
  keepLook();
  return { root, changed };
}

test("full sun is shown when it was chosen, and nothing else is", () => {
  assert.equal(pageWith("a=b; theme=sun").root.dataset.theme, "sun");
  for (const cookie of ["", "theme=", "theme=sunset", "xtheme=sun", "theme=<b>"]) {
    assert.equal(pageWith(cookie).root.dataset.theme, undefined, cookie);
  }
});

test("what the recorder's menu says is kept a year, or forgotten", () => {
  const { root, changed } = pageWith("");
  root.dataset.theme = "sun";
  changed();
  assert.equal(document.cookie, "theme=sun;max-age=31536000;path=/;samesite=lax;secure");
  delete root.dataset.theme;
  changed();
  assert.equal(document.cookie, "theme=;max-age=0;path=/;samesite=lax;secure");
});
