// Style sheets as an old browser reads them: what it does not know is taken out, by the data that
// MDN keeps of what came when. A declaration falls alone, a selector with its whole rule.
import { createRequire } from "node:module";
import { clone, generate, parse, walk } from "css-tree";

const { css: DATA } = createRequire(import.meta.url)("@mdn/browser-compat-data");
/** The first browser that can run the recorder, and where old Androids stop. */
const VERSION = 96;
/** At-rules in which declarations and rules mean something else. */
const HAS_OWN_WORDS = ["keyframes", "font-face", "page"];

/** « 88 », « ≤37 », or a word for never and not yet. */
const version = (text) => Number.parseInt(String(text).replace("≤", ""), 10);

/** Did the old browser know it, by one entry of the data? What needs a prefix or a flag does not count. */
const wasKnown = (it) =>
  !it.prefix &&
  !it.flags &&
  !it.alternative_name &&
  version(it.version_added) <= VERSION &&
  !(version(it.version_removed) <= VERSION);

/** Is it in the data, and newer than the old browser? What is not there is nobody's to judge. */
const isNew = (entry) => entry?.__compat !== undefined && ![entry.__compat.support.chrome].flat().some(wasKnown);

/** Functions and units by their name, wherever the data has them. */
function named(tree, name) {
  if (tree[name]) return tree[name];
  for (const [key, part] of Object.entries(tree)) {
    if (key === "__compat") continue;
    const found = named(part, name);
    if (found) return found;
  }
  return undefined;
}

const DYNAMIC_UNITS = /^[dls]v(?:w|h|i|b|min|max)$/;
const units = DATA.types.length;
const isNewUnit = (unit) => isNew(DYNAMIC_UNITS.test(unit) ? units.viewport_percentage_units_dynamic : units[unit]);

/** What is new in a declaration: its property, a word of its value, a function, a unit. */
function newInDeclaration({ property, value }) {
  if (property.startsWith("--")) return newInValue(value, {});
  if (property.startsWith("-")) return undefined;
  const known = DATA.properties[property];
  if (!known || isNew(known)) return property;
  const word = newInValue(value, known);
  return word && `${property}: ${word}`;
}

function newInValue(value, known) {
  let found;
  walk(value, (node) => {
    if (node.type === "Identifier" && isNew(known[node.name])) found ??= node.name;
    if (node.type === "Function" && isNew(named(DATA.types, node.name))) found ??= `${node.name}()`;
    if (node.type === "Dimension" && isNewUnit(node.unit)) found ??= node.unit;
  });
  return found;
}

/** What is new in a selector. */
function newInSelector(selector) {
  let found;
  walk(selector, (node) => {
    if (node.type === "NestingSelector") found ??= "&";
    if (!/^Pseudo(Class|Element)Selector$/.test(node.type) || node.name.startsWith("-")) return;
    const known = DATA.selectors[node.name];
    if (!known || isNew(known)) found ??= `:${node.name}`;
  });
  return found;
}

/** What is new in the condition of an at-rule. */
function newInCondition(rule) {
  const prelude = rule.prelude;
  if (!prelude) return undefined;
  let found;
  walk(prelude, (node) => {
    if (node.type === "Feature" && rule.name === "media") {
      const known = DATA["at-rules"].media[node.name.replace(/^(min|max)-/, "")];
      if (!known || isNew(known)) found ??= `(${node.name})`;
    }
    if (node.type === "FeatureRange") found ??= "(a < b)";
    if (node.type === "Selector" && rule.name === "supports") found ??= newInSelector(node);
    if (node.type === "SupportsDeclaration") found ??= newInDeclaration(node.declaration);
  });
  return found;
}

function newInAtRule(rule) {
  const known = DATA["at-rules"][rule.name];
  if (!known || isNew(known)) return `@${rule.name}`;
  const condition = newInCondition(rule);
  return condition && `@${rule.name} ${condition}`;
}

/** What is new in a part of a sheet: undefined where an old browser takes it. */
function newIn(node, around) {
  if (node.type === "Atrule") return newInAtRule(node);
  // Steps of an animation are no selectors, and a font or a page has words of its own.
  if (HAS_OWN_WORDS.includes(around.atrule?.name)) return undefined;
  if (node.type === "Declaration") return newInDeclaration(node);
  if (around.nested.has(node)) return "a rule within a rule";
  return node.type === "Rule" ? newInSelector(node.prelude) : undefined;
}

/** The sheet without what is newer, and the names of what fell: `{ css, fallen }`. */
export function asOldBrowsersRead(text) {
  const tree = clone(parse(text, { parseCustomProperty: true }));
  const fallen = new Set();
  const nested = new Set();
  walk(tree, {
    enter(node, item, list) {
      // The parser leaves what it does not know as it is.
      if (node.type === "Rule") node.block.children.forEach((it) => it.type === "Declaration" || nested.add(it));
      const what = list && newIn(node, { atrule: this.atrule, nested });
      if (!what) return undefined;
      fallen.add(what);
      list.remove(item);
      return walk.skip;
    },
  });
  return { css: generate(tree), fallen: [...fallen].sort() };
}
