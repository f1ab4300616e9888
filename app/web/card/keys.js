// What a phone holds of a card: two keys that cannot leave it. One signs the server's challenge, one
// hides the PIN; without both, four digits are worth nothing to anybody.

const { crypto } = globalThis;
const text = new TextEncoder();

export function base64url(bytes) {
  const binary = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The sixteen signs of a code, however they were typed; nothing when they are not a code. */
export function readCode(typed) {
  const signs = typed.replace(/[\s-]/g, "").toUpperCase();
  return /^[2-9A-HJ-NP-Z]{16}$/.test(signs) ? signs : undefined;
}

/** The id of a card follows from its code, as the server works it out. */
export async function cardOf(code) {
  const hash = await crypto.subtle.digest("SHA-256", text.encode(`card ${code}`));
  const bytes = new Uint8Array(hash).slice(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Fresh keys for a card. The private ones can be used on this phone and never read. */
export async function newKeys() {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ["sign"]);
  const secret = await crypto.subtle.generateKey(hmac, false, ["sign"]);
  return { privateKey, publicKey, secret };
}

/** The public key, for the server. */
export async function publicPart({ publicKey }) {
  return base64url(await crypto.subtle.exportKey("raw", publicKey));
}

/** What is sent to come in: the answer to a challenge, with the PIN hidden by the phone's secret. */
export async function prove({ privateKey, secret }, act, card, challenge, pin) {
  const hidden = base64url(await crypto.subtle.sign("HMAC", secret, text.encode(`${card} ${pin}`)));
  const message = text.encode(["card", act, card, challenge, hidden].join("\n"));
  const ecdsa = { name: "ECDSA", hash: "SHA-256" };
  const signature = base64url(await crypto.subtle.sign(ecdsa, privateKey, message));
  return { challenge, pin: hidden, signature };
}
