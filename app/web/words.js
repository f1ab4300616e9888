// What a page says through its script, in its reader's language: the server writes it into
// `data-words`, so that no script holds a language.

/** The words of an element, by the names that its script uses. */
export const readWords = (element) => JSON.parse(element?.dataset.words || "{}");

/** « {n} sur {all} » with its places filled. */
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
