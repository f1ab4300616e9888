// Gives the page the map's style rules, which travel inside the script: one file less to fetch,
// to name and to keep. A <style> element would be refused by the page's `style-src 'self'`;
// rules inserted by a script of the page are not.

import rules from "map-rules";

/** Adds the rules to the document, in a sheet of their own where the browser knows how. */
export function wearStyle(document) {
  const adopts = "adoptedStyleSheets" in document;
  const sheet = adopts ? new CSSStyleSheet() : ownSheet(document);
  if (!sheet) return;
  for (const rule of rules) sheet.insertRule(rule, sheet.cssRules.length);
  if (adopts) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** Older Safari and Firefox: a sheet that the page already has from its own server. */
function ownSheet(document) {
  return [...document.styleSheets].find((sheet) => (sheet.href || "").startsWith(location.origin));
}
