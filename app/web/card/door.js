// Coming in, without a screen: first use of a card, and every other one.

import { cardOf, newKeys, prove, publicPart } from "./keys.js";

/** No answer, or none that can be read. */
const NO_NETWORK = { code: "no_network" };

async function post(path, body, ask) {
  const answer = await ask(`/api/v1/cards/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  const told = answer && (await answer.json().catch(() => undefined));
  if (!told) throw NO_NETWORK;
  if (!answer.ok) throw { code: reason(told) };
  return told;
}

/** What is wrong with the digits says more than that they are. */
const reason = ({ code, errors: [fault] = [] }) => (code === "invalid" && fault?.code) || code;

async function challenge(ask) {
  return (await post("challenge", {}, ask)).challenge;
}

/** After these the keys of this phone open nothing any more, and only another card helps. */
const DEAD = ["unknown_card", "card_taken", "card_locked"];
export const isDead = (problem) => DEAD.includes(problem.code);

/** What the card of a problem left on this phone is of no use any more. */
async function dropped(id, cards, problem) {
  if (isDead(problem)) await cards.forget(id);
  throw problem;
}

/**
 * First use. The keys are kept before they are sent: when the answer is lost, the same phone asks
 * again with the same keys. When the card is refused, nothing of it stays.
 */
export async function firstUse(code, pin, cards, ask = fetch) {
  const id = await cardOf(code);
  const kept = await cards.one(id);
  const card = kept || { id, keys: await newKeys() };
  if (!kept) await cards.keep(card);
  const proof = await prove(card.keys, "bind", id, await challenge(ask), pin);
  const body = { code, key: await publicPart(card.keys), ...proof };
  try {
    const { sign } = await post("bind", body, ask);
    const known = { ...card, sign: { code: sign } };
    await cards.keep(known);
    return known;
  } catch (problem) {
    return dropped(id, cards, problem);
  }
}

/** Every other time. */
export async function comeIn(card, pin, cards, ask = fetch) {
  const proof = await prove(card.keys, "enter", card.id, await challenge(ask), pin);
  const entered = post("enter", { card: card.id, ...proof }, ask);
  return entered.catch((problem) => dropped(card.id, cards, problem));
}

/** Four digits that anybody would try first. */
export function isTooEasy(pin) {
  const steps = [1, 2, 3].map((n) => pin.charCodeAt(n) - pin.charCodeAt(n - 1));
  return steps.every((step) => step === steps[0] && Math.abs(step) <= 1);
}
