// Two other ways of using the recorder: by what a screen reader is told and nothing else, and by
// pictures and numbers and no word.
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";

/**
 * The accessibility tree as the browser hands it to assistive tools: roles, names, values. Nothing
 * of the markup, nothing of where things stand.
 */
export async function listener(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Accessibility.enable");

  async function nodes() {
    const { nodes } = await devtools.send("Accessibility.getFullAXTree");
    return nodes
      .filter((node) => !node.ignored)
      .map((node) => ({
        role: node.role?.value,
        name: (node.name?.value || "").trim(),
        children: node.childIds || [],
        id: node.nodeId,
        element: node.backendDOMNodeId,
      }));
  }
  const fits = (node, role, name) =>
    node.role === role && (name instanceof RegExp ? name.test(node.name) : node.name === name);

  async function find(role, name) {
    let found;
    await expect(async () => {
      found = (await nodes()).find((node) => fits(node, role, name));
      expect(found, `${role} « ${name} »`).toBeTruthy();
    }).toPass({ timeout: 15_000 });
    return found;
  }

  /** Runs a function with the node's element as `this`. */
  async function on(node, what) {
    const { object } = await devtools.send("DOM.resolveNode", { backendNodeId: node.element });
    const { objectId } = object;
    await devtools.send("Runtime.callFunctionOn", { objectId, functionDeclaration: what.toString() });
  }

  return {
    find,
    /** Does what a screen reader's « activate » does. */
    async press(role, name) {
      await on(await find(role, name), function () {
        this.focus();
        this.click();
      });
    },
    async type(name, text) {
      await on(await find("textbox", name), function () {
        this.focus();
      });
      await page.keyboard.type(text);
    },
    /** All that is said of a part of the screen, in order. */
    async hear(role, name) {
      const all = await nodes();
      const byId = new Map(all.map((node) => [node.id, node]));
      const inside = (node) => node.children.filter((id) => byId.has(id)).map((id) => byId.get(id));
      const said = (node) => (node.role === "StaticText" ? [node.name] : inside(node).flatMap(said));
      const node = all.find((node) => fits(node, role, name));
      return node ? said(node).join(" ") : "";
    },
    /** Everything that can be acted on; each must say what it is. */
    async controls() {
      const roles = ["button", "link", "textbox", "checkbox", "radio", "combobox"];
      return (await nodes()).filter((node) => roles.includes(node.role));
    },
  };
}

const SOURCE = new URL("../../app/src/ui/pictograms.rs", import.meta.url);

/** The pictures by the names that the sources give them: PLUS, PIN, HERE… */
function pictures() {
  const constants = readFileSync(SOURCE, "utf8").matchAll(/^ +([A-Z_]+) =\s*"([^"]+)"/gm);
  // A backslash at the end of a line goes on with the next.
  return new Map([...constants].map(([, name, path]) => [name, path.replace(/\\\n\s*/g, "")]));
}

/** No word can be read any more; what can be pressed is known by its picture or its number. */
export async function looker(page) {
  const known = pictures();
  // The letters go, the pictures keep the colour that they take from the text.
  await page.addInitScript(() => {
    addEventListener("DOMContentLoaded", () => {
      const hidden = new CSSStyleSheet();
      hidden.replaceSync("* { -webkit-text-fill-color: transparent !important }");
      document.adoptedStyleSheets.push(hidden);
    });
  });

  /** Buttons and links that show this picture, or this number and no picture. */
  function showing(sign) {
    const controls = page.locator("button:visible, a:visible");
    const path = known.get(sign);
    if (path) return controls.filter({ has: page.locator(`svg path[d="${path}"]`) });
    return controls.filter({ hasNot: page.locator("svg") }).filter({ hasText: sign });
  }
  return {
    showing,
    press: (sign) => showing(sign).first().click(),
    /** A picture anywhere on the screen. */
    picture(sign) {
      if (!known.has(sign)) throw new Error(`no picture is called ${sign}`);
      return page.locator(`svg:visible:has(path[d="${known.get(sign)}"])`);
    },
    /** Controls that show neither a picture nor a figure: nothing for who does not read. */
    wordsOnly: () =>
      page.locator("button:visible, a:visible").evaluateAll((all) => {
        const words = all.filter((it) => !it.querySelector("svg") && !/\d/.test(it.textContent));
        return words.map((it) => it.textContent.trim()).filter(Boolean);
      }),
  };
}

/** A phone that can speak by itself, without one: what it would say is kept in `spoken`. */
export async function withVoice(page) {
  await page.addInitScript(() => {
    const voice = { lang: "fr-FR", localService: true, default: true, name: "essai", voiceURI: "essai" };
    globalThis.spoken = [];
    speechSynthesis.getVoices = () => [voice];
    speechSynthesis.speak = (words) => globalThis.spoken.push(words.text);
    globalThis.SpeechSynthesisUtterance = class {
      constructor(text) {
        this.text = text;
      }
    };
  });
  return () => page.evaluate(() => globalThis.spoken);
}
