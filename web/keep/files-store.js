/**
 * files-store.js - the files that scenes use: those that were dropped (kept in IndexedDB under the path that a scene names, or their own
 * name), else the gallery's, fetched and checked. Where nothing can be kept, they last as long as the page.
 *
 * A file serves every path that ends in its name: a dropped wood.jpg is "textures/wood.jpg", too. Case does not count in endings, as it does
 * not for most people's file systems.
 */

/** Bytes of one file. */
export const MOST_BYTES = 256 * 2 ** 20;

const DATABASE = 'moonlit-files';
const TABLE = 'files';

/** "a\\b//./c" → "a/b/c". */
export function tidyPath(path) {
  return path.replace(/\\/g, '/').split('/').filter((part) => part && part !== '.').join('/');
}

export const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);
export const endingOf = (path) => /\.([^./]+)$/.exec(path)?.[1].toLowerCase() ?? '';

/** How well a kept path serves a path that a scene names: 0 not at all, 3 it is the very same. */
export function serves(kept, wanted) {
  const [a, b] = [tidyPath(kept), tidyPath(wanted)];
  if (a === b) return 3;
  const [c, d] = [a.toLowerCase(), b.toLowerCase()];
  if (c === d || c.endsWith(`/${d}`) || d.endsWith(`/${c}`)) return 2;
  return baseName(c) === baseName(d) ? 1 : 0;
}

/** The best of the kept paths for a wanted one; null: none. */
export function bestFor(keptPaths, wanted) {
  let best = null;
  let most = 0;
  for (const kept of keptPaths) {
    const how = serves(kept, wanted);
    if (how > most) [best, most] = [kept, how];
  }
  return best;
}

/** Under which path a file is kept: that of a scene that lacks it, that of a file which it replaces, or its own. */
export function pathFor(name, missing, keptPaths) {
  return bestFor(missing, name) ?? bestFor(keptPaths, name) ?? tidyPath(name);
}

const promised = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** IndexedDB with one table; null where there is none. Some browsers refuse even to name it. */
export async function openDatabase(scope = globalThis) {
  try {
    const request = scope.indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'path' });
    const database = await promised(request);
    database.onversionchange = () => database.close();
    const table = (mode) => database.transaction(TABLE, mode).objectStore(TABLE);
    return {
      all: () => promised(table('readonly').getAll()),
      get: (path) => promised(table('readonly').get(path)),
      put: (row) => promised(table('readwrite').put(row)),
      remove: (path) => promised(table('readwrite').delete(path)),
    };
  } catch {
    return null;
  }
}

export class FilesStore extends EventTarget {
  #database;
  #entries = new Map(); // path → {path, size, type, blob, added}
  #asked = new Set(); // every path that was wanted
  #unkept = new Set(); // paths that the database has not taken (yet): they are here only
  #manifest;
  #fetched = new Map(); // path → bytes of the gallery's, while the page lasts
  #fetch;

  /**
   * `version` grows with every change. Events 'change' (detail: paths that scenes name), 'trouble' (detail: a sentence).
   * @param {object} options database: a promise of openDatabase's; manifest: () → Promise of scenes/index.json; fetch(path) → Promise of a Response
   */
  constructor({ database = Promise.resolve(null), manifest = async () => [], fetch = async () => null } = {}) {
    super();
    this.version = 0;
    this.#database = database;
    this.#manifest = manifest;
    this.#fetch = fetch;
    this.ready = this.#load();
  }

  async #load() {
    const database = await this.#database;
    const rows = await (database?.all().catch(() => []) ?? []);
    for (const row of rows) if (typeof row?.path === 'string' && row.blob) this.#entries.set(row.path, row);
    if (rows.length) this.#changed([...this.#entries.keys()]);
  }

  /** Kept files, by path. */
  get list() { return [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1)); }

  /** Whether a dropped file serves this path. */
  has(path) { return bestFor(this.#entries.keys(), path) !== null; }

  /** The kept path that serves a wanted one, or null. */
  keptFor(path) { return bestFor(this.#entries.keys(), path); }

  /** The bytes of what a scene names, or null. Rejects with an Error for people. */
  async get(path) {
    this.#asked.add(path);
    await this.ready;
    const kept = this.keptFor(path);
    if (kept !== null) return this.#read(kept);
    return this.#fromGallery(tidyPath(path));
  }

  async #read(path) {
    try {
      return new Uint8Array(await this.#entries.get(path).blob.arrayBuffer());
    } catch {
      throw new Error('the browser has lost this file. Drop it once more.');
    }
  }

  async #fromGallery(path) {
    if (this.#fetched.has(path)) return this.#fetched.get(path);
    const index = await this.#manifest().catch(() => []);
    const asset = index.flatMap((scene) => scene.assets ?? []).find((each) => each.path === path);
    if (!asset) return null;
    const response = await this.#fetch(path).catch(() => null);
    if (!response?.ok) throw new Error('it belongs to the gallery, and could not be fetched. Is the network away?');
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length !== asset.size || !(await hasDigest(bytes, asset.hash))) {
      throw new Error('what was fetched is another file than the gallery was made with. Reload the page.');
    }
    this.#fetched.set(path, bytes);
    return bytes;
  }

  /** Keeps a file; one of the same path is replaced. @returns {Promise<string>} its path */
  async add(path, blob) {
    if (blob.size > MOST_BYTES) throw new Error(`${baseName(path)} is larger than ${MOST_BYTES / 2 ** 20} MB, which is the most that a file can have here.`);
    if (!blob.size) throw new Error(`${baseName(path)} is empty.`);
    await this.ready;
    // A copy: the file on disk may change or go.
    const entry = { path, size: blob.size, type: blob.type, blob: new Blob([await blob.arrayBuffer()], { type: blob.type }), added: Date.now() };
    this.#entries.set(path, entry);
    this.#unkept.add(path);
    this.#changed([path]);
    await this.#keep(entry);
    return path;
  }

  async #keep(entry) {
    const database = await this.#database;
    const why = database ? await database.put(entry).then(() => '', (error) => error?.name ?? 'Error') : 'none';
    if (!why) {
      if (this.#entries.get(entry.path) === entry) this.#unkept.delete(entry.path);
      return;
    }
    this.dispatchEvent(Object.assign(new Event('trouble'), { detail: why === 'QuotaExceededError'
      ? `The browser has no room to keep ${baseName(entry.path)}: it is here as long as the page.`
      : `The browser keeps no files for this page: ${baseName(entry.path)} is here as long as the page.` }));
  }

  async remove(path) {
    if (!this.#entries.delete(path)) return;
    this.#unkept.delete(path);
    this.#changed([path]);
    await (await this.#database)?.remove(path).catch(() => {});
  }

  /** Another tab has changed what is kept. */
  async refresh() {
    const database = await this.#database;
    if (!database) return;
    const rows = await database.all().catch(() => null);
    if (!rows) return;
    const before = this.#entries;
    this.#entries = new Map(rows.map((row) => [row.path, row]));
    for (const path of this.#unkept) this.#entries.set(path, before.get(path));
    const changed = [...new Set([...before.keys(), ...this.#entries.keys()])].filter((path) => before.get(path)?.added !== this.#entries.get(path)?.added);
    if (changed.length) this.#changed(changed, true);
  }

  #changed(kept, byOthers = false) {
    this.version += 1;
    const paths = [...this.#asked].filter((wanted) => kept.some((path) => serves(path, wanted)));
    this.dispatchEvent(Object.assign(new Event('change'), { detail: { paths, byOthers } }));
  }
}

async function hasDigest(bytes, wanted) {
  if (!globalThis.crypto?.subtle || !wanted) return true; // plain http: the size has to do
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') === wanted;
}
