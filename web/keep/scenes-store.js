/**
 * scenes-store.js - scenes by name, in localStorage: `moonlit.text.ID` is a script as it is, `moonlit.scene.ID` the rest of it as JSON,
 * `moonlit.running.ID` a mark that it has been run and no picture came yet. Which scene a tab shows is known in sessionStorage, which one
 * was shown last in localStorage. Storage may be full, forbidden or emptied at any time: then the page's own memory stands in.
 *
 * A record: {id, name, text, parameters: [[name, text]…], camera, size, samples, budget, from, pristine, proven, edited (ms)}
 *   from      the gallery's name of it, 'link', 'file' or ''
 *   pristine  its text is not the user's own: not listed, and gone when another scene is opened
 *   proven    it has come to a picture here, without a link's limits
 */

const TEXT = 'moonlit.text.';
const REST = 'moonlit.scene.';
const RUNNING = 'moonlit.running.';
const LAST = 'moonlit.last';

/** A Storage that keeps nothing beyond the page. */
export function memoryStorage() {
  const map = new Map();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, String(value)),
    removeItem: (key) => void map.delete(key),
    key: (n) => [...map.keys()][n] ?? null,
    get length() { return map.size; },
  };
}

/** A window's storage, if there is one and it takes something. */
export function storageOf(name, scope = globalThis) {
  try {
    const storage = scope[name];
    storage.setItem('moonlit.try', '1');
    storage.removeItem('moonlit.try');
    return storage;
  } catch (error) {
    // A full one can still be read, and be made less full.
    return error?.name === 'QuotaExceededError' ? scope[name] : null;
  }
}

export class SceneStore {
  #storage;
  #tab;
  #memory = memoryStorage(); // what storage did not take

  /** @param {Storage|null} storage, tab: null: nothing is kept beyond the page */
  constructor(storage = memoryStorage(), tab = memoryStorage()) {
    this.keeps = storage !== null;
    this.#storage = storage ?? memoryStorage();
    this.#tab = tab ?? memoryStorage();
  }

  #get(key) {
    const held = this.#memory.getItem(key);
    if (held !== null) return held;
    try {
      return this.#storage.getItem(key);
    } catch {
      return null;
    }
  }

  /** false: it is held for the time of the page only. */
  #set(key, value) {
    try {
      this.#storage.setItem(key, value);
      this.#memory.removeItem(key);
      return true;
    } catch {
      this.#memory.setItem(key, value);
      return false;
    }
  }

  #remove(key) {
    this.#memory.removeItem(key);
    try {
      this.#storage.removeItem(key);
    } catch { /* there is none */ }
  }

  #keys(prefix) {
    const keys = new Set();
    for (const storage of [this.#storage, this.#memory]) {
      try {
        for (let n = 0; n < storage.length; n += 1) {
          const key = storage.key(n);
          if (key?.startsWith(prefix)) keys.add(key.slice(prefix.length));
        }
      } catch { /* there is none */ }
    }
    return [...keys];
  }

  // -- records --------------------------------------------------------------------------------------------------------------------

  newId() { return `${Date.now().toString(36)}${Math.floor(Math.random() * 36 ** 4).toString(36)}`; }

  text(id) { return this.#get(TEXT + id); }

  /** @returns {object|null} */
  get(id) {
    const text = id ? this.text(id) : null;
    return text === null ? null : { ...this.#rest(id), id, text };
  }

  #rest(id) {
    let rest;
    try {
      rest = JSON.parse(this.#get(REST + id) ?? '{}');
    } catch { /* as if there were none */ }
    rest = rest && typeof rest === 'object' ? rest : {};
    return {
      name: 'scene.lua', camera: null, size: null, samples: null, budget: 'own', from: '', pristine: false, proven: false, edited: 0, ...rest,
      parameters: Array.isArray(rest.parameters) ? rest.parameters : [],
    };
  }

  /** Without their texts, the newest first; also those that are not the user's own. */
  list() {
    return this.#keys(TEXT).map((id) => ({ ...this.#rest(id), id })).sort((a, b) => b.edited - a.edited);
  }

  /** Keeps text and rest, whichever is another one. false: the browser did not take it, the page has it. */
  put({ id, text, ...rest }) {
    const json = JSON.stringify(rest);
    const textKept = this.text(id) === text && this.#memory.getItem(TEXT + id) === null ? true : this.#set(TEXT + id, text);
    const restKept = this.#get(REST + id) === json && this.#memory.getItem(REST + id) === null ? true : this.#set(REST + id, json);
    return this.keeps && textKept && restKept;
  }

  remove(id) {
    for (const prefix of [TEXT, REST, RUNNING]) this.#remove(prefix + id);
  }

  /** The id of the scene whose script a changed key of localStorage is; null: another key. */
  idOf(key) { return key?.startsWith(TEXT) ? key.slice(TEXT.length) : null; }

  // -- which one ------------------------------------------------------------------------------------------------------------------

  /** Of this tab, else the one that was shown last in any; null: none. */
  get current() {
    let id = null;
    try {
      id = this.#tab.getItem(LAST);
    } catch { /* there is none */ }
    if (id && this.text(id) !== null) return id;
    id = this.#get(LAST);
    return id && this.text(id) !== null ? id : null;
  }

  /** Whether this very tab had a scene before: it has been loaded again. */
  get again() {
    try {
      return this.#tab.getItem(LAST) !== null;
    } catch {
      return false;
    }
  }

  set current(id) {
    try {
      this.#tab.setItem(LAST, id);
    } catch { /* the other one tells */ }
    this.#set(LAST, id);
  }

  // -- the mark of a run ----------------------------------------------------------------------------------------------------------

  /** Where the storage is full the tab remembers it, which is there again after a reload. */
  mark(id) {
    if (this.#set(RUNNING + id, '1')) return;
    try {
      this.#tab.setItem(RUNNING + id, '1');
    } catch { /* then this page alone knows */ }
  }

  unmark(id) {
    this.#remove(RUNNING + id);
    try {
      this.#tab.removeItem(RUNNING + id);
    } catch { /* nothing was there */ }
  }

  marked(id) {
    if (this.#get(RUNNING + id) !== null) return true;
    try {
      return this.#tab.getItem(RUNNING + id) !== null;
    } catch {
      return false;
    }
  }

  // -- names ----------------------------------------------------------------------------------------------------------------------

  /** "ball.lua", or "ball 2.lua" where another scene of the user's has that name. */
  freeName(name, except = null) {
    const others = this.list().filter(({ id, pristine }) => id !== except && !pristine);
    const taken = new Set(others.map((each) => each.name.toLowerCase()));
    if (!taken.has(name.toLowerCase())) return name;
    const base = name.replace(/\.lua$/i, '').replace(/ \d+$/, '');
    for (let n = 2; ; n += 1) {
      const next = `${base} ${n}.lua`;
      if (!taken.has(next.toLowerCase())) return next;
    }
  }
}
