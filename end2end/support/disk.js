// What the phone's own database holds: read it, and age it.

/** `{ facts, outbox, aside, meta }`, each a list of keys. */
export const keysOnDisk = (page) =>
  page.evaluate(
    () =>
      new Promise((good, bad) => {
        const opened = indexedDB.open("cueillette");
        opened.onerror = bad;
        opened.onsuccess = () => {
          const names = ["facts", "outbox", "aside", "meta"];
          const transaction = opened.result.transaction(names);
          const keys = {};
          for (const name of names) {
            const asked = transaction.objectStore(name).getAllKeys();
            asked.onsuccess = () => (keys[name] = asked.result.map(String));
          }
          transaction.oncomplete = () => {
            opened.result.close();
            good(keys);
          };
        };
      }),
  );

/** The term of every outing on this phone is over since a second. */
export const endTerms = (page) =>
  page.evaluate(
    () =>
      new Promise((good) => {
        const opened = indexedDB.open("cueillette");
        opened.onsuccess = () => {
          const transaction = opened.result.transaction("meta", "readwrite");
          const meta = transaction.objectStore("meta");
          const keys = meta.getAllKeys();
          keys.onsuccess = () => {
            const terms = keys.result.filter((key) => key.startsWith("term:"));
            for (const key of terms) meta.put(Date.now() - 1000, key);
          };
          transaction.oncomplete = () => {
            opened.result.close();
            good();
          };
        };
      }),
  );
