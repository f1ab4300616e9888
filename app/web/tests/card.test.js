// Cards on a phone: keys that cannot leave it, what is sent, and what stays when something fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { comeIn, firstUse, isTooEasy } from "../card/door.js";
import { base64url, cardOf, newKeys, prove, publicPart, readCode } from "../card/keys.js";

const CODE = "ABCDEFGHJKLMNPQR";

test("a code is read however it is typed, and nothing else is a code", () => {
  assert.equal(readCode("abcd efgh-jklm NPQR"), CODE);
  for (const wrong of ["", "ABCD", `${CODE}X`, "ABCDEFGH0KLMNPQR", "ABCDEFGHIKLMNPQR"]) {
    assert.equal(readCode(wrong), undefined, wrong);
  }
});

test("the id of a card follows from its code, as the server works it out", async () => {
  assert.equal(await cardOf(CODE), "ada347c4-4c25-8aa9-91c1-7fcb5e3a9139");
});

test("the keys cannot leave the phone", async () => {
  const keys = await newKeys();
  for (const key of [keys.privateKey, keys.secret]) {
    assert.equal(key.extractable, false);
    await assert.rejects(crypto.subtle.exportKey("jwk", key));
  }
});

const bytes = (text) => Buffer.from(text, "base64url");

test("what is sent is signed for one act, one card and one challenge", async () => {
  const keys = await newKeys();
  const raw = bytes(await publicPart(keys));
  assert.equal(raw.length, 65);
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("raw", raw, curve, true, ["verify"]);
  const { challenge, pin, signature } = await prove(keys, "enter", "c1", "once", "7294");
  const holds = (message) =>
    crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      key,
      bytes(signature),
      new TextEncoder().encode(message),
    );
  assert.equal(challenge, "once");
  assert.equal(await holds(`card\nenter\nc1\nonce\n${pin}`), true);
  assert.equal(await holds(`card\nbind\nc1\nonce\n${pin}`), false);
  assert.equal(await holds(`card\nenter\nc1\ntwice\n${pin}`), false);
});

test("the same digits look the same to the server on one phone only, and never as digits", async () => {
  const [mine, theirs] = [await newKeys(), await newKeys()];
  const hidden = async (keys, card, pin) => (await prove(keys, "enter", card, "x", pin)).pin;
  const one = await hidden(mine, "c1", "7294");
  assert.equal(await hidden(mine, "c1", "7294"), one);
  assert.notEqual(await hidden(mine, "c1", "7295"), one);
  assert.notEqual(await hidden(mine, "c2", "7294"), one);
  assert.notEqual(await hidden(theirs, "c1", "7294"), one);
  assert.equal(bytes(one).length, 32);
  assert.ok(!base64url(new TextEncoder().encode("7294")).includes(one));
});

/** Cards in memory, and a server that answers what it is told to. */
function phone(...answers) {
  const kept = new Map();
  const asked = [];
  const cards = {
    one: async (id) => kept.get(id),
    keep: async (card) => void kept.set(card.id, card),
    forget: async (id) => void kept.delete(id),
  };
  const ask = async (path, { body }) => {
    asked.push({ path, body: JSON.parse(body) });
    if (path.endsWith("/challenge")) return { ok: true, json: async () => ({ challenge: "c" }) };
    const answer = answers.shift();
    if (!answer) throw new TypeError("no network");
    return { ok: !answer.code, json: async () => answer };
  };
  return { kept, asked, cards, ask };
}

const LET_IN = { card: "x", sign: "fox-red", sign_label: "renard rouge" };

test("first use keeps the keys and the sign, and nothing of the code or the digits", async () => {
  const it = phone(LET_IN);
  const card = await firstUse(CODE, "7294", it.cards, it.ask);
  assert.deepEqual(card.sign, { code: "fox-red" });
  assert.deepEqual(Object.keys(it.kept.get(card.id)).sort(), ["id", "keys", "sign"]);
  const told = JSON.stringify(it.asked);
  assert.ok(told.includes(CODE) && !told.includes("7294"));
});

test("when the answer is lost, the same phone asks again with the same keys", async () => {
  const it = phone(undefined, LET_IN);
  await assert.rejects(firstUse(CODE, "7294", it.cards, it.ask), { code: "no_network" });
  assert.equal(it.kept.size, 1);
  await firstUse(CODE, "7294", it.cards, it.ask);
  const [first, second] = it.asked.filter(({ path }) => path.endsWith("/bind"));
  assert.equal(first.body.key, second.body.key);
  assert.equal(first.body.pin, second.body.pin);
});

test("a card that is refused leaves nothing on the phone", async () => {
  for (const code of ["unknown_card", "card_taken", "card_locked"]) {
    const it = phone({ code, detail: "non" });
    await assert.rejects(firstUse(CODE, "7294", it.cards, it.ask), { code });
    assert.equal(it.kept.size, 0);
  }
});

test("a wrong PIN is told by how many tries are left, and the card stays", async () => {
  const it = phone({ code: "invalid", errors: [{ field: "pin", code: "two_tries_left" }] });
  const card = { id: "c1", keys: await newKeys(), sign: { code: "fox-red" } };
  it.kept.set(card.id, card);
  await assert.rejects(comeIn(card, "0001", it.cards, it.ask), { code: "two_tries_left" });
  assert.equal(it.kept.size, 1);
});

test("a card that was locked or replaced takes its keys and its sign with it", async () => {
  for (const code of ["unknown_card", "card_locked"]) {
    const it = phone({ code, detail: "non" });
    const card = { id: "c1", keys: await newKeys(), sign: { code: "fox-red" } };
    it.kept.set(card.id, card);
    await assert.rejects(comeIn(card, "7294", it.cards, it.ask), { code });
    assert.equal(it.kept.size, 0);
  }
});

test("digits that anybody would try first are not taken", () => {
  for (const easy of ["0000", "7777", "1234", "9876"]) assert.ok(isTooEasy(easy), easy);
  for (const fine of ["7294", "1357", "1212", "0451"]) assert.ok(!isTooEasy(fine), fine);
});
