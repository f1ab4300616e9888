// The tools of the build: the rules of the map are cut where they end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { splitRules } from "../build.mjs";

test("minified CSS is cut into its top-level rules", () => {
  const css = '.a{color:red}@media print{.b{top:0}.c{left:0}}.d:before{content:""}';
  assert.deepEqual(splitRules(css), [
    ".a{color:red}",
    "@media print{.b{top:0}.c{left:0}}",
    '.d:before{content:""}',
  ]);
});
