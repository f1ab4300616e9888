// The cards of this phone: for each its id, its keys and its sign. Nothing else is ever kept, and
// « oublier » takes all of it away.

const DATABASE = "cartes";
const CARDS = "cards";

const done = (request) =>
  new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = request.onblocked = () => bad(request.error);
  });

function open(databases) {
  const request = databases.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(CARDS, { keyPath: "id" });
  return done(request);
}

export class Cards {
  constructor(databases = globalThis.indexedDB) {
    this.databases = databases;
  }

  async with(mode, act) {
    const database = await open(this.databases);
    try {
      const transaction = database.transaction(CARDS, mode);
      const ended = new Promise((good, bad) => {
        transaction.oncomplete = good;
        transaction.onabort = () => bad(transaction.error);
      });
      const asked = act(transaction.objectStore(CARDS));
      await ended;
      return asked.result;
    } finally {
      database.close();
    }
  }

  /** Those that came in once: a card whose first use was cut short has no sign yet. */
  async all() {
    const cards = await this.with("readonly", (store) => store.getAll());
    return cards.filter((card) => card.sign);
  }

  one(id) {
    return this.with("readonly", (store) => store.get(id));
  }

  keep(card) {
    return this.with("readwrite", (store) => store.put(card));
  }

  /** The last one takes the database with it. */
  async forget(id) {
    await this.with("readwrite", (store) => store.delete(id));
    const left = await this.with("readonly", (store) => store.count());
    if (left === 0) await done(this.databases.deleteDatabase(DATABASE));
  }
}
