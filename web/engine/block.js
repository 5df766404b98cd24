/**
 * block.js - views of the block that page and engine share: words, figures, what a sequence lock guards, the report's text.
 *
 * The engine's threads write while this reads, and the memory may grow under it. Addresses are bytes from the memory's start. Shared
 * memory grows without moving, memory of one thread gets another buffer, so every view is asked for afresh. TextDecoder and ImageData
 * refuse shared memory: what goes to them is copied first.
 */
import { W, F, STATES } from './words.js';

const TRIES = 16;
const STATE_WORDS = [W.state, W.state_generation, W.hash_generation, W.hash_high, W.hash_low, W.frame_generation, W.frame_scale];

export class Block {
  #memory;
  #addresses;
  #buffer = null;
  #words;
  #figures;

  /**
   * @param {WebAssembly.Memory|{buffer: ArrayBufferLike}} memory
   * @param {number} address of the BridgeBlock that bridge_start() gave
   */
  constructor(memory, address) {
    this.#memory = memory;
    const [words, figures, request, assetName] = new Int32Array(memory.buffer, address, 4);
    this.#addresses = { words, figures, request, assetName };
    this.#refresh();
  }

  #refresh() {
    if (this.#buffer === this.#memory.buffer) return;
    this.#buffer = this.#memory.buffer;
    this.#words = new Int32Array(this.#buffer, this.#addresses.words, Object.keys(W).length);
    this.#figures = new Float64Array(this.#buffer, this.#addresses.figures, Object.keys(F).length);
  }

  get words() {
    this.#refresh();
    return this.#words;
  }

  get request() { return this.#addresses.request; }
  get assetName() { return this.#addresses.assetName; }

  load(index) { return Atomics.load(this.words, index); }
  store(index, value) { Atomics.store(this.words, index, value); }

  figure(index) {
    this.#refresh();
    return this.#figures[index];
  }

  /** `size` elements of `Type` (bytes of a DataView) at an address, or null where the memory is not that large (yet). */
  view(Type, address, size) {
    const end = address + size * (Type.BYTES_PER_ELEMENT ?? 1);
    if (address < 0 || size < 0) return null;
    if (end > this.#memory.buffer.byteLength) this.#memory.grow?.(0); // another thread's growth becomes visible
    if (end > this.#memory.buffer.byteLength) return null;
    return new Type(this.#memory.buffer, address, size);
  }

  /** Tells the director that a word of the page's has changed. The sequence moves too: who is about to sleep on it does not. */
  wake() {
    Atomics.add(this.words, W.request_sequence, 2);
    Atomics.notify(this.words, W.request_sequence);
  }

  /** What `read` copies out while the sequence stands still, with the sequence; null: it would not stand still, ask again later. */
  guarded(sequence, read) {
    for (let i = 0; i < TRIES; i++) {
      const before = this.load(sequence);
      if (before & 1) continue;
      const value = read();
      if (this.load(sequence) === before) return { sequence: before, value };
    }
    return null;
  }

  /** {state, generation, hash|null, frameGeneration, frameScale}, of one moment; null: it was changing. */
  state() {
    for (let i = 0; i < TRIES; i++) {
      const first = this.#stateWords();
      const again = this.#stateWords();
      if (first.every((value, index) => value === again[index])) return stateOf(first);
    }
    return null;
  }

  #stateWords() {
    return STATE_WORDS.map(index => this.load(index));
  }

  /** {sequence, value: bytes|null} of the report; null: it was changing. The bytes are a copy. */
  report() {
    return this.guarded(W.report_sequence, () => {
      const size = this.load(W.report_size);
      const bytes = size > 0 ? this.view(Uint8Array, this.load(W.report_address), size) : null;
      return bytes && copy(bytes);
    });
  }

  /** {sequence, value: {generation, address, width, height, bands, scale}}; null: it was changing. */
  frame() {
    return this.guarded(W.frame_sequence, () => ({
      generation: this.load(W.frame_generation), address: this.load(W.frame_address), width: this.load(W.frame_width),
      height: this.load(W.frame_height), bands: this.load(W.frame_bands), scale: this.load(W.frame_scale),
    }));
  }

  /** The figures as the page knows them: seconds, bytes, counts; noise -1: not known yet. */
  figures() {
    return {
      progress: this.figure(F.progress), seconds: this.figure(F.render_seconds), rays: this.figure(F.rays),
      samples: { fewest: this.load(W.samples_fewest), most: this.load(W.samples_most), wanted: this.load(W.samples_wanted) },
      noise: this.figure(F.noise), memory: this.figure(F.memory), memoryCap: this.figure(F.memory_cap), threads: this.load(W.threads_used),
      evaluate: this.figure(F.evaluate_seconds), build: this.figure(F.build_seconds), built: this.figure(F.built), exposure: this.figure(F.exposure),
      engineFirstPixels: this.figure(F.first_pixels),
    };
  }
}

/** A copy outside shared memory. */
export function copy(bytes) {
  const out = new Uint8Array(bytes.length);
  out.set(bytes);
  return out;
}

const hex8 = word => (word >>> 0).toString(16).padStart(8, '0');

function stateOf([number, generation, hashGeneration, high, low, frameGeneration, frameScale]) {
  const state = STATES[number] ?? 'starting';
  const whole = state === 'idle' && generation > 0 && hashGeneration === generation;
  return { state, generation, hash: whole ? hex8(high) + hex8(low) : null, frameGeneration, frameScale };
}
