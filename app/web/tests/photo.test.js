import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement ??= class {};
const { fitting, small } = await import("../photo.js");

test("a picture is made to fit, and never larger than it was", () => {
  assert.deepEqual(fitting(4000, 3000), [1024, 768]);
  assert.deepEqual(fitting(640, 480), [640, 480]);
  assert.deepEqual(fitting(100_000, 1), [1024, 1]);
});

test("a picture that weighs too much is drawn again, less finely, or not at all", async () => {
  globalThis.createImageBitmap = async () => ({ width: 4000, height: 3000, close() {} });
  const asked = [];
  const canvas = (weights) => ({
    getContext: () => ({ drawImage() {} }),
    toDataURL: (_, quality) => {
      asked.push(quality);
      return `data:image/jpeg;base64,${"A".repeat(weights.shift())}`;
    },
  });
  assert.equal((await small({}, canvas([400_000, 200]))).length, 200);
  assert.deepEqual(asked, [0.75, 0.6]);
  assert.equal(await small({}, canvas([400_000, 400_000, 400_000, 400_000])), undefined);
});
