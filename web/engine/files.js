/**
 * files.js - hands files over to the engine, one after the other, and asks it for picture files. Both are a question in the block and an
 * answer some time later; pump() looks for it and goes on. Nothing here waits.
 */
import { W, TURN, FORMATS, MAX_NAME } from './words.js';
import { copy } from './block.js';

const encoder = new TextEncoder();
const mebi = bytes => `${(bytes / (1 << 20)).toFixed(1)} MiB`;

/** Jobs that are done one after the other. A job: {begin(), done() → undefined (not yet) or {value} or {error}, resolve, reject}. */
class Queue {
  #jobs = [];
  #begun = false;

  get busy() { return this.#jobs.length > 0; }

  add(begin, done) {
    return new Promise((resolve, reject) => this.#jobs.push({ begin, done, resolve, reject }));
  }

  pump() {
    while (this.#jobs.length) {
      const [job] = this.#jobs;
      if (!this.#begun) job.begin();
      this.#begun = true;
      const answer = job.done();
      if (!answer) return;
      this.#jobs.shift();
      this.#begun = false;
      if (answer.error) job.reject(answer.error);
      else job.resolve(answer.value);
    }
  }

  fail(error) {
    for (const job of this.#jobs.splice(0)) job.reject(error);
    this.#begun = false;
  }
}

export class Files {
  #block;
  #failure;
  #assets = new Queue();
  #pictures = new Queue();
  #wish = 0;

  /**
   * @param {import('./block.js').Block} block
   * @param {() => string} failure what the newest report says has failed
   */
  constructor(block, failure = () => '') {
    this.#block = block;
    this.#failure = failure;
  }

  get busy() { return this.#assets.busy || this.#pictures.busy; }

  pump() {
    this.#assets.pump();
    this.#pictures.pump();
  }

  /** Ends everything with an error: the engine has gone. */
  fail(error) {
    this.#assets.fail(error);
    this.#pictures.fail(error);
  }

  /** @param {string} path as scenes name it @param {Uint8Array} bytes copied when their turn comes @returns {Promise<void>} */
  provide(path, bytes) {
    const name = encoder.encode(path);
    if (!fits(name)) return Promise.reject(new Error(`The name of ${path} is too long.`));
    if (bytes.length > 0x7fffffff) return Promise.reject(new Error(`${path} is larger than 2 GiB; the page cannot take it.`));
    return this.#assets.add(() => this.#offer(name, bytes.length), () => this.#handOver(path, bytes));
  }

  /** @returns {Promise<void>} */
  forget(path) {
    const name = encoder.encode(path);
    if (!fits(name)) return Promise.resolve();
    return this.#assets.add(() => this.#offer(name, -1), () => this.#handOver(path, null));
  }

  /** The picture as a file. @param {'png'|'jpg'|'hdr'|'pfm'} format @returns {Promise<Uint8Array>} */
  encode(format) {
    if (!FORMATS[format]) return Promise.reject(new Error(`There is no picture format ${format}.`));
    return this.#pictures.add(() => this.#ask(format), () => this.#picture());
  }

  #offer(name, size) {
    const block = this.#block;
    block.view(Uint8Array, block.assetName, MAX_NAME).set(name);
    block.store(W.asset_size, size);
    block.store(W.asset_name_size, name.length);
    this.#turn(TURN.offered);
  }

  #turn(turn) {
    this.#block.store(W.asset_turn, turn);
    this.#block.wake();
  }

  #handOver(path, bytes) {
    const turn = this.#block.load(W.asset_turn);
    if (turn === TURN.page) return { value: undefined };
    if (turn === TURN.refused) {
      this.#turn(TURN.page);
      return { error: new Error(`There is not enough memory for ${path} (${mebi(bytes?.length ?? 0)}).`) };
    }
    if (turn !== TURN.address) return undefined;
    const room = this.#block.view(Uint8Array, this.#block.load(W.asset_address), bytes.length);
    if (!room) return undefined; // the memory has grown and this thread does not see it yet
    room.set(bytes);
    this.#turn(TURN.written);
    return undefined;
  }

  #ask(format) {
    this.#wish = this.#block.load(W.encode_wanted) + 1;
    this.#block.store(W.encode_format, FORMATS[format]);
    this.#block.store(W.encode_wanted, this.#wish);
    this.#block.wake();
  }

  #picture() {
    const block = this.#block;
    if (block.load(W.encode_done) !== this.#wish) return undefined;
    const size = block.load(W.encode_size);
    if (size === 0) return { error: new Error(this.#failure() || 'There is no picture to save yet.') };
    const bytes = block.view(Uint8Array, block.load(W.encode_address), size);
    return bytes ? { value: copy(bytes) } : undefined;
  }
}

const fits = name => name.length > 0 && name.length <= MAX_NAME;
