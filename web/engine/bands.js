/**
 * bands.js - the frame's pixels, a band of 32 rows at a time, within a budget of ms for each animation frame.
 *
 * A band's word is not 0 when its pixels have changed. It is cleared before they are copied, so that what changes meanwhile is copied
 * again. Bands are taken round robin: none starves while others keep changing. A change of the frame's words (another size, another
 * picture) has every band copied once more, a moment later and after those that have changed: nothing is missed, and old pixels do not
 * come first.
 */
import { W, BAND } from './words.js';

const REFRESH_AFTER = 100; // ms
const FIRST_GUESS = 1e-6; // ms per byte, to copy and to show
const LEARN = 0.3;

export class Bands {
  #block;
  #now;
  #budget;
  #own;
  #frame = null;
  #sequence = -1;
  #changedAt = 0;
  #refresh = new Uint8Array(0);
  #next = 0;
  #scratch = new Uint8ClampedArray(0);
  #cost = FIRST_GUESS;

  /**
   * @param {import('./block.js').Block} block
   * @param {{now?: () => number, budget?: number, own?: boolean}} [options] budget: ms; own: every band gets a buffer of its own, to be
   *   sent away, else they are views of one that lives until the next take()
   */
  constructor(block, { now = () => performance.now(), budget = 8, own = false } = {}) {
    this.#block = block;
    this.#now = now;
    this.#budget = budget;
    this.#own = own;
  }

  /** What a byte costs to copy and to show, in ms, as measured. */
  learn(bytes, ms) {
    if (bytes > 0) this.#cost += LEARN * (Math.max(ms, 0) / bytes - this.#cost);
  }

  /**
   * Copies bands for one animation frame and gives them to `deliver({width, height, generation, scale, bands, fresh})`; fresh: some have
   * changed, they are not only copied once more.
   * @returns {{changed: number, left: number}} bands that are still to be copied: because they have changed; at all
   */
  take(deliver) {
    const begin = this.#now();
    if (!this.#look(begin)) return { changed: 0, left: 0 };
    const { count } = this;
    const words = this.#block.view(Int32Array, this.#frame.bands, count);
    if (!words) return { changed: 0, left: count };

    const changed = this.#round(i => Atomics.load(words, i) !== 0);
    const due = begin - this.#changedAt >= REFRESH_AFTER;
    const again = due ? this.#round(i => this.#refresh[i] && !changed.includes(i)) : [];
    const { bands, bytes, fresh } = this.#copy(words, changed, again);
    if (!bands) return { changed: changed.length, left: count };
    if (bands.length) {
      const { width, height, generation, scale } = this.#frame;
      deliver({ width, height, generation, scale, bands, fresh: fresh > 0 });
      if (!this.#own) this.learn(bytes, this.#now() - begin);
    }
    return { changed: changed.length - fresh, left: changed.length - fresh + this.#refresh.reduce((sum, flag) => sum + flag, 0) };
  }

  get count() { return Math.ceil(this.#frame.height / BAND); }

  /** Reads the frame's words; false: there is no frame, or it is just being changed. */
  #look(now) {
    const frame = this.#block.frame();
    if (!frame || frame.value.width <= 0 || frame.value.height <= 0) return false;
    this.#frame = frame.value;
    if (frame.sequence === this.#sequence) return true;
    this.#sequence = frame.sequence;
    this.#changedAt = now;
    if (this.#refresh.length !== this.count) {
      this.#refresh = new Uint8Array(this.count);
      this.#next = 0;
    }
    this.#refresh.fill(1);
    return true;
  }

  /** Numbers of the bands with some property, beginning where the last turn ended. */
  #round(property) {
    const { count } = this;
    const found = [];
    for (let k = 0; k < count; k++) {
      const i = (this.#next + k) % count;
      if (property(i)) found.push(i);
    }
    return found;
  }

  /** As many bands as the budget allows, one at least; bands null: the frame was changed meanwhile, or is out of reach. */
  #copy(words, changed, again) {
    const { address, width, height } = this.#frame;
    const source = this.#block.view(Uint8ClampedArray, address, width * height * 4);
    if (!source) return { bands: null };
    if (!this.#own && this.#scratch.length !== source.length) this.#scratch = new Uint8ClampedArray(source.length);
    const most = this.#budget / this.#cost;
    const bands = [];
    const taken = [];
    let bytes = 0;
    for (const i of [...changed, ...again]) {
      const y = i * BAND;
      const rows = Math.min(BAND, height - y);
      const size = rows * width * 4;
      if (bands.length && bytes + size > most) break;
      Atomics.store(words, i, 0);
      const pixels = this.#own ? new Uint8ClampedArray(size) : this.#scratch.subarray(y * width * 4, y * width * 4 + size);
      pixels.set(source.subarray(y * width * 4, y * width * 4 + size));
      bands.push({ y, height: rows, pixels });
      taken.push(i);
      bytes += size;
    }
    if (this.#block.load(W.frame_sequence) !== this.#sequence) return { bands: null }; // all will be copied again
    for (const i of taken) this.#refresh[i] = 0;
    if (taken.length) this.#next = (taken.at(-1) + 1) % this.count;
    return { bands, bytes, fresh: Math.min(taken.length, changed.length) };
  }
}
