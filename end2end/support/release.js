// The next release of the product, as phones see one: the same pages and code under another build
// id, and under other names for the files that carry it.

/** Another hexadecimal word of the same length, and always the same one. */
const other = (word) => [...word].map((digit) => (15 - parseInt(digit, 16)).toString(16)).join("");

const TEXTS = /javascript|html|json|wasm/;

/** Reads the release that is served now, and makes the one that comes after it. */
export async function nextRelease(url) {
  const worker = await (await fetch(`${url}/sw.js`)).text();
  const page = await (await fetch(`${url}/terrain`)).text();
  const [, build] = page.match(/data-build="([0-9a-f]+)"/);
  if (!worker.includes(build)) throw new Error("the page and the worker are of two builds");
  // Their contents change with the build id, so their names do.
  const names = [...worker.matchAll(/\/pkg\/(?:app|app_bg|loader)\.([0-9a-f]+)\.(?:js|wasm)/g)];
  const words = [build, ...names.map(([, hash]) => hash)];

  /** Byte for byte: the WASM holds the id too. */
  function rewrite(bytes) {
    let text = bytes.toString("latin1");
    for (const word of words) text = text.replaceAll(word, other(word));
    return Buffer.from(text, "latin1");
  }
  return {
    build: other(build),
    /** The path under which the server knows what the phone asks for. */
    known(path) {
      return words.reduce((known, word) => known.replace(other(word), word), path);
    },
    renew(answer) {
      const isText = TEXTS.test(answer.headers["content-type"] || "");
      if (!isText) return answer;
      const headers = { ...answer.headers };
      delete headers.etag;
      return { ...answer, headers, body: rewrite(answer.body) };
    },
  };
}
