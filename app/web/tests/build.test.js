// The tools of the build: the rules of the map are cut where they end, and the worker holds what it
// cannot import.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { splitRules, workerText } from "../build.mjs";

test("minified CSS is cut into its top-level rules", () => {
  const css = '.a{color:red}@media print{.b{top:0}.c{left:0}}.d:before{content:""}';
  assert.deepEqual(splitRules(css), [
    ".a{color:red}",
    "@media print{.b{top:0}.c{left:0}}",
    '.d:before{content:""}',
  ]);
});

test("the worker is one classic script that holds the glue, and of the glue what it uses", async () => {
  const glue = `export default async () => "start"; export const send_waiting = () => "sends";
    export const hydrate = () => "wakes a page";`;
  const text = await workerText(glue);
  new vm.Script(text);
  assert.ok(text.includes("sends"));
  assert.ok(!text.includes("wakes a page"));
  assert.equal(text.split("__PRECACHE__").length, 2);
  assert.ok(text.includes("__BUILD_ID__"));
});

test("a worker that is built without the WASM is whole all the same", async () => {
  const text = await workerText();
  new vm.Script(text);
  assert.ok(text.includes("built without the WASM"));
});
