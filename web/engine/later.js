/**
 * later.js - the later part of the threaded module (web/split.mjs): what no first picture needs. The page fetches it when the first picture has
 * begun, or earlier when a thread waits for it, and puts its bytes where every thread can take them; each thread that calls into it makes
 * its own instance (later-worker.js).
 *
 * Shared: int32 words STATE, SIZE, WAITING, then the bytes.
 */
export const STATE = 0; // 0 not there yet, 1 there, -1 could not be had
export const SIZE = 1; // bytes
export const WAITING = 2; // threads that wait
export const START = 12; // of the bytes
const LONGEST = 30000; // ms
export const MOST_BYTES = 1 << 20; // web/build.mjs sees that it fits

let here;
/** Resolves when the part has come for the first time. */
export const laterIsHere = new Promise(resolve => { here = resolve; });

/** The bytes of the later part, fetched once for all lives; asked for again after a failure. */
export class LaterFile {
  #url;
  #bytes = null;

  constructor(url) { this.#url = url; }

  /** @returns {Promise<Uint8Array>} */
  fetch() {
    this.#bytes ??= this.#fetch();
    this.#bytes.catch(() => { this.#bytes = null; });
    return this.#bytes;
  }

  async #fetch() {
    const response = await fetch(this.#url, { priority: 'low', signal: AbortSignal.timeout(LONGEST) });
    if (!response.ok) throw new Error(`${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** The part in one life of the engine. */
export class LaterPart {
  #file;
  #words;
  #asked = false;

  /** @param {LaterFile} file */
  constructor(file) {
    this.#file = file;
    this.shared = new SharedArrayBuffer(START + MOST_BYTES);
    this.#words = new Int32Array(this.shared, 0, START / 4);
  }

  /** A thread stands still until the part comes. */
  get awaited() { return Atomics.load(this.#words, WAITING) > 0 && Atomics.load(this.#words, STATE) === 0; }

  /** Has the part brought, if nobody has yet. Never throws: where it cannot be had, who waits for it fails. */
  async bring() {
    if (this.#asked) return;
    this.#asked = true;
    let state = -1;
    try {
      const bytes = await this.#file.fetch();
      new Uint8Array(this.shared, START).set(bytes);
      Atomics.store(this.#words, SIZE, bytes.length);
      state = 1;
      here();
    } catch {
      if (!this.awaited) { // nobody needs it yet: it is asked for again when somebody does
        this.#asked = false;
        return;
      }
    }
    Atomics.store(this.#words, STATE, state);
    Atomics.notify(this.#words, STATE);
  }
}
