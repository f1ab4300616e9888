// A place written in a form as people write numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readDegrees, writeDegrees } from "../map/fields.js";

test("degrees are read with a comma or a point, and nothing is no place", () => {
  assert.equal(readDegrees(" 44,8305 "), 44.8305);
  assert.equal(readDegrees("-0.57"), -0.57);
  assert.ok(Number.isNaN(readDegrees("")));
  assert.ok(Number.isNaN(readDegrees("ici")));
});

test("degrees are written as they are read", () => {
  assert.equal(writeDegrees(-0.5728), "-0,57280");
  assert.equal(readDegrees(writeDegrees(44.123456)), 44.12346);
});
